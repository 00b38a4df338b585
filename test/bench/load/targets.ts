// A thousand instances that answer after a moment, as recorded of a healthy service.
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { readRecording } from '../../../demo/replay/recording.ts';

export interface Fleet {
  /** Addresses of the instances of each service, by name. */
  readonly services: ReadonlyMap<string, readonly string[]>;
  readonly hits: () => number;
  /** The most requests that were at one instance at the same moment. */
  readonly atOnce: () => number;
  readonly close: () => void;
}

const FILES: Readonly<Record<string, string>> = {
  '/debug/pprof/': 'index.html',
  '/debug/vars': 'vars.json',
  '/debug/pprof/goroutine': 'goroutine.pb',
  '/debug/pprof/heap': 'heap.pb',
};
const PORTS_AT_ONCE = 50;

export async function startFleet(services: number, instances: number, answerMs: number): Promise<Fleet> {
  const [moment] = readRecording('ledger-svc-1').moments;
  const bodies = new Map(
    [...(moment?.files ?? [])].map(([name, body]) => [name, name.endsWith('.pb') ? gzipSync(body) : body]),
  );
  let hits = 0;
  let atOnce = 0;
  const open = async (): Promise<{ url: string; close: () => void }> => {
    let here = 0;
    const server = createServer((request, response) => {
      hits++;
      atOnce = Math.max(atOnce, ++here);
      setTimeout(() => {
        here--;
        const body = bodies.get(FILES[request.url ?? ''] ?? '');
        response.writeHead(body ? 200 : 404, { 'x-content-type-options': 'nosniff' });
        response.end(body ?? 'Unknown profile\n');
      }, answerMs);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const close = (): void => {
      server.close();
      server.closeAllConnections();
    };
    return { url: `http://127.0.0.1:${port}`, close };
  };
  const opened: Awaited<ReturnType<typeof open>>[] = [];
  while (opened.length < services * instances) {
    const some = Math.min(PORTS_AT_ONCE, services * instances - opened.length);
    opened.push(...(await Promise.all(Array.from({ length: some }, open))));
  }
  const named = Array.from({ length: services }, (_, at): [string, readonly string[]] => [
    `service-${at + 1}`,
    opened.slice(at * instances, (at + 1) * instances).map(({ url }) => url),
  ]);
  return {
    services: new Map(named),
    hits: () => hits,
    atOnce: () => atOnce,
    close: () => {
      for (const { close } of opened) close();
    },
  };
}
