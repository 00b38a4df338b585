import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ProgramLine } from '../../../src/command/read-check.ts';
import { Failure } from '../../../src/failure.ts';
import { startCommand } from '../../../src/terminal/check/child.ts';
import { makeLoad } from '../../../src/terminal/check/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'goleak-load-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = (script: string): ProgramLine => ({ line: 'node …', argv: [process.execPath, '-e', script] });
const never = new AbortController().signal;
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'did not fail',
    (error: unknown) => (error instanceof Failure ? `${error.message} ${error.hint}` : error),
  );

describe('load', () => {
  it('is ended when its time is up, with all that it started', async () => {
    const pids = join(folder, 'pids');
    // A load generator that will not go by itself, and a child of it that would outlive it.
    const load = node(`
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      require('node:fs').writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + child.pid);
      setInterval(() => {}, 1000);`);
    expect(await makeLoad(load, 1_500, never)).toBe(1);
    const [parent = 0, child = 0] = readFileSync(pids, 'utf8').split(' ').map(Number);
    expect(parent).toBeGreaterThan(0);
    await expect.poll(() => [isAlive(parent), isAlive(child)], { timeout: 5_000 }).toEqual([false, false]);
  });

  it('is started again when it ends sooner', async () => {
    expect(await makeLoad(node(''), 1_500, never)).toBeGreaterThan(1);
  });

  it('that fails is told with its last words, cleaned, and not with the rest', async () => {
    const load = node(`
      console.log('first ' + 'x'.repeat(20_000));
      console.error('connection \\u001b[31mrefused\\u0007');
      process.exitCode = 3;`);
    const says = await failureOf(makeLoad(load, 20_000, never));
    expect(says).toMatch(/^The command of --load \(node …\) ended with status 3\. /);
    expect(says).toContain('refused\\u{7}');
    expect(says).not.toContain('first');
    expect(String(says).length).toBeLessThan(3_000);
  });

  it('that is not there is said so', async () => {
    const load = { line: 'no-such-load', argv: ['no-such-load'] } as const;
    expect(await failureOf(makeLoad(load, 20_000, never))).toContain('there is no no-such-load');
  });

  it('ends with whoever asked for it', async () => {
    const abort = new AbortController();
    const load = makeLoad(node('setInterval(() => {}, 1000)'), 60_000, abort.signal);
    abort.abort(new Failure('interrupted', {}));
    expect(await failureOf(load)).toContain('Interrupted before there was a verdict.');
  });
});

describe('a command that brings a look', () => {
  it('is ended when it takes too long', async () => {
    const program = node('setInterval(() => {}, 1000)');
    const { done, stop } = startCommand({ flag: 'before', program, mostMs: 200, keep: true });
    expect(await failureOf(done)).toContain('did not end within 200 ms.');
    await stop();
  });

  it('is given the folder, and what it prints is kept as it is', async () => {
    const program = {
      line: 'node …',
      argv: [process.execPath, '-e', 'process.stdout.write(Buffer.from([0, 255, 10]))', '{dir}'],
    } as const;
    const { done } = startCommand({ flag: 'before', program, folder, keep: true });
    expect([...(await done)]).toEqual([0, 255, 10]);
  });
});
