import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GoroutineDump } from '../../src/model/goroutine.ts';
import { parseArtefact } from '../../src/parse/artefact.ts';
import { parseGoroutineStream, parseGoroutines, readerOf } from '../../src/parse/goroutines.ts';

const SAMPLES = new URL('../captures/samples/', import.meta.url);
const names = readdirSync(SAMPLES).filter((name) => name !== 'origin.json');
const samples = names.map((name) => {
  const bytes = readFileSync(new URL(name, SAMPLES));
  return new Uint8Array(name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
});
const dumps = names.flatMap((name, at) =>
  /debug2|sigquit|synctest|crash|cgo/.test(name) ? [samples[at] ?? new Uint8Array()] : [],
);

/** References hold, nothing is lost or counted twice. */
function expectSound(dump: GoroutineDump): void {
  const counted = dump.groups.map(() => 0);
  for (const group of dump.groupOf) counted[group] = (counted[group] ?? Number.NaN) + 1;
  expect(counted).toEqual(dump.groups.map(({ count }) => count));
  for (const column of [dump.ids, dump.groupOf, dump.waitMinutes, dump.creatorIds, dump.waitWords]) {
    expect(column.length).toBe(dump.total);
  }
}

/** What a change of wrapping must not change. */
function facts(dumps: readonly GoroutineDump[]) {
  return dumps.map(({ truncated: _, goVersionRange: __, ...dump }) => dump);
}

const anySample = fc.constantFrom(...samples);

describe('goroutine text, whatever it is', () => {
  it('never throws on any bytes, and what it returns is sound', () => {
    const line = fc.oneof(
      fc.constantFrom(
        'goroutine 1 [running]:',
        'goroutine 7 gp=0xc0 m=nil [select, 3 minutes]:',
        'goroutine ',
        'main.f(0x1)',
      ),
      fc.constantFrom(
        '\t/a/b.go:12 +0x1',
        '\t',
        '',
        'created by main.f in goroutine 7',
        'created by main.f',
        '-----',
      ),
      fc.constantFrom(
        '...201 frames elided...',
        '[originating from goroutine 1]:',
        'panic: x',
        'SIGQUIT: quit',
        '\r',
        '{"log":"a',
      ),
      fc.string({ maxLength: 40 }),
    );
    const text = fc.array(line, { maxLength: 40 }).map((lines) => new TextEncoder().encode(lines.join('\n')));
    fc.assert(
      fc.property(fc.oneof(text, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        const { value } = parseGoroutines(bytes);
        value.forEach(expectSound);
      }),
      { numRuns: 3000 },
    );
  });

  it('never throws on a sample cut anywhere or with bytes changed, in any format', () => {
    const change = fc.record({ at: fc.nat(), byte: fc.nat(255) });
    fc.assert(
      fc.property(anySample, fc.nat(), fc.array(change, { maxLength: 20 }), (sample, cut, changes) => {
        const bytes = sample.slice(0, cut % (sample.length + 1));
        for (const { at, byte } of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
        const { value, problems } = parseArtefact({ name: 'mutant', bytes });
        for (const one of value)
          if (one.kind === 'goroutines' && one.dump.ids.length > 0) expectSound(one.dump);
        for (const { code, text } of problems) expect(`${code} ${text}`).toMatch(/^[a-z0-9-]+ .*[.”"]$/s);
      }),
      { numRuns: 400 },
    );
  });

  it('gives the same answer for every size of what is read at once', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...dumps),
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 2048, max: 9000 }),
        (sample, step, window) => {
          const whole = parseGoroutineStream(readerOf(sample));
          const read = readerOf(sample);
          const pieces = parseGoroutineStream((into) => read(into.subarray(0, step)), window);
          expect(pieces).toEqual(whole);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('reads one byte at a time', () => {
    for (const sample of dumps.filter(({ length }) => length < 5000)) {
      const read = readerOf(sample);
      expect(parseGoroutineStream((into) => read(into.subarray(0, 1)))).toEqual(
        parseGoroutineStream(readerOf(sample)),
      );
    }
  });
});

const PREFIXES: readonly (readonly [name: string, wrap: (line: string, nth: number) => string])[] = [
  ['carriage returns', (line) => `${line}\r`],
  ['docker --timestamps', (line, nth) => `2026-11-23T06:22:00.${String(nth).padStart(9, '0')}Z ${line}`],
  ['kubectl --prefix', (line) => `[pod/api-7c9d5b6f4d-x2x9z/api] ${line}`],
  ['CRI', (line) => `2026-11-23T06:22:00.1Z stderr F ${line}`],
  ['compose', (line) => `api-1  | ${line}`],
  ['coloured compose', (line) => `\u001b[36mapi-1  |\u001b[0m ${line}`],
  ['journald', (line) => `Nov  3 06:22:00 host1 api[4242]: ${line}`],
  ['journald, ISO times', (line) => `2026-11-23T06:22:00+0100 host1 api[4242]: ${line}`],
  [
    'docker json-file',
    (line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-23T06:22:00Z' }),
  ],
  [
    'fluent-bit',
    (line) => JSON.stringify({ '@timestamp': 'x', message: line, kubernetes: { pod_name: 'api-0' } }),
  ],
  ['klog', (line, nth) => `E1123 06:22:00.${String(nth).padStart(6, '0')}       1 crash.go:12] ${line}`],
  ['quoted mail', (line) => `> ${line}`],
  ['CSV export', (line) => `2026-11-23T06:22:00Z,api-0,"${line.replaceAll('"', '""')}"`],
  ['log package', (line) => `2026/11/23 06:22:00 ${line}`],
  ['tabs as spaces', (line) => line.replace('\t', '    ')],
  ['no indentation at all', (line) => line.replace('\t', '')],
];

describe('a dump wrapped by a log collector', () => {
  const plain = dumps.filter((sample) => sample.length < 60_000 && !decoded(sample).includes('\tpanic: '));

  it.each(PREFIXES)('%s changes nothing', (_name, wrap) => {
    for (const sample of plain) {
      const wrapped = decoded(sample)
        .split('\n')
        .map((line, nth) => wrap(line, nth))
        .join('\n');
      expect(facts(parseGoroutines(encoded(wrapped)).value)).toEqual(facts(parseGoroutines(sample).value));
    }
  });

  it('may have lost its blank lines', () => {
    for (const sample of plain) {
      const dense = decoded(sample).replace(/\n\n+/g, '\n');
      expect(facts(parseGoroutines(encoded(dense)).value)).toEqual(facts(parseGoroutines(sample).value));
    }
  });

  it('may come newest line first, as rows or as lines', () => {
    for (const name of ['zoo-go1.26.goroutine-debug2.txt', 'leak-send.t035.goroutine-debug2.txt.gz']) {
      const sample = samples[names.indexOf(name)] ?? new Uint8Array();
      const lines = decoded(sample)
        .trimEnd()
        .split('\n')
        .filter((line) => line !== '');
      for (const wrap of [(line: string) => line, PREFIXES[1]?.[1], PREFIXES[8]?.[1], PREFIXES[12]?.[1]]) {
        const reversed = lines
          .map((line, nth) => wrap?.(line, nth))
          .reverse()
          .join('\n');
        expect(facts(parseGoroutines(encoded(reversed)).value)).toEqual(facts(parseGoroutines(sample).value));
      }
    }
  });
});

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
