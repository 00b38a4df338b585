// What is pressed or chosen in a message, a modal or the home tab.
import { answersIn } from './forms.js';
import { act } from './server.js';
import { $, state } from './state.js';

/** The app hears of it: in a message, or in a view with all that is entered there. */
export async function press(element, value) {
  if (element.classList.contains('busy')) return;
  if (element.dataset.confirm && !(await confirmed(JSON.parse(element.dataset.confirm)))) return;
  if (element.dataset.url) window.open(element.dataset.url, '_blank', 'noopener');
  const view = element.closest('[data-view]');
  // Not disabled: what is disabled loses the focus.
  element.classList.add('busy');
  await (view ? actInView(view, element, value) : clickInMessage(element, value));
  element.classList.remove('busy');
}

function clickInMessage(element, entered) {
  const actionId = element.dataset.actionId ?? element.dataset.action;
  const body = { ...placeOf(element), actionId, user: state.user };
  const value = typeof entered === 'object' ? wordOf(entered) : entered;
  return act('/page/click', value === undefined ? body : { ...body, value });
}

function wordOf({ type: _, ...held }) {
  const [answer] = Object.values(held);
  return answer?.value ?? answer?.[0]?.value ?? answer ?? undefined;
}

export function actInView(view, element, entered) {
  return act('/page/act', {
    viewId: view.dataset.view,
    user: state.user,
    blockId: element.dataset.block,
    actionId: element.dataset.actionId ?? element.dataset.action,
    ...(entered === undefined ? {} : { entered }),
    values: answersIn(view),
  });
}

export function placeOf(element) {
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
