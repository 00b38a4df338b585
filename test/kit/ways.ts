// goref files drawn as text, one way a line, root first, then how many objects of which size lie at its end:
//
//   ways`
//     main.subs ← [10+]. (*main.sub) ← buf. ([]uint8)   1200 × 16KiB
//     runtime.allgs ← [0]. (*runtime.g)                 3 × 480
//   `
import type { Frame } from '../../src/model/goroutine.ts';
import type { Profile } from '../../src/model/profile.ts';
import { parseBytes } from '../../src/model/units.ts';

export function ways(parts: TemplateStringsArray, ...values: readonly (string | number)[]): Profile {
  return drawWays(String.raw({ raw: parts }, ...values));
}

/** The same from a plain string. Throws on a line it cannot read: a test is wrong then. */
export function drawWays(text: string): Profile {
  const frames: Frame[] = [];
  const starts = [0];
  const stacks: number[] = [];
  const figures: number[] = [];
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    const [, way = '', count = '', size = ''] = /^(.+?)\s+(\d+) × (\d+\w*)$/.exec(line) ?? [];
    const bytes = parseBytes(size);
    if (way === '' || bytes === undefined) throw new Error(`This is no drawing of a way: ${line}`);
    for (const func of way.split(' ← ').reverse()) {
      const known = frames.findIndex((frame) => frame.func === func);
      stacks.push(known < 0 ? frames.push({ func, file: '', line: 0 }) - 1 : known);
    }
    starts.push(stacks.length);
    figures.push(Number(count), Number(count) * bytes);
  }
  return {
    kind: 'retention',
    sampleTypes: [
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
    period: 0,
    binary: '-',
    delta: false,
  };
}
