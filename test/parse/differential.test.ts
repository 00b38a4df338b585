// The same files, read by others: gostackparse and panicparse for dumps, `go tool pprof` for profiles. Each peer
// is asked only about what it understands; test/fuzz/pprof-agreement.ts asks about two hundred profiles.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GoroutineDump } from '../../src/model/goroutine.ts';
import { parseGoroutines } from '../../src/parse/goroutines.ts';
import { compareWithGo } from '../fuzz/pprof-top.ts';
import { pathOf, requires } from '../kit/require.ts';

const CAPTURES = fileURLToPath(new URL('../captures/', import.meta.url));
const PEERS = fileURLToPath(new URL('../bench/go/', import.meta.url));
const CACHE = fileURLToPath(new URL('../../.bench/', import.meta.url));
const BUILD_MS = 240_000;
/** One dump in so many of the labelled programs; the others are all compared. */
const EVERY_PROGRAM_DUMP = 60;

interface PeerGoroutine {
  readonly id: number;
  readonly state: string;
  readonly minutes: number;
  readonly locked: boolean;
  readonly funcs: readonly string[] | null;
  readonly lines: readonly number[] | null;
  readonly creator: string;
}

interface PeerAnswer {
  readonly file: string;
  readonly goroutines: readonly PeerGoroutine[] | null;
  readonly errors: readonly string[];
}

const captures = readdirSync(CAPTURES, { recursive: true, encoding: 'utf8' }).sort();
const dumpNames = captures.filter((name) => /debug2\.txt(\.gz)?$/.test(name));
const chosenDumps = [
  ...dumpNames.filter((name) => !name.startsWith('programs/')),
  ...dumpNames
    .filter((name) => name.startsWith('programs/'))
    .filter((_, at) => at % EVERY_PROGRAM_DUMP === 0),
];

describe.skipIf(requires('go'))('agreement with gostackparse and panicparse', () => {
  let folder = '';
  let files: readonly string[] = [];
  const program = join(CACHE, 'differ');
  beforeAll(() => {
    mkdirSync(CACHE, { recursive: true });
    execFileSync(pathOf('go'), ['build', '-trimpath', '-o', program, './differ'], { cwd: PEERS });
    folder = mkdtempSync(join(tmpdir(), 'goleak-dumps-'));
    files = chosenDumps.map((name, at) => {
      const bytes = readFileSync(join(CAPTURES, name));
      const file = join(folder, `${at}.txt`);
      writeFileSync(file, name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
      return file;
    });
  }, BUILD_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const answersOf = (peer: string): PeerAnswer[] =>
    execFileSync(program, [peer, ...files], { encoding: 'utf8', maxBuffer: 2 ** 28 })
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as PeerAnswer);

  it.each(['gostackparse', 'panicparse'])('%s: every goroutine both read, field by field', (peer) => {
    let compared = 0;
    for (const { file, goroutines } of answersOf(peer)) {
      const name = chosenDumps[files.indexOf(file)] ?? '';
      const dump = onlyDump(file);
      const ours = new Map(goroutinesOf(dump).map((one) => [one.id, one]));
      const labelled = labelledIds(dump);
      const theirs = (goroutines ?? []).filter((one) => isUnderstood(one) && !labelled.has(one.id));
      const missing = theirs.filter(({ id }) => !ours.has(id));
      // The goroutine that wrote the dump, and the one watching its connection, are left out on purpose.
      expect([name, missing.filter((one) => !servedTheDump(one))]).toEqual([name, []]);
      expect(missing.length).toBeLessThanOrEqual(dump.requesterDropped ? 2 : 0);
      for (const one of theirs) {
        const own = ours.get(one.id);
        if (own) expect([name, own]).toEqual([name, spelledAlike(one, own)]);
        compared += 1;
      }
      // Nobody sees a goroutine that we do not.
      expect((goroutines ?? []).length - missing.length).toBeLessThanOrEqual(dump.total);
    }
    expect(compared).toBeGreaterThan(1000);
  });

  it('gostackparse: as many goroutines and stacks, wherever it reads a file without error', () => {
    const whole = answersOf('gostackparse').filter(({ errors }) => errors.length === 0);
    expect(whole.length).toBeGreaterThan(chosenDumps.length / 2);
    for (const { file, goroutines } of whole) {
      const dump = onlyDump(file);
      const ids = new Set(dump.ids);
      const theirs = (goroutines ?? []).filter((one) => ids.has(one.id) || !servedTheDump(one));
      if (theirs.some((one) => !isUnderstood(one))) continue;
      expect([file, theirs.length]).toEqual([file, dump.total]);
      const stacks = new Set(
        theirs.map(({ state, funcs, lines, creator }) => JSON.stringify([state, funcs, lines, creator])),
      );
      const ours = goroutinesOf(dump).map(({ state, funcs, lines, creator }) =>
        JSON.stringify([state, funcs, lines, creator]),
      );
      expect([file, stacks.size]).toEqual([file, new Set(ours).size]);
    }
  });
});

describe.skipIf(requires('go'))('agreement with go tool pprof', () => {
  const profiles = captures.filter((name) => name.endsWith('.pb.gz') && !name.startsWith('odd/'));
  const chosen = Array.from(
    { length: 12 },
    (_, at) => profiles[Math.floor((at * profiles.length) / 12)] ?? '',
  );
  // The first call builds the tool.
  beforeAll(() => void compareWithGo(pathOf('go'), join(CAPTURES, chosen[0] ?? '')), BUILD_MS);

  it.each(chosen)('%s: totals and the top of every sample type', (name) => {
    expect(compareWithGo(pathOf('go'), join(CAPTURES, name)).differences).toEqual([]);
  });
});

function onlyDump(file: string): GoroutineDump {
  const { value } = parseGoroutines(readFileSync(file));
  const [dump] = value;
  if (!dump || value.length > 1) throw new Error(`${value.length} dumps in ${file}`);
  return dump;
}

interface OwnGoroutine {
  readonly id: number;
  readonly state: string;
  readonly minutes: number;
  readonly locked: boolean;
  readonly funcs: readonly string[];
  readonly lines: readonly number[];
  readonly creator: string;
}

function goroutinesOf(dump: GoroutineDump): OwnGoroutine[] {
  return Array.from(dump.ids, (id, row) => {
    const group = dump.groups[dump.groupOf[row] ?? 0];
    return {
      id,
      state: group?.state ?? '',
      minutes: Math.max(0, dump.waitMinutes[row] ?? 0),
      locked: group?.lockedToThread ?? false,
      funcs: group?.frames.map(({ func }) => func) ?? [],
      lines: group?.frames.map(({ line }) => line) ?? [],
      creator: group?.createdBy?.func ?? '',
    };
  });
}

/** Behind the brackets, as Go 1.27 prints labels, panicparse loses the minutes before them. */
function labelledIds(dump: GoroutineDump): ReadonlySet<number> {
  const labelled = (_: number, row: number) => dump.groups[dump.groupOf[row] ?? 0]?.labels !== undefined;
  return new Set([...dump.ids].filter(labelled));
}

/** Neither peer knows the labels, marks and bubbles that Go prints since 1.24; both fold them into the state. */
function isUnderstood({ state }: PeerGoroutine): boolean {
  return !/labels|\(leaked\)|\(durable\)|\(scan\)|synctest|[{}]/.test(state);
}

function servedTheDump({ funcs, creator }: PeerGoroutine): boolean {
  return (
    funcs?.[0] === 'runtime/pprof.writeGoroutineStacks' ||
    creator.startsWith('net/http.(*connReader).startBackgroundRead')
  );
}

/** panicparse reads escapes (`%2e`) in names, which we keep as Go prints them, and takes ` in goroutine 1` for a part of one. */
function spelledAlike(theirs: PeerGoroutine, ours: OwnGoroutine): OwnGoroutine {
  const unescaped = (func: string) => func.replaceAll('%2e', '.');
  const creator = theirs.creator.replace(/ in goroutine \d+$/, '');
  const same = (a: string, b: string | undefined) => b !== undefined && unescaped(b) === a;
  return {
    id: theirs.id,
    state: theirs.state,
    minutes: theirs.minutes,
    locked: theirs.locked,
    funcs: (theirs.funcs ?? []).map((func, at) =>
      same(func, ours.funcs[at]) ? (ours.funcs[at] ?? '') : func,
    ),
    lines: theirs.lines ?? [],
    creator: same(creator, ours.creator) ? ours.creator : creator,
  };
}
