// Slack's limits, in characters unless the name says otherwise. Messages are built to stay inside them;
// Slack answers anything beyond with `invalid_blocks` or `msg_blocks_too_long` and shows nothing at all.
// Source: https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/reference/block-kit/block-elements

export const BLOCKS_PER_MESSAGE = 50;
export const SECTION_TEXT = 3_000;
export const HEADER_TEXT = 150;
export const CONTEXT_ELEMENTS = 10;
export const ACTIONS_ELEMENTS = 25;
export const BUTTON_TEXT = 75;
export const BUTTON_VALUE = 2_000;
export const ACTION_ID = 255;
/** https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
export const CONFIRM_TITLE = 100;
export const CONFIRM_TEXT = 300;
export const CONFIRM_BUTTON = 30;
export const IMAGE_ALT_TEXT = 2_000;
export const IMAGE_TITLE = 2_000;
export const TABLE_ROWS = 100;
export const TABLE_COLUMNS = 20;
/** Slack refuses a second table in one message (`only_one_table_allowed`). */
export const TABLES_PER_MESSAGE = 1;

/** Slack was seen to refuse messages near 13,200 characters in all blocks together; the documents name no figure. */
export const MESSAGE_CHARACTERS = 12_000;
/** `text` beside blocks is what notifications and screen readers get; Slack advises 4,000 at most. */
export const FALLBACK_TEXT = 4_000;

/** A modal or a home tab. */
export const BLOCKS_PER_VIEW = 100;
/** Of a modal's title and of its two buttons. */
export const VIEW_TITLE = 24;
export const PRIVATE_METADATA = 3_000;
export const INPUT_LABEL = 2_000;
/** https://docs.slack.dev/reference/block-kit/composition-objects/option-object */
export const OPTION_TEXT = 75;
export const OPTION_VALUE = 150;
export const OPTIONS_PER_SELECT = 100;
export const PLACEHOLDER = 150;
