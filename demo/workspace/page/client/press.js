// Buttons and menus of a message.
import { act } from './server.js';
import { $, state } from './state.js';

export async function press(element, value) {
  if (element.dataset.confirm && !(await confirmed(JSON.parse(element.dataset.confirm)))) return;
  if (element.dataset.url) window.open(element.dataset.url, '_blank', 'noopener');
  element.classList.add('busy');
  element.disabled = true;
  const body = { ...placeOf(element), actionId: element.dataset.action, user: state.user };
  await act('/page/click', value === undefined ? body : { ...body, value });
  element.classList.remove('busy');
  element.disabled = false;
}

function placeOf(element) {
  return { channel: state.channel, ts: element.closest('[data-ts]')?.dataset.ts ?? '' };
}

function confirmed(about) {
  const dialog = $('#confirm');
  const title = Object.assign(document.createElement('h2'), { textContent: about.title });
  const text = Object.assign(document.createElement('p'), { textContent: about.text });
  const row = document.createElement('footer');
  const answer = (label, style, value) => {
    const button = Object.assign(document.createElement('button'), {
      textContent: label,
      className: `button ${style}`,
    });
    button.addEventListener('click', () => dialog.close(value));
    row.append(button);
  };
  answer(about.deny, 'plain', 'no');
  answer(about.confirm, 'primary', 'yes');
  dialog.replaceChildren(title, text, row);
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
