// A Slack that answers at once and refuses what Slack would refuse: sizes, blocks, arguments of the calls that deliveries
// make. It has no rate limits (a real channel takes a message a second) and keeps only what each root message says last.
import { createServer, type IncomingMessage } from 'node:http';
import { blockTextLength, validateBlocks } from '../../../demo/workspace/blocks.ts';
import { formOrJson, readBody, sendJson } from '../../../demo/workspace/http.ts';
import type { Json } from '../../../demo/workspace/json.ts';
import * as limit from '../../../demo/workspace/limits.ts';

export interface SlackStub {
  readonly apiUrl: string;
  /** Root messages by request id: their texts, one for each message with that key. */
  readonly roots: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly calls: ReadonlyMap<string, number>;
  readonly refused: readonly string[];
  /** Told whenever a root message was posted or edited. */
  readonly onRoot: (listener: (request: string, text: string) => void) => void;
  readonly close: () => void;
}

const BODY_BYTES = 8 * 1024 * 1024;

export async function startSlackStub(): Promise<SlackStub> {
  const roots = new Map<string, Map<string, string>>();
  const calls = new Map<string, number>();
  const refused: string[] = [];
  const listeners: ((request: string, text: string) => void)[] = [];
  let serial = 0;
  let origin = '';

  const show = (args: Json, ts: string): void => {
    const payload = (parsed(args.metadata) as { event_payload?: { key?: string } } | undefined)
      ?.event_payload;
    const [request = '', step] = (payload?.key ?? '').split(':');
    if (step !== 'root') return;
    const own = roots.get(request) ?? new Map<string, string>();
    own.set(ts, String(args.text));
    roots.set(request, own);
    for (const listener of listeners) listener(request, String(args.text));
  };
  const nextTs = (): string =>
    `${1_700_000_000 + Math.floor(serial / 1000)}.${String(serial++ % 1000).padStart(6, '0')}`;
  const methods: Readonly<Record<string, (args: Json) => Json>> = {
    'auth.test': () => ({ user_id: 'U0BOT', team_id: 'T0', bot_id: 'B0' }),
    'users.info': ({ user }) => ({ user: { id: user, team_id: 'T0' } }),
    'conversations.info': ({ channel }) => ({ channel: { id: channel, is_channel: true, is_member: true } }),
    'chat.postMessage': (args) => {
      const ts = nextTs();
      show(args, ts);
      return { ts, channel: args.channel };
    },
    'chat.update': (args) => {
      show(args, String(args.ts));
      return { ts: args.ts, channel: args.channel };
    },
    'conversations.history': () => ({ messages: [] }),
    'conversations.replies': () => ({ messages: [] }),
    'files.getUploadURLExternal': () => ({
      upload_url: `${origin}/upload/${serial}`,
      file_id: `F${serial++}`,
    }),
    'files.completeUploadExternal': () => ({ files: [] }),
  };

  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const name = path.startsWith('/upload/') ? 'upload' : path.slice('/api/'.length);
    calls.set(name, (calls.get(name) ?? 0) + 1);
    const body = await readBody(request, BODY_BYTES);
    if (name === 'upload') return void response.end('OK');
    const run = methods[name];
    const args = body && argsOf(request, body);
    const wrong = !run || !args ? ['unknown_method'] : faultsOf(name, args);
    refused.push(...wrong.map((fault) => `${name}: ${fault}`));
    if (!run || !args || wrong.length > 0) return sendJson(response, 200, { ok: false, error: wrong[0] });
    sendJson(response, 200, { ok: true, ...run(args) });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    apiUrl: `${origin}/api/`,
    roots,
    calls,
    refused,
    onRoot: (listener) => listeners.push(listener),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function argsOf(request: IncomingMessage, body: Buffer): Json | undefined {
  return formOrJson(body, request.headers['content-type'] ?? '');
}

function faultsOf(name: string, { text, blocks, files }: Json): string[] {
  if (name === 'files.completeUploadExternal')
    return Array.isArray(parsed(files)) ? [] : ['invalid_arguments'];
  if (!name.startsWith('chat.')) return [];
  const longest = name === 'chat.update' ? limit.MESSAGE_TEXT_ADVISED_CHARS : limit.MESSAGE_TEXT_CHARS;
  const given = parsed(blocks) ?? [];
  if (!Array.isArray(given)) return ['invalid_blocks_format'];
  return [
    ...(String(text ?? '').length > longest ? ['msg_too_long'] : []),
    ...(validateBlocks(given).length > 0 ? ['invalid_blocks'] : []),
    ...(blockTextLength(given) > limit.MESSAGE_BLOCK_TEXT_CHARS ? ['msg_blocks_too_long'] : []),
  ];
}

function parsed(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value;
}
