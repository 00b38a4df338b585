import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INFLATE_LIMITS, inflateGzip } from '../../src/parse/inflate.ts';
import { goroutineCounts, parsePprof } from '../../src/parse/pprof.ts';
import { PPROF_LIMITS } from '../../src/parse/pprof-limits.ts';
import { protoSamples, sampleBytes } from './pprof-samples.ts';

const MIB = 2 ** 20;

/** One length-delimited protobuf field. */
function field(number: number, ...parts: (Uint8Array | number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(body.length), body]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function repeated(part: Uint8Array, times: number): Buffer {
  return Buffer.alloc(part.length * times, part);
}

/** `goroutine/count` and the strings it needs. */
const HEAD = Buffer.concat([
  field(1, [8, 1, 16, 2]),
  field(6),
  field(6, Buffer.from('goroutine')),
  field(6, Buffer.from('count')),
]);
const LOCATION = field(4, [8, 1, 24, 64]);
const SAMPLE = field(2, [8, 1, 16, 1]);

const bombs: Record<string, [code: string, make: () => Uint8Array]> = {
  '16 KB of gzip that are 16 MB of zeros': ['gzip-bomb', () => gzipSync(Buffer.alloc(16 * MIB))],
  'gzip of many members, a gigabyte in all': [
    'inflated-too-large',
    () => {
      const member = gzipSync(Buffer.alloc(52 * MIB), { level: 1 });
      return Buffer.concat(Array.from({ length: 20 }, () => member));
    },
  ],
  'more compressed bytes than are ever opened': [
    'gzip-too-large',
    () => Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(INFLATE_LIMITS.compressedBytes)]),
  ],
  'a table of empty strings': [
    'profile-too-many-strings',
    () => repeated(field(6), PPROF_LIMITS.strings + 1),
  ],
  'one endless string': [
    'profile-string-too-long',
    () => field(6, Buffer.alloc(PPROF_LIMITS.stringBytes + 1)),
  ],
  'empty samples': ['profile-too-many-samples', () => repeated(field(2), PPROF_LIMITS.samples + 1)],
  'empty locations': ['profile-too-many-locations', () => repeated(field(4), PPROF_LIMITS.locations + 1)],
  'empty functions': ['profile-too-many-functions', () => repeated(field(5), PPROF_LIMITS.functions + 1)],
  'a stack of ten million frames': [
    'profile-stack-too-deep',
    () => field(2, field(1, Buffer.alloc(10_000_000, 1))),
  ],
  'a stack of two million ids of five bytes': [
    'profile-stack-too-deep',
    () => field(2, field(1, repeated(Buffer.from([0x81, 0x80, 0x80, 0x80, 0x01]), 2_000_000))),
  ],
  'a location of a thousand million inlined lines': [
    'profile-stack-too-deep',
    () => Buffer.concat([HEAD, field(5, [8, 1]), field(4, [8, 1], repeated(field(4, [8, 1]), 2000)), SAMPLE]),
  ],
  'samples times inlined lines': [
    'profile-too-many-stack-entries',
    () => {
      const deep = field(4, [8, 1], repeated(field(4, [8, 1]), 1000));
      return Buffer.concat([HEAD, field(5, [8, 1]), deep, repeated(SAMPLE, 100_000)]);
    },
  ],
  'labels without end on one sample': [
    'profile-too-many-labels-per-sample',
    () => field(2, repeated(field(3, [8, 1, 16, 1]), 65)),
  ],
  'distinct label sets without end': [
    'profile-too-many-label-sets',
    () => {
      const samples: Buffer[] = [];
      for (let index = 0; index <= PPROF_LIMITS.labelSets; index++) {
        samples.push(
          field(
            2,
            [16, 1],
            field(3, [8], varint(1 + (index % 1000)), [16], varint(1 + Math.floor(index / 1000))),
          ),
        );
      }
      return Buffer.concat([HEAD, repeated(field(6, [97]), 2000), ...samples]);
    },
  ],
  'a number of eleven bytes': [
    'profile-varint-too-long',
    () => Buffer.from([0x48, ...Array<number>(10).fill(0xff), 1]),
  ],
  'a number of 2^70': [
    'profile-varint-too-long',
    () => Buffer.from([0x48, ...Array<number>(9).fill(0x80), 2]),
  ],
  'a length of 2^63': [
    'profile-length-past-end',
    () => Buffer.from([0x12, ...Array<number>(8).fill(0xff), 0x7f]),
  ],
  'groups nested without end': ['profile-wire-type', () => Buffer.alloc(MIB, 0x0b)],
  'a sample of locations that are not there': ['profile-bad-reference', () => Buffer.concat([HEAD, SAMPLE])],
  'a string that is not there': ['profile-bad-reference', () => Buffer.concat([field(1, [8, 99])])],
  'samples wider than the types': [
    'profile-values-mismatch',
    () => Buffer.concat([HEAD, LOCATION, field(2, [8, 1, 16, 1, 16, 1])]),
  ],
};

describe('bombs and damage', () => {
  it.each(Object.keys(bombs))('%s: refused with its own reason, within a second', (name) => {
    const [code, make] = bombs[name] ?? ['', () => new Uint8Array()];
    const bytes = make();
    const before = process.cpuUsage();
    const { value, problems } = parsePprof(bytes);
    // Processor time: the clock on the wall measures the neighbours too.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
    expect(value).toBeUndefined();
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(problems[0]?.text).toMatch(/^[A-Z].{10,120}\.$/);
  });

  it('allows exactly what the limits say', () => {
    const samples = (count: number) => Buffer.concat([HEAD, LOCATION, repeated(SAMPLE, count)]);
    expect(parsePprof(samples(PPROF_LIMITS.samples)).value?.sampleCount).toBe(PPROF_LIMITS.samples);
    const depth = (count: number) =>
      Buffer.concat([HEAD, LOCATION, field(2, field(1, Buffer.alloc(count, 1)), [16, 1])]);
    expect(parsePprof(depth(PPROF_LIMITS.stackDepth)).problems).toEqual([]);
    const string = (length: number) => Buffer.concat([HEAD, field(6, Buffer.alloc(length, 97))]);
    expect(parsePprof(string(PPROF_LIMITS.stringBytes)).problems).toEqual([]);
    const strings = (count: number) => Buffer.concat([HEAD, repeated(field(6), count - 3)]);
    expect(parsePprof(strings(PPROF_LIMITS.strings)).problems).toEqual([]);
  });
});

describe('numbers', () => {
  it('reads padded varints, and values to 2^53 of either sign', () => {
    const minusOne = [16, ...Array<number>(9).fill(0xff), 1];
    const large = [16, ...varint(2 ** 53 - 1)];
    const padded = [16, 0x81, 0x80, 0x80, 0x00];
    const bytes = Buffer.concat([
      HEAD,
      LOCATION,
      ...[minusOne, large, padded].map((value) => field(2, [8, 1], value)),
    ]);
    const { value, problems } = parsePprof(bytes);
    expect(problems).toEqual([]);
    expect([...(value?.values ?? [])]).toEqual([-1, 2 ** 53 - 1, 1]);
    expect(value?.delta).toBe(true);
  });

  it('calls a function without a name what go tool pprof calls it', () => {
    const nameless = Buffer.concat([field(5, [8, 1]), field(4, [8, 1], field(4, [8, 1]))]);
    const { value } = parsePprof(Buffer.concat([HEAD, nameless, SAMPLE]));
    expect(value?.frames).toEqual([{ func: '<unknown>', file: '', line: 0 }]);
  });

  it('shows a frame nobody symbolised by its full 64-bit address', () => {
    const vsyscall = field(4, [8, 1, 24, 0x80, 0x80, 0x80, 0x83, 0xf0, 0xff, 0xff, 0xff, 0xff, 0x01]);
    const { value } = parsePprof(Buffer.concat([HEAD, vsyscall, SAMPLE]));
    expect(value?.frames).toEqual([{ func: '0xffffffff00600000', file: '', line: 0 }]);
  });
});

describe('damaged gzip', () => {
  const whole = sampleBytes('heap-leak.t185.heap.pb.gz');

  it('reads the beginning of a file that was cut, and says so', () => {
    const { value, problems } = inflateGzip(
      gzipSync(Buffer.from('goroutine 1 [running]:\n'.repeat(5000))).subarray(0, -200),
    );
    expect(problems.map(({ code }) => code)).toEqual(['gzip-truncated']);
    expect(Buffer.from(value ?? []).toString('latin1', 0, 22)).toBe('goroutine 1 [running]:');
    expect(parsePprof(whole.subarray(0, -300)).problems[0]?.code).toBe('gzip-truncated');
  });

  it('reads a file whose checksum is wrong, with a warning', () => {
    const damaged = Buffer.from(whole);
    damaged[damaged.length - 6] = (damaged[damaged.length - 6] ?? 0) ^ 0xff;
    const { value, problems } = parsePprof(damaged);
    expect(problems.map(({ code }) => code)).toEqual(['gzip-damaged']);
    expect(value?.sampleCount).toBe(15);
  });
});

describe('any bytes', () => {
  const samples = protoSamples
    .filter((name) => !name.endsWith('.grf.out'))
    .map((name) => ({
      packed: sampleBytes(name),
      raw: Buffer.from(inflateGzip(sampleBytes(name)).value ?? []),
    }));
  const accepts = (bytes: Uint8Array) => {
    const { value, problems } = parsePprof(bytes);
    expect(value !== undefined || problems.length > 0).toBe(true);
    if (value?.kind === 'goroutine') expect(goroutineCounts(value).total).toBeGreaterThanOrEqual(0);
  };

  it('never throws on noise', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), accepts), { numRuns: 3000 });
  });

  it('never throws on a real file cut anywhere or changed anywhere, compressed or not', () => {
    const edit = fc.record({
      sample: fc.nat(samples.length - 1),
      packed: fc.boolean(),
      at: fc.nat(),
      cut: fc.option(fc.nat()),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }),
    });
    fc.assert(
      fc.property(edit, ({ sample, packed, at, cut, bytes }) => {
        const mutated = Buffer.from((packed ? samples[sample]?.packed : samples[sample]?.raw) ?? []);
        mutated.set(bytes, Math.min(at % mutated.length, mutated.length - bytes.length));
        accepts(cut === null ? mutated : mutated.subarray(0, cut % mutated.length));
      }),
      { numRuns: 2000 },
    );
  });
});
