// `goleak show`: one artefact added up, as JSON that keeps its schema and as text within the width.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Show } from '../../src/report/show-schema.ts';
import { showText } from '../../src/report/show-text.ts';
import { displayWidth } from '../../src/report/table.ts';
import { showPath } from '../../src/terminal/show.ts';
import { captured, capturedText, dockerLog, faultsBy, folderOf, terminalOf } from './desk.ts';

const MIB = 2 ** 20;

async function show(path: string): Promise<Show> {
  const { terminal, printed } = terminalOf(true);
  expect(await showPath(path, terminal)).toBe(0);
  const value: Show = JSON.parse(printed.join(''));
  expect(faultsBy('show', value)).toBeNull();
  return value;
}

function showCaptured(name: string): Promise<Show> {
  const file = name.slice(name.lastIndexOf('/') + 1);
  return show(join(folderOf({ [file]: captured(name) }), file));
}

function text(value: Show, width = 100): string {
  return showText(value, { color: false, width });
}

describe('show: goroutines', () => {
  it('groups a dump by state and stack, ids and ages complete', async () => {
    const value = await showCaptured('samples/leak-send.t095.goroutine-debug2.txt.gz');
    expect(value).toMatchObject({ goroutines: 477, source: 'debug2', truncated: false });
    const [group] = value.groups;
    expect(group).toMatchObject({
      state: 'chan send',
      waitReason: 'chan send',
      family: 'chan-send',
      count: 474,
      lockedToThread: false,
      labels: {},
      frames: [{ func: 'main.slowQuery', line: 31 }],
      createdBy: { func: 'main.handleTimeout', line: 34 },
    });
    expect(new Set(group?.ids).size).toBe(474);
    expect(group?.waitMinutes).toEqual({ min: 1, median: 1, max: 1 });
    expect(value.groups.map(({ count }) => count)).toEqual([474, 1, 1, 1]);
  });

  it('strips the runtime frames a SIGQUIT log and a profile print, so that both read like debug=2', async () => {
    const names = ['samples/zoo-go1.26.goroutine-debug2.txt', 'samples/sigquit-go1.26.txt'];
    const [page, signal] = await Promise.all(names.map(showCaptured));
    const profile = await showCaptured('profiles/zoo-go1.26.goroutine.pb.gz');
    for (const value of [page, signal, profile]) {
      const blocked = value?.groups.find(({ frames }) => frames[0]?.func === 'main.main.func2');
      expect(blocked).toMatchObject({ family: 'chan-send', count: 1 });
    }
    expect(signal?.source).toBe('signal');
    expect(signal?.goVersionRange).toBe('1.26.8');
  });

  it('keeps goroutines with other labels apart', async () => {
    const { groups } = await showCaptured('profiles/zoo-go1.26.goroutine-debug1.txt');
    const labels = groups.map((group) => group.labels).filter((label) => Object.keys(label).length > 0);
    expect(labels).toContainEqual({ worker: 'w_1' });
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(32);
  });

  it('has a goroutine profile as a top too, its stacks whole', async () => {
    const { top, profiles } = await showCaptured('profiles/leak-send.t095.goroutine.pb.gz');
    expect(profiles).toMatchObject([{ kind: 'goroutine', totals: { goroutine: 478 } }]);
    expect(top[0]?.frames[0]?.func).toBe('runtime.gopark');
    expect(top[0]?.values).toEqual({ goroutine: 474 });
  });

  it('lists the snapshots of a log that holds several', async () => {
    const dumps = ['035', '065', '095'].map((seconds, at) => {
      const dump = capturedText(`samples/leak-send.t${seconds}.goroutine-debug2.txt.gz`);
      return `${dockerLog('INFO started', at * 60_000)}\n${dockerLog(dump, at * 60_000 + 1000)}`;
    });
    const value = await show(join(folderOf({ 'app.log': dumps.join('\n') }), 'app.log'));
    expect(value.snapshots?.map(({ goroutines }) => goroutines)).toEqual([174, 325, 477]);
    expect(value.goroutines).toBe(477);
    expect(text(value)).toMatch(/^ {2}2 .* 325 +\+151 /m);
  });
});

describe('show: profiles and memory', () => {
  it('adds up a heap profile by stack, every sample type', async () => {
    const { top, profiles } = await showCaptured('profiles/heap-leak.t185.heap.pb.gz');
    const [heap] = profiles;
    expect(heap).toMatchObject({ kind: 'heap', defaultSampleType: 'inuse_space', delta: false });
    for (const { type } of heap?.sampleTypes ?? []) {
      expect(top.reduce((sum, { values }) => sum + (values[type] ?? 0), 0)).toBe(heap?.totals[type]);
    }
    expect(top[0]?.frames[0]?.func).toBe('main.main.func16');
    expect(Math.round((top[0]?.values.inuse_space ?? 0) / MIB)).toBe(170);
  });

  it('prints flat and cumulative values as `go tool pprof -top` does', async () => {
    const value = await showCaptured('profiles/heap-leak.t185.heap.pb.gz');
    expect(text(value)).toContain(
      [
        'heap profile, inuse_space: 170 MiB',
        '     Flat  Flat%   Sum%      Cum   Cum%  Function',
        '  170 MiB  100 %  100 %  170 MiB  100 %  main.main.func16',
        '  512 KiB  0.3 %  100 %  512 KiB  0.3 %  runtime.mallocgc',
        '      0 B    0 %  100 %  170 MiB  100 %  main.every',
      ].join('\n'),
    );
  });

  it('shows a heap text with the memory of its trailer', async () => {
    const value = await showCaptured('profiles/zoo-go1.26.heap-debug1.txt');
    expect(value.memstats).toMatchObject({ source: 'heap-trailer', heapAlloc: 1_440_272 });
    expect(text(value)).toMatch(/^ {2}HeapAlloc +1\.37 MiB {2}objects/m);
  });

  it('shows what moved between several readings of a folder', async () => {
    const folder = folderOf({
      'a/1.json': captured('samples/heap-leak.t065.vars.json'),
      'a/2.json': captured('samples/heap-leak.t305.vars.json'),
    });
    const value = await show(join(folder, 'a'));
    expect(value.memoryReadings).toHaveLength(2);
    expect(text(value)).toMatch(/^ {2}HeapAlloc .* \+\d+ MiB {2}objects/m);
  });

  it('shows a CPU profile, with the note that it says nothing about what stays', async () => {
    const value = await showCaptured('odd/cpu.pb.gz');
    expect(value.profiles).toMatchObject([{ kind: 'cpu' }]);
    expect(value.problems.map(({ code }) => code)).toEqual(['cpu-profile']);
    expect(text(value)).toMatch(/^ {2} ?250 ms +52 % .* time\.runtimeNow$/m);
  });
});

describe('show: the page', () => {
  const EVERYTHING = [
    'samples/cgo-go1.26.goroutine-debug2.txt',
    'samples/crash-go1.26-overflow.txt',
    'samples/sigquit-go1.26-traceback-crash.txt',
    'samples/zoo-go1.27-labels-ancestors.goroutine-debug2.txt',
    'samples/heap-leak.t305.vars.json',
    'samples/heap-leak.t305.runtime-metrics.txt',
    'profiles/leak-send.heap-delta4s.pb.gz',
    'profiles/leak-send.goroutineleak.pb.gz',
    'profiles/zoo-go1.19.heap-debug1.txt',
  ];

  it.each(EVERYTHING)('stays within the width and is coloured only when asked: %s', async (name) => {
    const value = await showCaptured(name);
    for (const width of [40, 80, 140]) {
      const lines = text(value, width).split('\n');
      expect(lines.filter((line) => displayWidth(line) > width)).toEqual([]);
      expect(lines.join('\n')).not.toContain('\u001b');
    }
    const bare = showText(value, { color: true, width: 80 })
      .split('\u001b[')
      .map((piece, at) => (at === 0 ? piece : piece.replace(/^[\d;]*m/, '')))
      .join('');
    expect(bare.replaceAll('`', '')).toBe(text(value, 80).replaceAll('`', ''));
  });

  it('says how much of a long list is not shown', async () => {
    const value = await showCaptured('samples/zoo-go1.26.goroutine-debug2.txt');
    expect(text(value)).toMatch(/… \d+ more groups? with \d+ goroutines?; --json has them all/);
    const deep = await showCaptured('profiles/zoo-go1.26.goroutine.pb.gz');
    expect(text(deep)).toContain('… the same 122 more times');
  });

  it('lets no name of a service steer the terminal', async () => {
    const group = (await showCaptured('samples/leak-send.t035.goroutine-debug2.txt.gz')).groups[0];
    if (!group) throw new Error('the dump has groups');
    const func = '\u001b[2Jmain.\u202eevil';
    const hostile: Show = {
      schema: 'goleak.show/v1',
      artefact: { name: func, sha256: '', bytes: 0, files: 1 },
      goroutines: 1,
      source: 'debug2',
      preamble: func,
      groups: [{ ...group, state: func, labels: { [func]: func }, frames: [{ func, file: func, line: 1 }] }],
      profiles: [],
      top: [],
      problems: [{ code: 'x', text: func }],
    };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(text(hostile)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});
