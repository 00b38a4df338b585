// Files that people put into Slack, fetched from Slack's own hosts: without redirects, and within bounds of size and time.
// The bot's token goes along, and therefore to no other address, whatever Slack's description of a file says.
import type { WebClient } from '@slack/web-api';
import { Agent, request } from 'undici';
import { Failure } from '../failure.ts';
import { formatBytes } from '../model/units.ts';
import type { UploadedFile } from '../model/upload.ts';
import { call, MAX_RETRY_AFTER_MS, reasonOf, SlackBusy } from './slack-call.ts';

export interface SlackFiles {
  /** @throws Failure `upload_gone`, `slack_unreachable`; SlackBusy */
  readonly about: (id: string) => Promise<UploadedFile>;
  /** @throws Failure `upload_elsewhere`, `upload_refused`, `upload_larger`, `upload_cut`, `upload_slow`; SlackBusy */
  readonly fetch: (file: UploadedFile, signal: AbortSignal) => Promise<Uint8Array>;
}

/** For the whole of a file: 64 MiB at a megabyte a second. */
const FETCHED_WITHIN_MS = 64_000;
/** Without a byte. */
const SILENT_MS = 10_000;

// Idle connections do not keep a process alive.
const agent = new Agent({
  connections: 8,
  connect: { timeout: SILENT_MS },
  headersTimeout: SILENT_MS,
  bodyTimeout: SILENT_MS,
});

export interface SlackAccess {
  readonly token: string;
  readonly apiUrl: string;
  /** Shorter ones only in tests. */
  readonly withinMs?: number;
}

export function openSlackFiles(client: WebClient, access: SlackAccess): SlackFiles {
  return {
    about: (id) => describe(client, id),
    fetch: (file, signal) => fetchFile(file, access, signal),
  };
}

/** Slack's ways to say that a file is not there, or not for this app. */
const GONE: ReadonlySet<string> = new Set(['file_not_found', 'file_deleted', 'access_denied']);
/** Deleted; older than what a free plan shows. */
const GONE_MODES: ReadonlySet<string> = new Set(['tombstone', 'hidden_by_limit']);

async function describe(client: WebClient, id: string): Promise<UploadedFile> {
  const { file = {} } = await call('files.info', () => client.files.info({ file: id })).catch(
    (error: unknown) => {
      throw error instanceof Failure && saysGone(error) ? gone(id) : error;
    },
  );
  const { name, title, size, mode = '', url_private: url = '' } = file;
  if (GONE_MODES.has(mode) || size === undefined) throw gone(id);
  return {
    id,
    name: name ?? title ?? id,
    sizeBytes: size,
    url,
    isElsewhere: file.is_external === true || mode === 'external',
  };
}

function saysGone({ facts }: Failure): boolean {
  return 'error' in facts && GONE.has(facts.error);
}

function gone(id: string): Failure {
  return new Failure('upload_gone', { id });
}

async function fetchFile(
  file: UploadedFile,
  { token, apiUrl, withinMs = FETCHED_WITHIN_MS }: SlackAccess,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { name, url } = file;
  if (file.isElsewhere || !isSlacks(url, apiUrl)) throw new Failure('upload_elsewhere', { name });
  signal.throwIfAborted();
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const timer = setTimeout(end, withinMs);
  signal.addEventListener('abort', end, { once: true });
  try {
    const { statusCode, headers, body } = await request(url, {
      dispatcher: agent,
      headers: { authorization: `Bearer ${token}`, 'accept-encoding': 'identity', 'user-agent': 'goleak' },
      signal: ending.signal,
    });
    if (statusCode === 200) return await whole(file, body);
    body.on('error', () => {}).destroy();
    throw refusal(name, statusCode, headers['retry-after']);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Failure || error instanceof SlackBusy) throw error;
    if (ending.signal.aborted)
      throw new Failure('upload_slow', { name, seconds: withinMs / 1_000 }, { cause: error });
    throw new Failure('upload_cut', { name, how: reasonOf(error) }, { cause: error });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

/** The host of the Web API and the one beside it that keeps its files: `slack.com` and `files.slack.com`. */
function isSlacks(url: string, apiUrl: string): boolean {
  if (!URL.canParse(url)) return false;
  const [{ protocol, host, username, password }, api] = [new URL(url), new URL(apiUrl)];
  if (protocol !== api.protocol || username !== '' || password !== '') return false;
  return host === api.host || host === `files.${api.host}`;
}

async function whole({ name, sizeBytes }: UploadedFile, body: AsyncIterable<Buffer>): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of body) {
    received += chunk.byteLength;
    if (received > sizeBytes) throw new Failure('upload_larger', { name, size: formatBytes(sizeBytes) });
    chunks.push(chunk);
  }
  if (received < sizeBytes) {
    const how = `${formatBytes(received)} of ${formatBytes(sizeBytes)} came`;
    throw new Failure('upload_cut', { name, how });
  }
  return Buffer.concat(chunks);
}

function refusal(name: string, status: number, retryAfter: string | string[] | undefined): Error {
  if (status === 429) {
    const seconds = Number.parseInt(String(retryAfter), 10);
    return new SlackBusy(Math.min(MAX_RETRY_AFTER_MS, Number.isNaN(seconds) ? 30_000 : seconds * 1_000));
  }
  if (status >= 500) return new Failure('upload_cut', { name, how: `Slack answered with HTTP ${status}` });
  return new Failure('upload_refused', { name, status });
}
