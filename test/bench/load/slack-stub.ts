// A Slack that answers at once and refuses what Slack would refuse: sizes, blocks, arguments of the calls that deliveries
// make. To be strict costs more than to be asked, and the machine is shared with what is measured: one call in
// `LOOKED_AT_EVERY` of each kind is looked at. It has no rate limits (a real channel takes a message a second) and keeps
// only what each root message says last.
import { createServer } from 'node:http';
import { blockTextLength, validateBlocks } from '../../../demo/workspace/blocks.ts';
import { formOrJson } from '../../../demo/workspace/http.ts';
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
export const LOOKED_AT_EVERY = 20;

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

  const answer = (name: string, body: Buffer | undefined, contentType: string): Json => {
    const nth = calls.get(name) ?? 0;
    calls.set(name, nth + 1);
    const run = methods[name];
    const isLookedAt = nth % LOOKED_AT_EVERY === 0;
    // What is neither looked at nor remembered need not be taken apart.
    const args = !body || !(isLookedAt || isNeeded(name, body)) ? {} : formOrJson(body, contentType);
    const wrong = !run || !body || !args ? ['unknown_method'] : isLookedAt ? faultsOf(name, args) : [];
    refused.push(...wrong.map((fault) => `${name}: ${fault}`));
    if (!run || !args || wrong.length > 0) return { ok: false, error: wrong[0] };
    return { ok: true, ...run(args) };
  };
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= BODY_BYTES) chunks.push(chunk);
    });
    request.on('end', () => {
      if (path.startsWith('/upload/')) {
        calls.set('upload', (calls.get('upload') ?? 0) + 1);
        return void response.end('OK');
      }
      const body = size <= BODY_BYTES ? Buffer.concat(chunks) : undefined;
      const said = answer(path.slice('/api/'.length), body, request.headers['content-type'] ?? '');
      response.end(JSON.stringify(said));
    });
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

/** Root messages are remembered, and what is asked about people and places is answered by name. */
function isNeeded(name: string, body: Buffer): boolean {
  return name.endsWith('.info') || ROOT_KEYS.some((key) => body.includes(key));
}

/** The end of the key in a root message's metadata, as a form has it and as JSON in a string. */
const ROOT_KEYS = ['%3Aroot%22', ':root\\"', ':root"'];

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
