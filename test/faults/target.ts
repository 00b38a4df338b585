// Targets that answer in a moment and remember who asked: a healthy service's recorded answers, on a port of its own.
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { readRecording } from '../../demo/replay/recording.ts';
import type { Hit } from './judge.ts';

export interface Target {
  /** The service's name in services.yml. */
  readonly name: string;
  readonly url: string;
  /** Every request so far, oldest first. */
  readonly hits: readonly Hit[];
  /** Resolves with the next request whose path matches, as it arrives. */
  readonly nextHit: (path: RegExp) => Promise<Hit>;
  /** Set: answers instead of the recording; calls `ordinary` for whatever it leaves alone. */
  trouble: Trouble | undefined;
  readonly close: () => void;
}

export type Trouble = (request: IncomingMessage, response: ServerResponse, ordinary: () => void) => void;

const FILES: Readonly<Record<string, string>> = {
  '/debug/pprof/': 'index.html',
  '/debug/vars': 'vars.json',
  '/debug/pprof/goroutine': 'goroutine.pb',
  '/debug/pprof/heap': 'heap.pb',
  '/debug/pprof/goroutine?debug=2': 'goroutine.debug2.txt',
};

const PORTS_AT_ONCE = 20;
/** About as many as a snapshot asks for: the recording moves on with every snapshot. */
const FILES_A_MOMENT = 6;

/** Starts targets `target-1` to `target-<count>`. */
export async function startTargets(count: number): Promise<readonly Target[]> {
  const { moments } = readRecording('ledger-svc-1');
  const bodies = moments.map(
    ({ files }) =>
      new Map([...files].map(([name, body]) => [name, name.endsWith('.pb') ? gzipSync(body) : body])),
  );
  const targets: Target[] = [];
  for (let from = 1; from <= count; from += PORTS_AT_ONCE) {
    const some = Array.from({ length: Math.min(PORTS_AT_ONCE, count - from + 1) }, (_, at) =>
      startTarget(`target-${from + at}`, bodies),
    );
    targets.push(...(await Promise.all(some)));
  }
  return targets;
}

async function startTarget(
  name: string,
  bodies: readonly ReadonlyMap<string, Uint8Array>[],
): Promise<Target> {
  const hits: Hit[] = [];
  const arrivals = new EventEmitter().setMaxListeners(0);
  const ordinary = (request: IncomingMessage, response: ServerResponse): void => {
    const moment = bodies[Math.floor((hits.length - 1) / FILES_A_MOMENT) % bodies.length];
    const body = moment?.get(FILES[request.url ?? ''] ?? '');
    response.writeHead(body ? 200 : 404, { 'x-content-type-options': 'nosniff' });
    response.end(body ?? 'Unknown profile\n');
  };
  const server = createServer((request, response) => {
    const [, capture = ''] = /\(capture ([\w-]+)\)/.exec(request.headers['user-agent'] ?? '') ?? [];
    const hit: Hit = { target: name, capture, path: request.url ?? '', atMs: performance.now() };
    hits.push(hit);
    arrivals.emit('hit', hit);
    const usual = (): void => ordinary(request, response);
    if (target.trouble) target.trouble(request, response, usual);
    else usual();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const target: Target = {
    name,
    url: `http://127.0.0.1:${port}`,
    hits,
    nextHit: async (path) => {
      for (;;) {
        const [hit] = (await once(arrivals, 'hit')) as [Hit];
        if (path.test(hit.path)) return hit;
      }
    },
    trouble: undefined,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return target;
}
