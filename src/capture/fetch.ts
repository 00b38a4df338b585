// Bounded HTTP GET of a closed set of paths from registered instances. The only place that speaks to a
// Go service: no redirects, no proxy, addresses checked at connect, caps on bytes and time.
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import { Agent, buildConnector, errors, request } from 'undici';
import { Failure } from '../failure.ts';
import type { Endpoint } from '../model/capture.ts';
import type { Span } from '../model/snapshot.ts';
import type { Instance } from '../model/target.ts';
import { formatBytes } from '../model/units.ts';
import { refuseAddress } from './address.ts';

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

// reliability policy: connect 2 s, headers 5 s, idle 10 s, whole request 20 s. A full dump of a big service
// is written only after it was formatted, so its headers may take as long as the whole request.
const CONNECT_TIMEOUT_MS = 2_000;
const HEADERS_TIMEOUT_MS = 15_000;
const IDLE_TIMEOUT_MS = 10_000;
const TOTAL_TIMEOUT_MS = 20_000;
/** Go itself cuts debug=2 at 64 MiB; no other artefact of a sane service comes near. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** What is read of a refused answer before the connection is given up. */
const MAX_ERROR_BYTES = 4 * 1024;

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
    case 'heap-text':
      return `${instance.pprofUrl}/heap?debug=1`;
    case 'goroutine':
      return `${instance.pprofUrl}/goroutine`;
    case 'goroutine-text':
      return `${instance.pprofUrl}/goroutine?debug=2`;
    case 'goroutineleak':
      return `${instance.pprofUrl}/goroutineleak`;
    default:
      return endpoint satisfies never;
  }
}

/** A fetcher with its own connection pool. `close` ends every open connection. */
export function createFetcher(secret: (name: string) => string | undefined): {
  readonly fetch: Fetch;
  readonly close: () => Promise<void>;
} {
  const agents = new Map<string, Agent>();
  const agentFor = (host: string): Agent => {
    const known = agents.get(host);
    if (known) return known;
    const agent = new Agent({
      connect: guardedConnector(host),
      headersTimeout: HEADERS_TIMEOUT_MS,
      bodyTimeout: IDLE_TIMEOUT_MS,
      maxResponseSize: MAX_BODY_BYTES + 1,
      pipelining: 0,
      connections: 2,
    });
    agents.set(host, agent);
    return agent;
  };
  return {
    fetch: (instance, endpoint, signal, capture) =>
      fetchOnce({ instance, endpoint, signal, agentFor, secret, ...(capture !== undefined && { capture }) }),
    close: async () => {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
      agents.clear();
    },
  };
}

interface Ask {
  readonly instance: Instance;
  readonly endpoint: Endpoint;
  readonly signal: AbortSignal;
  readonly agentFor: (host: string) => Agent;
  readonly secret: (name: string) => string | undefined;
  readonly capture?: string;
}

async function fetchOnce(ask: Ask): Promise<Fetched> {
  const { instance, endpoint, signal } = ask;
  const text = endpointUrl(instance, endpoint);
  if (text === undefined)
    throw new Failure('target_refused', { instance: instance.name, url: endpoint, status: 404 });
  const url = new URL(text);
  const shown = { instance: instance.name, url: `${url.host}${url.pathname}${url.search}` };
  const token = instance.tokenEnv === undefined ? undefined : ask.secret(instance.tokenEnv);
  const started = performance.timeOrigin + performance.now();
  try {
    const response = await request(url, {
      dispatcher: ask.agentFor(url.hostname),
      method: 'GET',
      headers: {
        'accept-encoding': 'identity',
        'user-agent': ask.capture === undefined ? 'goleak' : `goleak (capture ${ask.capture})`,
        ...(token && { authorization: `Bearer ${token}` }),
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TOTAL_TIMEOUT_MS)]),
    });
    const contentType = String(response.headers['content-type'] ?? '');
    if (response.statusCode !== 200) {
      await response.body.dump({ limit: MAX_ERROR_BYTES });
      throw new Failure('target_refused', { ...shown, status: response.statusCode });
    }
    const bytes = await readBounded(response.body, MAX_BODY_BYTES);
    const span = { fromMs: started, toMs: performance.timeOrigin + performance.now() };
    return { bytes, contentType, span, path: `${url.pathname}${url.search}` };
  } catch (error) {
    throw describe(error, shown, signal);
  }
}

async function readBounded(body: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    const room = limit - size;
    chunks.push(chunk.byteLength > room ? chunk.subarray(0, room) : chunk);
    size += Math.min(chunk.byteLength, room);
    if (size >= limit) break;
  }
  return new Uint8Array(Buffer.concat(chunks, size));
}

/** Turns what undici and the network say into one plain sentence. */
function describe(error: unknown, shown: { instance: string; url: string }, signal: AbortSignal): Error {
  if (error instanceof Failure) return error;
  if (signal.aborted) return signal.reason instanceof Error ? signal.reason : new Error('cancelled');
  if (error instanceof errors.ResponseExceededMaxSizeError) {
    return new Failure('target_too_big', { ...shown, limit: formatBytes(MAX_BODY_BYTES) }, { cause: error });
  }
  const name = error instanceof Error ? error.name : '';
  if (
    name === 'TimeoutError' ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError
  ) {
    return new Failure('target_timeout', { ...shown, seconds: TOTAL_TIMEOUT_MS / 1000 }, { cause: error });
  }
  return new Failure('target_unreachable', { ...shown, reason: reasonOf(error) }, { cause: error });
}

const NETWORK_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens on that port',
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'its name does not resolve right now',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut in the middle of the answer',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection was cut in the middle of the answer',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ETIMEDOUT: 'it did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: `it did not accept the connection within ${CONNECT_TIMEOUT_MS / 1000} s`,
  HPE_INVALID_CONSTANT: 'it does not speak HTTP (is this a gRPC or TLS port?)',
  EPROTO: 'the TLS handshake failed',
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown network error';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code.startsWith('HPE_')) return NETWORK_REASONS.HPE_INVALID_CONSTANT ?? code;
  return NETWORK_REASONS[code] ?? (error.message.slice(0, 200) || 'unknown network error');
}

/** Checks literal addresses itself (they never pass a lookup) and every answer of a lookup, then pins it. */
function guardedConnector(host: string): buildConnector.connector {
  const connect = buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    lookup: guardedLookup(host),
  } as buildConnector.BuildOptions);
  return (options, callback) => {
    const literal = options.hostname.replace(/^\[|\]$/g, '');
    const why = isIP(literal) ? refuseAddress(literal, host) : undefined;
    if (why !== undefined) {
      callback(new Error(why), null);
      return;
    }
    connect(options, callback);
  };
}

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

function guardedLookup(host: string) {
  return (name: string, options: LookupOptions, callback: LookupCallback): void => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      for (const { address } of addresses) {
        const why = refuseAddress(address, host);
        if (why !== undefined) return callback(new Error(why), []);
      }
      const [first] = addresses;
      if (!first) return callback(new Error('its name has no address'), []);
      if (options.all) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}
