// What is asked of the server, and what it is told.
import { $ } from './state.js';

export async function fragment(path, query) {
  const answer = await fetch(`${path}?${new URLSearchParams(query)}`);
  return answer.ok ? answer.text() : '';
}

/** What it answered; false when it did not work, which is said. */
export function act(path, body) {
  return post(path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

/** Files, and the words that go with them. */
export function drop(words, files) {
  const form = new FormData();
  for (const [name, value] of Object.entries(words)) form.append(name, value);
  for (const file of files) form.append('file', file, file.name);
  return post('/page/drop', { body: form });
}

async function post(path, sent) {
  const answer = await fetch(path, { method: 'POST', ...sent });
  const said = await answer.json().catch(() => ({ error: 'That did not work.' }));
  if (!answer.ok) toast(said.error);
  return answer.ok && said;
}

function toast(text) {
  const box = $('#toast');
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => {
    box.hidden = true;
  }, 5000);
}
