import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Holder, Retention } from '../../src/model/retention.ts';
import { parsePprof } from '../../src/parse/pprof.ts';
import { readRetention } from '../../src/parse/retention.ts';
import { assembleSnapshot } from '../../src/parse/snapshot.ts';
import { drawWays, ways } from '../kit/ways.ts';
import { protoSamples, readSample } from './pprof-samples.ts';

const RETENTION = new URL('../captures/retention/', import.meta.url);

function read(path: string): Retention {
  const profile = parsePprof(readFileSync(new URL(path, RETENTION))).value;
  const retention = profile && readRetention(profile);
  if (!retention) throw new Error(`${path} is no goref file`);
  return retention;
}

/** `main.subs ← [] ← buf`. */
function wayOf({ root, path }: Holder): string {
  const words = path.map(({ kind, name, times }) => {
    const word =
      { element: '[]', 'map-key': 'keys', 'map-value': 'values', untyped: '?', skipped: '…' }[
        kind as string
      ] ?? name;
    return times > 1 ? `${word} ×${times}` : word;
  });
  return [root.name, ...words].join(' ← ');
}

function holder(retention: Retention, name: string): Holder {
  const found = retention.holders.find(({ root }) => root.name === name);
  if (!found) throw new Error(`no holder ${name}`);
  return found;
}

describe('the samples, whose leaks are known', () => {
  it('a map that a closure has captured', () => {
    const retention = readRetention(readSample('heap-leak.grf.out'));
    const [first] = retention?.holders ?? [];
    expect(first && wayOf(first)).toBe('main.every.f ← main.main.func16 ← m ← values');
    expect(first).toMatchObject({
      root: { kind: 'local', func: 'main.every' },
      container: { kind: 'map', name: 'm', type: 'map[int][]uint8' },
      depth: 4,
      bytes: 691_407_472,
      objectBytes: 20_480,
    });
    expect((first?.bytes ?? 0) / (retention?.bytes ?? 1)).toBeGreaterThan(0.996);
  });

  it('a package variable; the first ten elements are counted with the others', () => {
    const [first] = read('leak-global.grf.out').holders;
    expect(first && wayOf(first)).toBe('main.subs ← [] ← buf');
    expect(first).toMatchObject({
      root: { kind: 'variable', name: 'main.subs' },
      container: { kind: 'elements', name: 'main.subs' },
      depth: 3,
      objectBytes: 16_384,
    });
    expect((first?.bytes ?? 0) / read('leak-global.grf.out').bytes).toBeGreaterThan(0.94);
  });

  it('goroutines that never end, by their stacks', () => {
    const retention = read('leak-ctx.grf.out');
    expect(holder(retention, 'main.handleNoCancel.gowrap1.ctx')).toMatchObject({
      root: { kind: 'local', func: 'main.handleNoCancel.gowrap1' },
      objects: 1351,
      depth: 1,
    });
    expect(holder(retention, 'main.handleNoCancel.gowrap1')).toMatchObject({ root: { kind: 'stack' } });
    expect(wayOf(holder(retention, 'main.handleNoCancel.gowrap1'))).toBe(
      'main.handleNoCancel.gowrap1 ← runtime.selectgo',
    );
    // What the goroutines themselves are made of is the runtime's.
    expect(holder(retention, 'runtime.allgs').root.kind).toBe('runtime');
  });

  it.each([
    ['main.book', 'main.book ← pages ← values ← Body', { kind: 'map', name: 'pages' }],
    ['main.recent', 'main.recent ← byKey ← values ← Value', { kind: 'map', name: 'byKey' }],
    ['main.queue', 'main.queue ← [] ← Body', { kind: 'elements', name: 'main.queue' }],
    ['main.chain', 'main.chain ← next ×256 ← ?', { kind: 'list', name: 'next' }],
    ['main.deep', 'main.deep ← inner ×12 ← body', { kind: 'list', name: 'inner' }],
    [
      'main.handlers',
      'main.handlers ← [] ← run ← main.fill.func1 ← kept',
      { kind: 'elements', name: 'main.handlers' },
    ],
    ['main.shards', 'main.shards ← [] ← values', { kind: 'map', name: 'main.shards' }],
    ['main.hidden', 'main.hidden ← p ← ?', undefined],
    ['main.any1', 'main.any1 ← body', undefined],
    ['main.scope', 'main.scope ← Context ×39 ← val', { kind: 'list', name: 'Context' }],
    [
      'main.main.gowrap1.batch',
      'main.main.gowrap1.batch ← []',
      { kind: 'elements', name: 'main.main.gowrap1.batch' },
    ],
    [
      'runtime.m0',
      'runtime.m0 ← g0 ← m ← allpSnapshot ← [] ← timers ← heap ← [] ← timer ← arg ← main.main.func1 ← late',
      { kind: 'timers', name: 'heap' },
    ],
  ])('whatever else holds memory: %s', (name, way, container) => {
    const found = holder(read('book/1/grf.out'), name);
    expect(wayOf(found)).toBe(way);
    if (container) expect(found.container).toMatchObject(container);
    else expect(found.container).toBeUndefined();
  });

  it('a sync.Map, through the tree that it is made of', () => {
    expect(holder(read('book/1/grf.out'), 'main.byToken').container).toMatchObject({ kind: 'sync.Map' });
  });
});

describe('what a file holds', () => {
  it('is all counted, and once', () => {
    for (const path of ['leak-global.grf.out', 'leak-ctx.grf.out', 'book/1/grf.out', 'book/3/grf.out']) {
      const profile = parsePprof(readFileSync(new URL(path, RETENTION))).value;
      const all = profile?.values.filter((_, at) => at % 2 === 1).reduce((sum, bytes) => sum + bytes, 0);
      const retention = read(path);
      expect(retention.bytes).toBe(all);
      for (const { bytes, byDepth, path: steps } of retention.holders) {
        expect(byDepth.reduce((sum, each) => sum + each, 0)).toBe(bytes);
        for (const step of steps) expect(step.bytes).toBeLessThanOrEqual(bytes);
      }
    }
  });

  it('is read of no other profile', () => {
    for (const name of protoSamples)
      expect(readRetention(readSample(name)) !== undefined, name).toBe(name.endsWith('.grf.out'));
  });

  it('names the longest way, and the one to most of it', () => {
    const [first] =
      readRetention(ways`
      main.root ← a. (*main.a) ← b. (*main.b)                       10 × 1KiB
      main.root ← a. (*main.a)                                       3 × 1KiB
      main.root ← x. (*main.x) ← next. (*main.x) ← next. (*main.x)   1 × 1KiB
    `)?.holders ?? [];
    expect(first).toMatchObject({ bytes: 14 * 1024, objects: 14, depth: 3, deepest: 4 });
    expect(first && wayOf(first)).toBe('main.root ← a ← b');
  });

  it('stops where the way forks and no branch has most', () => {
    const [first] =
      readRetention(ways`
      main.root ← a. (*main.a)   4 × 1KiB
      main.root ← b. (*main.b)   3 × 1KiB
      main.root ← c. (*main.c)   2 × 1KiB
    `)?.holders ?? [];
    expect(first && wayOf(first)).toBe('main.root');
    expect(first?.depth).toBe(1);
  });

  it('gathers in the outermost map, not in the short array that shares it out', () => {
    const [first] =
      readRetention(ways`
      main.cache ← shards. ([16]main.shard) ← [3]. (main.shard) ← m. (map[string]*main.entry) ← $mapval. (*main.entry)     400 × 1KiB
      main.cache ← shards. ([16]main.shard) ← [10+]. (main.shard) ← m. (map[string]*main.entry) ← $mapval. (*main.entry)   500 × 1KiB
    `)?.holders ?? [];
    expect(first?.container).toEqual({ kind: 'map', name: 'm', type: 'map[string]*main.entry' });
  });

  it('may wait in a channel', () => {
    const [first] =
      readRetention(
        ways`main.pool ← jobs. (chan *main.job) ← [10+]. (*main.job) ← body. ([]uint8)   90 × 4KiB`,
      )?.holders ?? [];
    expect(first?.container).toMatchObject({ kind: 'channel', name: 'jobs' });
  });

  it('tells stacks by the function a goroutine began with, calls as calls', () => {
    const holders =
      readRetention(ways`
      runtime.goexit ← main.worker ← main.handle ← net/http.(*conn).serve   7 × 512
      runtime.goexit ← runtime.main ← main.main ← net/http.Serve           2 × 512
      runtime.goexit ← runtime.bgsweep                                      1 × 512
    `)?.holders ?? [];
    expect(holders.map(({ root: { kind, name } }) => `${kind} ${name}`)).toEqual([
      'stack main.worker',
      'stack main.main',
      'runtime runtime.bgsweep',
    ]);
    expect(holders[0]?.path.map(({ kind }) => kind)).toEqual(['call', 'call']);
  });

  it('is kept short: a way of a thousand steps, a thousand roots', () => {
    const long = Array.from({ length: 1_000 }, (_, at) => `f${at}. (*main.t${at})`).join(' ← ');
    const [first] = readRetention(drawWays(`main.root ← ${long}   5 × 1KiB`))?.holders ?? [];
    expect(first?.depth).toBe(1_001);
    expect(first?.path.length).toBeLessThan(70);
    expect(first?.path.reduce((sum, { times }) => sum + times, 0)).toBe(1_000);
    const many = Array.from({ length: 1_000 }, (_, at) => `main.v${at} ← a. (*main.a)   ${at + 1} × 64`).join(
      '\n',
    );
    const retention = readRetention(drawWays(many));
    expect(retention?.roots).toBe(1_000);
    expect(retention?.holders).toHaveLength(100);
    expect(retention?.holders[0]?.root.name).toBe('main.v999');
  });
});

it('follows as many ways as there is room for, loses no byte of the rest, and says so', () => {
  const [samples, depth] = [2_100, 100];
  const stacks = Uint32Array.from({ length: samples * depth }, (_, at) => at);
  const retention = readRetention({
    ...ways`main.a   1 × 1`,
    sampleCount: samples,
    frames: Array.from(stacks, (at) => ({ func: `f${at}. (*main.t)`, file: '', line: 0 })),
    stackStart: Uint32Array.from({ length: samples + 1 }, (_, sample) => sample * depth),
    stackFrames: stacks,
    values: new Float64Array(samples * 2).fill(64),
  });
  expect(retention).toMatchObject({ bytes: samples * 64, roots: samples });
  expect(retention?.cut).toBeGreaterThan(50);
  expect(retention?.cut).toBeLessThan(200);
});

it('is part of the snapshot it was given with, whatever the file is called', () => {
  const bytes = new Uint8Array(readFileSync(new URL('leak-global.grf.out', RETENTION)));
  const snapshot = assembleSnapshot([{ name: 'x', bytes }], { instance: 'a' });
  expect(snapshot.retention?.holders[0]?.root.name).toBe('main.subs');
  expect(snapshot.otherProfiles).toMatchObject([{ kind: 'retention' }]);
  expect(snapshot.problems).toEqual([]);
});
