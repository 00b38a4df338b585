import { z } from 'zod';
import { checkedBlocks } from '../content.ts';
import { isSeenByBot } from '../dropped-files.ts';
import { isJson } from '../json.ts';
import { FILE_ALT_TEXT_CHARS, FILE_BYTES, MESSAGE_TEXT_CHARS } from '../limits.ts';
import { type Api, method, structured, timestamp, whole } from '../method.ts';
import { mimetypeOf } from '../mimetypes.ts';
import { BOT, type Channel, defined, newId, type StoredFile } from '../nouns.ts';
import { refuse } from '../refusal.ts';
import { shownFile } from '../shown.ts';
import { rootTs, writableChannel } from './chat.ts';

/** Files in three steps: ask for a URL, post the bytes there (server's `/upload/v1/`), complete and share. */

const FILES_PER_COMPLETION = 20;

const getUploadUrl = method({
  name: 'files.getUploadURLExternal',
  scopes: ['files:write'],
  tier: 4,
  args: z.strictObject({
    filename: z.string().min(1).max(255),
    length: whole,
    alt_text: z.string().optional(),
    alt_txt: z.string().optional(),
    snippet_type: z.string().optional(),
  }),
  run: (args, api) => {
    const altText = args.alt_text ?? args.alt_txt;
    if ((altText?.length ?? 0) > FILE_ALT_TEXT_CHARS) throw refuse('alt_txt_too_large');
    if (args.length < 1) throw refuse('invalid_arguments', ['[ERROR] length must be at least 1']);
    if (args.length > FILE_BYTES) throw refuse('file_upload_size_restricted');
    const file = api.world.keepFile({
      id: newId('F'),
      name: args.filename.replaceAll(/[/\\]/g, '_'),
      title: args.filename,
      sizeBytes: args.length,
      mimetype: mimetypeOf(args.filename),
      ...defined({ altText }),
      createdMs: api.world.now(),
      uploaded: false,
      completed: false,
      shares: [],
    });
    return { upload_url: `${api.origin}/upload/v1/${file.id}`, file_id: file.id };
  },
});

const toComplete = z
  .array(
    z.strictObject({
      id: z.string().min(1),
      title: z.string().optional(),
      highlight_type: z.string().optional(),
    }),
  )
  .min(1)
  .max(FILES_PER_COMPLETION);

const completeUpload = method({
  name: 'files.completeUploadExternal',
  scopes: ['files:write'],
  tier: 4,
  args: z.strictObject({
    files: structured,
    channel_id: z.string().optional(),
    channels: z.string().optional(),
    thread_ts: timestamp.optional(),
    initial_comment: z.string().max(MESSAGE_TEXT_CHARS).optional(),
    blocks: structured.optional(),
    highlight_type: z.string().optional(),
  }),
  run: async (args, api) => {
    const parsed = toComplete.safeParse(args.files);
    if (!parsed.success)
      throw refuse(
        'invalid_arguments',
        parsed.error.issues.map((issue) => `[ERROR] files: ${issue.message}`),
      );
    const named = [args.channel_id, ...(args.channels?.split(',') ?? [])].filter(
      (id) => id !== undefined && id !== '',
    );
    const channels = named.map((id) => writableChannel(String(id), api));
    if (args.thread_ts && channels.length !== 1)
      throw refuse('invalid_arguments', ['[ERROR] thread_ts needs one channel']);
    const [first] = channels;
    const threadTs = first ? rootTs(args.thread_ts, first, api.world) : undefined;
    const blocks =
      isJson(args.blocks) || Array.isArray(args.blocks) ? await checkedBlocks(args.blocks, api.world) : [];
    const files = parsed.data.map((each) => completed(each, api));
    const comment = { text: args.initial_comment ?? '', blocks: args.initial_comment ? [] : blocks };
    // Slack answers first and shares a moment later: a caller cannot rely on the message being there already.
    const share = () => {
      for (const channel of channels) shareFiles(files, channel, { ...comment, threadTs }, api);
    };
    if (api.fileShareDelayMs === 0) share();
    else setTimeout(share, api.fileShareDelayMs).unref();
    return { files: files.map((file) => ({ id: file.id, title: file.title })) };
  },
});

const filesInfo = method({
  name: 'files.info',
  scopes: ['files:read'],
  tier: 4,
  args: z.strictObject({ file: z.string().min(1), limit: whole.optional(), cursor: z.string().optional() }),
  run: (args, api) => {
    const file = api.world.files.get(args.file);
    if (!file?.completed || !isSeenByBot(file, api.world)) throw refuse('file_not_found');
    return { file: shownFile(file, api.origin), comments: [], response_metadata: { next_cursor: '' } };
  },
});

export const fileMethods = [getUploadUrl, completeUpload, filesInfo];

function completed(asked: { id: string; title?: string | undefined }, api: Api): StoredFile {
  const file = api.world.files.get(asked.id);
  if (!file) throw refuse('file_not_found');
  if (!file.uploaded) throw refuse('file_not_uploaded');
  if (file.completed) throw refuse('file_already_completed');
  return api.world.keepFile({ ...file, completed: true, title: asked.title ?? file.title });
}

function shareFiles(
  files: readonly StoredFile[],
  channel: Channel,
  comment: Pick<Parameters<Api['world']['post']>[0], 'text' | 'blocks' | 'threadTs'>,
  api: Api,
): void {
  const message = api.world.post({
    channel: channel.id,
    user: BOT.id,
    text: comment.text,
    ...defined({ blocks: comment.blocks }),
    threadTs: comment.threadTs,
    files: files.map((file) => file.id),
  });
  for (const file of files) {
    const now = api.world.files.get(file.id) ?? file;
    const share = { channel: channel.id, ts: message.ts, ...defined({ threadTs: comment.threadTs }) };
    api.world.keepFile({ ...now, shares: [...now.shares, share] });
  }
}
