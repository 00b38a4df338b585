// Files dropped into a direct message with the bot, or into a thread where it is spoken to: a request to read them, made
// once however often Slack tells of them. Ids are all that is taken from the event; the worker asks Slack for the rest.
import type { App } from '@slack/bolt';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import type { CaptureRequest, Origin } from '../model/request.ts';
import { MAX_UPLOADS, UPLOADED } from '../model/upload.ts';
import { requestId } from './accept.ts';
import { type Authorise, permit } from './permit.ts';
import { guarded, type Whisper, whisperer } from './slack-answer.ts';

export interface UploadPorts {
  readonly authorise: Authorise;
  /**
   * Accepts a request to read files.
   * @throws Failure `uploads_spent`, `queue_unavailable`
   */
  readonly read: (request: CaptureRequest) => Promise<void>;
  /** True for a thread that shows a capture or an upload of ours. */
  readonly isOurThread: (channel: string, threadTs: string) => Promise<boolean>;
  readonly now: () => number;
  readonly log: Log;
}

/** A message with files, of whatever event it came in. */
export interface FileMessage {
  readonly user: string;
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string | undefined;
  readonly files: readonly { readonly id: string }[];
}

export function registerUploads(app: App, ports: UploadPorts): void {
  app.event('message', async ({ event, client, context }) => {
    if (event.subtype !== 'file_share' || 'bot_id' in event) return;
    const { channel, channel_type: kind, user, ts, thread_ts: threadTs, files = [], text = '' } = event;
    const isDirect = kind === 'im';
    const isAddressed =
      isDirect ||
      text.includes(`<@${context.botUserId}>`) ||
      (threadTs !== undefined && !areSeen(files) && (await ports.isOurThread(channel, threadTs)));
    if (!isAddressed) return;
    const message = { user, channel, ts, threadTs, files };
    await hearUpload(message, isDirect ? 'dm' : 'mention', { ...ports, whisper: whisperer(client) });
  });
}

/** Pictures and films are shown to the people of a thread, unless somebody says otherwise. */
function areSeen(files: readonly { readonly mimetype?: string | null }[]): boolean {
  return files.every(({ mimetype }) => /^(?:image|video|audio)\//.test(mimetype ?? ''));
}

/** @param door the same message may come in two events: either makes the same request */
export async function hearUpload(
  { user, channel, ts, threadTs, files }: FileMessage,
  door: 'dm' | 'mention',
  ports: Omit<UploadPorts, 'isOurThread'> & { readonly whisper: Whisper },
): Promise<void> {
  const delivery = `upload ${channel} ${ts}`;
  const origin: Origin = { door, user, channel, threadTs: threadTs ?? ts };
  const answer = ports.whisper({ channel, user, ...(threadTs !== undefined && { threadTs }) });
  await guarded(ports.log, answer, delivery, async () => {
    const nowMs = ports.now();
    const id = requestId(delivery, nowMs);
    await permit({ origin, actions: ['upload'], request: id }, ports.authorise);
    await ports.read({
      id,
      service: UPLOADED,
      instances: [],
      windowMs: 0,
      kinds: [],
      origin,
      acceptedAtMs: nowMs,
      files: idsOf(files),
    });
  });
}

/** @throws Failure `uploads_many` */
function idsOf(files: FileMessage['files']): string[] {
  const ids = [...new Set(files.map(({ id }) => id))].filter((id) => FILE_ID.test(id));
  if (ids.length > MAX_UPLOADS) throw new Failure('uploads_many', { count: ids.length, most: MAX_UPLOADS });
  return ids;
}

const FILE_ID = /^F[A-Z0-9]{2,30}$/;
