import { describe, expect, it } from 'vitest';
import { sampleStack, sampleValue, valueColumn } from '../../src/model/profile.ts';
import { goroutineCounts, parsePprof } from '../../src/parse/pprof.ts';
import { readSample } from './pprof-samples.ts';

describe('goroutine profiles', () => {
  it.each([
    // file, goroutines without the one serving the profile, the sick (or largest) group, its family, its user frame
    ['leak-send.t035.goroutine.pb.gz', 175, 171, 'chan-send', 'main.slowQuery'],
    ['leak-send.t065.goroutine.pb.gz', 326, 323, 'chan-send', 'main.slowQuery'],
    ['leak-send.t095.goroutine.pb.gz', 478, 474, 'chan-send', 'main.slowQuery'],
    ['leak-ticker.t065.goroutine.pb.gz', 132, 129, 'chan-receive', 'main.poll'],
    ['leak-global.t065.goroutine.pb.gz', 132, 129, 'chan-receive', 'main.(*sub).loop'],
    ['leak-mutex.t065.goroutine.pb.gz', 184, 180, 'mutex', 'main.(*registry).update'],
    ['ok-slowstart.t095.goroutine.pb.gz', 123, 120, 'chan-receive', undefined],
    ['ok-ramp.t095.goroutine.pb.gz', 186, 182, 'sleep', undefined],
  ])('%s holds %i goroutines, %i of them in %s', (file, total, count, family, func) => {
    const dump = goroutineCounts(readSample(file));
    const largest = dump.groups.toSorted((a, b) => b.count - a.count)[0];
    expect(dump).toMatchObject({ source: 'proto', total, requesterDropped: true, truncated: false });
    expect(largest).toMatchObject({ count, family, leaked: false });
    if (func) expect(largest?.frames.map((frame) => frame.func)).toContain(func);
    expect(dump.groups.reduce((sum, group) => sum + group.count, 0)).toBe(total);
  });

  it.each(['zoo-go1.19', 'zoo-go1.26'])(
    '%s: one goroutine in every kind of wait, told by its frames',
    (zoo) => {
      const dump = goroutineCounts(readSample(`${zoo}.goroutine.pb.gz`));
      const families = new Set(dump.groups.map((group) => group.family));
      expect([...families]).toEqual(
        expect.arrayContaining([
          ...(['chan-receive', 'chan-send', 'select', 'park', 'io', 'sleep', 'mutex', 'rwmutex'] as const),
          ...(['waitgroup', 'cond', 'syscall'] as const),
        ]),
      );
      expect(dump.total).toBe(32);
    },
  );

  it('keeps labels, and goroutines of one stack apart by them', () => {
    const { groups } = goroutineCounts(readSample('zoo-go1.26.goroutine.pb.gz'));
    const labels = groups.flatMap((group) => (group.labels ? [group.labels] : []));
    expect(labels.map((set) => ({ ...set }))).toEqual([
      { worker: 'w_1' },
      { worker: 'w_1' },
      { tenant: 'acme corp', route: '/v1/x', q: 'a"b\né' },
    ]);
  });

  it("marks the goroutines of the runtime's leak profile, and an empty one is no failure", () => {
    const leaked = goroutineCounts(readSample('leak-send.goroutineleak.pb.gz'));
    expect(leaked).toMatchObject({ total: 3773, requesterDropped: false });
    expect(leaked.groups).toMatchObject([{ count: 3773, leaked: true, state: 'chan send' }]);
    expect(goroutineCounts(readSample('leak-global.goroutineleak.pb.gz'))).toMatchObject({
      total: 0,
      groups: [],
    });
  });

  it('reads a delta with negative counts and leaves those out of the goroutines', () => {
    const delta = readSample('leak-send.goroutine-delta4s.pb.gz');
    expect(delta).toMatchObject({ delta: true, durationNanos: 4_001_698_993n });
    expect([...delta.values]).toEqual([20, -1, 1, 1, 1]);
    expect(goroutineCounts(delta).total).toBe(22);
  });
});

describe('names of generic functions', () => {
  it('are spelled in goroutine counts as dumps spell them', () => {
    const { groups } = goroutineCounts(readSample('zoo-go1.26.goroutine.pb.gz'));
    const names = groups
      .flatMap(({ frames }) => frames.map(({ func }) => func))
      .filter((name) => name.includes('['));
    expect(names.toSorted()).toEqual(['main.(*Box[...]).Recv', 'main.genericWait[...]']);
  });
});

describe('heap profiles', () => {
  it('reads the leak at its site, scaled, with its period, times and binary', () => {
    const heap = readSample('heap-leak.t185.heap.pb.gz');
    expect(heap).toMatchObject({
      kind: 'heap',
      period: 524_288,
      defaultSampleType: 'inuse_space',
      timeNanos: 1_795_414_076_114_060_958n,
      binary: '/srv/example/bin/prog_1.26glp',
      buildId: '19291dedd8269f6054bb7e064ba0a8fab69896f9',
      delta: false,
    });
    const column = valueColumn(heap, 'inuse_space');
    const bySize = Array.from({ length: heap.sampleCount }, (_, sample) => ({
      bytes: sampleValue(heap, sample, column),
      leaf: sampleStack(heap, sample).find(({ func }) => func.startsWith('main.'))?.func,
    })).toSorted((a, b) => b.bytes - a.bytes);
    expect(bySize[0]).toEqual({ bytes: 176_950_834, leaf: 'main.main.func16' });
  });

  it('keeps every inlined frame and says which they are', () => {
    const heap = readSample('zoo-go1.26.heap.pb.gz');
    expect(sampleStack(heap, 0).slice(0, 3)).toEqual([
      {
        func: 'slices.Grow[go.shape.[]uint8,go.shape.uint8]',
        file: 'slices/slices.go',
        line: 426,
        inlined: true,
      },
      { func: 'os.readFileContents', file: 'os/file.go', line: 922 },
      { func: 'os.ReadFile', file: 'os/file.go', line: 871 },
    ]);
  });

  it('tells an object graph of goref from a heap profile', () => {
    const retention = readSample('heap-leak.grf.out');
    expect(retention).toMatchObject({ kind: 'retention', period: 0 });
    expect(retention.timeNanos).toBeUndefined();
  });
});

describe('what is not a profile', () => {
  it.each([
    ['nothing', '', 'profile-empty'],
    ['a web page', '<!DOCTYPE html><html><body>Sign in</body></html>', /^profile-/],
    ['text', 'goroutine 1 [running]:\nmain.main()\n', /^profile-/],
  ])('%s is refused with a reason', (_, text, code) => {
    const { value, problems } = parsePprof(Buffer.from(text));
    expect(value).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]?.code).toMatch(code);
  });
});
