import { elementsIn, optionsOf } from './entries.ts';
import { isJson, type Json } from './json.ts';

/** What no shape of one element can say: choices that are offered, one way of offering them, one focus in a view. */

const OPTIONED = new Set(['static_select', 'multi_static_select']);

/** Blocks that messages have and views have not: the surfaces each page of reference/block-kit/blocks names. */
const MESSAGE_ONLY = new Set(['table', 'data_table', 'markdown', 'context_actions', 'container']);

export function elementProblems(blocks: readonly Json[]): string[] {
  return elementsIn(blocks).flatMap(({ element }) => [
    ...offers(element),
    ...initials(element),
    ...lengths(element),
  ]);
}

export function viewProblems(blocks: readonly Json[]): string[] {
  const strangers = blocks.flatMap((block, index) =>
    MESSAGE_ONLY.has(String(block.type))
      ? [`[ERROR] ${String(block.type)} is not supported in views [json-pointer:/view/blocks/${index}]`]
      : [],
  );
  const focused = elementsIn(blocks).filter(({ element }) => element.focus_on_load === true);
  const places = elementsIn(blocks).map(({ element, blockId }) => `${blockId}/${String(element.action_id)}`);
  return [
    ...strangers,
    ...(focused.length > 1 ? ['[ERROR] only one element may have focus_on_load'] : []),
    ...places
      .filter((place, index) => !place.startsWith('/') && places.indexOf(place) !== index)
      .map((place) => `[ERROR] ${place} is used more than once`),
  ];
}

function offers(element: Json): string[] {
  if (!OPTIONED.has(String(element.type))) return [];
  const ways = [element.options, element.option_groups].filter((way) => way !== undefined);
  return ways.length === 1
    ? []
    : [`[ERROR] ${String(element.action_id)} needs exactly one of options and option_groups`];
}

function initials(element: Json): string[] {
  if (element.type === 'external_select') return [];
  const given = [
    element.initial_option,
    ...(Array.isArray(element.initial_options) ? element.initial_options : []),
  ].filter(isJson);
  const known = optionsOf(element).map((option) => JSON.stringify(option));
  return given
    .filter((option) => !known.includes(JSON.stringify(option)))
    .map(() => `[ERROR] an initial option of ${String(element.action_id)} is not among its options`);
}

function lengths(element: Json): string[] {
  const { min_length: least, max_length: most, initial_value: initial, action_id: id } = element;
  const wrong: string[] = [];
  if (typeof least === 'number' && typeof most === 'number' && least > most)
    wrong.push(`[ERROR] min_length of ${String(id)} is over its max_length`);
  if (typeof initial === 'string' && typeof most === 'number' && initial.length > most)
    wrong.push(`[ERROR] initial_value of ${String(id)} is over its max_length`);
  return wrong;
}
