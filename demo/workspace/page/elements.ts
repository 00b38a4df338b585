import { isJson, type Json } from '../json.ts';
import { type Html, html } from './html.ts';
import { plainHtml } from './text.ts';

/** Things to press and choose in a message. The page's script finds them by their data attributes. */

export function elementHtml(element: Json): Html {
  switch (element.type) {
    case 'button':
      return buttonHtml(element);
    case 'overflow':
    case 'static_select':
    case 'radio_buttons':
    case 'checkboxes':
      return selectHtml(element);
    default:
      return html`<span class="unsupported">${String(element.type)} is not drawn here</span>`;
  }
}

function buttonHtml(element: Json): Html {
  const style = element.style === 'primary' || element.style === 'danger' ? element.style : 'plain';
  const label = plainHtml(textOf(element.text));
  const confirm = isJson(element.confirm) ? JSON.stringify(confirmOf(element.confirm)) : undefined;
  const attributes = html`class="button ${style}" type="button" data-action="${String(element.action_id)}"`;
  const named =
    typeof element.accessibility_label === 'string' ? html` aria-label="${element.accessibility_label}"` : '';
  const asks = confirm ? html` data-confirm="${confirm}"` : '';
  const url = typeof element.url === 'string' ? html` data-url="${element.url}"` : '';
  return html`<button ${attributes}${named}${asks}${url}>${label}</button>`;
}

function selectHtml(element: Json): Html {
  const options = optionsOf(element).map(
    (option) => html`<option value="${String(option.value)}">${textOf(option.text)}</option>`,
  );
  const first = element.type === 'overflow' ? '⋯' : textOf(element.placeholder) || 'Choose…';
  return html`<select class="select" data-action="${String(element.action_id)}" aria-label="${first}">
    <option value="" selected disabled>${first}</option>${options}</select>`;
}

export function optionsOf(element: Json): Json[] {
  const groups = Array.isArray(element.option_groups) ? element.option_groups.filter(isJson) : [];
  const own = Array.isArray(element.options) ? element.options : [];
  return [...own, ...groups.flatMap((group) => (Array.isArray(group.options) ? group.options : []))].filter(
    isJson,
  );
}

export function textOf(text: unknown): string {
  return isJson(text) && typeof text.text === 'string' ? text.text : '';
}

function confirmOf(confirm: Json): Json {
  return {
    title: textOf(confirm.title),
    text: textOf(confirm.text),
    confirm: textOf(confirm.confirm),
    deny: textOf(confirm.deny),
  };
}
