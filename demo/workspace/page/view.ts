import { isJson, type Json } from '../json.ts';
import type { View } from '../nouns.ts';
import type { Draw } from './blocks.ts';
import { optionsOf, textOf } from './elements.ts';
import { type Html, html } from './html.ts';
import { plainHtml } from './text.ts';

/** A modal as a form. The script reads the answers by their data attributes into `state.values`. */

export function viewHtml(view: View, draw: Draw): Html {
  const blocks = Array.isArray(view.view.blocks) ? view.view.blocks.filter(isJson) : [];
  const errors = isJson(view.view.errors) ? view.view.errors : {};
  return html`<form class="modal" data-view="${view.id}" data-rev="${view.hash} ${JSON.stringify(errors)}">
    <header><h2>${textOf(view.view.title)}</h2><button type="button" class="close" data-close aria-label="Close">×</button></header>
    <div class="modal-body">${blocks.map((block) => (block.type === 'input' ? inputHtml(block, errors) : draw([block])))}</div>
    <footer><button type="button" class="button plain" data-close>${textOf(view.view.close) || 'Cancel'}</button>
      ${isJson(view.view.submit) && html`<button class="button primary">${textOf(view.view.submit)}</button>`}</footer>
  </form>`;
}

export function homeHtml(view: View | undefined, draw: Draw): Html {
  const blocks = Array.isArray(view?.view.blocks) ? view.view.blocks.filter(isJson) : [];
  if (blocks.length === 0) return html`<p class="empty">This app has not published a home tab yet.</p>`;
  return html`<div class="home">${draw(blocks)}</div>`;
}

function inputHtml(block: Json, errors: Json): Html {
  const element = isJson(block.element) ? block.element : {};
  const problem = errors[String(block.block_id)];
  return html`<label class="field"><span>${plainHtml(textOf(block.label))}${block.optional === true && html` <i>(optional)</i>`}</span>
    ${control(block, element)}
    ${typeof problem === 'string' && html`<em class="problem">${problem}</em>`}
    ${isJson(block.hint) && html`<small>${plainHtml(textOf(block.hint))}</small>`}</label>`;
}

const INPUT_TYPE: Record<string, string> = {
  number_input: 'number',
  url_text_input: 'url',
  email_text_input: 'email',
  datepicker: 'date',
  timepicker: 'time',
};

function control(block: Json, element: Json): Html {
  const about = html`data-block="${String(block.block_id)}" data-action-id="${String(element.action_id)}" data-type="${String(element.type)}"`;
  const required = block.optional === true ? '' : html` required`;
  const hint = textOf(element.placeholder);
  const initial = String(element.initial_value ?? element.initial_date ?? element.initial_time ?? '');
  const options = optionsOf(element);
  if (options.length > 0) {
    const chosen = isJson(element.initial_option) ? element.initial_option.value : undefined;
    const many =
      element.type === 'checkboxes' || element.type === 'multi_static_select' ? html` multiple` : '';
    return html`<select ${about}${many}${required}>${options.map(
      (option) =>
        html`<option value="${String(option.value)}" data-option="${JSON.stringify(option)}"${option.value === chosen && html` selected`}>${textOf(option.text)}</option>`,
    )}</select>`;
  }
  if (element.multiline === true) {
    return html`<textarea rows="4" placeholder="${hint}" ${about}${required}>${initial}</textarea>`;
  }
  const type = INPUT_TYPE[String(element.type)] ?? 'text';
  return html`<input type="${type}" value="${initial}" placeholder="${hint}" ${about}${required}>`;
}
