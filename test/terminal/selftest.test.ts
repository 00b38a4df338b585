// `goleak selftest`: live where there is Go, on its recordings where there is none, and honest when it is wrong.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEnv } from '../../src/config/env.ts';
import { Failure } from '../../src/failure.ts';
import { testYourself } from '../../src/terminal/selftest.ts';
import { buildPrograms, findGo, startProgram } from '../../src/terminal/selftest-go.ts';
import { PROGRAMS, SOURCE } from '../../src/terminal/selftest-programs.ts';
import { judgeProgram, type Selftest, selftestText, unjudged } from '../../src/terminal/selftest-verdict.ts';
import { sampleReport } from '../kit/report.ts';
import { pathOf, requires } from '../kit/require.ts';
import { terminalOf } from './desk.ts';

const LIVE_MS = 120_000;
const noGo = async () => ({ absent: 'no Go was found' });

async function run(command: { replay: boolean }, toolchain?: () => ReturnType<typeof findGo>) {
  const { terminal, printed } = terminalOf(true);
  const inside = { ...terminal, env: async () => readEnv({}) };
  const status = await testYourself({ kind: 'selftest', ...command }, inside, toolchain);
  const result: Selftest = JSON.parse(printed.join('\n'));
  return { status, result };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('goleak-selftest-'));

describe('the recordings', () => {
  it('are judged right, all six, and it is said that they are recordings', async () => {
    const { status, result } = await run({ replay: false }, noGo);
    expect(result.programs.map(({ name, right, said }) => ({ name, right, said }))).toEqual(
      PROGRAMS.map(({ name }) => ({ name, right: true, said: expect.any(String) })),
    );
    expect(result).toMatchObject({ mode: 'replay', because: 'no Go was found', right: 6, of: 6 });
    expect(status).toBe(0);
    expect(selftestText(result, { color: false, width: 100 })).toContain('Nothing was captured here.');
  });

  it('are taken on request though there is Go', async () => {
    const { result } = await run({ replay: true }, () => Promise.reject(new Error('nobody asks for Go')));
    expect(result.mode).toBe('replay');
  });

  it('are taken when the compiler fails, with the reason', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'goleak-broken-go-'));
    const broken = join(folder, 'go');
    writeFileSync(broken, '#!/bin/sh\necho "cannot find GOROOT" >&2\nexit 2\n', { mode: 0o755 });
    const before = leftovers();
    const { status, result } = await run({ replay: false }, async () => ({
      path: broken,
      version: '1.26.8',
    }));
    rmSync(folder, { recursive: true });
    expect(status).toBe(0);
    expect(result.mode).toBe('replay');
    expect(result.because).toBe('Go 1.26.8 could not build the programs (cannot find GOROOT)');
    expect(leftovers()).toEqual(before);
  });
});

describe('a verdict of the self-test', () => {
  const [leak, twin] = PROGRAMS;
  if (!leak || !twin) throw new Error('six programs');
  const sick = sampleReport('goroutine-leak');
  const cause = sick.signatures[0]?.frames[0]?.func ?? '';

  it('is right only when the function is named as well', () => {
    expect(judgeProgram({ ...leak, func: cause }, sick).right).toBe(true);
    expect(judgeProgram(leak, sick)).toMatchObject({ right: false, said: 'goroutine-leak', named: cause });
  });

  it('is wrong when a twin is accused, or anybody beside a clean verdict', () => {
    expect(judgeProgram(twin, sick).right).toBe(false);
    const { verdict } = sampleReport('healthy');
    expect(judgeProgram(twin, { ...sick, verdict }).right).toBe(false);
    expect(judgeProgram(twin, sampleReport('healthy')).right).toBe(true);
    expect(judgeProgram(twin, sampleReport('inconclusive')).right).toBe(false);
  });

  it('shows as WRONG, with the number of them, and hostile words made visible', () => {
    const programs = [judgeProgram(leak, sick), unjudged(twin, 'it died: \u001b[2J')];
    const text = selftestText(
      {
        schema: 'goleak.selftest/v1',
        mode: 'live',
        goVersion: '1.26.8',
        programs,
        right: 0,
        of: 2,
        seconds: 1,
      },
      { color: false, width: 100 },
    );
    expect(text).toContain('WRONG  early-return ');
    expect(text).toContain('2 of 2 verdicts are WRONG');
    expect(text).not.toContain('\u001b');
  });
});

describe('looking for Go', () => {
  it('says that there is none', async () => {
    expect(await findGo(['/nowhere/go'])).toEqual({ absent: expect.stringContaining('no Go was found') });
  });

  it('counts an old one as absent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'goleak-old-go-'));
    const old = join(folder, 'go');
    writeFileSync(old, '#!/bin/sh\necho "go version go1.18.3 linux/amd64"\n', { mode: 0o755 });
    expect(await findGo([old])).toEqual({ absent: 'Go 1.18.3 is older than 1.21' });
    rmSync(folder, { recursive: true });
  });
});

describe.skipIf(requires('go'))('live', () => {
  it('is as gofmt writes it and judged right, and nothing stays behind', { timeout: LIVE_MS }, async () => {
    const gofmt = join(pathOf('go'), '..', 'gofmt');
    expect(execFileSync(gofmt, { input: SOURCE }).toString()).toBe(SOURCE);
    const before = leftovers();
    const { status, result } = await run({ replay: false }, () => findGo([pathOf('go')]));
    // On a busy machine one program may stay in doubt; a wrong accusation never happens.
    const wrong = result.programs.filter(({ right }) => !right);
    expect(wrong.filter(({ said }) => said?.endsWith('-leak') || said === 'deadlock')).toEqual([]);
    expect(wrong.length).toBeLessThanOrEqual(1);
    expect(result.mode).toBe('live');
    expect(status).toBe(wrong.length === 0 ? 0 : 70);
    expect(leftovers()).toEqual(before);
  });

  it('ends a program by closing its input', { timeout: LIVE_MS }, async () => {
    const { binary, remove } = await buildPrograms(await goHere(), new AbortController().signal);
    const running = await startProgram(binary, 'early-return');
    expect(isAlive(running.pid)).toBe(true);
    await running.stop();
    expect(isAlive(running.pid)).toBe(false);
    await expect(startProgram(binary, 'nonsense')).rejects.toThrow('no program "nonsense"');
    await remove();
  });

  it('stops when it is interrupted, without a verdict and without a trace', {
    timeout: LIVE_MS,
  }, async () => {
    const before = leftovers();
    const abort = new AbortController();
    const { terminal, printed } = terminalOf();
    const go = await goHere();
    const running = testYourself(
      { kind: 'selftest', replay: false },
      {
        ...terminal,
        env: async () => readEnv({}),
        signal: abort.signal,
        progress: (text) => {
          if (text.includes('programs run'))
            setTimeout(() => abort.abort(new Failure('interrupted', {})), 500);
        },
      },
      async () => go,
    );
    await expect(running).rejects.toMatchObject({ code: 'interrupted', exit: 3 });
    expect(printed).toEqual([]);
    expect(leftovers()).toEqual(before);
    const children = execFileSync('ps', ['-A', '-o', 'ppid=,args=']).toString();
    expect(children).not.toMatch(new RegExp(`^ *${process.pid} selftest `, 'm'));
  });
});

async function goHere() {
  const go = await findGo([pathOf('go')]);
  if ('absent' in go) throw new Error(go.absent);
  return go;
}
