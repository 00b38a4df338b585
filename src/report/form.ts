// The inputs our modals and the home tab are made of, and the views around them. As with messages: branded text only,
// inside Slack's limits.
import type { HomeView, InputBlock, ModalView } from '@slack/types';
import { type Block, type Made, make, plainText } from './elements.ts';
import { plain } from './foreign.ts';
import {
  BLOCKS_PER_VIEW,
  INPUT_LABEL,
  OPTION_TEXT,
  OPTION_VALUE,
  OPTIONS_PER_SELECT,
  PLACEHOLDER,
  PRIVATE_METADATA,
  SECTION_TEXT,
  VIEW_TITLE,
} from './limits.ts';

interface FieldWords {
  /** Names it among the answers, and is where a complaint is shown. */
  readonly blockId: string;
  readonly label: string;
  readonly hint?: string;
  readonly isOptional?: boolean;
  /** The app hears of it at once, and not only when the whole view is submitted. */
  readonly isHeard?: boolean;
}

/** The action id of a field's only element. Those that are heard at once have one of their own. */
export const ANSWER = 'answer';

export interface OptionWords {
  readonly text: string;
  readonly value: string;
  readonly about?: string;
}

type Element = InputBlock['element'];

export function textField(
  words: FieldWords & {
    readonly actionId?: string;
    readonly initial?: string;
    readonly placeholder?: string;
    readonly most?: number;
    readonly isLong?: boolean;
  },
): Made<InputBlock> {
  const { actionId = ANSWER, initial, placeholder, most, isLong } = words;
  return field(words, {
    type: 'plain_text_input',
    action_id: actionId,
    ...(initial !== undefined && initial !== '' && { initial_value: plain(initial, most ?? SECTION_TEXT) }),
    ...(placeholder !== undefined && { placeholder: plainText(plain(placeholder, PLACEHOLDER)) }),
    ...(most !== undefined && { max_length: most }),
    ...(isLong && { multiline: true }),
  });
}

/** One of a few: a menu, or all of them to be seen as radio buttons. */
export function choiceField(
  words: FieldWords & {
    readonly options: readonly OptionWords[];
    readonly initial?: string;
    readonly isOpen?: boolean;
  },
): Made<InputBlock> {
  const options = words.options.slice(0, OPTIONS_PER_SELECT).map(option);
  const initial = options.find(({ value }) => value === words.initial);
  return field(words, {
    type: words.isOpen ? 'radio_buttons' : 'static_select',
    action_id: ANSWER,
    options,
    ...(initial && { initial_option: initial }),
  });
}

export function checkField(
  words: FieldWords & { readonly options: readonly OptionWords[]; readonly initial?: readonly string[] },
): Made<InputBlock> {
  const options = words.options.slice(0, OPTIONS_PER_CHECK).map(option);
  const initial = options.filter(({ value }) => words.initial?.includes(value));
  return field(words, {
    type: 'checkboxes',
    action_id: ANSWER,
    options,
    ...(initial.length > 0 && { initial_options: initial }),
  });
}

const OPTIONS_PER_CHECK = 10;

/** A list too long for Slack's hundred options: asked for with what somebody types. */
export function searchField(
  words: FieldWords & {
    readonly actionId: string;
    readonly placeholder: string;
    readonly initial?: OptionWords;
  },
): Made<InputBlock> {
  return field(words, {
    type: 'external_select',
    action_id: words.actionId,
    placeholder: plainText(plain(words.placeholder, PLACEHOLDER)),
    min_query_length: 0,
    ...(words.initial && { initial_option: option(words.initial) }),
  });
}

/** A channel; without a first one, that in which the form was opened. */
export function channelField(words: FieldWords & { readonly initial?: string }): Made<InputBlock> {
  return field(words, {
    type: 'conversations_select',
    action_id: ANSWER,
    ...(words.initial === undefined
      ? { default_to_current_conversation: true }
      : { initial_conversation: words.initial }),
  });
}

/** @param initial `2026-11-27` */
export function dateField(words: FieldWords & { readonly initial?: string }): Made<InputBlock> {
  return field(words, {
    type: 'datepicker',
    action_id: ANSWER,
    ...(words.initial !== undefined && { initial_date: words.initial }),
  });
}

/** @param initial `09:00` */
export function timeField(words: FieldWords & { readonly initial?: string }): Made<InputBlock> {
  return field(words, {
    type: 'timepicker',
    action_id: ANSWER,
    ...(words.initial !== undefined && { initial_time: words.initial }),
  });
}

export function option({ text, value, about }: OptionWords) {
  return {
    text: plainText(plain(text, OPTION_TEXT)),
    value: value.slice(0, OPTION_VALUE),
    ...(about !== undefined && { description: plainText(plain(about, OPTION_TEXT)) }),
  };
}

function field(
  { blockId, label, hint, isOptional, isHeard }: FieldWords,
  element: Element,
): Made<InputBlock> {
  return make({
    type: 'input',
    block_id: blockId,
    label: plainText(plain(label, INPUT_LABEL)),
    element,
    ...(hint !== undefined && { hint: plainText(plain(hint, INPUT_LABEL)) }),
    ...(isOptional && { optional: true }),
    ...(isHeard && { dispatch_action: true }),
  });
}

export function modal(view: {
  readonly callbackId: string;
  readonly title: string;
  /** Without it there is nothing to submit. */
  readonly submit?: string;
  readonly close?: string;
  readonly blocks: readonly Block[];
  /** Comes back with the answers. Short, and no secret. */
  readonly metadata?: unknown;
}): ModalView {
  const { callbackId, title, submit, close, blocks, metadata } = view;
  return {
    type: 'modal',
    callback_id: callbackId,
    title: plainText(plain(title, VIEW_TITLE)),
    ...(submit !== undefined && { submit: plainText(plain(submit, VIEW_TITLE)) }),
    ...(close !== undefined && { close: plainText(plain(close, VIEW_TITLE)) }),
    ...(metadata !== undefined && { private_metadata: keptIn(metadata) }),
    blocks: blocks.slice(0, BLOCKS_PER_VIEW),
  };
}

export function homeTab(blocks: readonly Block[], metadata: unknown): HomeView {
  return { type: 'home', private_metadata: keptIn(metadata), blocks: blocks.slice(0, BLOCKS_PER_VIEW) };
}

/** Cut JSON is none: what does not fit is left out altogether. */
function keptIn(metadata: unknown): string {
  const text = JSON.stringify(metadata);
  return text.length <= PRIVATE_METADATA ? text : '';
}
