import { z } from 'zod';
import {
  accessory,
  actionElement,
  anyText,
  blockId,
  contextActionElement,
  imageElement,
  imageSource,
  inputElement,
  ONE_IMAGE_SOURCE,
  oneImageSource,
  plainText,
} from './block-elements.ts';
import { elementProblems } from './element-rules.ts';
import { isJson, type Json } from './json.ts';
import * as limit from './limits.ts';
import { richText } from './rich-text.ts';

/**
 * What Slack checks before it takes blocks: types, fields, lengths, counts, unique ids. A block type or a field that
 * is not listed here is refused, so a new one is added on purpose, with its limits, by whoever first sends it.
 */

const section = z
  .strictObject({
    type: z.literal('section'),
    block_id: blockId,
    text: anyText(limit.SECTION_TEXT_CHARS).optional(),
    fields: z.array(anyText(limit.SECTION_FIELD_CHARS)).min(1).max(limit.SECTION_FIELDS).optional(),
    accessory: accessory.optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined, 'needs text or fields');

const header = z.strictObject({
  type: z.literal('header'),
  block_id: blockId,
  text: plainText(limit.HEADER_CHARS),
});

const divider = z.strictObject({ type: z.literal('divider'), block_id: blockId });

const context = z.strictObject({
  type: z.literal('context'),
  block_id: blockId,
  elements: z
    .array(z.union([imageElement, anyText(limit.TEXT_OBJECT_CHARS)]))
    .min(1)
    .max(limit.CONTEXT_ELEMENTS),
});

const actions = z.strictObject({
  type: z.literal('actions'),
  block_id: blockId,
  elements: z.array(actionElement).min(1).max(limit.ACTIONS_ELEMENTS),
});

const image = z
  .strictObject({
    type: z.literal('image'),
    block_id: blockId,
    ...imageSource,
    title: plainText(limit.IMAGE_TITLE_CHARS).optional(),
  })
  .refine(oneImageSource, ONE_IMAGE_SOURCE);

const markdown = z.strictObject({
  type: z.literal('markdown'),
  block_id: blockId,
  text: z.string().min(1).max(limit.MARKDOWN_CHARS),
});

const rawText = z.strictObject({ type: z.literal('raw_text'), text: z.string() });
const rawNumber = z.strictObject({
  type: z.literal('raw_number'),
  value: z.number(),
  text: z.string().optional(),
});
const cell = z.discriminatedUnion('type', [rawText, rawNumber, richText]);

const table = z.strictObject({
  type: z.literal('table'),
  block_id: blockId,
  rows: z.array(z.array(cell).min(1).max(limit.TABLE_COLUMNS)).min(1).max(limit.TABLE_ROWS),
  column_settings: z
    .array(
      z.strictObject({
        align: z.enum(['left', 'center', 'right']).optional(),
        is_wrapped: z.boolean().optional(),
      }),
    )
    .max(limit.TABLE_COLUMNS)
    .optional(),
});

const dataTable = z
  .strictObject({
    type: z.literal('data_table'),
    block_id: blockId,
    caption: z.string().min(1),
    rows: z.array(z.array(cell).min(1).max(limit.TABLE_COLUMNS)).min(2).max(limit.DATA_TABLE_ROWS),
    page_size: z.number().int().min(1).max(100).optional(),
    row_header_column_index: z.number().int().min(0).optional(),
  })
  .refine(
    (block) => !block.rows[0]?.some((each) => each.type === 'rich_text'),
    'header cells cannot be rich_text',
  )
  .refine(
    (block) => new Set(block.rows.map((row) => row.length)).size === 1,
    'rows must have the same length',
  );

const contextActions = z.strictObject({
  type: z.literal('context_actions'),
  block_id: blockId,
  elements: z.array(contextActionElement).min(1).max(limit.CONTEXT_ACTIONS_ELEMENTS),
});

const input = z.strictObject({
  type: z.literal('input'),
  block_id: blockId,
  label: plainText(limit.INPUT_LABEL_CHARS),
  hint: plainText(limit.INPUT_LABEL_CHARS).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  element: inputElement,
});

const alert = z.strictObject({
  type: z.literal('alert'),
  block_id: blockId,
  text: anyText(limit.TEXT_OBJECT_CHARS),
  level: z.enum(['default', 'info', 'warning', 'error', 'success']).optional(),
});

const container = z.strictObject({
  type: z.literal('container'),
  block_id: blockId,
  title: plainText(limit.HEADER_CHARS).optional(),
  rich_text_title: richText.optional(),
  subtitle: anyText(limit.HEADER_CHARS).optional(),
  icon: imageElement.optional(),
  width: z.enum(['narrow', 'standard', 'wide', 'full']).optional(),
  is_collapsible: z.boolean().optional(),
  default_collapsed: z.boolean().optional(),
  has_header_divider: z.boolean().optional(),
  child_blocks: z
    .array(
      z.discriminatedUnion('type', [
        section,
        header,
        divider,
        context,
        actions,
        image,
        table,
        richText,
        input,
      ]),
    )
    .min(1)
    .max(limit.CONTAINER_CHILDREN),
});

const anyBlock = z.discriminatedUnion('type', [
  section,
  header,
  divider,
  context,
  actions,
  image,
  markdown,
  table,
  dataTable,
  richText,
  contextActions,
  input,
  alert,
  container,
]);

export interface BlockRules {
  readonly max?: number;
}

/** What is wrong with the blocks, in the words Slack puts in response_metadata.messages; nothing wrong, nothing said. */
export function validateBlocks(blocks: unknown, rules: BlockRules = {}): string[] {
  const parsed = z
    .array(anyBlock)
    .max(rules.max ?? limit.BLOCKS_PER_MESSAGE)
    .safeParse(blocks);
  const wrong = parsed.success ? [] : parsed.error.issues.flatMap(issueLines);
  if (!Array.isArray(blocks)) return wrong;
  return [
    ...wrong,
    ...repeatedBlockIds(blocks),
    ...repeatedActionIds(blocks),
    ...elementProblems(blocks.filter(isJson)),
    ...wholeMessage(blocks),
  ];
}

/** Characters of text in all blocks together, which Slack limits beside the limits of each. */
export function blockTextLength(blocks: unknown): number {
  if (Array.isArray(blocks)) return blocks.reduce<number>((sum, each) => sum + blockTextLength(each), 0);
  if (!isJson(blocks)) return 0;
  return Object.entries(blocks).reduce(
    (sum, [key, value]) =>
      sum + (key === 'text' && typeof value === 'string' ? value.length : blockTextLength(value)),
    0,
  );
}

function issueLines(issue: z.core.$ZodIssue): string[] {
  const at = (path: readonly PropertyKey[]) =>
    `[json-pointer:/blocks${path.map((step) => `/${String(step)}`).join('')}]`;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `[ERROR] unsupported field: ${key} ${at(issue.path)}`);
  }
  if (issue.code === 'too_big') {
    const unit = issue.origin === 'array' ? 'items' : issue.origin === 'string' ? 'characters' : 'value';
    return [`[ERROR] must be no more than ${issue.maximum} ${unit} ${at(issue.path)}`];
  }
  if (issue.code === 'invalid_union' && 'note' in issue && issue.note === 'No matching discriminator') {
    return [`[ERROR] unsupported type ${at(issue.path)}`];
  }
  if (issue.code === 'invalid_union') {
    // Context elements are the one plain union: say what the closest member (the one with fewest complaints) said.
    const closest = [...issue.errors].sort((a, b) => a.length - b.length)[0] ?? [];
    return closest.flatMap((inner) => issueLines({ ...inner, path: [...issue.path, ...inner.path] }));
  }
  return [`[ERROR] ${issue.message} ${at(issue.path)}`];
}

function repeatedBlockIds(blocks: readonly unknown[]): string[] {
  const ids = blocks.flatMap((block) =>
    isJson(block) && typeof block.block_id === 'string' ? [block.block_id] : [],
  );
  return repeated(ids).map((id) => `[ERROR] block_id ${id} is used more than once`);
}

function repeatedActionIds(blocks: readonly unknown[]): string[] {
  return blocks.flatMap((block, index) => {
    const elements = isJson(block) && Array.isArray(block.elements) ? block.elements.filter(isJson) : [];
    const ids = elements.flatMap((element) =>
      typeof element.action_id === 'string' ? [element.action_id] : [],
    );
    return repeated(ids).map(
      (id) => `[ERROR] action_id ${id} is used more than once [json-pointer:/blocks/${index}/elements]`,
    );
  });
}

function wholeMessage(blocks: readonly unknown[]): string[] {
  const of = (type: string): Json[] => blocks.filter(isJson).filter((block) => block.type === type);
  const markdownChars = of('markdown').reduce((sum, block) => sum + String(block.text ?? '').length, 0);
  const wrong: string[] = [];
  if (of('table').length > 1) wrong.push('[ERROR] only one table block is allowed');
  if (of('markdown').length > 1 && markdownChars > limit.MARKDOWN_CHARS) {
    wrong.push(`[ERROR] markdown blocks together must be no more than ${limit.MARKDOWN_CHARS} characters`);
  }
  return wrong;
}

function repeated(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}
