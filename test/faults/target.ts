// Targets that answer in a moment and remember who asked: a healthy service's recorded answers, on a port of its own.
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { readRecording } from '../../demo/replay/recording.ts';
import type { Hit } from './judge.ts';

export interface Target {
  readonly name: string;
  readonly url: string;
  readonly close: () => void;
}

const FILES: Readonly<Record<string, string>> = {
  '/debug/pprof/': 'index.html',
  '/debug/vars': 'vars.json',
  '/debug/pprof/goroutine': 'goroutine.pb',
  '/debug/pprof/heap': 'heap.pb',
  '/debug/pprof/goroutine?debug=2': 'goroutine.debug2.txt',
};

const PORTS_AT_ONCE = 20;

/** Starts targets `target-1` to `target-<count>`; every request is told to `onHit`. */
export async function startTargets(count: number, onHit: (hit: Hit) => void): Promise<readonly Target[]> {
  const { moments } = readRecording('ledger-svc-1');
  const bodies = moments.map(
    ({ files }) =>
      new Map([...files].map(([name, body]) => [name, name.endsWith('.pb') ? gzipSync(body) : body])),
  );
  const start = async (nth: number): Promise<Target> => {
    const name = `target-${nth}`;
    let asked = 0;
    const server = createServer((request, response) => {
      const [, capture = ''] = /\(capture ([\w-]+)\)/.exec(request.headers['user-agent'] ?? '') ?? [];
      onHit({ target: name, capture, atMs: performance.now() });
      const body = bodies[Math.floor(asked++ / FILES_A_MOMENT) % bodies.length]?.get(
        FILES[request.url ?? ''] ?? '',
      );
      response.writeHead(body ? 200 : 404, { 'x-content-type-options': 'nosniff' });
      response.end(body ?? 'Unknown profile\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    return {
      name,
      url: `http://127.0.0.1:${port}`,
      close: () => {
        server.close();
        server.closeAllConnections();
      },
    };
  };
  const targets: Target[] = [];
  for (let from = 1; from <= count; from += PORTS_AT_ONCE) {
    const some = Array.from({ length: Math.min(PORTS_AT_ONCE, count - from + 1) }, (_, at) =>
      start(from + at),
    );
    targets.push(...(await Promise.all(some)));
  }
  return targets;
}

/** About as many as a snapshot asks for: the recording moves on with every snapshot. */
const FILES_A_MOMENT = 6;
