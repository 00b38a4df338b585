// A capture as large as they get in an ordinary incident: two dumps and two heap profiles of one process, printed as Go
// prints them, then parsed as any capture is.
import type { Profile } from '../../src/model/profile.ts';
import type { RawArtefact } from '../../src/model/snapshot.ts';
import { writePprof } from '../../src/parse/pprof-write.ts';
import { drawHeap } from '../kit/heap-stacks.ts';

const START_MS = Date.UTC(2026, 10, 23, 3, 12, 0);
const DEEP = 24;
const HANDLERS = 40;

/** @param longer characters added to each function's name */
export function bigCapture(goroutines: number, longer = 0): RawArtefact[][] {
  return [goroutines / 4, goroutines].map((count, at) => {
    const taken = { fromMs: START_MS + at * 30_000, toMs: START_MS + at * 30_000 + 20 };
    const text = new TextEncoder();
    return [
      { name: 'goroutines.txt', bytes: text.encode(dump(count, longer)), taken },
      { name: 'heap.pb.gz', bytes: writePprof(heap(at === 0 ? 1 : 3, longer)), taken },
      { name: 'vars.json', bytes: text.encode(vars(count, at)), taken },
    ];
  });
}

function dump(count: number, longer: number): string {
  const stacks: string[] = [];
  for (let id = 1; id <= count; id++) {
    const handler = id % HANDLERS;
    const calls = Array.from({ length: DEEP }, (_, depth) => call(handler, depth, longer));
    stacks.push(
      `goroutine ${id + 10} [chan send, 12 minutes]:\n${calls.join('\n')}\ncreated by net/http.(*Server).Serve in goroutine 1\n\t/usr/local/go/src/net/http/server.go:3086 +0x5cb`,
    );
  }
  return `${stacks.join('\n\n')}\n`;
}

function call(handler: number, depth: number, longer: number): string {
  const func = nameOf(handler, depth, longer);
  return `${func}(0xc000012345)\n\t/srv/build/payments/handler${handler}/file${depth}.go:${depth + 10} +0x1d`;
}

function nameOf(handler: number, depth: number, longer: number): string {
  return `github.com/acme/payments/handler${handler}.(*Server).Step${depth}${'x'.repeat(longer)}`;
}

function heap(times: number, longer: number): Profile {
  const lines = Array.from({ length: HANDLERS * 20 }, (_, site) => {
    const calls = Array.from({ length: DEEP }, (_, depth) => nameOf(site % HANDLERS, DEEP - depth, longer));
    return `${calls.join(' → ')} → github.com/acme/payments/alloc.Site${site} ${(site + 1) * times * 512}`;
  });
  return drawHeap(lines.join('\n'));
}

function vars(goroutines: number, at: number): string {
  const heapAlloc = 40_000_000 + goroutines * 4_096;
  return JSON.stringify({
    goroutines,
    memstats: { HeapAlloc: heapAlloc, HeapInuse: heapAlloc * 1.1, Sys: heapAlloc * 2, NumGC: 10 + at * 6 },
  });
}
