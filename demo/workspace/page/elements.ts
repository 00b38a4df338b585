import { holdsAnswer, optionsOf } from '../entries.ts';
import { isJson, type Json } from '../json.ts';
import type { World } from '../world.ts';
import { confirmOf, controlHtml } from './controls.ts';
import { type Html, html } from './html.ts';
import { plainHtml, textOf } from './text.ts';

/** Things to press and choose in a message. The page's script finds them by their data attributes. */

export function elementHtml(element: Json, blockId: string, world: World): Html {
  if (element.type === 'button') return buttonHtml(element, blockId);
  if (element.type === 'overflow') return overflowHtml(element, blockId);
  if (!holdsAnswer(element))
    return html`<span class="unsupported">${String(element.type)} is not drawn here</span>`;
  const name = textOf(element.placeholder) || 'Choose…';
  return controlHtml(element, world, { blockId, name, dispatch: 'change' });
}

function buttonHtml(element: Json, blockId: string): Html {
  const style = element.style === 'primary' || element.style === 'danger' ? element.style : 'plain';
  const label = plainHtml(textOf(element.text));
  const confirm = isJson(element.confirm) ? JSON.stringify(confirmOf(element.confirm)) : undefined;
  const attributes = html`class="button ${style}" type="button" data-action="${String(element.action_id)}" data-block="${blockId}"`;
  const named =
    typeof element.accessibility_label === 'string' ? html` aria-label="${element.accessibility_label}"` : '';
  const asks = confirm ? html` data-confirm="${confirm}"` : '';
  const url = typeof element.url === 'string' ? html` data-url="${element.url}"` : '';
  return html`<button ${attributes}${named}${asks}${url}>${label}</button>`;
}

function overflowHtml(element: Json, blockId: string): Html {
  const options = optionsOf(element).map((option) => {
    const url = typeof option.url === 'string' ? html` data-url="${option.url}"` : '';
    return html`<option value="${String(option.value)}"${url}>${textOf(option.text)}</option>`;
  });
  return html`<select class="select overflow" data-action="${String(element.action_id)}" data-block="${blockId}" aria-label="More actions">
    <option value="" selected disabled>⋯</option>${options}</select>`;
}
