import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleStack } from '../../src/model/profile.ts';
import { goroutineCounts } from '../../src/parse/pprof.ts';
import { looksLikePprofText, parsePprofText } from '../../src/parse/pprof-text.ts';
import { readSample, sampleBytes, spelledOut, textSamples } from './pprof-samples.ts';

function read(text: string | Uint8Array) {
  return parsePprofText(typeof text === 'string' ? Buffer.from(text) : text);
}

/** Go leaves the innermost runtime frames and goexit out of the text form. */
function withoutRuntimeLead<Of extends { func: string }>(stack: readonly Of[]): readonly Of[] {
  const visible = stack.findIndex(({ func }) => !/^(runtime\.|internal\/runtime\/)/.test(func));
  return visible < 0 ? stack : stack.slice(visible);
}

/** Goroutines that ran between the two requests: the one answering and its reader. */
const BUSY = /^(runtime|net\/http)\/pprof\.|backgroundRead$/;

describe('text beside protobuf of the same process', () => {
  it.each(['zoo-go1.19', 'zoo-go1.26'])('%s: the same stacks, labels and counts', (zoo) => {
    const text = read(sampleBytes(`${zoo}.goroutine-debug1.txt`));
    expect(text.problems).toEqual([]);
    const rows = (profile: Parameters<typeof spelledOut>[0]) =>
      spelledOut(profile)
        .samples.filter(({ stack }) => stack.every(({ func }) => !BUSY.test(func)))
        .map(({ stack, values, labels }) => {
          const lines = withoutRuntimeLead(stack).map(({ func, file, line, inlined }) => [
            // The text form shortens type arguments.
            func.replace(/\[.*\]/, '[...]'),
            file,
            line,
            inlined,
          ]);
          return JSON.stringify([lines.filter(([func]) => func !== 'runtime.goexit'), values, labels]);
        })
        .filter((row) => !row.startsWith('[[]'))
        .sort();
    if (!text.value) throw new Error('unread');
    expect(rows(text.value.profile)).toEqual(rows(readSample(`${zoo}.goroutine.pb.gz`)));
  });

  it('counts goroutines, drops the one that was asking, and does not guess hidden waits', () => {
    const { value } = read(sampleBytes('zoo-go1.26.goroutine-debug1.txt'));
    if (!value) throw new Error('unread');
    const dump = goroutineCounts(value.profile);
    expect(dump).toMatchObject({ source: 'debug1', total: 32, requesterDropped: true });
    const families = dump.groups.map(({ family }) => family);
    expect(families).toEqual(
      expect.arrayContaining(['mutex', 'rwmutex', 'waitgroup', 'cond', 'io', 'sleep']),
    );
    expect(dump.groups.find(({ frames }) => frames[0]?.func === 'main.main.func15')).toMatchObject({
      family: 'unknown',
      state: 'waiting',
      count: 3,
    });
  });

  it('scales raw heap samples as the protobuf form of the same heap is scaled', () => {
    const { value, problems } = read(sampleBytes('zoo-go1.26.heap-debug1.txt'));
    expect(problems).toEqual([]);
    expect(value?.profile).toMatchObject({ kind: 'heap', period: 524_288, defaultSampleType: 'inuse_space' });
    const values = new Set(
      spelledOut(readSample('zoo-go1.26.heap.pb.gz')).samples.map((row) => row.values.join()),
    );
    for (const row of value ? spelledOut(value.profile).samples : [])
      expect(values).toContain(row.values.join());
  });

  it('says where the memory statistics of a heap text begin', () => {
    const bytes = sampleBytes('zoo-go1.26.heap-debug1.txt');
    const at = read(bytes).value?.trailerAt ?? 0;
    expect(bytes.subarray(at, at + 20).toString()).toBe('# runtime.MemStats\n#');
  });
});

describe('forms', () => {
  it('reads a block profile: cycles to nanoseconds', () => {
    const text = [
      '--- contention:',
      'cycles/second=2000000000',
      '4000 2 @ 0x10 0x20 0x30',
      '#\t0xf\truntime.chanrecv1+0x1\truntime/chan.go:509',
      '#\t0x1f\tmain.worker+0x2f\t/srv/a dir/main.go:12',
      '',
    ].join('\n');
    const { value, problems } = read(text);
    expect(problems).toEqual([]);
    if (!value) throw new Error('unread');
    expect(value.profile.kind).toBe('block');
    expect([...value.profile.values]).toEqual([2, 2000]);
    expect(sampleStack(value.profile, 0)[1]).toEqual({
      func: 'main.worker',
      file: '/srv/a dir/main.go',
      line: 12,
    });
  });

  it('reads a mutex profile', () => {
    const { value } = read(
      '--- mutex:\ncycles/second=1000000000\nsampling period=5\n30 3 @ 0x10\n#\t0xf\tsync.(*Mutex).Unlock+0x1\tsync/mutex.go:65\n',
    );
    expect(value?.profile.kind).toBe('mutex');
    expect([...(value?.profile.values ?? [])]).toEqual([3, 30]);
  });

  it("reads threads, programs' own profiles and rows without symbols", () => {
    expect(
      read('threadcreate profile: total 9\n8 @ \n#\t0x0\n\n1 @ 0x43a1 0x42b2\n').value?.profile,
    ).toMatchObject({
      kind: 'threadcreate',
      sampleCount: 2,
    });
    const own = read('mydb/open profile: total 1\n1 @ 0x10\n#\t0xf\tmain.open+0x1\tmain.go:3\n').value
      ?.profile;
    expect(own).toMatchObject({ kind: 'unknown', sampleTypes: [{ type: 'mydb/open', unit: 'count' }] });
  });

  it('survives a paste that turned tabs into spaces and line ends into CRLF', () => {
    const pasted = sampleBytes('leak-send.goroutineleak-debug1.txt')
      .toString()
      .replaceAll('\t', '  ')
      .replaceAll('\n', '\r\n');
    const { value, problems } = read(pasted);
    expect(problems).toEqual([]);
    expect(value?.profile).toMatchObject({ kind: 'goroutineleak', sampleCount: 1 });
    expect(value?.profile.frames).toEqual([
      { func: 'main.slowQuery', file: 'example.com/gofacts/prog/main.go', line: 31 },
    ]);
  });

  it('says when a text is cut, and keeps what is there', () => {
    const bytes = sampleBytes('zoo-go1.26.goroutine-debug1.txt');
    const { value, problems } = read(bytes.subarray(0, bytes.length / 2));
    expect(problems.map(({ code }) => code)).toContain('profile-total-differs');
    expect(value?.profile.sampleCount).toBeGreaterThan(3);
    const heap = sampleBytes('zoo-go1.26.heap-debug1.txt');
    const cut = read(heap.subarray(0, heap.indexOf('# runtime.MemStats')));
    expect(cut.problems.map(({ code }) => code)).toEqual(['heap-trailer-missing']);
  });

  it.each([
    '',
    'goroutine 1 [running]:\nmain.main()\n',
    '{"memstats":{}}',
    'heap profile: x',
    '--- contention:\n',
  ])('does not mistake %j for a profile', (text) => {
    expect(looksLikePprofText(Buffer.from(text))).toBe(false);
    expect(read(text)).toMatchObject({ value: undefined, problems: [{ code: 'profile-text-unknown' }] });
  });

  it('recognises every sample', () => {
    for (const name of textSamples) expect(looksLikePprofText(sampleBytes(name))).toBe(true);
  });
});

describe('hostile text', () => {
  it('refuses a stack without end', () => {
    const frames = '#\t0xf\tmain.f+0x1\tmain.go:3\n'.repeat(2000);
    expect(read(`goroutine profile: total 1\n1 @ 0x10\n${frames}`).problems).toMatchObject([
      { code: 'profile-stack-too-deep' },
    ]);
  });

  it('keeps labels called like object members', () => {
    const { value } = read(
      'goroutine profile: total 1\n1 @ 0x10\n# labels: {"__proto__":"x", "constructor":"y"}\n#\t0xf\tmain.f+0x1\tmain.go:3\n',
    );
    expect(Object.entries(value?.profile.labels.get(0) ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });

  it('never throws, whatever is cut or changed', () => {
    const samples = textSamples.map(sampleBytes);
    const edit = fc.record({
      sample: fc.nat(samples.length - 1),
      at: fc.nat(),
      cut: fc.nat(),
      bytes: fc.uint8Array({ maxLength: 8 }),
    });
    fc.assert(
      fc.property(edit, ({ sample, at, cut, bytes }) => {
        const mutated = Buffer.from(samples[sample] ?? []);
        mutated.set(bytes, Math.min(at % mutated.length, mutated.length - bytes.length));
        const { value, problems } = read(mutated.subarray(0, cut % (mutated.length + 1)));
        expect(value !== undefined || problems.length > 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
