import { z } from 'zod';
import { blockTextLength, validateBlocks } from './blocks.ts';
import { isJson, type Json } from './json.ts';
import * as limit from './limits.ts';
import { refuse } from './refusal.ts';
import type { World } from './world.ts';

/** What a message says, however it arrives (a method's arguments or a response_url's body), checked the same way. */

export interface Content {
  readonly text?: string | undefined;
  readonly blocks?: readonly Json[] | undefined;
  readonly attachments?: readonly Json[] | undefined;
  readonly warnings: readonly string[];
}

interface Given {
  readonly text?: string | undefined;
  readonly markdown_text?: string | undefined;
  readonly blocks?: unknown;
  readonly attachments?: unknown;
}

const IMAGE_FETCH_MS = 2000;

const attachmentShape = z.strictObject({
  fallback: z.string().optional(),
  color: z.string().optional(),
  blocks: z.array(z.unknown()).optional(),
  text: z.string().optional(),
  pretext: z.string().optional(),
  title: z.string().optional(),
  title_link: z.string().optional(),
  footer: z.string().optional(),
  mrkdwn_in: z.array(z.string()).optional(),
});

/** `textLimit` differs: 4,000 for chat.update, 40,000 where messages are posted. */
export async function readContent(given: Given, world: World, textLimit: number): Promise<Content> {
  if (given.markdown_text !== undefined && (given.text !== undefined || given.blocks !== undefined)) {
    throw refuse('markdown_text_conflict');
  }
  if ((given.text?.length ?? 0) > textLimit) throw refuse('msg_too_long');
  if ((given.markdown_text?.length ?? 0) > limit.MARKDOWN_CHARS) throw refuse('msg_too_long');
  const blocks = given.markdown_text
    ? [{ type: 'markdown', text: given.markdown_text }]
    : given.blocks === undefined
      ? undefined
      : await checkedBlocks(given.blocks, world);
  const attachments =
    given.attachments === undefined ? undefined : await checkedAttachments(given.attachments, world);
  const long = (given.text?.length ?? 0) > limit.MESSAGE_TEXT_ADVISED_CHARS;
  const warnings = long
    ? [`[WARN] text should be no more than ${limit.MESSAGE_TEXT_ADVISED_CHARS} characters`]
    : [];
  return { text: given.text ?? given.markdown_text, blocks, attachments, warnings };
}

export async function checkedBlocks(given: unknown, world: World, max?: number): Promise<readonly Json[]> {
  if (!Array.isArray(given)) throw refuse('invalid_blocks_format');
  const wrong = validateBlocks(given, max === undefined ? {} : { max });
  if (wrong.length > 0) throw refuse('invalid_blocks', wrong);
  if (blockTextLength(given) > limit.MESSAGE_BLOCK_TEXT_CHARS) throw refuse('msg_blocks_too_long');
  const blocks = given.filter(isJson);
  const broken = (await Promise.all(imagesIn(blocks).map((image) => imageProblem(image, world)))).flat();
  if (broken.length > 0) throw refuse('invalid_blocks', broken);
  return blocks;
}

/** Nothing to show is refused; an empty list of blocks is nothing. */
export function isEmpty(content: Content): boolean {
  return !content.text?.trim() && !content.blocks?.length && !content.attachments?.length;
}

async function checkedAttachments(given: unknown, world: World): Promise<readonly Json[]> {
  const parsed = z.array(attachmentShape).max(20).safeParse(given);
  if (!parsed.success)
    throw refuse(
      'invalid_attachments',
      parsed.error.issues.map((issue) => `[ERROR] ${issue.message}`),
    );
  for (const attachment of parsed.data) if (attachment.blocks) await checkedBlocks(attachment.blocks, world);
  return parsed.data;
}

function imagesIn(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap(imagesIn);
  if (!isJson(value)) return [];
  return [...(value.type === 'image' ? [value] : []), ...Object.values(value).flatMap(imagesIn)];
}

/** Slack fetches an image when the message is posted. This Slack has no network beyond this machine. */
async function imageProblem(image: Json, world: World): Promise<string[]> {
  if (isJson(image.slack_file)) {
    const { id, url } = image.slack_file;
    const file = [...world.files.values()].find(
      (each) => each.id === id || (typeof url === 'string' && url.includes(`/${each.id}/`)),
    );
    if (!file?.completed) return [`[ERROR] invalid slack file [slack_file:${String(id ?? url)}]`];
    return file.mimetype.startsWith('image/') ? [] : [`[ERROR] slack file ${file.id} is not an image`];
  }
  const url = new URL(String(image.image_url));
  if (!['127.0.0.1', 'localhost'].includes(url.hostname))
    return [`[ERROR] downloading image failed [image_url:${url.host}]`];
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(IMAGE_FETCH_MS), redirect: 'error' });
    await answer.body?.cancel();
    const isImage = answer.ok && answer.headers.get('content-type')?.startsWith('image/');
    return isImage ? [] : [`[ERROR] downloading image failed [status:${answer.status}]`];
  } catch {
    return ['[ERROR] downloading image failed'];
  }
}
