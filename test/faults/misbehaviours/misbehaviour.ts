// One thing services do wrong when they are asked, and the one sentence it is worth.
import { CAPS, type Caps, DEADLINES, type Deadlines, workMs } from '../../../src/capture/limits.ts';
import type { Endpoint } from '../../../src/model/capture.ts';
import { formatBytes } from '../../../src/model/units.ts';
import { type Fault, startFaultServer } from '../fault-server.ts';

export interface Misbehaviour {
  readonly name: string;
  /** The question it shows at; those before it are answered well. */
  readonly endpoint: Endpoint;
  readonly promise: string;
  /** Cause and next step. HOST is the address, {headers}, {idle}, {rate} and {total} are seconds, {body} and {inflated} caps. */
  readonly says: string;
  readonly start: () => Promise<{
    readonly url: string;
    readonly open: () => number;
    readonly close: () => Promise<void>;
  }>;
}

/** The sentence with its figures in place. */
export function saysAt(
  { says, endpoint }: Misbehaviour,
  host: string,
  deadlines: Deadlines = DEADLINES,
  caps: Caps = CAPS,
): string {
  return says
    .replaceAll('HOST', host)
    .replace('{headers}', `${(deadlines.headersMs + workMs(endpoint)) / 1000}`)
    .replace('{idle}', `${deadlines.idleMs / 1000}`)
    .replace('{rate}', `${deadlines.rateMs / 1000}`)
    .replace('{total}', `${(deadlines.totalMs + workMs(endpoint)) / 1000}`)
    .replace('{body}', formatBytes(caps.bodyBytes))
    .replace('{inflated}', formatBytes(caps.inflatedBytes));
}

export const PATHS: Readonly<Partial<Record<Endpoint, string>>> = {
  index: '/debug/pprof/',
  heap: '/debug/pprof/heap',
  goroutine: '/debug/pprof/goroutine',
  'goroutine-text': '/debug/pprof/goroutine?debug=2',
  trace: '/debug/pprof/trace?seconds=1',
};
export function misbehaviour(
  name: string,
  endpoint: Endpoint,
  says: string,
  fault: Omit<Fault, 'at'>,
  promise = 'one plain sentence with a cause and a next step',
): Misbehaviour {
  const path = PATHS[endpoint] ?? '*';
  return { name, endpoint, promise, says, start: () => startFaultServer({ ...fault, at: path }) };
}
