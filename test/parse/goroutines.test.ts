import { describe, expect, it } from 'vitest';
import type { GoroutineDump } from '../../src/model/goroutine.ts';
import { GO_DUMP_LIMIT } from '../../src/parse/goroutine-dumps.ts';
import { parseGoroutineStream, parseGoroutines } from '../../src/parse/goroutines.ts';

function parse(text: string) {
  return parseGoroutines(new TextEncoder().encode(text));
}

function one(text: string): GoroutineDump {
  const { value } = parse(text);
  const [dump] = value;
  if (!dump || value.length > 1) throw new Error(`expected one dump, found ${value.length}`);
  return dump;
}

function goroutine(id: number, inside: string, ...lines: readonly string[]): string {
  const body = lines.length > 0 ? lines : ['main.work(0x1)', '\t/src/main.go:9 +0x1d'];
  return `goroutine ${id} ${inside}:\n${body.join('\n')}\ncreated by main.main in goroutine 1\n\t/src/main.go:5 +0x2a\n`;
}

describe('headers', () => {
  it.each([
    ['[chan send]', { state: 'chan send', family: 'chan-send' }],
    ['[chan send, 1 minutes]', { state: 'chan send' }],
    [
      '[select (no cases) (durable), synctest bubble 3]',
      { state: 'select (no cases)', family: 'test-bubble', bubble: 3 },
    ],
    ['[chan receive (synctest), 2 minutes, synctest group 8]', { family: 'test-bubble', bubble: 8 }],
    ['[syscall, 3 minutes, locked to thread]', { state: 'syscall', lockedToThread: true }],
    ['[chan receive (leaked)]', { state: 'chan receive', leaked: true, family: 'chan-receive' }],
    ['[select (leaked) (scan), locked to thread]', { state: 'select', leaked: true, lockedToThread: true }],
    ['gp=0xc000002380 m=nil [IO wait, 4 minutes]', { state: 'IO wait', family: 'io' }],
    ['gp=0xc000002380 m=3 mp=0xc000100008 [running]', { state: 'running', family: 'running' }],
    [
      '[select labels:{"a": "x]y", "b": "p, 9 minutes"}]',
      { state: 'select', labels: { a: 'x]y', b: 'p, 9 minutes' } },
    ],
    ['[select, 7 minutes labels:{"a": "}"}]', { state: 'select', labels: { a: '}' } }],
    ['[select] {a: x/y.z_1, "b c": "\\u00e9\\n\\x01"}', { labels: { a: 'x/y.z_1', 'b c': '\u00e9\n\x01' } }],
    ['[chan receive, 2 minutes] {__proto__: 1}', { labels: JSON.parse('{"__proto__": "1"}') }],
    ['[a reason of Go 1.40]', { state: 'a reason of Go 1.40', family: 'unknown' }],
  ])('%s', (inside, expected) => {
    const dump = one(goroutine(18, inside));
    expect({ ...dump.groups[0], labels: { ...dump.groups[0]?.labels } }).toMatchObject(expected);
    expect(dump.total).toBe(1);
    expect(dump.ids[0]).toBe(18);
  });

  it('tells minutes from labels that look like minutes', () => {
    const dump = one(
      `${goroutine(7, '[select labels:{"b": "p, 9 minutes"}]')}\n${goroutine(8, '[select, 5 minutes]')}`,
    );
    expect([...dump.waitMinutes]).toEqual([-1, 5]);
  });

  it('puts goroutines together that differ in age, arguments and a passing GC scan only', () => {
    const dump = one(
      [
        goroutine(7, '[select, 5 minutes]', 'main.work(0xc000012345)', '\t/src/main.go:9 +0x1d'),
        goroutine(8, '[select]', 'main.work(0xc000099999?)', '\t/src/main.go:9 +0x1d'),
        goroutine(9, '[select (scan), 6 minutes]', 'main.work(...)', '\t/src/main.go:9 +0x1d'),
      ].join('\n'),
    );
    expect(dump.groups.map(({ state, count }) => [state, count])).toEqual([
      ['select', 2],
      ['select', 1],
    ]);
    expect([...dump.waitWords]).toEqual([0xc000012345, 0, 0]);
  });
});

describe('frames', () => {
  it.each([
    ['main.(*Box[...]).Recv(0xc0, {0x1, 0x2})', 'main.(*Box[...]).Recv'],
    ['main.main.func1.gowrap2()', 'main.main.func1.gowrap2'],
    [
      'gopkg.in/natefinch/lumberjack%2ev2.(*Logger).millRun(...)',
      'gopkg.in/natefinch/lumberjack%2ev2.(*Logger).millRun',
    ],
    ['panic({0x4ae680?, 0x866d2f20050?})', 'panic'],
    ['main.f(0x1, _, {0x2, ...}, 0x3, ...)', 'main.f'],
  ])('%s', (line, func) => {
    const dump = one(goroutine(7, '[running]', line, '\t/src/a b/main.go:31 +0x5e fp=0x1 sp=0x2 pc=0x3'));
    expect(dump.groups[0]?.frames).toEqual([{ func, file: '/src/a b/main.go', line: 31 }]);
  });

  it('marks what the compiler inlined', () => {
    const dump = one(
      goroutine(7, '[running]', 'main.f(...)', '\t/src/main.go:31', 'main.g()', '\t/src/main.go:40 +0x1'),
    );
    expect(dump.groups[0]?.frames).toEqual([
      { func: 'main.f', file: '/src/main.go', line: 31, inlined: true },
      { func: 'main.g', file: '/src/main.go', line: 40 },
    ]);
  });

  it('keeps C frames, with and without names, and forgets their addresses', () => {
    const c = (pc: string) =>
      ['non-Go function at pc=', 'my_c_function', '\t/src/lib.c:7 pc='].map(
        (text) => text + (text.endsWith('=') ? pc : ''),
      );
    const dump = one(
      `${goroutine(7, '[syscall]', ...c('7f01'))}\n${goroutine(8, '[syscall]', ...c('7f99'))}`,
    );
    expect(dump.groups).toHaveLength(1);
    expect(dump.groups[0]?.frames).toEqual([
      { func: 'non-Go function', file: '', line: 0 },
      { func: 'my_c_function', file: '/src/lib.c', line: 7 },
    ]);
  });

  it('counts frames Go left out, between frames and at the end', () => {
    const lines = ['main.f()', '\t/a.go:1 +0x1', '...201 frames elided...', 'main.g()', '\t/a.go:2 +0x1'];
    expect(one(goroutine(7, '[select]', ...lines)).groups[0]).toMatchObject({ elidedFrames: 201 });
    const old = ['main.f()', '\t/a.go:1 +0x1', '...additional frames elided...'];
    expect(one(goroutine(7, '[select]', ...old)).groups[0]).toMatchObject({ elidedFrames: 1 });
  });

  it('knows the creator and its goroutine', () => {
    const dump = one(goroutine(7, '[select]'));
    expect(dump.groups[0]?.createdBy).toEqual({ func: 'main.main', file: '/src/main.go', line: 5 });
    expect([...dump.creatorIds]).toEqual([1]);
    const old = one(
      'goroutine 7 [select]:\nmain.f()\n\t/a.go:1 +0x1\ncreated by main.main\n\t/a.go:2 +0x1\n',
    );
    expect(old.groups[0]?.createdBy?.func).toBe('main.main');
    expect(old).toMatchObject({ goVersionRange: '<1.21', creatorIds: Float64Array.of(0) });
  });

  it('keeps a goroutine whose stack could not be printed', () => {
    const dump = one(
      'goroutine 1 [running]:\n\tgoroutine running on other thread; stack unavailable\n\n' +
        goroutine(7, '[select]'),
    );
    expect([...dump.ids]).toEqual([1, 7]);
    expect(dump.truncated).toBe(false);
  });

  it('finds frames again that other writers’ lines pushed apart', () => {
    const torn = goroutine(
      7,
      '[select]',
      'main.f(0x1)',
      '2026/11/23 06:22:00 http: TLS handshake error from 10.0.0.7',
      '\t/src/main.go:9 +0x1d',
      '{"level":"info","msg":"request done"}',
    );
    const dump = one(`${torn}\n${goroutine(8, '[select]', 'main.f(0x2)', '\t/src/main.go:9 +0x1d')}`);
    expect(dump.groups).toHaveLength(1);
    expect(dump.groups[0]?.frames).toEqual([{ func: 'main.f', file: '/src/main.go', line: 9 }]);
  });

  it('groups stacks that differ by one byte in the middle apart', () => {
    const dump = one(
      [7, 8].map((line) => goroutine(line, '[select]', 'main.f()', `\t/src/ma${line}n.go:9 +0x1`)).join('\n'),
    );
    expect(dump.groups).toHaveLength(2);
  });
});

describe('dumps that are not whole', () => {
  const whole = `${goroutine(7, '[select]')}\n${goroutine(8, '[chan send]')}`;

  it.each([
    ['after a header', 'goroutine 9 [select]:\n'],
    ['inside a header', 'goroutine 9 [sel'],
    ['after a function', 'goroutine 9 [select]:\nmain.f()\n'],
    ['inside a file line', 'goroutine 9 [select]:\nmain.f()\n\t/src/ma'],
    ['before the creator', 'goroutine 9 [select]:\nmain.f()\n\t/src/main.go:9 +0x1d\n'],
    ['inside the creator', 'goroutine 9 [select]:\nmain.f()\n\t/src/main.go:9 +0x1d\ncreated by main.ma'],
  ])('cut %s', (_where, rest) => {
    const { value, problems } = parse(`${whole}\n${rest}`);
    expect(value[0]?.truncated).toBe(true);
    expect(value[0]?.groups[0]?.count).toBe(1);
    expect(problems).toEqual([
      { code: 'goroutine-dump-cut', text: expect.stringContaining('in the middle') },
    ]);
  });

  it.each([whole, whole.trimEnd(), `${whole}\n`, `${whole}\nsome later log line\n`])('whole: %#', (text) => {
    expect(parse(text)).toMatchObject({ value: [{ total: 2, truncated: false }], problems: [] });
  });

  it('says that Go cut it when it is exactly 64 MiB', () => {
    const record = new TextEncoder().encode(`${goroutine(7, '[select]')}\n`);
    let left = GO_DUMP_LIMIT;
    const { value, problems } = parseGoroutineStream((into) => {
      const size = Math.min(left, into.length, record.length);
      into.set(record.subarray(0, size));
      left -= size;
      return size;
    });
    expect(value[0]?.truncated).toBe(true);
    expect(value.reduce((sum, { total }) => sum + total, 0)).toBe(Math.ceil(GO_DUMP_LIMIT / record.length));
    expect(problems).toEqual([{ code: 'goroutine-dump-truncated', text: expect.stringContaining('64 MiB') }]);
  });

  it('passes over a line longer than its window and goes on', () => {
    const text = `${goroutine(7, '[select]')}\n${'x'.repeat(600_000)}\n${goroutine(8, '[select]')}`;
    const { value, problems } = parse(text);
    expect(value.flatMap(({ ids }) => [...ids])).toEqual([7, 8]);
    expect(problems.map(({ code }) => code)).toEqual(['line-too-long']);
  });
});

describe('logs', () => {
  const moment = (first: number) =>
    `SIGQUIT: quit\nPC=0x403a2c m=0 sigcode=0\n\n${goroutine(1, '[select]')}\n${goroutine(first, '[chan send]')}\nrax    0x0\ngs     0x0\n`;
  const noise = '2026/11/23 06:22:00 request served\n';

  it('holding several dumps between other lines', () => {
    const log = `${noise}${moment(7)}${noise}${noise}${moment(7)}${noise}${moment(9)}${noise}`;
    for (const wrapped of [
      log,
      log.replace(/^/gm, '2026-11-23T06:22:00.1Z stderr F '),
      log.replace(/^/gm, 'api-1  | '),
    ]) {
      const { value } = parse(wrapped);
      expect(value.map(({ ids, preamble }) => [preamble?.kind, ...ids])).toEqual([
        ['sigquit', 1, 7],
        ['sigquit', 1, 7],
        ['sigquit', 1, 9],
      ]);
    }
  });

  it('with two HTTP dumps one after the other', () => {
    const requester = (id: number) =>
      goroutine(id, '[running]', 'runtime/pprof.writeGoroutineStacks({0x1, 0x2})', '\t/go/pprof.go:1 +0x1');
    const { value } = parse(
      `${requester(50)}\n${goroutine(7, '[select]')}\n${requester(60)}\n${goroutine(7, '[select]')}\n${goroutine(8, '[select]')}`,
    );
    expect(value.map(({ ids, requesterDropped }) => [requesterDropped, ...ids])).toEqual([
      [true, 7],
      [true, 7, 8],
    ]);
  });

  it('leaves out the goroutine watching the requester’s connection, and no other', () => {
    const watcher = (id: number, by: number) =>
      goroutine(id, '[IO wait]').replace(
        'created by main.main in goroutine 1',
        `created by net/http.(*connReader).startBackgroundRead in goroutine ${by}`,
      );
    const requester = goroutine(
      50,
      '[running]',
      'runtime/pprof.writeGoroutineStacks({0x1, 0x2})',
      '\t/go/pprof.go:1 +0x1',
    );
    expect([...one(`${requester}\n${watcher(40, 39)}\n${watcher(51, 50)}\n${watcher(60, 59)}`).ids]).toEqual([
      40, 60,
    ]);
    const old = `${requester}\n${watcher(40, 39)}\n${watcher(51, 50)}\n${watcher(60, 59)}`.replace(
      / in goroutine \d+/g,
      '',
    );
    expect([...one(old).ids]).toEqual([40, 60]);
  });

  it('cut into pieces by the container runtime', () => {
    const long = `main.f(${'0x1, '.repeat(20)}0x2)`;
    const lines = goroutine(7, '[select]', long, '\t/src/main.go:9 +0x1d').split('\n');
    const cri = lines.flatMap((line) =>
      line === long
        ? [`P ${line.slice(0, 30)}`, `P ${line.slice(30, 60)}`, `F ${line.slice(60)}`]
        : [`F ${line}`],
    );
    const dump = one(cri.map((line) => `2026-11-23T06:22:00.1Z stderr ${line}`).join('\n'));
    expect(dump.groups[0]?.frames.map(({ func }) => func)).toEqual(['main.f']);
  });

  it('of two pods line by line', () => {
    const a = goroutine(7, '[select]').split('\n');
    const b = goroutine(8, '[chan send]').split('\n');
    const mixed = a.flatMap((line, nth) => [`[pod/a/x] ${line}`, `[pod/b/x] ${b[nth] ?? ''}`]).join('\n');
    const { value } = parse(mixed);
    expect(value.map(({ ids, groups }) => [...ids, groups[0]?.state, groups[0]?.frames.length])).toEqual([
      [7, 'select', 1],
      [8, 'chan send', 1],
    ]);
  });

  it('pasted from a chat: code fence, spaces for tabs, typographic quotes', () => {
    const chat = `\`\`\`${goroutine(7, '[select] {a: "x y"}').replaceAll('\t', '    ').replace('"x', '\u201cx').replace('y"', 'y\u201d')}\`\`\`\n`;
    const dump = one(chat);
    expect({ ...dump.groups[0]?.labels }).toEqual({ a: 'x y' });
    expect(dump.groups[0]?.createdBy?.line).toBe(5);
  });

  it('with a whole dump in one field', () => {
    const text = `${goroutine(7, '[select]')}\n${goroutine(8, '[select]')}`;
    const rows = [
      `{"level":"info","msg":"started"}\n${JSON.stringify({ level: 'error', msg: 'panic', stack: text })}\n`,
      JSON.stringify([{ message: 'started' }, { message: text }], null, 2),
      `time,message\n1,"${text}"\n`,
      `level=error msg=${JSON.stringify(text)}\n`,
      JSON.stringify({
        streams: [
          {
            stream: { app: 'x' },
            values: text.split('\n').map((line, nth) => [`${1763878920000000000n + BigInt(nth)}`, line]),
          },
        ],
      }),
    ];
    for (const row of rows) expect(parse(row).value.flatMap(({ ids }) => [...ids])).toEqual([7, 8]);
  });
});
