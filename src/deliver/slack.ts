// The one place that writes to Slack. No blind retries: a lost answer is settled by looking for the
// message, and a rate limit is reported upwards with its delay instead of waited out here.
import { type ConversationsHistoryArguments, LogLevel, type WebClient } from '@slack/web-api';
import { Failure } from '../failure.ts';
import { type Content, contentOf, type SlackMessage, textContent } from '../report/blocks.ts';
import type { FileName, Plain } from '../report/foreign.ts';
import { call, reasonOf } from './slack-call.ts';
import { DirectSlackClient, postTo } from './slack-client.ts';

/** Our messages carry their outbox key in metadata of this type. */
const EVENT_TYPE = 'goleak_message';
const LOOK_BACK_S = 60;
const LOOK_LIMIT = 100;
/** A busy channel may have said this many hundred things since the intent. */
const LOOK_PAGES = 10;
/** Slack's way to say that the blocks, not the message, are the trouble. */
const BLOCKS_REFUSED: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
]);

export interface Place {
  readonly channel: string;
  readonly threadTs?: string;
}

export interface Upload {
  readonly name: FileName;
  readonly title: Plain;
  /** What a picture shows, for those who cannot see it. */
  readonly altText?: Plain;
  readonly bytes: Uint8Array;
}

/** What delivering needs of Slack. */
export interface SlackPoster {
  readonly post: (place: Place, message: SlackMessage, key: string) => Promise<string>;
  readonly update: (channel: string, ts: string, message: SlackMessage, key: string) => Promise<void>;
  /** A message of ours with that key, posted since then; undefined when there is none. */
  readonly find: (place: Place, key: string, sinceMs: number) => Promise<string | undefined>;
  /** Uploads files as one message. `announce` is told the file ids before they become visible. */
  readonly upload: (
    place: Place,
    files: readonly Upload[],
    announce: (fileIds: string) => Promise<void>,
  ) => Promise<string>;
  /** The message that shows these files, when they were shared already. */
  readonly findUpload: (place: Place, fileIds: string, sinceMs: number) => Promise<string | undefined>;
}

export function createSlackClient(token: string, apiUrl: string): WebClient {
  return new DirectSlackClient(token, { slackApiUrl: apiUrl, logLevel: LogLevel.ERROR });
}

export function createSlackPoster(client: WebClient): SlackPoster {
  return {
    post: async (place, message, key) => {
      const answer = await withBlocksOrWithout(message, (content) =>
        call('chat.postMessage', () =>
          client.chat.postMessage({
            channel: place.channel,
            ...(place.threadTs && { thread_ts: place.threadTs }),
            ...content,
            unfurl_links: false,
            unfurl_media: false,
            metadata: metadata(key),
          }),
        ),
      );
      return answer.ts ?? '';
    },
    update: async (channel, ts, message, key) => {
      await withBlocksOrWithout(message, (content) =>
        call('chat.update', () => client.chat.update({ channel, ts, ...content, metadata: metadata(key) })),
      );
    },
    find: async (place, key, sinceMs) => {
      const found = await lookBack(client, place, sinceMs, (message) => keyOf(message) === key);
      return found?.ts;
    },
    upload: (place, files, announce) => upload(client, place, files, announce),
    findUpload: async (place, fileIds, sinceMs) => {
      const wanted = new Set(fileIds.split(','));
      const shows = (message: SeenMessage): boolean =>
        message.files?.some((file) => file.id !== undefined && wanted.has(file.id)) ?? false;
      return (await lookBack(client, place, sinceMs, shows))?.ts;
    },
  };
}

/** A verdict in plain text beats none: its text says the same in fewer words. */
async function withBlocksOrWithout<Answer>(
  message: SlackMessage,
  send: (content: Content) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await send(contentOf(message));
  } catch (error) {
    if (!(error instanceof Failure) || !isAbout(error, BLOCKS_REFUSED)) throw error;
    return await send(textContent(message.text));
  }
}

function isAbout(failure: Failure, errors: ReadonlySet<string>): boolean {
  return 'error' in failure.facts && errors.has(failure.facts.error);
}

function metadata(key: string) {
  return { event_type: EVENT_TYPE, event_payload: { key } };
}

interface SeenMessage {
  readonly ts?: string;
  readonly metadata?: { readonly event_type?: string; readonly event_payload?: object };
  readonly files?: readonly { readonly id?: string }[];
}

function keyOf(message: SeenMessage): string | undefined {
  if (message.metadata?.event_type !== EVENT_TYPE) return undefined;
  const payload = message.metadata.event_payload as { key?: unknown } | undefined;
  return typeof payload?.key === 'string' ? payload.key : undefined;
}

/** The first message since then that fits, newest or oldest page first as Slack likes. */
async function lookBack(
  client: WebClient,
  place: Place,
  sinceMs: number,
  fits: (message: SeenMessage) => boolean,
): Promise<SeenMessage | undefined> {
  const oldest = String(sinceMs / 1000 - LOOK_BACK_S);
  const range = { channel: place.channel, oldest, limit: LOOK_LIMIT, include_all_metadata: true };
  let cursor: string | undefined;
  for (let page = 0; page < LOOK_PAGES; page++) {
    const { messages = [], response_metadata: next } = await readPage(client, place.threadTs, {
      ...range,
      ...(cursor !== undefined && { cursor }),
    });
    const found = (messages as readonly SeenMessage[]).find(fits);
    if (found) return found;
    cursor = next?.next_cursor;
    if (!cursor) return undefined;
  }
  return undefined;
}

function readPage(client: WebClient, threadTs: string | undefined, range: ConversationsHistoryArguments) {
  return threadTs === undefined
    ? call('conversations.history', () => client.conversations.history(range))
    : call('conversations.replies', () => client.conversations.replies({ ...range, ts: threadTs }));
}

interface UploadedFile {
  readonly id: string;
  readonly title: string;
}

async function upload(
  client: WebClient,
  place: Place,
  files: readonly Upload[],
  announce: (fileIds: string) => Promise<void>,
): Promise<string> {
  const ids: UploadedFile[] = [];
  for (const file of files) {
    const ticket = await call('files.getUploadURLExternal', () =>
      client.files.getUploadURLExternal({
        filename: file.name,
        length: file.bytes.byteLength,
        ...(file.altText !== undefined && { alt_text: file.altText }),
      }),
    );
    await send(ticket.upload_url ?? '', file);
    ids.push({ id: ticket.file_id ?? '', title: file.title });
  }
  const [first, ...rest] = ids;
  if (!first) return '';
  await announce(ids.map((file) => file.id).join(','));
  const shared = { files: [first, ...rest] as [UploadedFile, ...UploadedFile[]], channel_id: place.channel };
  const { threadTs } = place;
  await call('files.completeUploadExternal', () =>
    client.files.completeUploadExternal(threadTs === undefined ? shared : { ...shared, thread_ts: threadTs }),
  );
  // Slack answers before the message exists; nobody edits it, so the first file's id serves as its mark.
  return first.id;
}

async function send(url: string, file: Upload): Promise<void> {
  try {
    const { status } = await postTo(url, { contentType: 'application/octet-stream', body: file.bytes });
    if (status < 200 || status > 299) throw new Error(`HTTP ${status}`);
  } catch (error) {
    throw new Failure(
      'slack_unreachable',
      { method: 'file upload', reason: reasonOf(error) },
      { cause: error },
    );
  }
}
