// The few blocks our messages are made of. Each takes branded text only, and every mrkdwn object is
// `verbatim`: Slack then links no URL, channel or name that it finds in foreign text by itself.
import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  DividerBlock,
  HeaderBlock,
  ImageBlock,
  KnownBlock,
  MrkdwnElement,
  Overflow,
  PlainTextElement,
  SectionBlock,
  StaticSelect,
  TableBlock,
} from '@slack/types';
import {
  cutList,
  type Foreign,
  type Mrkdwn,
  mrkdwn,
  type Plain,
  plain,
  type Unlinked,
  unlinked,
} from './foreign.ts';
import {
  BUTTON_TEXT,
  BUTTON_VALUE,
  CONFIRM_BUTTON,
  CONFIRM_TEXT,
  CONFIRM_TITLE,
  CONTEXT_ELEMENTS,
  HEADER_TEXT,
  IMAGE_ALT_TEXT,
  OPTION_VALUE,
  SECTION_TEXT,
  TABLE_ROWS,
} from './limits.ts';

declare const made: unique symbol;
/** A block made in this file: one written down elsewhere could carry a raw string. */
export type Made<Kind> = Kind & { readonly [made]: true };
export type Block = Made<KnownBlock>;

/** What chat.postMessage and chat.update take. `text` alone must tell the story. */
export interface SlackMessage {
  readonly text: Mrkdwn;
  readonly blocks: readonly Block[];
}

/** A message as Slack takes it. */
export interface Content {
  readonly text: Unlinked;
  readonly blocks: Block[];
}

export function contentOf({ text, blocks }: SlackMessage): Content {
  return { text: unlinked(text), blocks: [...blocks] };
}

/** Nothing but text: in a block where it fits one, for in `text` Slack links what looks like an address. */
export function textContent(text: Mrkdwn): Content {
  return { text: unlinked(text), blocks: text.length <= SECTION_TEXT ? [section(text)] : [] };
}

/** @param beside a button, or a menu, at its right edge */
export function section(text: Mrkdwn, beside?: ButtonWords | OverflowMenu): Made<SectionBlock> {
  return make({
    type: 'section',
    text: mrkdwnText(text),
    ...(beside && { accessory: 'type' in beside ? beside : button(beside) }),
  });
}

export function context(lines: readonly Mrkdwn[]): Made<ContextBlock> {
  return make({ type: 'context', elements: lines.slice(0, CONTEXT_ELEMENTS).map(mrkdwnText) });
}

export function header(text: Foreign): Made<HeaderBlock> {
  return make({ type: 'header', text: plainText(plain(text, HEADER_TEXT)) });
}

export function divider(): Made<DividerBlock> {
  return make({ type: 'divider' });
}

export interface ButtonWords {
  readonly text: string;
  readonly actionId: string;
  readonly value: string;
  readonly primary?: boolean;
  readonly danger?: boolean;
  /** What a screen reader says instead of the short text. */
  readonly says?: string;
  /** Asked before it counts. */
  readonly confirm?: ConfirmWords;
}

export interface ConfirmWords {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly no: string;
}

export function actions(
  buttons: readonly ButtonWords[],
  selects: readonly (SelectMenu | OverflowMenu)[] = [],
): Made<ActionsBlock> {
  return make({ type: 'actions', elements: [...buttons.map(button), ...selects] });
}

type SelectMenu = Made<StaticSelect>;
export type OverflowMenu = Made<Overflow>;

export interface MenuEntry {
  readonly text: string;
  readonly value: string;
  /** Opened in the browser when it is chosen. */
  readonly url?: string;
}

/** A menu behind three dots. */
export function overflow(actionId: string, entries: readonly MenuEntry[]): OverflowMenu {
  return {
    type: 'overflow',
    action_id: actionId,
    options: entries.map(({ text, value, url }) => ({
      text: plainText(plain(text, BUTTON_TEXT)),
      value: value.slice(0, OPTION_VALUE),
      ...(url !== undefined && { url }),
    })),
  } as OverflowMenu;
}

export interface SelectWords {
  readonly placeholder: string;
  readonly actionId: string;
  /** Each is shown, and handed back, as it is. */
  readonly options: readonly string[];
}

export function select({ placeholder, actionId, options }: SelectWords): SelectMenu {
  return {
    type: 'static_select',
    action_id: actionId,
    placeholder: plainText(plain(placeholder, BUTTON_TEXT)),
    options: options.map((value) => ({
      text: plainText(plain(value, BUTTON_TEXT)),
      value: value.slice(0, OPTION_VALUE),
    })),
  } as SelectMenu;
}

/** An image that was uploaded to Slack before. */
export function uploadedImage(fileId: string, alt: string): Made<ImageBlock> {
  return make({
    type: 'image',
    slack_file: { id: fileId },
    alt_text: plain(alt.trim() || 'chart', IMAGE_ALT_TEXT),
  });
}

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  readonly wrapped?: boolean;
}

/** A table with a heading row. Slack refuses empty cells, so a cell without text gets a dash. */
export function table(columns: readonly Column[], rows: readonly (readonly Plain[])[]): Made<TableBlock> {
  const { shown } = cutList(rows, TABLE_ROWS - 1);
  const heading = columns.map(({ title }) => cell(plain(title, HEADER_TEXT)));
  return make({
    type: 'table',
    rows: [heading, ...shown.map((row) => row.map(cell))],
    column_settings: columns.map(({ align, wrapped }) => ({ align, is_wrapped: wrapped === true })),
  });
}

/** Characters Slack counts towards a message: every text in its blocks. */
export function charactersOf(blocks: readonly unknown[]): number {
  const count = (value: unknown): number => {
    if (typeof value === 'string') return value.length;
    if (Array.isArray(value)) return value.reduce<number>((sum, entry) => sum + count(entry), 0);
    if (typeof value !== 'object' || value === null) return 0;
    return Object.values(value).reduce<number>((sum, entry) => sum + count(entry), 0);
  };
  return count(blocks);
}

export const NOTHING: Mrkdwn = mrkdwn``;

export function make<Kind extends KnownBlock>(block: Kind): Made<Kind> {
  return block as Made<Kind>;
}

function button({ text, actionId, value, primary, danger, says, confirm }: ButtonWords): Button {
  return {
    type: 'button',
    text: plainText(plain(text, BUTTON_TEXT)),
    action_id: actionId,
    value: value.slice(0, BUTTON_VALUE),
    ...(primary && { style: 'primary' as const }),
    ...(danger && { style: 'danger' as const }),
    ...(says !== undefined && { accessibility_label: plain(says, BUTTON_TEXT) }),
    ...(confirm && { confirm: dialog(confirm, danger === true) }),
  };
}

function dialog({ title, text, yes, no }: ConfirmWords, isDanger: boolean): ConfirmationDialog {
  return {
    title: plainText(plain(title, CONFIRM_TITLE)),
    text: plainText(plain(text, CONFIRM_TEXT)),
    confirm: plainText(plain(yes, CONFIRM_BUTTON)),
    deny: plainText(plain(no, CONFIRM_BUTTON)),
    ...(isDanger && { style: 'danger' as const }),
  };
}

function cell(text: Plain): { type: 'raw_text'; text: string } {
  return { type: 'raw_text', text: text.trim() === '' ? '–' : text };
}

function mrkdwnText(text: Mrkdwn): MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true };
}

export function plainText(text: Plain): PlainTextElement {
  return { type: 'plain_text', text, emoji: false };
}
