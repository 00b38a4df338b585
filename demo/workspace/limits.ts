/**
 * Slack's limits, as published, in one place. The workspace refuses what is over them, so a test that passes here
 * is about a message Slack would have taken. Sources are pages below https://docs.slack.dev/reference/.
 */

/** block-kit/blocks: 50 in a message, 100 in a modal or a home tab. */
export const BLOCKS_PER_MESSAGE = 50;
export const BLOCKS_PER_VIEW = 100;

/** block-kit/composition-objects/text-object. */
export const TEXT_OBJECT_CHARS = 3000;

/** block-kit/blocks/section-block. */
export const SECTION_TEXT_CHARS = 3000;
export const SECTION_FIELDS = 10;
export const SECTION_FIELD_CHARS = 2000;

/** block-kit/blocks/header-block. */
export const HEADER_CHARS = 150;

/** block-kit/blocks/actions-block and context-block, context-actions-block. */
export const ACTIONS_ELEMENTS = 25;
export const CONTEXT_ELEMENTS = 10;
export const CONTEXT_ACTIONS_ELEMENTS = 5;

/** block-kit/blocks: block_id, and action_id of every element. */
export const ID_CHARS = 255;

/** block-kit/block-elements/button-element. */
export const BUTTON_TEXT_CHARS = 75;
export const BUTTON_VALUE_CHARS = 2000;
export const URL_CHARS = 3000;

/** block-kit/blocks/image-block. */
export const IMAGE_ALT_CHARS = 2000;
export const IMAGE_TITLE_CHARS = 2000;

/** block-kit/composition-objects/confirmation-dialog-object and option-object. */
export const CONFIRM_TITLE_CHARS = 100;
export const CONFIRM_TEXT_CHARS = 300;
export const CONFIRM_BUTTON_CHARS = 30;
export const OPTION_TEXT_CHARS = 75;
export const OPTION_VALUE_CHARS = 150;
export const OPTIONS_PER_SELECT = 100;
export const OPTIONS_PER_OVERFLOW = 5;
export const OPTIONS_PER_CHOICE = 10;
export const PLACEHOLDER_CHARS = 150;

/** block-kit/blocks/markdown-block: summed over the markdown blocks of a payload. */
export const MARKDOWN_CHARS = 12_000;

/** block-kit/blocks/table-block. */
export const TABLE_ROWS = 100;
export const TABLE_COLUMNS = 20;

/** block-kit/blocks/data-table-block: a header row and at most a hundred more. */
export const DATA_TABLE_ROWS = 101;

/** block-kit/blocks/container-block. */
export const CONTAINER_CHILDREN = 10;

/** block-kit/blocks/input-block. */
export const INPUT_LABEL_CHARS = 2000;

/** views: title, submit and close; private_metadata. */
export const VIEW_TITLE_CHARS = 24;
export const VIEW_PRIVATE_METADATA_CHARS = 3000;

/** methods/chat.postMessage: 4,000 is advice, 40,000 is where Slack cuts; this workspace refuses instead of cutting. */
export const MESSAGE_TEXT_ADVISED_CHARS = 4000;
export const MESSAGE_TEXT_CHARS = 40_000;

/** Undocumented: slackapi/bolt-js#2509 saw msg_blocks_too_long from 13,172 characters of block text up. */
export const MESSAGE_BLOCK_TEXT_CHARS = 13_171;

/** methods/files.getUploadURLExternal. */
export const FILE_ALT_TEXT_CHARS = 1000;

/** Slack takes files up to 1 GB; this server keeps them in memory, so its own cap is far lower. */
export const FILE_BYTES = 64 * 1024 * 1024;

/** interactivity/handling-user-interaction: answer within 3 s; a trigger_id lives as long. */
export const ACK_DEADLINE_MS = 3000;
export const TRIGGER_LIFETIME_MS = 3000;

/** interactivity/handling-user-interaction: a response_url works 5 times within 30 minutes. */
export const RESPONSE_URL_USES = 5;
export const RESPONSE_URL_LIFETIME_MS = 30 * 60 * 1000;

/** apis/events-api: retried at once, after a minute, after five. */
export const EVENT_RETRY_DELAYS_MS: readonly number[] = [0, 60_000, 300_000];

/** apis/events-api/using-socket-mode: at most ten connections for an app. */
export const SOCKETS_PER_APP = 10;

/** surfaces/modals: three views in a stack. */
export const VIEWS_IN_STACK = 3;

/** apis/web-api/rate-limits: calls a minute, by tier. Tiers say "at least"; the least is what is given here. */
export const CALLS_PER_MINUTE = { 1: 1, 2: 20, 3: 50, 4: 100 } as const;
/** https://slack.com/help/articles/201330736: ten files in one message. */
export const FILES_PER_MESSAGE = 10;
