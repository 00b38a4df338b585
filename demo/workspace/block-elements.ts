import { z } from 'zod';
import {
  BUTTON_TEXT_CHARS,
  BUTTON_VALUE_CHARS,
  CONFIRM_BUTTON_CHARS,
  CONFIRM_TEXT_CHARS,
  CONFIRM_TITLE_CHARS,
  ID_CHARS,
  IMAGE_ALT_CHARS,
  OPTION_TEXT_CHARS,
  OPTION_VALUE_CHARS,
  OPTIONS_PER_CHOICE,
  OPTIONS_PER_OVERFLOW,
  OPTIONS_PER_SELECT,
  PLACEHOLDER_CHARS,
  TEXT_OBJECT_CHARS,
  URL_CHARS,
} from './limits.ts';

/** The pieces blocks are made of: text objects, images, and the interactive elements. Every shape is strict. */

export function plainText(max: number) {
  return z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });
}

function mrkdwn(max: number) {
  return z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(max),
    verbatim: z.boolean().optional(),
  });
}

export function anyText(max: number) {
  return z.discriminatedUnion('type', [plainText(max), mrkdwn(max)]);
}

const id = z.string().min(1).max(ID_CHARS);
const httpUrl = z
  .string()
  .max(URL_CHARS)
  .regex(/^https?:\/\/[^\s]+$/, 'must be a valid http or https URL');

export const blockId = id.optional();

const slackFile = z
  .strictObject({ id: z.string().optional(), url: httpUrl.optional() })
  .refine((file) => (file.id === undefined) !== (file.url === undefined), 'needs exactly one of id and url');

export const imageSource = {
  alt_text: z.string().min(1).max(IMAGE_ALT_CHARS),
  image_url: httpUrl.optional(),
  slack_file: slackFile.optional(),
};

export function oneImageSource(image: { image_url?: unknown; slack_file?: unknown }): boolean {
  return (image.image_url === undefined) !== (image.slack_file === undefined);
}

export const ONE_IMAGE_SOURCE = 'needs exactly one of image_url and slack_file';

export const imageElement = z
  .strictObject({ type: z.literal('image'), ...imageSource })
  .refine(oneImageSource, ONE_IMAGE_SOURCE);

const confirm = z.strictObject({
  title: plainText(CONFIRM_TITLE_CHARS),
  text: anyText(CONFIRM_TEXT_CHARS),
  confirm: plainText(CONFIRM_BUTTON_CHARS),
  deny: plainText(CONFIRM_BUTTON_CHARS),
  style: z.enum(['primary', 'danger']).optional(),
});

const value = z.string().min(1).max(OPTION_VALUE_CHARS);

/** Of a select; only radio buttons and checkboxes may be written in mrkdwn, only an overflow menu has links. */
export const option = z.strictObject({
  text: plainText(OPTION_TEXT_CHARS),
  value,
  description: plainText(OPTION_TEXT_CHARS).optional(),
});
const overflowOption = option.extend({ url: httpUrl.optional() });
const choiceOption = option.extend({
  text: anyText(OPTION_TEXT_CHARS),
  description: anyText(OPTION_TEXT_CHARS).optional(),
});

const actionable = { action_id: id.optional() };
const confirmable = { confirm: confirm.optional() };
const focusable = { focus_on_load: z.boolean().optional() };
const placeholdable = { placeholder: plainText(PLACEHOLDER_CHARS).optional() };
const dispatchable = {
  dispatch_action_config: z
    .strictObject({
      trigger_actions_on: z.array(z.enum(['on_enter_pressed', 'on_character_entered'])).min(1),
    })
    .optional(),
};

export const button = z.strictObject({
  type: z.literal('button'),
  ...actionable,
  ...confirmable,
  text: plainText(BUTTON_TEXT_CHARS),
  value: z.string().max(BUTTON_VALUE_CHARS).optional(),
  url: httpUrl.optional(),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: z.string().max(BUTTON_TEXT_CHARS).optional(),
});

const overflow = z.strictObject({
  type: z.literal('overflow'),
  ...actionable,
  ...confirmable,
  options: z.array(overflowOption).min(1).max(OPTIONS_PER_OVERFLOW),
});

const choice = { options: z.array(choiceOption).min(1).max(OPTIONS_PER_CHOICE) };
const checkboxes = z.strictObject({
  type: z.literal('checkboxes'),
  ...actionable,
  ...confirmable,
  ...focusable,
  ...choice,
  initial_options: z.array(choiceOption).min(1).optional(),
});
const radioButtons = z.strictObject({
  type: z.literal('radio_buttons'),
  ...actionable,
  ...confirmable,
  ...focusable,
  ...choice,
  initial_option: choiceOption.optional(),
});

const selectBase = { ...actionable, ...confirmable, ...focusable, ...placeholdable };
export const optionGroup = z.strictObject({
  label: plainText(OPTION_TEXT_CHARS),
  options: z.array(option).min(1).max(OPTIONS_PER_SELECT),
});
const selectOptions = {
  options: z.array(option).min(1).max(OPTIONS_PER_SELECT).optional(),
  option_groups: z.array(optionGroup).min(1).max(OPTIONS_PER_SELECT).optional(),
};
const maxSelected = { max_selected_items: z.number().int().min(1).optional() };

/** Slack waits for three characters unless it is told otherwise. */
const fetched = { min_query_length: z.number().int().min(0).optional() };

const selects = [
  z.strictObject({
    type: z.literal('static_select'),
    ...selectBase,
    ...selectOptions,
    initial_option: option.optional(),
  }),
  z.strictObject({
    type: z.literal('multi_static_select'),
    ...selectBase,
    ...selectOptions,
    ...maxSelected,
    initial_options: z.array(option).min(1).optional(),
  }),
  z.strictObject({
    type: z.literal('external_select'),
    ...selectBase,
    ...fetched,
    initial_option: option.optional(),
  }),
  z.strictObject({ type: z.literal('users_select'), ...selectBase, initial_user: z.string().optional() }),
  z.strictObject({
    type: z.literal('conversations_select'),
    ...selectBase,
    initial_conversation: z.string().optional(),
    default_to_current_conversation: z.boolean().optional(),
    response_url_enabled: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('channels_select'),
    ...selectBase,
    initial_channel: z.string().optional(),
    response_url_enabled: z.boolean().optional(),
  }),
] as const;

const pickers = [
  z.strictObject({
    type: z.literal('datepicker'),
    ...selectBase,
    initial_date: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/)
      .optional(),
  }),
  z.strictObject({
    type: z.literal('timepicker'),
    ...selectBase,
    initial_time: z
      .string()
      .regex(/^\d{2}:\d{2}$/)
      .optional(),
    timezone: z.string().optional(),
  }),
] as const;

/** Belongs into action and input blocks, and beside no section. */
const moment = z.strictObject({
  type: z.literal('datetimepicker'),
  ...actionable,
  ...confirmable,
  ...focusable,
  initial_date_time: z.number().int().min(1_000_000_000).max(9_999_999_999).optional(),
});

export const actionElement = z.discriminatedUnion('type', [
  button,
  overflow,
  checkboxes,
  radioButtons,
  ...selects,
  ...pickers,
  moment,
]);

export const accessory = z.discriminatedUnion('type', [
  imageElement,
  button,
  overflow,
  checkboxes,
  radioButtons,
  ...selects,
  ...pickers,
]);

const typed = {
  ...actionable,
  ...dispatchable,
  ...focusable,
  ...placeholdable,
  initial_value: z.string().optional(),
};

export const inputElement = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('plain_text_input'),
    ...typed,
    multiline: z.boolean().optional(),
    min_length: z.number().int().min(0).max(TEXT_OBJECT_CHARS).optional(),
    max_length: z.number().int().min(1).max(TEXT_OBJECT_CHARS).optional(),
  }),
  z.strictObject({
    type: z.literal('number_input'),
    ...typed,
    is_decimal_allowed: z.boolean(),
    min_value: z.string().optional(),
    max_value: z.string().optional(),
  }),
  z.strictObject({ type: z.literal('url_text_input'), ...typed }),
  z.strictObject({ type: z.literal('email_text_input'), ...typed }),
  checkboxes,
  radioButtons,
  ...selects,
  ...pickers,
  moment,
]);

const feedbackButton = z.strictObject({
  text: plainText(BUTTON_TEXT_CHARS),
  accessibility_label: z.string().max(BUTTON_TEXT_CHARS).optional(),
  value: z.string().max(BUTTON_VALUE_CHARS),
});

export const contextActionElement = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('feedback_buttons'),
    ...actionable,
    positive_button: feedbackButton,
    negative_button: feedbackButton,
  }),
  z.strictObject({
    type: z.literal('icon_button'),
    ...actionable,
    ...confirmable,
    icon: z.enum(['trash']),
    text: plainText(BUTTON_TEXT_CHARS),
    value: z.string().max(BUTTON_VALUE_CHARS).optional(),
    accessibility_label: z.string().max(BUTTON_TEXT_CHARS).optional(),
    visible_to_user_ids: z.array(z.string()).optional(),
  }),
]);
