import { spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../src/audit/line.ts';
import { auditFolder, openTrail, type Trail, type TrailOptions } from '../../src/audit/trail.ts';
import { type Verified, verifyTrail } from '../../src/audit/verify.ts';
import { auditText, decisionsText, readDecisions, verifiedText } from '../../src/audit/words.ts';
import { createLog } from '../../src/log.ts';
import { redactorOf } from '../../src/model/secrets.ts';

const NOON = Date.parse('2026-11-26T12:00:00Z');
const DAY_MS = 86_400_000;

let home: string;
let folder: string;
let nowMs: number;
const trails: Trail[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'goleak-audit-'));
  folder = auditFolder(home);
  nowMs = NOON;
});
afterEach(() => {
  for (const trail of trails.splice(0)) trail.close();
  rmSync(home, { recursive: true, force: true });
});

function trail(options: Partial<TrailOptions> = {}): Trail {
  const opened = openTrail({
    home,
    process: 'app',
    now: () => nowMs,
    log: createLog('test', 'silent'),
    clean: redactorOf(['known-0123456789']),
    ...options,
  });
  trails.push(opened);
  return opened;
}
const decision = (n: number, about: Partial<Decision> = {}): Decision => ({
  what: 'accepted',
  who: `U${n}`,
  door: 'slash',
  channel: 'C1',
  service: 'payments-svc',
  kinds: ['goroutine', 'heap'],
  request: `20261126-${String(n).padStart(12, '0')}`,
  ...about,
});
const files = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
const path = (at = 0) => join(folder, files()[at] ?? '');
const verify = (): Verified => verifyTrail(folder);
const faults = () => verify().faults.map(({ line, what }) => `${line ?? '-'} ${what}`);

function written(count = 4): void {
  nowMs += 1;
  const one = trail();
  for (let n = 0; n < count; n++) one.write(decision(n));
  one.close();
}

describe('the audit', () => {
  it('is a line of JSON a decision, for its owner alone, and unbroken', () => {
    written();
    const lines = readFileSync(path(), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatchObject({ n: 0, what: 'begin', process: 'app', pid: process.pid, after: [] });
    expect(lines[4]).toMatchObject({ n: 4, at: '2026-11-26T12:00:00.001Z', who: 'U3', prev: lines[3].hash });
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(verify()).toEqual({ files: 1, lines: 5, faults: [], notes: [] });
    expect(verifiedText(verify())).toBe('The audit is unbroken: 5 lines in 1 file.');
  });

  it('shows every single byte that was changed', () => {
    written(1);
    const whole = readFileSync(path());
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      // Another bit of each: capitals, digits and line breaks become something else.
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (at % 8)), at);
      writeFileSync(path(), changed);
      expect(verify().faults.length, `byte ${at}`).toBeGreaterThan(0);
    }
    writeFileSync(path(), whole);
    expect(verify().faults).toEqual([]);
  });

  it('names the file and the line that was changed', () => {
    written();
    writeFileSync(path(), readFileSync(path(), 'utf8').replace('"U1"', '"U7"'));
    expect(verify().faults).toEqual([{ file: files()[0], line: 3, what: 'was changed' }]);
    expect(verifiedText(verify())).toMatch(
      /^\S+\.jsonl, line 3: was changed\.\nThe audit is broken: 1 fault; 5 lines in 1 file\.$/,
    );
  });

  it.each<[string, (lines: string[]) => string[], RegExp]>([
    ['a line is taken out', (lines) => lines.toSpliced(2, 1), /3 does not follow/],
    ['the first line is taken out', (lines) => lines.slice(1), /1 does not follow/],
    ['two lines are swapped', ([a = '', b = '', c = '', ...rest]) => [a, c, b, ...rest], /2 does not follow/],
    ['a line is put in twice', (lines) => lines.toSpliced(2, 0, lines[2] ?? ''), /4 does not follow/],
    ['an empty line is put in', (lines) => lines.toSpliced(2, 0, ''), /3 is not a line/],
    ['the last line is taken out', (lines) => lines.slice(0, -1), /it had 5 lines, and has 4/],
    ['all but the first are taken out', (lines) => lines.slice(0, 1), /it had 5 lines, and has 1/],
    ['all are taken out', () => [], /it had 5 lines, and has 0/],
  ])('is broken when %s', (_what, change, fault) => {
    written();
    const lines = readFileSync(path(), 'utf8').trimEnd().split('\n');
    writeFileSync(
      path(),
      change(lines)
        .map((line) => `${line}\n`)
        .join(''),
    );
    expect(faults().join('\n')).toMatch(fault);
  });

  it('is broken wherever its end is cut off', () => {
    written(1);
    const whole = readFileSync(path());
    for (let size = 0; size < whole.length; size++) {
      writeFileSync(path(), whole);
      truncateSync(path(), size);
      expect(verify().faults.length, `cut to ${size}`).toBeGreaterThan(0);
    }
  });

  it('is broken when a file is gone, or the head of one, or a file of elsewhere is put in its place', () => {
    written();
    written();
    const [first = '', second = ''] = files();
    const kept = mkdtempSync(join(tmpdir(), 'goleak-audit-kept-'));
    cpSync(folder, kept, { recursive: true });
    rmSync(join(folder, first));
    expect(faults().join()).toContain('is missing');
    rmSync(join(folder, `${first}.head`));
    expect(faults()).toEqual([
      expect.stringMatching(new RegExp(`is missing: it had 5 lines .${second} names it`)),
    ]);
    copyFileSync(join(folder, second), join(folder, first));
    copyFileSync(join(folder, `${second}.head`), join(folder, `${first}.head`));
    expect(faults().join()).toContain('holds other lines than were written');
    cpSync(kept, folder, { recursive: true });
    expect(faults()).toEqual([]);
    rmSync(join(folder, `${second}.head`));
    expect(faults()).toEqual(['- has lost its .head, which tells where it ends']);
    rmSync(kept, { recursive: true });
  });

  it('witnesses the ends of the files before it, those still written to as well', () => {
    const [one, two] = [trail(), trail({ process: 'worker' })];
    one.write(decision(1));
    two.write(decision(2));
    const three = trail({ process: 'worker' });
    three.write(decision(3));
    one.write(decision(4));
    nowMs += DAY_MS;
    one.write(decision(5));
    expect(files()).toHaveLength(4);
    expect(verify()).toMatchObject({ files: 4, lines: 9, faults: [], notes: [] });
    const named = files().flatMap((_, at) => {
      const [first = ''] = readFileSync(path(at), 'utf8').split('\n');
      return JSON.parse(first).after.map(({ file }: { file: string }) => file);
    });
    // Each is named by one that came later; nobody came after the last.
    expect(new Set(named).size).toBe(3);
  });

  it('begins a new file after a line was cut off, and says so', () => {
    written();
    truncateSync(path(), statSync(path()).size - 20);
    expect(faults().join()).toContain('5 is cut off');
    // What a kill in the middle of a line leaves: neither was its head written.
    const lines = readFileSync(path(), 'utf8').split('\n');
    writeFileSync(`${path()}.head`, `${'3'.padStart(12, '0')} ${JSON.parse(lines[3] ?? '').hash}\n`);
    trail().write(decision(9));
    expect(faults()).toEqual([]);
    expect(verify().notes).toEqual([expect.stringContaining('line 5 was cut off')]);
  });

  it('survives kill -9 at any moment', async () => {
    for (let round = 0; round < 5; round++) {
      const script = `
        import { openTrail } from './src/audit/trail.ts';
        import { createLog } from './src/log.ts';
        const trail = openTrail({ home: ${JSON.stringify(home)}, process: 'worker', now: Date.now, log: createLog('t', 'silent'), clean: (text) => text });
        for (let n = 0; ; n++) { trail.write({ what: 'accepted', who: 'U' + n, why: 'x'.repeat(250) }); if (n === 50 + ${round} * 37) process.stdout.write('go'); }`;
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
      await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
    }
    trail().write(decision(1));
    expect(verify().faults).toEqual([]);
    expect(verify().lines).toBeGreaterThan(250);
  }, 60_000);

  it('stops nobody while it cannot be written, counts what it missed, and is written again afterwards', () => {
    // A file where the folder should be: even root cannot write there.
    writeFileSync(folder, '');
    const one = trail();
    for (let n = 0; n < 3; n++) one.write(decision(n));
    expect(one.isKept()).toBe(false);
    rmSync(folder);
    one.write(decision(4));
    expect(one.isKept()).toBe(true);
    expect(verify()).toMatchObject({
      faults: [],
      notes: [expect.stringContaining('3 decisions before it could not')],
    });
    expect(readDecisions(folder, { most: 9 }).map(({ who }) => who)).toEqual(['U4']);
  });

  it('keeps no credentials, no endless words, and one line a decision whatever is in them', () => {
    const foreign = {
      who: 'a\nb\u2028"\\',
      why: `Bearer abcdefghijklmnop known-0123456789 ${'y'.repeat(9_000)}`,
    };
    const one = trail();
    one.write(decision(1, foreign));
    one.write(decision(2, { kinds: Array.from({ length: 999 }, () => 'heap') }));
    const text = readFileSync(path(), 'utf8');
    expect(text.split('\n')).toHaveLength(4);
    expect(text.length).toBeLessThan(4_000);
    expect(text).not.toMatch(/abcdefgh|0123456789"|known-/);
    expect(verify().faults).toEqual([]);
    expect(readDecisions(folder, { most: 9 })[0]?.who).toBe(foreign.who);
  });

  it('is mirrored line by line', () => {
    const lines: string[] = [];
    const one = trail({ mirror: (line) => lines.push(line) });
    one.write(decision(1));
    expect(lines.map((line) => `${line}\n`).join('')).toBe(readFileSync(path(), 'utf8'));
  });

  it('is told in plain words, by time and by service', () => {
    const one = trail();
    one.write(decision(1));
    nowMs += 3_600_000;
    one.write(
      decision(1, {
        what: 'captured',
        verdict: 'healthy',
        cost: { requests: 7, bytes: 2_048, pauseMs: 1 },
        artefacts: 'ab'.repeat(32),
      }),
    );
    one.write(decision(2, { what: 'refused', why: 'It is for admins.', service: 'web-svc' }));
    const listed = (wanted: object) => decisionsText(readDecisions(folder, { most: 20, ...wanted }));
    expect(listed({}).split('\n')).toHaveLength(3);
    expect(listed({ sinceMs: NOON + 1_000, service: 'payments-svc' })).toMatch(
      /^2026-11-26 13:00:00 {2}U1 \(slash C1\) {2}captured payments-svc {2}20261126-0+1 · goroutine, heap · healthy · 7 requests, 2(\.0)? KiB, pauses about 1 ms · files abababababab$/,
    );
    expect(listed({ service: 'web-svc' })).toContain('refused web-svc');
    expect(listed({ most: 1 })).toContain('U2');
    expect(auditText(home, { verify: false, service: 'payments-svc' }, nowMs)).toMatch(
      /captured .*\n.*accepted /,
    );
    expect(() => auditText(home, { verify: true }, nowMs)).toThrow('verified in a terminal');
    expect(listed({ service: 'none' })).toBe('Nothing was decided in that time.');
  });

  it('passes over files that are not its own', () => {
    written(1);
    writeFileSync(join(folder, 'notes.txt'), 'x');
    appendFileSync(join(folder, '..jsonl'), 'x');
    expect(verify().faults).toEqual([]);
  });
});
