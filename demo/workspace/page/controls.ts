import { optionsOf } from '../entries.ts';
import { isJson, type Json } from '../json.ts';
import type { World } from '../world.ts';
import { type Html, html } from './html.ts';
import { mrkdwnHtml, plainHtml, textOf } from './text.ts';

/**
 * Elements that hold an answer, as form controls. The script reads and restores answers by their data attributes, and
 * tells the app of each change where `data-dispatch` asks for it.
 */

export interface ControlAbout {
  readonly blockId: string;
  /** What a screen reader calls it where no label does. */
  readonly name?: string;
  readonly id?: string;
  readonly describedBy?: string;
  readonly invalid?: boolean;
  readonly required?: boolean;
  /** When the app is told: at a change, at Enter, at every character, or only when the view is submitted. */
  readonly dispatch?: 'change' | 'enter' | 'character';
}

export function controlHtml(element: Json, world: World, about: ControlAbout): Html {
  const attributes = attributesOf(element, about);
  switch (element.type) {
    case 'radio_buttons':
    case 'checkboxes':
    case 'multi_static_select':
      return choicesHtml(element, world, about);
    case 'external_select':
      return comboboxHtml(element, about);
    case 'static_select':
      return selectHtml(element, attributes);
    case 'users_select':
    case 'channels_select':
    case 'conversations_select':
      return placesHtml(element, world, attributes);
    default:
      return inputHtml(element, attributes);
  }
}

/** Radio buttons and checkboxes are several controls under one name. */
export function isGroup(element: Json): boolean {
  return ['radio_buttons', 'checkboxes', 'multi_static_select'].includes(String(element.type));
}

function marks(element: Json, about: ControlAbout): Html {
  const confirm =
    isJson(element.confirm) && html` data-confirm="${JSON.stringify(confirmOf(element.confirm))}"`;
  const dispatch = about.dispatch !== undefined && html` data-dispatch="${about.dispatch}"`;
  return html` data-control data-block="${about.blockId}" data-action-id="${String(element.action_id)}" data-type="${String(element.type)}"${dispatch}${confirm}`;
}

function accessible(element: Json, about: ControlAbout): Html {
  return html`${about.id !== undefined && html` id="${about.id}"`}${
    about.name !== undefined && html` aria-label="${about.name}"`
  }${about.describedBy !== undefined && html` aria-describedby="${about.describedBy}"`}${
    about.invalid === true && html` aria-invalid="true"`
  }${about.required === true && html` aria-required="true"`}${
    element.focus_on_load === true && html` autofocus`
  }`;
}

function attributesOf(element: Json, about: ControlAbout): Html {
  return html`${marks(element, about)}${accessible(element, about)}`;
}

const INPUT_TYPE: Record<string, string> = {
  number_input: 'number',
  url_text_input: 'url',
  email_text_input: 'email',
  datepicker: 'date',
  timepicker: 'time',
  datetimepicker: 'datetime-local',
};

function inputHtml(element: Json, attributes: Html): Html {
  const hint = html` placeholder="${textOf(element.placeholder)}"`;
  const longest = typeof element.max_length === 'number' && html` maxlength="${element.max_length}"`;
  const initial = String(element.initial_value ?? element.initial_date ?? element.initial_time ?? '');
  if (element.multiline === true)
    return html`<textarea rows="4"${attributes}${hint}${longest}>${initial}</textarea>`;
  const type = INPUT_TYPE[String(element.type)] ?? 'text';
  // A person's own clock is the browser's to know.
  const moment =
    typeof element.initial_date_time === 'number' && html` data-seconds="${element.initial_date_time}"`;
  const step = element.type === 'number_input' && element.is_decimal_allowed === true && html` step="any"`;
  return html`<input type="${type}" value="${initial}" autocomplete="off"${attributes}${hint}${longest}${moment}${step}>`;
}

function selectHtml(element: Json, attributes: Html): Html {
  const chosen = isJson(element.initial_option) ? element.initial_option.value : undefined;
  const groups = Array.isArray(element.option_groups) ? element.option_groups.filter(isJson) : [];
  const drawn =
    groups.length === 0
      ? optionsOf(element).map((option) => optionHtml(option, chosen))
      : groups.map(
          (group) =>
            html`<optgroup label="${textOf(group.label)}">${optionsOf(group).map((option) => optionHtml(option, chosen))}</optgroup>`,
        );
  return html`<select class="select"${attributes}>${nothing(element, chosen === undefined)}${drawn}</select>`;
}

function nothing(element: Json, selected: boolean): Html {
  return html`<option value=""${selected && html` selected`} disabled>${textOf(element.placeholder) || 'Choose an option'}</option>`;
}

function optionHtml(option: Json, chosen: unknown): Html {
  const description = textOf(option.description);
  const label = description === '' ? textOf(option.text) : `${textOf(option.text)} – ${description}`;
  return html`<option value="${String(option.value)}" data-option="${JSON.stringify(option)}"${option.value === chosen && html` selected`}>${label}</option>`;
}

function placesHtml(element: Json, world: World, attributes: Html): Html {
  const isUsers = element.type === 'users_select';
  const chosen = element.initial_user ?? element.initial_conversation ?? element.initial_channel;
  const known = isUsers
    ? [...world.users.values()].map(({ id, name }) => ({ id, label: `@${name}` }))
    : [...world.channels.values()]
        .filter(({ kind, archived }) => kind !== 'im' && !archived)
        .map(({ id, name }) => ({ id, label: `#${name}` }));
  // Which conversation is the current one, the page knows.
  const current = element.default_to_current_conversation === true && html` data-current`;
  return html`<select class="select"${attributes}${current}>${nothing(element, chosen === undefined)}${known.map(
    ({ id, label }) => html`<option value="${id}"${id === chosen && html` selected`}>${label}</option>`,
  )}</select>`;
}

function choicesHtml(element: Json, world: World, about: ControlAbout): Html {
  const isRadio = element.type === 'radio_buttons';
  const initial = [
    element.initial_option,
    ...(Array.isArray(element.initial_options) ? element.initial_options : []),
  ].filter(isJson);
  const name = `${about.blockId} ${String(element.action_id)}`;
  const words = (text: unknown): Html =>
    isJson(text) && text.type === 'mrkdwn' ? mrkdwnHtml(textOf(text), world) : plainHtml(textOf(text));
  const choices = optionsOf(element).map((option, index) => {
    const checked = initial.some((each) => each.value === option.value) && html` checked`;
    const focus = element.focus_on_load === true && index === 0 && html` autofocus`;
    const more = isJson(option.description) && html`<small>${words(option.description)}</small>`;
    return html`<label class="choice"><input type="${isRadio ? 'radio' : 'checkbox'}" name="${name}" value="${String(option.value)}" data-option="${JSON.stringify(option)}"${checked}${focus}> <span>${words(option.text)}${more}</span></label>`;
  });
  const role = isRadio ? 'radiogroup' : 'group';
  const { id, describedBy, invalid, required, name: label } = about;
  const heard = accessible(
    {},
    {
      blockId: about.blockId,
      ...(id !== undefined && { id }),
      ...(describedBy !== undefined && { describedBy }),
      ...(invalid !== undefined && { invalid }),
      ...(required !== undefined && isRadio && { required }),
      ...(label !== undefined && { name: label }),
    },
  );
  return html`<div class="choices" role="${role}"${marks(element, about)}${heard}>${choices}</div>`;
}

/** A list that only the app knows: typed into, and filled with what it offers for that. */
function comboboxHtml(element: Json, about: ControlAbout): Html {
  const initial = isJson(element.initial_option) ? element.initial_option : undefined;
  const list = `${about.blockId}-${String(element.action_id)}-list`.replaceAll(/\s/g, '-');
  const least = typeof element.min_query_length === 'number' ? element.min_query_length : 3;
  const chosen = initial ? html` data-chosen="${JSON.stringify(initial)}"` : '';
  return html`<div class="combo"${marks(element, about)}${chosen} data-least="${least}">
    <input type="text" role="combobox" autocomplete="off" aria-autocomplete="list" aria-expanded="false" aria-controls="${list}" value="${textOf(initial?.text)}" placeholder="${textOf(element.placeholder)}"${accessible(element, about)}>
    <div id="${list}" role="listbox" hidden></div></div>`;
}

/** What is asked before somebody's choice counts. */
export function confirmOf(confirm: Json): Json {
  return {
    title: textOf(confirm.title),
    text: textOf(confirm.text),
    confirm: textOf(confirm.confirm),
    deny: textOf(confirm.deny),
  };
}

export function safeId(...parts: readonly string[]): string {
  return parts.join('-').replaceAll(/[^\w-]/g, '_');
}
