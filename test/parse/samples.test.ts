// Every captured goroutine dump, crash, log and vars file against what its program is known to have done.
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { GoroutineDump, GoroutineGroup } from '../../src/model/goroutine.ts';
import { parseArtefact } from '../../src/parse/artefact.ts';

const SAMPLES = new URL('../captures/samples/', import.meta.url);

function dumpsIn(name: string): readonly GoroutineDump[] {
  const { value } = parseArtefact({ name, bytes: readFileSync(new URL(name, SAMPLES)) });
  return value.flatMap((one) => (one.kind === 'goroutines' ? [one.dump] : []));
}

function onlyDump(name: string): GoroutineDump {
  const [dump, second] = dumpsIn(name);
  if (!dump || second) throw new Error(`${name} should hold one dump`);
  return dump;
}

function text(name: string): string {
  const bytes = readFileSync(new URL(name, SAMPLES));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}

/** `58 mutex main.(*registry).update < main.main.func7`: count, family, first frame of the program, creator. */
function row(group: GoroutineGroup): string {
  const own = group.frames.find(({ func }) => /^main\.|Loop$|\(\*conn\)\.serve$/.test(func));
  return `${group.count} ${group.family} ${own?.func} < ${group.createdBy?.func}`;
}

// name, goroutines kept (headers minus the requester, minus its backgroundRead where it had one), main groups
const HTTP_DUMPS: readonly (readonly [name: string, total: number, ...groups: string[]])[] = [
  ['leak-send.t035', 174, '171 chan-send main.slowQuery < main.handleTimeout'],
  ['leak-send.t065', 325, '323 chan-send main.slowQuery < main.handleTimeout'],
  ['leak-send.t095', 477, '474 chan-send main.slowQuery < main.handleTimeout'],
  ['leak-ticker.t035', 71, '69 chan-receive main.poll < main.main.func5'],
  ['leak-ticker.t065', 131, '129 chan-receive main.poll < main.main.func5'],
  ['leak-ticker.t095', 192, '190 chan-receive main.poll < main.main.func5'],
  ['leak-global.t035', 70, '68 chan-receive main.(*sub).loop < main.subscribe'],
  ['leak-global.t065', 131, '129 chan-receive main.(*sub).loop < main.subscribe'],
  ['leak-global.t095', 192, '190 chan-receive main.(*sub).loop < main.subscribe'],
  ['leak-mutex.t035', 61, '58 mutex main.(*registry).update < main.main.func7'],
  ['leak-mutex.t065', 183, '180 mutex main.(*registry).update < main.main.func7'],
  ['leak-mutex.t095', 304, '301 mutex main.(*registry).update < main.main.func7'],
  [
    'leak-body.t035',
    207,
    '68 select net/http.(*persistConn).readLoop < net/http.(*Transport).dialConn',
    '68 select net/http.(*persistConn).writeLoop < net/http.(*Transport).dialConn',
    '68 io net/http.(*conn).serve < net/http.(*Server).Serve',
  ],
  [
    'leak-body.t065',
    390,
    '129 select net/http.(*persistConn).readLoop < net/http.(*Transport).dialConn',
    '129 select net/http.(*persistConn).writeLoop < net/http.(*Transport).dialConn',
    '129 io net/http.(*conn).serve < net/http.(*Server).Serve',
  ],
  ['ok-pool.t035', 205, '199 chan-receive main.worker < main.main'],
  ['ok-pool.t065', 205, '200 chan-receive main.worker < main.main'],
  [
    'ok-keepalive.t035',
    183,
    '60 io net/http.(*persistConn).readLoop < net/http.(*Transport).dialConn',
    '60 select net/http.(*persistConn).writeLoop < net/http.(*Transport).dialConn',
    '60 io net/http.(*conn).serve < net/http.(*Server).Serve',
  ],
  ['ok-keepalive.t065', 183, '60 io net/http.(*conn).serve < net/http.(*Server).Serve'],
  ['ok-ramp.t035', 67, '64 sleep main.main.func14.1 < main.main.func14'],
  ['ok-ramp.t065', 127, '124 sleep main.main.func14.1 < main.main.func14'],
  ['ok-ramp.t095', 185, '182 sleep main.main.func14.1 < main.main.func14'],
  ['ok-slowstart.t035', 117, '115 chan-receive main.worker < main.main.func15'],
  ['ok-slowstart.t065', 122, '120 chan-receive main.worker < main.main.func15'],
  ['ok-slowstart.t095', 122, '120 chan-receive main.worker < main.main.func15'],
];

describe('dumps of the leaking and healthy programs', () => {
  it.each(HTTP_DUMPS)('%s', (name, total, ...groups) => {
    const file = `${name}.goroutine-debug2.txt.gz`;
    const dump = onlyDump(file);
    expect(dump).toMatchObject({ source: 'debug2', total, requesterDropped: true, truncated: false });
    expect(dump.groups.map(row)).toEqual(expect.arrayContaining(groups));
    const headers = text(file).match(/^goroutine \d+ /gm)?.length ?? 0;
    const watchers = text(file).match(/^created by .*startBackgroundRead/gm)?.length ?? 0;
    expect(headers - Number(total)).toBe(1 + watchers);
    expect(new Set(dump.ids).size).toBe(total);
  });

  it('finds every leaked sender again in the next dump', () => {
    const [before, after] = ['leak-send.t035', 'leak-send.t065'].map((name) => {
      const dump = onlyDump(`${name}.goroutine-debug2.txt.gz`);
      const group = dump.groups.findIndex(({ family }) => family === 'chan-send');
      return new Set([...dump.ids].filter((_, index) => dump.groupOf[index] === group));
    });
    expect(before?.size).toBe(171);
    expect([...(before ?? [])].every((id) => after?.has(id))).toBe(true);
  });
});

// One goroutine, or a few, in each wait state there is.
const ZOO = [
  'chan-receive main.main.func1',
  'chan-send main.main.func2',
  'nil-chan main.main.func3',
  'nil-chan main.main.func4',
  'park main.main.func5',
  'select main.main.func6',
  'sleep main.main.func7',
  'mutex main.(*svc).lockForever',
  'rwmutex main.(*svc).rlockForever',
  'waitgroup main.(*svc).waitForever',
  'cond main.main.func8',
  'syscall main.main.func10',
  'chan-receive main.(*Box[...]).Recv',
  'chan-receive main.genericWait[...]',
  'chan-receive main.inl',
  'io main.main',
] as const;

describe('the zoo of wait states', () => {
  it.each([
    ['zoo-go1.19.goroutine-debug2.txt', 30, '<1.21'],
    ['zoo-go1.22.goroutine-debug2.txt', 30, '>=1.21'],
    ['zoo-go1.26.goroutine-debug2.txt', 30, '>=1.24'],
    ['zoo-go1.26-labels-ancestors.goroutine-debug2.txt', 31, '>=1.26'],
    ['zoo-go1.27-labels-ancestors.goroutine-debug2.txt', 31, '>=1.27'],
    ['zoo-go1.27.goroutineleak-debug2.txt', 30, '>=1.26'],
  ])('%s: %i goroutines, Go %s', (name, total, goVersionRange) => {
    const dump = onlyDump(name);
    expect(dump).toMatchObject({ total, requesterDropped: true, truncated: false, goVersionRange });
    const seen = new Set(
      dump.groups.map(
        ({ family, frames }) => `${family} ${frames.find(({ func }) => func.startsWith('main.'))?.func}`,
      ),
    );
    expect(ZOO.filter((row) => !seen.has(row))).toEqual([]);
  });

  it.each([
    ['zoo-go1.22.goroutine-debug2.txt', 100, 201],
    ['zoo-go1.26.goroutine-debug2.txt', 100, 201],
  ])('%s: a stack of 301 frames shows %i and counts what Go left out', (name, shown, elided) => {
    const deep = onlyDump(name).groups.find(({ elidedFrames }) => elidedFrames > 0);
    expect(deep?.frames[0]?.func).toBe('main.deep');
    expect(deep?.frames).toHaveLength(shown);
    expect(deep?.elidedFrames).toBe(elided);
  });

  it('prints 15 minutes of age only where a GC had run', () => {
    const aged = onlyDump('zoo-go1.26.goroutine-debug2.txt');
    expect(Math.max(...aged.waitMinutes)).toBe(15);
    const young = onlyDump('zoo-go1.27-labels-ancestors.goroutine-debug2.txt');
    expect([...new Set(young.waitMinutes)]).toEqual([-1]);
  });

  it.each([
    'zoo-go1.26-labels-ancestors.goroutine-debug2.txt',
    'zoo-go1.27-labels-ancestors.goroutine-debug2.txt',
  ])('%s: labels in both spellings, ancestors passed over', (name) => {
    const labelled = onlyDump(name).groups.filter(({ labels }) => labels);
    const sets = labelled.map(({ labels }) => ({ ...labels }));
    expect(sets).toContainEqual({ q: 'a"b\n\u00e9', route: '/v1/x', tenant: 'acme corp' });
    expect(sets).toContainEqual({ worker: 'w_1' });
    const first = onlyDump(name).groups.find(({ frames }) => frames[0]?.func === 'main.main.func1');
    expect(first?.frames).toHaveLength(1);
    expect(first?.createdBy?.func).toBe('main.main');
  });

  it('knows the goroutines the leak detector marked', () => {
    const dump = onlyDump('zoo-go1.27.goroutineleak-debug2.txt');
    const marks = text('zoo-go1.27.goroutineleak-debug2.txt').match(/^goroutine .*\(leaked\)/gm)?.length;
    const leaked = dump.groups.filter((group) => group.leaked);
    expect(leaked.reduce((sum, group) => sum + group.count, 0)).toBe(marks);
    expect(leaked.every(({ state }) => !state.includes('leaked'))).toBe(true);
  });
});

describe('signal dumps', () => {
  it.each([
    ['sigquit-go1.19.txt', 35, '1.19.13'],
    ['sigquit-go1.26.txt', 37, '1.26.8'],
    ['sigquit-go1.26-traceback-crash.txt', 37, '1.26.8'],
  ])('%s: %i goroutines, each once', (name, total, goVersionRange) => {
    const dump = onlyDump(name);
    expect(dump).toMatchObject({ source: 'signal', total, goVersionRange, preamble: { kind: 'sigquit' } });
    expect(new Set(dump.ids).size).toBe(total);
    const runtime = dump.groups.filter(({ family }) => family === 'runtime').map(({ state }) => state);
    expect(runtime).toEqual(expect.arrayContaining(['GC sweep wait', 'GC scavenge wait', 'force gc (idle)']));
    const main = dump.groups[[...dump.groupOf][[...dump.ids].indexOf(1)] ?? -1];
    expect(main?.family).toBe('io');
    expect(main?.frames.map(({ func }) => func)).toContain('main.main');
  });

  it('reads the channel a sender waits on off the runtime frames', () => {
    const dump = onlyDump('sigquit-go1.26.txt');
    const group = dump.groups.findIndex(({ state }) => state === 'chan send');
    const at = dump.groupOf.indexOf(group);
    expect(text('sigquit-go1.26.txt')).toContain(`runtime.chansend(0x${dump.waitWords[at]?.toString(16)},`);
  });
});

describe('cgo and synctest', () => {
  it('keeps the goroutine inside C and the one in a callback', () => {
    const dump = onlyDump('cgo-go1.26.goroutine-debug2.txt');
    expect(dump.total).toBe(3);
    const groups = dump.groups.map(({ family, lockedToThread, frames }) => [
      family,
      lockedToThread,
      frames[0]?.func,
    ]);
    expect(groups).toContainEqual(['syscall', false, 'main._Cfunc_blockc']);
    expect(groups).toContainEqual(['park', true, 'main.goCallback']);
  });

  it.each([
    ['synctest-go1.24.txt', 8, 18],
    ['synctest-go1.26.txt', 9, 1],
  ])('%s: bubbles are numbered and their waits belong to the test', (name, total, number) => {
    const [dump, panic] = dumpsIn(name);
    expect(dump?.total).toBe(total);
    expect(panic).toMatchObject({ source: 'panic', total: 1 });
    const bubble = dump?.groups.filter((group) => group.bubble !== undefined) ?? [];
    expect(bubble.length).toBeGreaterThan(4);
    expect(new Set(bubble.map((group) => group.bubble))).toEqual(new Set([number]));
    expect(new Set(bubble.map(({ family }) => family))).toEqual(new Set(['running', 'test-bubble']));
    expect(dump?.groups.some(({ state }) => state.includes('durable'))).toBe(false);
  });
});

describe('crashes', () => {
  it.each([
    ['deadlock', 2, 'fatal-error', 'fatal error: all goroutines are asleep - deadlock!'],
    ['nochan', 1, 'fatal-error', 'fatal error: all goroutines are asleep - deadlock!'],
    ['maprace', 1, 'fatal-error', 'fatal error: concurrent map writes'],
    ['unlock', 1, 'fatal-error', 'fatal error: sync: unlock of unlocked mutex'],
    ['oom', 7, 'fatal-error', 'fatal error: out of memory'],
    ['overflow', 5, 'fatal-error', 'fatal error: stack overflow'],
    ['nil', 1, 'panic', '[signal SIGSEGV: segmentation violation'],
    ['panic', 1, 'panic', 'panic: boom [recovered]\npanic: again: boom'],
    ['wg', 1, 'panic', 'panic: sync: negative WaitGroup counter'],
  ])('%s: %i goroutine(s), %s', (name, total, kind, said) => {
    const dump = onlyDump(`crash-go1.26-${name}.txt`);
    expect(dump).toMatchObject({ source: 'panic', total, truncated: false, preamble: { kind } });
    expect(dump.preamble?.text).toContain(said);
  });

  it('shows what a deadlocked main waits for', () => {
    const dump = onlyDump('crash-go1.26-deadlock.txt');
    expect(dump.groups.map(({ state }) => state)).toEqual(['sync.WaitGroup.Wait', 'chan receive']);
  });
});

describe('collectors’ prefixes', () => {
  const reference = readdirSync(SAMPLES).filter((name) => name.startsWith('prefix-'));

  it('covers all of them', () => {
    expect(reference).toHaveLength(6);
  });

  it.each(reference)('%s: the same four goroutines, the last one cut', (name) => {
    const dump = onlyDump(name);
    expect(dump).toMatchObject({ source: 'debug2', total: 4, requesterDropped: true, truncated: true });
    expect([...dump.ids]).toEqual([1, 7, 8, 9]);
    expect(dump.groups.map(({ state, frames }) => `${state}: ${frames[0]?.func}`)).toEqual([
      'IO wait: internal/poll.runtime_pollWait',
      'chan receive: main.main.func1',
      'chan send: main.main.func2',
      'chan receive (nil chan): main.main.func3',
    ]);
    expect([...dump.waitMinutes]).toEqual([-1, 15, 15, 15]);
    expect(dump.groups[1]?.createdBy).toEqual({
      func: 'main.main',
      file: 'example.com/gofacts/zoo/main.go',
      line: 58,
    });
  });
});

describe('memory figures', () => {
  const vars = readdirSync(SAMPLES).filter((name) => name.endsWith('.vars.json'));

  it.each(vars)('%s: every figure as published, ages only after a GC', (name) => {
    const { value, problems } = parseArtefact({ name, bytes: readFileSync(new URL(name, SAMPLES)) });
    expect(problems).toEqual([]);
    const [memory] = value;
    if (memory?.kind !== 'memory') throw new Error('no memory');
    const [reading] = memory.readings;
    const { memstats } = JSON.parse(text(name));
    expect(reading).toMatchObject({
      source: 'expvar',
      sys: memstats.Sys,
      heapAlloc: memstats.HeapAlloc,
      heapInuse: memstats.HeapInuse,
      stackInuse: memstats.StackInuse,
      mallocs: memstats.Mallocs,
      nextGC: memstats.NextGC,
      numGC: memstats.NumGC,
    });
    expect(reading?.lastGCNanos).toBe(memstats.LastGC || undefined);
    expect(reading?.gcEndNanos?.at(-1)).toBe(memstats.LastGC || undefined);
    expect(JSON.stringify(reading)).not.toContain('127.0.0.1');
  });

  it('reads the exact live heap from runtime metrics', () => {
    const live = ['t065', 't185', 't305'].map((time) => {
      const name = `heap-leak.${time}.runtime-metrics.txt`;
      const [memory] = parseArtefact({ name, bytes: readFileSync(new URL(name, SAMPLES)) }).value;
      const reading = memory?.kind === 'memory' ? memory.readings[0] : undefined;
      expect(reading?.memoryLimit).toBe(Number.POSITIVE_INFINITY);
      expect(reading?.gogc).toBe(100);
      return Math.round((reading?.heapLive ?? 0) / 1e6);
    });
    expect(live).toEqual([66, 180, 302]);
  });
});
