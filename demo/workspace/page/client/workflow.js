// The form a workflow begins with: what its step needs to know, before anything is asked of the app.
import { act } from './server.js';
import { $, state } from './state.js';

/** @param workflow { title, callbackId, fields: [{ name, title, description, isRequired, isChannel }] } */
export function openWorkflow({ title, callbackId, fields }) {
  const dialog = $('#workflow');
  const form = element('form', { className: 'modal', noValidate: true });
  const close = element('button', {
    type: 'button',
    className: 'close',
    textContent: '×',
    ariaLabel: 'Close',
  });
  const heading = element('h2', { id: 'workflow-title', textContent: title });
  const head = element('header', {}, heading, close);
  const body = element('div', { className: 'modal-body' }, ...fields.map(fieldOf));
  const cancel = element('button', { type: 'button', className: 'button plain', textContent: 'Cancel' });
  const start = element('button', { className: 'button primary', textContent: 'Start workflow' });
  form.append(head, body, element('footer', {}, cancel, start));
  for (const button of [close, cancel]) button.addEventListener('click', () => dialog.close());
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const inputs = Object.fromEntries(new FormData(form));
    const { user, channel } = state;
    if (await act('/page/workflow', { user, channel, callbackId, inputs })) dialog.close();
  });
  dialog.replaceChildren(form);
  dialog.showModal();
}

function fieldOf({ name, title, description, isRequired, isChannel }) {
  const id = `workflow-${name}`;
  const label = element('label', { className: 'label', htmlFor: id, textContent: title });
  if (!isRequired) label.append(' ', element('i', { textContent: '(optional)' }));
  const control = isChannel ? channels(id, name) : element('input', { id, name, autocomplete: 'off' });
  if (isRequired) control.setAttribute('aria-required', 'true');
  return element(
    'div',
    { className: 'field' },
    label,
    control,
    element('small', { textContent: description }),
  );
}

function channels(id, name) {
  const here = state.places.channels.filter((channel) => !channel.is_im && !channel.is_archived);
  const options = here.map(
    (channel) => new Option(`#${channel.name}`, channel.id, false, channel.id === state.channel),
  );
  return element('select', { id, name }, ...options);
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
