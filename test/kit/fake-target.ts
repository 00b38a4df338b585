// A Go service as a function: answers what it is asked, and remembers how it was treated.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fetch } from '../../src/capture/fetch.ts';
import { Failure } from '../../src/failure.ts';
import { addressOf, type Instance } from '../../src/model/target.ts';

export interface FakeTarget {
  readonly fetch: Fetch;
  /** Endpoints asked, oldest first, `<instance>:<endpoint>`. */
  readonly asked: string[];
  /** Most requests that were open at one address at the same time. */
  readonly most: () => number;
  /** The same at all addresses together. */
  readonly mostOfAll: () => number;
  /** Requests open now. */
  readonly open: () => number;
  goroutines: number;
  answerMs: number;
  indexMs: number;
  /** When the process began, by its /metrics; without it there are none. */
  startedAtMs?: number;
  /** Instances that nothing listens on. */
  readonly down: Set<string>;
}

export function fakeTarget(): FakeTarget {
  const atOnce = new Map<string, number>();
  let most = 0;
  let mostOfAll = 0;
  const open = (): number => [...atOnce.values()].reduce((sum, each) => sum + each, 0);
  const count = (address: string, by: 1 | -1): void => {
    atOnce.set(address, (atOnce.get(address) ?? 0) + by);
    most = Math.max(most, atOnce.get(address) ?? 0);
    mostOfAll = Math.max(mostOfAll, open());
  };
  const target: FakeTarget = {
    asked: [],
    most: () => most,
    mostOfAll: () => mostOfAll,
    open,
    goroutines: 20,
    answerMs: 2,
    indexMs: 0,
    down: new Set(),
    fetch: async (instance, endpoint, signal) => {
      const address = addressOf(instance);
      target.asked.push(`${instance.name}:${endpoint}`);
      count(address, 1);
      const fromMs = Date.now();
      try {
        await sleep(target.answerMs, undefined, { signal });
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      } finally {
        count(address, -1);
      }
      if (target.down.has(instance.name)) throw unreachable(instance);
      const text =
        endpoint === 'index'
          ? indexPage(target.goroutines)
          : endpoint === 'metrics' && target.startedAtMs !== undefined
            ? `process_start_time_seconds ${target.startedAtMs / 1000}\n`
            : BODIES[endpoint];
      if (text === undefined) {
        throw new Failure('target_refused', { instance: instance.name, url: `/${endpoint}`, status: 404 });
      }
      const toMs = endpoint === 'index' ? fromMs + target.indexMs : Date.now();
      return {
        bytes: new TextEncoder().encode(text),
        contentType: 'text/plain',
        span: { fromMs, toMs },
        path: `/${endpoint}`,
      };
    },
  };
  return target;
}

const BODIES: Readonly<Record<string, string>> = {
  vars: '{"memstats":{"HeapAlloc":1000000,"Sys":9000000,"NumGC":3}}',
  goroutine: 'bytes',
  'goroutine-text': 'goroutine 1 [running]:\nmain.main()\n\t/app/main.go:10 +0x1d\n',
  heap: 'bytes',
  goroutineleak: 'bytes',
  trace: 'go 1.26 trace\0\0\0',
};

function indexPage(goroutines: number): string {
  return `<tr><td>${goroutines}</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr><tr><td>0</td><td><a href='goroutineleak?debug=1'>goroutineleak</a></td></tr>`;
}

function unreachable({ name }: Instance): Failure {
  return new Failure('target_unreachable', {
    instance: name,
    url: 'h:1/debug/pprof/',
    reason: 'nothing listens on that port',
  });
}
