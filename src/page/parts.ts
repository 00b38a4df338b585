import { type Markings, tags } from '../report/foreign.ts';

export const NOTHING: Markings = tags``;

/** Undefined inside leaves the section out, and the way to it. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly inside: Markings | undefined;
}

export function sectionOf({ id, title, inside }: Section): Markings {
  if (inside === undefined) return NOTHING;
  return tags`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${inside}</section>\n`;
}

export interface Column {
  readonly title: string;
  readonly number?: boolean;
}

const STACKED_COLUMNS = 4;

/** @param more what the table leaves out, in words; empty when nothing */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { caption = '', more = '' }: { readonly caption?: string; readonly more?: string } = {},
): Markings {
  const shade = (at: number) => (columns[at]?.number === true ? 'number' : 'words');
  const heads = columns.map(({ title }, at) => tags`<th scope="col" class="${shade(at)}">${title}</th>`);
  const body = rows.map(
    (cells) => tags`<tr>${cells.map((cell, at) => tags`<td class="${shade(at)}">${cell}</td>`)}</tr>`,
  );
  const title = caption === '' ? NOTHING : tags`<caption>${caption}</caption>`;
  const note = more === '' ? NOTHING : tags`<p class="soft">${more}</p>`;
  // On a phone the cells of a short row stand below each other; what they are can be told without the headings.
  const kind = columns.length <= STACKED_COLUMNS ? 'stacks' : 'scrolls';
  return tags`<div class="wide"><table class="${kind}">${title}<thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table></div>${note}`;
}

export function list(lines: readonly (Markings | string)[]): Markings {
  return tags`<ul class="plain">${lines.map((line) => tags`<li>${line}</li>`)}</ul>`;
}

/** A sentence of the analysis: names between back-ticks become code. */
export function prose(sentence: string): Markings {
  const pieces = sentence.slice(0, LONGEST_SENTENCE).split('`');
  return tags`${pieces.map((piece, at) =>
    at % 2 === 1 && at < pieces.length - 1 ? tags`<code>${piece}</code>` : tags`${piece}`,
  )}`;
}

/** Sentences of the analysis are below 300 characters; names in them can be as long as they like. */
const LONGEST_SENTENCE = 2_000;
