// The twin has no tests of meaning of its own: it must say what the plain reader says, for any bytes.
import { deepStrictEqual } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseGoroutineStream, readerOf } from '../../../src/parse/goroutines.ts';
import { parseGoroutineStreamFast } from '../../../src/parse/wasm/goroutine-scan-fast.ts';
import { readKept } from '../../fuzz/seeds.ts';

const CAPTURES = new URL('../../captures/', import.meta.url);

const programs = new Set<string>();

/** The labelled programs print much the same again and again: one dump of each is enough. */
function isFirstOfItsProgram(name: string): boolean {
  const program = /^programs\/([^/]+)\//.exec(name)?.[1];
  if (program === undefined) return true;
  if (programs.has(program) || !name.includes('goroutine')) return false;
  programs.add(program);
  return true;
}

/** Goroutine text among the captures, inflated. */
const texts = readdirSync(CAPTURES, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.txt(\.gz)?$/.test(name))
  .filter(isFirstOfItsProgram)
  .map((name) => {
    const bytes = readFileSync(new URL(name, CAPTURES));
    return { name, bytes: name.endsWith('.gz') ? gunzipSync(bytes) : bytes };
  })
  .filter(({ bytes }) => bytes.includes('goroutine '));

/** Small windows cut lines and goroutines at every place. */
const WINDOWS = [undefined, 4096, 777];

function expectSame(bytes: Uint8Array, windowBytes?: number): void {
  const plain = parseGoroutineStream(readerOf(bytes), windowBytes);
  deepStrictEqual(parseGoroutineStreamFast(readerOf(bytes), windowBytes), plain);
}

describe('the twin agrees with the plain reader', () => {
  it('on every capture, through windows of any size', () => {
    expect(texts.length).toBeGreaterThan(3);
    for (const { bytes } of texts) for (const windowBytes of WINDOWS) expectSame(bytes, windowBytes);
  });

  it('on every input that was once a finding', () => {
    for (const { bytes } of readKept()) for (const windowBytes of WINDOWS) expectSame(bytes, windowBytes);
  });

  it('on all captures in one text, and in the other order', () => {
    expectSame(Buffer.concat(texts.map(({ bytes }) => bytes)));
    expectSame(Buffer.concat(texts.map(({ bytes }) => bytes).reverse()));
  });

  it('on captures cut and changed anywhere', () => {
    const edit = fc.record({
      text: fc.nat(texts.length - 1),
      at: fc.array(fc.tuple(fc.nat(), fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 4 }), spellings)), {
        maxLength: 4,
      }),
      from: fc.nat(),
      length: fc.nat(),
      windowBytes: fc.constantFrom(...WINDOWS, 300),
    });
    fc.assert(
      fc.property(edit, ({ text, at, from, length, windowBytes }) => {
        const original = texts[text]?.bytes ?? Buffer.alloc(0);
        const bytes = Buffer.from(original);
        for (const [place, patch] of at)
          bytes.set(patch.subarray(0, bytes.length), place % Math.max(1, bytes.length - 40));
        const start = from % bytes.length;
        expectSame(bytes.subarray(start, start + (length % 20_000)), windowBytes);
      }),
      { numRuns: 1500 },
    );
  });

  it('on a creator whose number is missing', () => {
    const creator = (number: string) => `created by main.a in goroutine ${number}\n\t/srv/a.go:9 +0x3\n\n`;
    const text = ['7', '', '8', '']
      .map((number, at) => `goroutine ${at + 1} [select]:\n${creator(number)}`)
      .join('');
    expectSame(Buffer.from(text));
    expect(parseGoroutineStream(readerOf(Buffer.from(text))).value[0]?.groups).toHaveLength(2);
  });

  it('on a stack that begins with what Go left out', () => {
    const created = 'created by main.a in goroutine \n\t/srv/a.go:9 +0x3\n\n';
    const frame = 'main.a({0xc0001, 0x4}, 0x1)\n\t/srv/a.go:1 +0x1d\n';
    const elided = '...additional frames elided...\n';
    const text = [elided + created, created, elided + frame + created]
      .map((body, at) => `goroutine ${at + 1} [select]:\n${body}`)
      .join('');
    expectSame(Buffer.from(text));
    expectSame(Buffer.from(text + text));
  });

  it('on a dump of nobody but whoever served it, behind another one', () => {
    const one = 'goroutine 1 [select]:\nmain.a()\n\t/srv/a.go:1 +0x1d\n\n';
    const created = 'created by main.a in goroutine 1\n\t/srv/a.go:9 +0x3\n\n';
    const two = `goroutine 2 [select]:\nmain.b()\n\t/srv/a.go:2 +0x1d\n${created}`;
    const server =
      'goroutine 3 [running]:\nruntime/pprof.writeGoroutineStacks({0xc0001, 0x4})\n\t/go/pprof.go:5 +0x1d\n';
    expectSame(Buffer.from(one + two + server));
    expectSame(Buffer.from(`${server}${created}${one}${two}${server}${created}${server}`));
  });

  it('on goroutines made of every part of the grammar, in any order', () => {
    fc.assert(
      fc.property(
        fc.array(goroutine, { maxLength: 60 }),
        fc.constantFrom(...WINDOWS),
        (goroutines, windowBytes) => {
          expectSame(Buffer.from(goroutines.join('')), windowBytes);
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe('memory', () => {
  const large = (goroutines: number, func: string) => {
    const lines: string[] = [];
    for (let id = 2; id < goroutines + 2; id++) {
      lines.push(
        `goroutine ${id} [select, ${id % 50} minutes]:\n${func}${id % 7}(0xc000${id.toString(16)}000)\n\t/srv/a.go:${id % 5} +0x1d\n\n`,
      );
    }
    return Buffer.from(lines.join(''));
  };

  it('columns of a large dump stay what they are while other dumps are read', () => {
    const first = large(140_000, 'main.a');
    const before = parseGoroutineStreamFast(readerOf(first));
    expectSame(large(140_000, 'main.b'));
    expectSame(large(100, 'main.c'));
    deepStrictEqual(before, parseGoroutineStream(readerOf(first)));
  });

  it('columns of a small dump are its own, though the instance is used again', () => {
    const first = large(1000, 'main.a');
    const before = parseGoroutineStreamFast(readerOf(first));
    expect(before.value[0]?.ids.buffer.byteLength).toBe(8000);
    for (const name of ['main.b', 'main.c', 'main.a']) expectSame(large(900, name));
    deepStrictEqual(before, parseGoroutineStream(readerOf(first)));
  });

  it('leaves windows larger than its own memory to the plain reader', () => {
    expectSame(large(1000, 'main.a'), 4 * 2 ** 20);
  });
});

/** Words that decide what a line is. */
const spellings = fc
  .constantFrom(
    'goroutine 7 [select]:\n',
    '\n\n',
    'created by ',
    ' in goroutine 9\n',
    '(...)\n',
    ' +0x1f\n',
    '\t',
    '-----\n',
    '...3 frames elided...\n',
    'panic: x\n',
  )
  .map((text) => Buffer.from(text));

const name = fc.constantFrom(
  'main.a',
  'main.(*T).run',
  'main.b[...]',
  'runtime.gopark',
  'runtime.chanrecv',
  'net/http.(*conn).serve',
  'runtime/pprof.writeGoroutineStacks',
  'net/http.(*connReader).backgroundRead',
  'main.f in goroutine 3',
);
const args = fc.constantFrom(
  '()',
  '(...)',
  '(0xc000114780, 0x2)',
  '({0xc0001, 0x4}, 0x1?)',
  '(0xc000123?)',
  '(0xffffffffffffffff)',
  '(0x12)',
  '(0x123456789abcdef0, {...})',
);
const place = fc.tuple(
  fc.constantFrom('/srv/a.go', '/srv/with space/b.go', 'C:/x/c.go', '_cgo_gotypes.go'),
  fc.integer({ min: 1, max: 40 }),
  fc.constantFrom(' +0x1d', '', ' +0x1d fp=0xc0001 sp=0xc0002 pc=0x43', ' pc=0x7f12'),
);
const frame = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(name, args, place)
      .map(([func, words, [file, line, tail]]) => `${func}${words}\n\t${file}:${line}${tail}\n`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '...additional frames elided...\n',
      '...12 frames elided...\n',
      'non-Go function at pc=7f12\n',
      'somebody logs here\n',
      'foo(bar\n',
      '\tlost.go:3\n',
      'main.alone()\n',
    ),
  },
);
const header = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 30 }), fc.nat(), fc.constant(2 ** 60)),
    fc.constantFrom('', '', '', ' gp=0xc000002380 m=nil', ' gp=0xc00 m=4 mp=0xc08'),
    fc.constantFrom(
      'chan send',
      'select',
      'select (no cases)',
      'running',
      'sync.Mutex.Lock',
      'IO wait',
      'chan receive labels:{"k": "a]b, 3 minutes"}',
    ),
    fc.constantFrom('', ' (leaked)', ' (scan)', ' (durable)'),
    fc.constantFrom(
      '',
      '',
      ', 1 minutes',
      ', 1234 minutes',
      ', 99999999999 minutes',
      ', 5 minute',
      ', locked to thread',
      ', 7 minutes, locked to thread',
      ', synctest bubble 4',
    ),
    fc.constantFrom(']:', ']:', ']:', '] {k: v}:', '] {route: "/x y"}:', ']', ''),
  )
  .map(([id, system, state, flag, age, end]) => `goroutine ${id}${system} [${state}${flag}${age}${end}\n`);
const creator = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('main.a', 'main.main.func1', 'net/http.(*Server).Serve'),
      fc.oneof(fc.nat(50).map(String), fc.constant('123456789012345678'), fc.constant('')),
    )
    .map(([func, id]) => `created by ${func} in goroutine ${id}\n\t/srv/a.go:9 +0x3\n`),
  fc.constantFrom(
    'created by main.old7\n\t/srv/a.go:9 +0x3\n',
    'created by main.b\n',
    '',
    '',
    '[originating from goroutine 3]:\nmain.x(...)\n\t/srv/a.go:1 +0x1\n',
  ),
);
const goroutine = fc
  .tuple(
    fc.oneof(
      { weight: 30, arbitrary: fc.constant('') },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          'panic: boom\n\n',
          'fatal error: x\n',
          'SIGQUIT: quit\n',
          '-----\n',
          'rax    0x0\n',
          '2026/11/23 noise\n',
          'go go1.26.8 pid 1\n',
        ),
      },
    ),
    header,
    fc.array(frame, { maxLength: 6 }),
    creator,
    fc.constantFrom('\n', '\n', '\n', '', '\n\n'),
  )
  .map(([before, head, frames, by, end]) => `${before}${head}${frames.join('')}${by}${end}`);
