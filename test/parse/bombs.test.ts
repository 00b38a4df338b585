// Files made to be dear. Each is refused, or read as far as its caps allow, with its own reason, within a second
// of processor time and in bounded memory. Profiles in protobuf have theirs in pprof-hostile.test.ts.
import { deepStrictEqual } from 'node:assert';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { parseArtefact } from '../../src/parse/artefact.ts';
import { parseGoroutineStream, readerOf } from '../../src/parse/goroutines.ts';
import { MAX_LOG_ROWS } from '../../src/parse/log-sinks.ts';
import { MAX_SYMBOLS } from '../../src/parse/stack-tables.ts';
import { parseGoroutineStreamFast } from '../../src/parse/wasm/goroutine-scan-fast.ts';

const MIB = 2 ** 20;
const FRAME = 'main.f()\n\t/a.go:1 +0x1\n';

interface Bomb {
  readonly make: () => Uint8Array;
  /** Code of the problem that says what was lost or refused. */
  readonly code: string;
  /** How many goroutines are counted all the same. */
  readonly goroutines?: number;
  /** Processor time it may cost. */
  readonly ms?: number;
}

const bombs: Readonly<Record<string, Bomb>> = {
  '16 KB of gzip that are 16 MiB': { make: () => gzipSync(Buffer.alloc(16 * MIB)), code: 'gzip-bomb' },
  'a zip entry of 64 MiB in 64 KB': {
    make: () => zipSync({ 'a.txt': new Uint8Array(64 * MIB) }, { level: 1 }),
    code: 'archive-too-large',
  },
  'zips within zips within zips': {
    make: () => nestedZip(nestedZip(nestedZip(new Uint8Array(10)))),
    code: 'archive-too-deep',
  },
  'a few hundred bytes of zstd that are 128 MiB': { make: zstdOfOneByte, code: 'zstd-bomb' },
  'a string table of a million empty strings': {
    make: () => Buffer.alloc(2 * MIB + 4, Buffer.from([0x32, 0])),
    code: 'profile-too-many-strings',
  },
  'a number of eleven bytes': {
    make: () => Buffer.from([0x48, ...Array<number>(10).fill(0xff), 1]),
    code: 'profile-varint-too-long',
  },
  'a length past the end': {
    make: () => Buffer.from([0x12, ...Array<number>(8).fill(0xff), 0x7f]),
    code: 'profile-length-past-end',
  },
  'JSON nested a million deep': { make: () => Buffer.from('{"a":'.repeat(1e6)), code: 'json-too-deep' },
  'JSON of five million values': {
    make: () => Buffer.from(`["goroutine 1 [select]:"${',0'.repeat(5e6)}]`),
    code: 'json-too-many-values',
  },
  '/debug/vars of a million numbers': {
    make: () => Buffer.from(`{"memstats":{"Sys":1}${text(1_000_000, (i) => `,"k${i}":${i}`)}}`),
    code: 'vars-too-large',
  },
  'a line without end': {
    make: () => Buffer.concat([Buffer.from('goroutine 2 [select]:\nmain.f('), Buffer.alloc(63 * MIB, 'a')]),
    code: 'line-too-long',
    goroutines: 1,
  },
  'a header without end': {
    make: () => Buffer.concat([Buffer.from('goroutine 2 ['), Buffer.alloc(63 * MIB, 'a')]),
    code: 'line-too-long',
  },
  'a new state for each of 200,000 goroutines': {
    make: () => text(200_000, (i) => `goroutine ${i + 2} [state ${i}]:\n${FRAME}\n`),
    code: 'states-too-many',
    goroutines: 200_000,
  },
  'new labels for each goroutine': {
    make: () => text(200_000, (i) => `goroutine ${i + 2} [select] {id: "${i}"}:\n${FRAME}\n`),
    code: 'labels-too-many',
    goroutines: 200_000,
  },
  'frames never seen before': {
    make: () =>
      text(
        600_000,
        (i) => `${i % 30 ? '' : `\ngoroutine ${i + 2} [select]:\n`}main.f${i}()\n\t/a.go:${i} +0x1\n`,
      ),
    code: 'stacks-too-many',
    goroutines: 20_000,
  },
  'a stack of a million frames': {
    make: () => text(1_000_000, (i) => `${i === 0 ? 'goroutine 2 [select]:\n' : ''}f()\n\ta:1\n`),
    code: 'stacks-too-many',
    goroutines: 1,
  },
  'a snapshot in every third line of a log': {
    make: () => text(200_000, (i) => `panic: x${i}\n\ngoroutine 1 [running]:\n${FRAME}exit status 2\n`),
    code: 'too-many-dumps',
  },
  'a writer for every line of a log': {
    make: () => text(200_000, (i) => `api-${i} | goroutine ${i + 2} [select]:\n`),
    code: 'log-sources-many',
    goroutines: 200_000,
  },
  'pieces of lines that never end': {
    make: () => text(300_000, (i) => `2026-11-23T06:22:00.1Z stderr P ${i ? '' : 'goroutine 1 [a]:'}b\n`),
    code: 'goroutine-dump-cut',
  },
  'more rows of JSON than a log may have': {
    make: () => text(MAX_LOG_ROWS + 1, () => '{"log":"goroutine 1 [a]:"}\n'),
    code: 'log-rows-many',
    ms: 12_000, // as a real log of 64 MiB, which is not to be refused
  },
  'metrics of a million series': {
    make: () => text(1_000_001, (i) => `go_goroutines{pod="${i}"} 1\n`),
    code: 'metrics-too-many-series',
  },
  'a debug=1 text of frames never seen before': {
    make: () => debug1(500_000, (i) => `1 @ 0x1\n#\t0x1\tf${i}+0x1\ta:${i}\n\n`),
    code: 'profile-too-many-frames',
  },
  'a debug=1 text of labels never seen before': {
    make: () => debug1(500_000, (i) => `1 @ 0x1\n# labels: {"a":"${i}"}\n`),
    code: 'profile-too-many-label-sets',
  },
  'a debug=1 text of half a million rows': {
    make: () => debug1(500_001, () => '1 @ 0x1\n'),
    code: 'profile-too-many-samples',
  },
  'a debug=1 text that is something else': {
    make: () => debug1(5_000_000, () => 'x\n'),
    code: 'profile-too-many-unreadable-lines',
  },
};

/** A second where nobody else computes; shared caches and collector threads of a busy machine may treble it. */
const MOST_CPU_MS = 8000;

describe('bombs', () => {
  it.each(Object.keys(bombs))('%s', (name) => {
    const { make, code, goroutines, ms = MOST_CPU_MS } = bombs[name] as Bomb;
    const bytes = make();
    const before = process.cpuUsage();
    const { value, problems } = parseArtefact({ name: 'bomb', bytes });
    // Processor time: the clock on the wall measures the neighbours too.
    const { user, system } = process.cpuUsage(before);
    expect(problems.map((problem) => problem.code)).toContain(code);
    const total = value.reduce((sum, one) => sum + (one.kind === 'goroutines' ? one.dump.total : 0), 0);
    if (goroutines !== undefined) expect(total).toBe(goroutines);
    expect((user + system) / 1000).toBeLessThan(ms);
  });

  it('left the process within its memory', () => {
    expect(process.resourceUsage().maxRSS / 1024).toBeLessThan(768);
  });
});

describe('what is larger than the tables', () => {
  const shared = 'main.shared()\n\t/a.go:1 +0x1\n';
  /** Twice as many frames as there is room for, one per goroutine, all called by the same function. */
  const crowded = text(2 * MAX_SYMBOLS, (i) => `goroutine ${i + 2} [select]:\nf${i}()\n\ta:1\n${shared}\n`);

  it('keeps what fits, whole; cuts the other stacks where the room ends; counts every goroutine', () => {
    const { value } = parseGoroutineStream(readerOf(crowded));
    const [dump] = value;
    const whole = dump?.groups.filter(({ frames }) => frames.length === 2).length ?? 0;
    expect(whole).toBe(MAX_SYMBOLS - 1);
    // Not `main.shared` alone: a stack may end early, but it never lacks its leaf.
    expect(dump?.groups.filter(({ frames }) => frames.length !== 2)).toMatchObject([{ frames: [] }]);
    expect(dump?.total).toBe(2 * MAX_SYMBOLS);
  });

  it('is the same for the twin', () => {
    const plain = parseGoroutineStream(readerOf(crowded));
    deepStrictEqual(parseGoroutineStreamFast(readerOf(crowded)), plain);
  });

  it('reads a log of exactly as many rows as it may have', () => {
    const row = `${JSON.stringify({ log: 'noise' })}\n`;
    const dump = `${JSON.stringify({ log: `goroutine 1 [running]:\n${FRAME}` })}\n`;
    const log = Buffer.from(dump + row.repeat(MAX_LOG_ROWS - 2));
    expect(parseArtefact({ name: 'log', bytes: log }).problems).toEqual([]);
  });
});

function text(count: number, line: (index: number) => string): Buffer {
  const lines: string[] = [];
  for (let i = 0; i < count; i++) lines.push(line(i));
  return Buffer.from(lines.join(''));
}

function debug1(count: number, row: (index: number) => string): Buffer {
  return Buffer.concat([Buffer.from('goroutine profile: total 3\n'), text(count, row)]);
}

function nestedZip(inner: Uint8Array): Uint8Array {
  return zipSync({ 'inner.zip': inner, 'b.txt': new Uint8Array(1) });
}

/** A frame of blocks of four bytes, each of them one byte 128 Ki times. RFC 8878, section 3.1.1.2. */
function zstdOfOneByte(): Uint8Array {
  const header = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
  const size = 128 << 10;
  const block = (last: number) => {
    const bits = (size << 3) | (1 << 1) | last;
    return [bits & 255, (bits >> 8) & 255, bits >> 16, 97];
  };
  return Uint8Array.from([...header, ...Array.from({ length: 1023 }, () => block(0)).flat(), ...block(1)]);
}
