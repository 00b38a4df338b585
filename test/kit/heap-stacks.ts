// Heap profiles drawn as text, one allocation a line, root first as people read them:
//
//   heapStacks`
//     main.main → pay/ledger.(*Writer).append   40MiB
//     main.main → pay/cache.Fill                 2MiB
//   `
import type { Frame } from '../../src/model/goroutine.ts';
import type { Profile } from '../../src/model/profile.ts';
import { parseBytes } from '../../src/model/units.ts';

export function heapStacks(parts: TemplateStringsArray, ...values: readonly (string | number)[]): Profile {
  return drawHeap(String.raw({ raw: parts }, ...values));
}

/** The same from a plain string. Throws on a line it cannot read: a test is wrong then. */
export function drawHeap(text: string): Profile {
  const frames: Frame[] = [];
  const starts = [0];
  const stacks: number[] = [];
  const figures: number[] = [];
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    const [, calls = '', size = ''] = /^(.+?)\s+(\d+\w*)$/.exec(line) ?? [];
    const bytes = parseBytes(size);
    if (calls === '' || bytes === undefined) throw new Error(`This is no drawing of a heap: ${line}`);
    for (const func of calls.split(' → ').reverse()) {
      stacks.push(frames.length);
      frames.push({ func, file: 'main.go', line: 1 });
    }
    starts.push(stacks.length);
    figures.push(Math.ceil(bytes / 1024), bytes, Math.ceil(bytes / 1024), bytes);
  }
  return {
    kind: 'heap',
    sampleTypes: [
      { type: 'alloc_objects', unit: 'count' },
      { type: 'alloc_space', unit: 'bytes' },
      { type: 'inuse_objects', unit: 'count' },
      { type: 'inuse_space', unit: 'bytes' },
    ],
    defaultSampleType: 'inuse_space',
    sampleCount: starts.length - 1,
    frames,
    stackStart: Uint32Array.from(starts),
    stackFrames: Uint32Array.from(stacks),
    values: Float64Array.from(figures),
    labels: new Map(),
    period: 524_288,
    delta: false,
  };
}
