import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { RawArtefact } from '../../src/model/snapshot.ts';
import { arrangeLooseFiles, assembleSeries, assembleSnapshot, foldersOf } from '../../src/parse/snapshot.ts';

const CAPTURES = new URL('../captures/', import.meta.url);
const about = { instance: 'api-0' };

function capture(path: string, taken?: RawArtefact['taken']): RawArtefact {
  const bytes = new Uint8Array(readFileSync(new URL(path, CAPTURES)));
  return { name: path, bytes, ...(taken ? { taken } : {}) };
}

function raw(name: string, text: string, taken?: RawArtefact['taken']): RawArtefact {
  return { name, bytes: new TextEncoder().encode(text), ...(taken ? { taken } : {}) };
}

const goroutine = (id: number) =>
  `goroutine ${id} [select]:\nmain.f()\n\t/a.go:1 +0x1\ncreated by main.main in goroutine 1\n\t/a.go:2 +0x1\n`;
const vars = (heap: number) => JSON.stringify({ memstats: { Sys: 100, HeapAlloc: heap }, cmdline: [] });

describe('a folder is one snapshot', () => {
  it('whatever the names in it', () => {
    const snapshot = assembleSnapshot(
      [
        capture('samples/leak-send.t035.goroutine-debug2.txt.gz'),
        capture('profiles/leak-send.t035.goroutine.pb.gz'),
        capture('profiles/leak-send.goroutineleak.pb.gz'),
        capture('profiles/heap-leak.t065.heap.pb.gz'),
        capture('profiles/leak-send.heap-delta4s.pb.gz'),
        capture('samples/heap-leak.t065.vars.json'),
        raw('meta.json', '{"kind": "case", "expected": "leak"}'),
      ].map((file, nth) => ({ ...file, name: `file-${nth}` })),
      about,
    );
    expect(snapshot.instance).toBe('api-0');
    expect(snapshot.goroutines?.total).toBe(174);
    expect(snapshot.goroutineCounts).toMatchObject({ source: 'proto' });
    expect(snapshot.leaked?.total).toBe(3773);
    expect(snapshot.heap).toMatchObject({ kind: 'heap', delta: false });
    expect(snapshot.otherProfiles).toMatchObject([{ kind: 'heap', delta: true }]);
    expect(snapshot.memory).toHaveLength(1);
    expect(snapshot.problems).toEqual([{ code: 'json-unknown', text: expect.stringMatching(/^file-6: /) }]);
  });

  it('takes the time of a profile from the target and of the rest from the collector', () => {
    const taken = { fromMs: 1000, toMs: 1010 };
    const snapshot = assembleSnapshot(
      [
        capture('profiles/heap-leak.t065.heap.pb.gz', taken),
        raw('goroutines.txt', goroutine(7), taken),
        raw('vars', vars(1), taken),
      ],
      about,
    );
    expect(snapshot.times.map(({ clock, uncertaintyNs }) => [clock, uncertaintyNs])).toEqual([
      ['target', 1e6],
      ['collector', 5e6],
      ['collector', 5e6],
    ]);
    expect(snapshot.times[0]?.span.fromMs).toBeGreaterThan(Date.parse('2026-01-01'));
    expect(snapshot.taken).toEqual(taken);
    expect(snapshot.memory[0]?.atMs).toBe(1005);
  });

  it('without any time says so by saying nothing', () => {
    const snapshot = assembleSnapshot([raw('goroutines.txt', goroutine(7))], about);
    expect(snapshot).not.toHaveProperty('taken');
    expect(snapshot.times).toEqual([]);
  });

  it('reads several memory files as a series, and completes it from a lone one of another kind', () => {
    const heapText =
      'heap profile: 0: 0 [0: 0] @ heap/1048576\n\n# runtime.MemStats\n# HeapAlloc = 9\n# MaxRSS = 77\n';
    const { memory } = assembleSnapshot([raw('a', vars(1)), raw('heap', heapText), raw('b', vars(2))], about);
    expect(memory.map(({ source, heapAlloc, maxRss }) => [source, heapAlloc, maxRss])).toEqual([
      ['expvar', 1, undefined],
      ['expvar', 2, 77],
    ]);
  });

  it('finds the runtime’s proof in a dump that still carries its marks', () => {
    const { leaked, goroutines } = assembleSnapshot(
      [capture('samples/zoo-go1.27.goroutineleak-debug2.txt')],
      about,
    );
    expect(goroutines?.total).toBe(30);
    expect(leaked?.groups.every((group) => group.leaked)).toBe(true);
    expect(leaked?.total).toBe(leaked?.ids.length);
    expect([...(leaked?.groupOf ?? [])].every((group) => group < (leaked?.groups.length ?? 0))).toBe(true);
  });

  it('cleans file names before they stand in a sentence', () => {
    const { problems } = assembleSnapshot([raw(`\u202egnp.\u0000${'x'.repeat(300)}`, 'what?')], about);
    expect(problems[0]?.text.length).toBeLessThan(220);
    expect(problems[0]?.text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('a series', () => {
  it('has one snapshot per dump of a log', () => {
    const log = [7, 8, 9]
      .map((id) => `2026/11/23 serving\nSIGQUIT: quit\nPC=0x1 m=0 sigcode=0\n\n${goroutine(id)}\n`)
      .join('');
    const { series } = assembleSeries([[raw('api.log', log), raw('vars', vars(5))]], about);
    expect(
      series.snapshots.map(({ goroutines, memory }) => [...(goroutines?.ids ?? []), memory.length]),
    ).toEqual([
      [7, 0],
      [8, 0],
      [9, 1],
    ]);
    const last = assembleSnapshot([raw('api.log', log)], about);
    expect(last.goroutines?.ids[0]).toBe(9);
    expect(last.problems.map(({ code }) => code)).toEqual(['goroutine-dumps-several']);
  });

  it('is put in order of time, and says so', () => {
    const folder = (id: number, fromMs: number) => [raw('g', goroutine(id), { fromMs, toMs: fromMs + 1 })];
    const { series, problems } = assembleSeries([folder(8, 2000), folder(7, 1000)], about);
    expect(series.snapshots.map(({ goroutines }) => goroutines?.ids[0])).toEqual([7, 8]);
    expect(problems.map(({ code }) => code)).toEqual(['snapshots-reordered']);
  });
});

describe('loose files', () => {
  it('are dealt out: the k-th of each kind to snapshot k, what comes once to the last', () => {
    const names = (folders: RawArtefact[][]) => folders.map((files) => files.map(({ name }) => name));
    const files = [
      raw('g1', goroutine(7)),
      raw('v1', vars(1)),
      raw('g2', goroutine(8)),
      raw('v2', vars(2)),
      capture('profiles/heap-leak.t065.heap.pb.gz'),
      raw('odd', 'what?'),
    ];
    expect(names(arrangeLooseFiles(files))).toEqual([
      ['g1', 'v1'],
      ['g2', 'v2', 'profiles/heap-leak.t065.heap.pb.gz', 'odd'],
    ]);
    expect(names(arrangeLooseFiles([raw('odd', 'what?')]))).toEqual([['odd']]);
    expect(arrangeLooseFiles([])).toEqual([[]]);
  });

  it('are found in the folders of an archive', () => {
    const dump = (id: number) => new TextEncoder().encode(goroutine(id));
    const zip = zipSync({ 'case/2/g.txt': dump(8), 'case/1/g.txt': dump(7) });
    const folders = foldersOf({ name: 'case.zip', bytes: zip }).value ?? [];
    const { series } = assembleSeries(folders, about);
    expect(series.snapshots.map(({ goroutines }) => goroutines?.ids[0])).toEqual([7, 8]);
    expect(foldersOf(raw('g', goroutine(7))).value).toBeUndefined();
  });
});
