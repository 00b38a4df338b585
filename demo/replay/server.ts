// A small pprof server that plays a recording back as time passes, for machines without Go. It has the
// URLs of net/http/pprof and expvar; times inside the answers are moved to now, so that a replay looks
// like a process that is running. Only what was recorded is answered: nothing is made up.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { type Moment, type RecordedFile, type Recording, readRecording } from './recording.ts';

/** Nobody asking for this long means no capture is under way: the recording stands still until someone asks. */
const IDLE_AFTER_SECONDS = 35;
/** With less than this left, a new capture begins at the start: the service seems to have been restarted. */
const ENOUGH_LEFT_SECONDS = 40;

export interface Replay {
  /** Origin without a trailing slash, as a real service has it. */
  readonly url: string;
  close(): Promise<void>;
}

export interface ReplayOptions {
  /** Name of a recorded instance: `payments-svc-1`. */
  readonly recording: string;
  /** Folder of recordings, where it is not the demo's own. */
  readonly folder?: string;
  /** Instead of a free one. */
  readonly port?: number;
  readonly nowMs?: () => number;
}

/** Serves a recording on a loopback port. */
export async function startReplay({
  recording,
  folder,
  port: wanted = 0,
  nowMs = Date.now,
}: ReplayOptions): Promise<Replay> {
  const played = readRecording(recording, folder);
  const position = replayClock(played, nowMs);
  const server = createServer((request, response) => answer(request, response, played, position(), nowMs()));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Returns a function that gives the moment to show now: the nearest one, from the first request on. */
export function replayClock(recording: Recording, nowMs: () => number): () => Moment {
  const length = recording.moments.at(-1)?.at ?? 0;
  let lastAskedMs: number | undefined;
  let position = 0;
  return () => {
    const now = nowMs();
    const passed = lastAskedMs === undefined ? 0 : (now - lastAskedMs) / 1000;
    lastAskedMs = now;
    if (passed <= IDLE_AFTER_SECONDS) position = Math.min(position + passed, length);
    else position = length - position < ENOUGH_LEFT_SECONDS ? 0 : position + recording.spacing;
    return nearest(recording, position);
  };
}

function nearest({ moments }: Recording, position: number): Moment {
  let best: Moment = moments[0];
  for (const moment of moments) {
    if (Math.abs(moment.at - position) < Math.abs(best.at - position)) best = moment;
  }
  return best;
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  recording: Recording,
  moment: Moment,
  now: number,
): void {
  const url = new URL(request.url ?? '/', 'http://replay');
  const file = recordedFile(url);
  const bytes = file && moment.files.get(file);
  if (!file || !bytes) {
    response.writeHead(404, { 'content-type': TEXT, 'x-content-type-options': 'nosniff', 'x-go-pprof': '1' });
    response.end('Unknown profile\n');
    return;
  }
  const shiftMs = now - (recording.beganMs + moment.at * 1000);
  const body =
    file === 'vars.json'
      ? shiftVars(bytes, shiftMs)
      : file.endsWith('.pb')
        ? stampProfile(bytes, now)
        : bytes;
  response.writeHead(200, {
    ...headersOf(file),
    'x-content-type-options': 'nosniff',
    'content-length': body.length,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const TEXT = 'text/plain; charset=utf-8';

/** `?gc=1` is answered by the plain profile; `?seconds=` deltas and unrecorded profiles are not there. */
function recordedFile(url: URL): RecordedFile | undefined {
  if (url.pathname === '/debug/pprof/') return 'index.html';
  if (url.pathname === '/debug/vars') return 'vars.json';
  const profile = /^\/debug\/pprof\/(goroutine|heap)$/.exec(url.pathname)?.[1] as
    | 'goroutine'
    | 'heap'
    | undefined;
  if (!profile || url.searchParams.has('seconds')) return undefined;
  const debug = Number(url.searchParams.get('debug') ?? 0);
  if (debug === 0) return `${profile}.pb`;
  // Go prints the heap alike at debug=1 and above.
  return profile === 'goroutine' && debug >= 2 ? 'goroutine.debug2.txt' : `${profile}.debug1.txt`;
}

function headersOf(file: RecordedFile): Record<string, string> {
  if (file === 'index.html') return { 'content-type': 'text/html; charset=utf-8' };
  if (file === 'vars.json') return { 'content-type': 'application/json; charset=utf-8' };
  if (file.endsWith('.txt')) return { 'content-type': TEXT };
  const profile = file.slice(0, file.indexOf('.'));
  return {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${profile}"`,
  };
}

/** GC times are moved by as much as the moment is: `LastGC` and `PauseEnd` are Unix nanoseconds. */
function shiftVars(bytes: Uint8Array, shiftMs: number): Uint8Array {
  const vars = JSON.parse(new TextDecoder().decode(bytes)) as {
    memstats: { LastGC: number; PauseEnd: number[] };
  };
  const shift = (nanos: number) => (nanos === 0 ? 0 : nanos + shiftMs * 1e6);
  const { memstats } = vars;
  const shifted = { ...memstats, LastGC: shift(memstats.LastGC), PauseEnd: memstats.PauseEnd.map(shift) };
  return new TextEncoder().encode(JSON.stringify({ ...vars, memstats: shifted }));
}

/** Protobuf lets a later field replace an earlier one, so the new time_nanos (field 9) is appended. */
function stampProfile(profile: Uint8Array, now: number): Uint8Array {
  const TIME_NANOS_TAG = (9 << 3) | 0;
  const stamp = [TIME_NANOS_TAG, ...varint(BigInt(Math.round(now)) * 1_000_000n)];
  return gzipSync(Buffer.concat([profile, Uint8Array.from(stamp)]));
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}
