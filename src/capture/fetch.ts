// Bounded HTTP GET of a closed set of paths from registered instances. The only place that speaks to a
// Go service: no redirects, no proxy, addresses judged at connect, caps on bytes and time.
import { performance } from 'node:perf_hooks';
import { Agent, type Dispatcher, request } from 'undici';
import { Failure, type Said } from '../failure.ts';
import type { Endpoint } from '../model/capture.ts';
import type { Span } from '../model/snapshot.ts';
import { type Instance, TRACE_SECONDS } from '../model/target.ts';
import { formatBytes } from '../model/units.ts';
import { writtenHost } from './address.ts';
import { guardedConnector, NETWORK, type Network } from './dial.ts';
import { joinSignals } from './join-signals.ts';
import { CAPS, type Caps, DEADLINES, type Deadlines, MAX_ERROR_BYTES, mostBytes, workMs } from './limits.ts';
import { describeTrouble, type Where } from './reasons.ts';
import { receivedWords } from './received.ts';
import { checkAnswer } from './sound.ts';
import { type Watch, watchAnswer } from './watch.ts';

export interface Fetched {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /** Collector's clock, Unix milliseconds with fractions. */
  readonly span: Span;
  /** Path and query as asked, for the cost line. */
  readonly path: string;
}

/** @param capture id of the capture, named to the service in the user agent, so that its access log tells who asked */
export type Fetch = (
  instance: Instance,
  endpoint: Endpoint,
  signal: AbortSignal,
  capture?: string,
) => Promise<Fetched>;

/** The address of an endpoint, or undefined when the instance has none (`vars: false`). */
function endpointUrl(instance: Instance, endpoint: Endpoint): string | undefined {
  switch (endpoint) {
    case 'index':
      return `${instance.pprofUrl}/`;
    case 'vars':
      return instance.varsUrl;
    case 'metrics':
      return instance.metricsUrl;
    case 'heap':
      return `${instance.pprofUrl}/heap`;
    case 'heap-collected':
      return `${instance.pprofUrl}/heap?gc=1`;
    case 'heap-text':
      return `${instance.pprofUrl}/heap?debug=1`;
    case 'goroutine':
      return `${instance.pprofUrl}/goroutine`;
    case 'goroutine-text':
      return `${instance.pprofUrl}/goroutine?debug=2`;
    case 'goroutineleak':
      return `${instance.pprofUrl}/goroutineleak`;
    case 'trace':
      return `${instance.pprofUrl}/trace?seconds=${TRACE_SECONDS}`;
    case 'probe':
      return instance.probe?.url;
    case 'probe-light':
      return instance.probe && `${instance.probe.url}?text=0`;
    default:
      return endpoint satisfies never;
  }
}

/** What a fetcher stands on; all of it may be replaced by tests. */
export interface Means {
  readonly network: Network;
  readonly deadlines: Deadlines;
  readonly caps: Caps;
}

/**
 * A fetcher with its own connection pool. `close` ends every open connection.
 * @param secret the value of an environment variable, sent to the service whose registration names it and to nobody else
 */
export function createFetcher(
  secret: (name: string) => string | undefined,
  means: Partial<Means> = {},
): {
  readonly fetch: Fetch;
  readonly close: () => Promise<void>;
} {
  const reader = openReader(means);
  const { caps = CAPS } = means;
  return {
    fetch: async (instance, endpoint, signal, capture) => {
      const text = endpointUrl(instance, endpoint);
      if (text === undefined)
        throw new Failure('target_refused', { instance: instance.name, url: endpoint, status: 404 });
      const { name } = instance;
      const isProbe = endpoint === 'probe' || endpoint === 'probe-light';
      const tokenEnv = isProbe ? instance.probe?.tokenEnv : instance.tokenEnv;
      return await reader.read({
        text,
        name,
        signal,
        workMs: workMs(endpoint),
        bodyBytes: mostBytes(endpoint, caps),
        headers: headersOf(tokenEnv, capture, secret),
        check: (arrived, where) => checkAnswer(endpoint, arrived, where, caps),
      });
    },
    close: reader.close,
  };
}

/** One bounded GET of an address from services.yml. */
export interface PageQuestion {
  readonly text: string;
  /** Who is asked, as people are told. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** What the question itself takes, on top of the deadlines. */
  readonly workMs: number;
  /** Longest answer, where that is less than the reader's own limit. */
  readonly bodyBytes?: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Rejects an answer that is not what was asked for, within the deadlines. */
  readonly check?: (arrived: Arriving, where: Where) => Promise<void>;
}

export interface PageReader {
  /** @throws Failure, or the reason of the signal */
  readonly read: (question: PageQuestion) => Promise<Fetched>;
  readonly close: () => Promise<void>;
}

const KEEP_OPEN_MS = 500;

/** A connection pool behind the address policy, which every question of this program to others than Slack goes through. */
export function openReader(means: Partial<Means> = {}): PageReader {
  const { network = NETWORK, deadlines = DEADLINES, caps = CAPS } = means;
  const agents = new Map<string, Agent>();
  const agentFor = (host: string): Agent => {
    const known = agents.get(host);
    if (known) return known;
    const agent = new Agent({
      connect: guardedConnector(host, network, deadlines.connectMs),
      // The deadlines are kept by a watch of our own, which knows what it says when they pass.
      headersTimeout: 0,
      bodyTimeout: 0,
      // The questions of one look come back to back: they share a connection, which costs the service less than one each.
      // After a longer pause it may be closing at the other end, so the next question opens its own.
      keepAliveTimeout: KEEP_OPEN_MS,
      keepAliveMaxTimeout: KEEP_OPEN_MS,
      connections: 2,
    });
    agents.set(host, agent);
    return agent;
  };
  return {
    read: (question) => readPage(question, { agentFor, deadlines, caps }),
    close: async () => {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
      agents.clear();
    },
  };
}

interface Pool extends Omit<Means, 'network'> {
  readonly agentFor: (host: string) => Agent;
}

async function readPage(question: PageQuestion, pool: Pool): Promise<Fetched> {
  const { signal, name, headers } = question;
  const { url, host } = addressIn(question.text, name);
  const where = { instance: name, url: `${url.host}${url.pathname}${url.search}` };
  const watch = watchAnswer(where, pool.deadlines, question.workMs);
  const fromMs = performance.timeOrigin + performance.now();
  const ending = joinSignals([signal, watch.signal]);
  let begun = false;
  try {
    const response = await request(url, {
      dispatcher: pool.agentFor(host),
      method: 'GET',
      headers: { ...headers },
      signal: ending.signal,
    });
    begun = true;
    watch.begun();
    const { bodyBytes = pool.caps.bodyBytes } = question;
    const arrived = await readAnswer(response, where, { watch, bodyBytes });
    const span = { fromMs, toMs: performance.timeOrigin + performance.now() };
    watch.end();
    await question.check?.(arrived, where);
    const { bytes, contentType } = arrived;
    return { bytes, contentType, span, path: `${url.pathname}${url.search}` };
  } catch (error) {
    if (signal.aborted) throw signal.reason instanceof Error ? signal.reason : new Error('cancelled');
    throw describeTrouble(watch.signal.aborted ? watch.signal.reason : error, where, begun);
  } finally {
    watch.end();
    ending.release();
  }
}

/** Only http and https, without credentials: a registration was checked for it, and is checked here again. */
function addressIn(text: string, name: string): { readonly url: URL; readonly host: string } {
  const host = writtenHost(text);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && host !== undefined) return { url, host };
  throw new Failure('target_unreachable', {
    instance: name,
    url: url ? `${url.host}${url.pathname}` : 'its address',
    reason: 'only plain http and https addresses without credentials are connected to',
    next: 'Correct its address in services.yml.',
  });
}

/** @param tokenEnv names the variable whose value is sent as the bearer token */
export function headersOf(
  tokenEnv: string | undefined,
  capture: string | undefined,
  secret: (name: string) => string | undefined,
): Record<string, string> {
  const token = tokenEnv === undefined ? undefined : secret(tokenEnv);
  return {
    'accept-encoding': 'identity',
    'user-agent': capture === undefined ? 'goleak' : `goleak (capture ${capture})`,
    ...(token && { authorization: `Bearer ${token}` }),
  };
}

export interface Arriving {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly isOpenEnded: boolean;
}

async function readAnswer(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  where: Where,
  { watch, bodyBytes }: { readonly watch: Watch; readonly bodyBytes: number },
): Promise<Arriving> {
  const contentType = String(headers['content-type'] ?? '');
  const encoding = String(headers['content-encoding'] ?? 'identity').slice(0, 40);
  const limit = statusCode === 200 ? bodyBytes : MAX_ERROR_BYTES;
  const tooBig = (): Failure => new Failure('target_too_big', { ...where, limit: formatBytes(limit) });
  // A length that is announced need not be waited for.
  if (statusCode === 200 && Number(headers['content-length']) > limit) {
    // What it says when it is closed early is known here already.
    body.on('error', () => {}).destroy();
    throw tooBig();
  }
  const { bytes, isWhole } = await readBounded(body, limit, watch);
  if (statusCode !== 200) {
    const received = receivedWords(statusCode, contentType, bytes);
    throw new Failure('target_refused', { ...where, status: statusCode, said: saidIn(bytes), received });
  }
  if (!isWhole) throw tooBig();
  if (encoding !== 'identity') {
    const received = receivedWords(statusCode, contentType, bytes);
    throw new Failure('target_not_pprof', { ...where, what: 'an encoding nobody asked for', received });
  }
  const isOpenEnded = headers['content-length'] === undefined && headers['transfer-encoding'] === undefined;
  return { bytes, contentType, isOpenEnded };
}

/** Reads to the limit and no further: leaving the loop early closes the connection. */
async function readBounded(
  body: AsyncIterable<Uint8Array>,
  limit: number,
  watch: Watch,
): Promise<{ readonly bytes: Uint8Array; readonly isWhole: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isWhole = true;
  for await (const chunk of body) {
    watch.came(chunk.byteLength);
    const room = limit - size;
    isWhole = chunk.byteLength <= room;
    chunks.push(isWhole ? chunk : chunk.subarray(0, room));
    size += Math.min(chunk.byteLength, room);
    if (!isWhole) break;
  }
  return { bytes: new Uint8Array(Buffer.concat(chunks, size)), isWhole };
}

// net/http/pprof/pprof.go: serveError, Profile, Trace; net/http/server.go: tlsHandshakeErrorLog.
const SAYINGS: readonly (readonly [string, Said])[] = [
  ['already in use', 'profile in use'],
  // runtime/trace.go: a second trace, or a flight recorder of before Go 1.25.
  ['already enabled', 'profile in use'],
  ["exceeds server's WriteTimeout", 'write timeout'],
  ['Client sent an HTTP request to an HTTPS server', 'https wanted'],
];

function saidIn(bytes: Uint8Array): Said | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  return SAYINGS.find(([words]) => text.includes(words))?.[1];
}
