import { isJson, type Json } from './json.ts';

/** What can be entered in an element, and what `state.values` says of it: reference/views/view-submission. */

/** The element, and where it stands. */
export interface FoundElement {
  readonly element: Json;
  readonly blockId: string;
  /** The input block around it; other blocks ask for nothing that has to be answered. */
  readonly input?: Json;
}

/** Every interactive element of blocks, containers looked into. */
export function elementsIn(blocks: readonly Json[]): FoundElement[] {
  return blocks.flatMap((block) => {
    const inner = Array.isArray(block.child_blocks) ? elementsIn(block.child_blocks.filter(isJson)) : [];
    const own = [
      ...(Array.isArray(block.elements) ? block.elements : []),
      block.accessory,
      block.element,
    ].filter((element): element is Json => isJson(element) && typeof element.action_id === 'string');
    const blockId = String(block.block_id ?? '');
    const input = block.type === 'input' ? { input: block } : {};
    return [...own.map((element) => ({ element, blockId, ...input })), ...inner];
  });
}

export function findElement(
  blocks: readonly Json[],
  actionId: string,
  blockId?: string,
): FoundElement | undefined {
  return elementsIn(blocks).find(
    (each) => each.element.action_id === actionId && (blockId === undefined || each.blockId === blockId),
  );
}

/** The name of what an element holds in `state.values`; buttons and menus hold nothing. */
const HOLDS: Readonly<Record<string, string>> = {
  plain_text_input: 'value',
  number_input: 'value',
  url_text_input: 'value',
  email_text_input: 'value',
  static_select: 'selected_option',
  external_select: 'selected_option',
  radio_buttons: 'selected_option',
  multi_static_select: 'selected_options',
  checkboxes: 'selected_options',
  users_select: 'selected_user',
  conversations_select: 'selected_conversation',
  channels_select: 'selected_channel',
  datepicker: 'selected_date',
  timepicker: 'selected_time',
  datetimepicker: 'selected_date_time',
};

/** What the element shows before anybody touched it. */
const INITIAL: Readonly<Record<string, string>> = {
  value: 'initial_value',
  selected_option: 'initial_option',
  selected_options: 'initial_options',
  selected_user: 'initial_user',
  selected_conversation: 'initial_conversation',
  selected_channel: 'initial_channel',
  selected_date: 'initial_date',
  selected_time: 'initial_time',
  selected_date_time: 'initial_date_time',
};

export function holdsAnswer(element: Json): boolean {
  return HOLDS[String(element.type)] !== undefined;
}

export function optionsOf(element: Json): Json[] {
  const groups = Array.isArray(element.option_groups) ? element.option_groups.filter(isJson) : [];
  const own = Array.isArray(element.options) ? element.options : [];
  return [...own, ...groups.flatMap((group) => (Array.isArray(group.options) ? group.options : []))].filter(
    isJson,
  );
}

/**
 * An element's answer in the shape of `state.values`; without one, what it showed at first.
 * @throws Error where a client would not have let it be entered
 */
export function entryOf(element: Json, given: unknown): Json {
  const type = String(element.type);
  const held = HOLDS[type];
  if (held === undefined) throw new Error(`${type} holds no answer`);
  const answer = isJson(given) && given[held] !== undefined ? given[held] : element[INITIAL[held] ?? ''];
  const isMany = held === 'selected_options';
  if (answer === undefined || answer === null) return { type, [held]: isMany ? [] : null };
  if (held === 'selected_option') return { type, [held]: offered(element, answer) };
  if (isMany) return { type, [held]: chosenOf(element, answer) };
  const form = FORMS[held];
  if (form && !form.test(String(answer))) throw new Error(`${String(answer)} is nothing a ${type} gives`);
  return { type, [held]: held === 'selected_date_time' ? Number(answer) : answer };
}

/** An answer given as one word: an option's value, a date, a text. */
export function entryFrom(element: Json, value: string | undefined): Json {
  const held = HOLDS[String(element.type)] ?? '';
  if (value === undefined) return {};
  return { [held]: held === 'selected_options' ? [value] : value };
}

const FORMS: Readonly<Record<string, RegExp>> = {
  selected_date: /^\d{4}-\d{2}-\d{2}$/,
  selected_time: /^\d{2}:\d{2}$/,
  selected_date_time: /^\d{10}$/,
};

function chosenOf(element: Json, answer: unknown): Json[] {
  const chosen = (Array.isArray(answer) ? answer : []).map((each) => offered(element, each));
  const most = element.max_selected_items;
  if (typeof most === 'number' && chosen.length > most) throw new Error(`choose at most ${most}`);
  return chosen;
}

/** Only what is offered can be chosen; what an external list offers, only the app knows. */
function offered(element: Json, answer: unknown): Json {
  const value = isJson(answer) ? answer.value : answer;
  const option = optionsOf(element).find((each) => each.value === value);
  if (option) return option;
  if (isJson(answer) && element.type === 'external_select') return answer;
  throw new Error(`no option ${String(value)} in ${String(element.action_id)}`);
}

/** `state.values` of a view: block_id -> action_id -> answer, for all its elements. */
export function stateOf(blocks: readonly Json[], given: Json): Json {
  const state: Record<string, Json> = {};
  const holding = elementsIn(blocks).filter(({ element }) => holdsAnswer(element));
  for (const [blockId, answers] of Object.entries(given)) {
    for (const actionId of Object.keys(isJson(answers) ? answers : {})) {
      const known = holding.some((each) => each.blockId === blockId && each.element.action_id === actionId);
      if (!known) throw new Error(`the view has nothing to enter at ${blockId}/${actionId}`);
    }
  }
  for (const { element, blockId } of holding) {
    const answers = given[blockId];
    const answer = isJson(answers) ? answers[String(element.action_id)] : undefined;
    state[blockId] = { ...state[blockId], [String(element.action_id)]: entryOf(element, answer) };
  }
  return state;
}

/** What a client tells somebody before it submits, by block_id. */
export function unanswered(blocks: readonly Json[], state: Json): Record<string, string> {
  const complaints: Record<string, string> = {};
  for (const { element, blockId, input } of elementsIn(blocks)) {
    const answers = state[blockId];
    const answer = isJson(answers) ? answers[String(element.action_id)] : undefined;
    if (!input || !isJson(answer)) continue;
    const said = answer[HOLDS[String(element.type)] ?? ''];
    const isEmpty = said === null || said === '' || (Array.isArray(said) && said.length === 0);
    if (isEmpty && input.optional !== true) complaints[blockId] = 'Please complete this required field.';
    const length = typeof said === 'string' ? said.length : undefined;
    const least = Number(element.min_length ?? 0);
    const most = Number(element.max_length ?? Number.POSITIVE_INFINITY);
    if (length && length < least) complaints[blockId] = `At least ${least} characters are needed.`;
    if (length && length > most) complaints[blockId] = `At most ${most} characters fit.`;
  }
  return complaints;
}
