// `goleak check` on looks of real programs that are saved already, and on what commands bring.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readCommand } from '../../../src/command/read.ts';
import type { CheckCommand } from '../../../src/command/read-check.ts';
import { readEnv } from '../../../src/config/env.ts';
import { checkNow } from '../../../src/terminal/check/check.ts';
import { folderOf, terminalOf } from '../desk.ts';

const PROGRAMS = fileURLToPath(new URL('../../captures/programs/', import.meta.url));
const looksOf = (program: string, run = 'go1.26.8-high') =>
  [1, 2, 3].map((look) => join(PROGRAMS, program, run, String(look)));

async function check(
  words: readonly string[],
  { json = false, variables = {} }: { json?: boolean; variables?: Readonly<Record<string, string>> } = {},
) {
  const { terminal, printed } = terminalOf(json);
  const command = readCommand(['check', ...words], 'terminal') as CheckCommand;
  const exit = await checkNow(command, { ...terminal, env: async () => readEnv({ ...variables }) });
  return { exit, out: printed.join('\n') };
}

describe('a check of saved looks', () => {
  it('fails on a leak with 10, and says what it is and how to say that it is none', async () => {
    const { exit, out } = await check(looksOf('early-return'));
    expect(exit).toBe(10);
    expect(out).toMatch(/^▲ leak found: goroutine leak, probable: \+\d+ goroutines/m);
    expect(out).toMatch(/- \{ signature: "[0-9a-f]{16}", until: \d{4}-\d\d-\d\d, reason: "why" \} # main\./);
    expect(out).toMatch(/^exit status 10$/m);
  });

  it('passes a healthy program in a few lines', async () => {
    const { exit, out } = await check(looksOf('early-return-buffered'));
    expect(exit).toBe(0);
    expect(out.split('\n')).toEqual([expect.stringMatching(/^✓ no leak found: healthy/), 'exit status 0']);
  });

  it('passes when it cannot tell, says so, and fails with 11 where that is asked for', async () => {
    const [first = '', second = ''] = looksOf('context-lost', 'go1.27.3-high');
    const { exit, out } = await check([first, second]);
    expect(exit).toBe(0);
    expect(out).toMatch(/^\? cannot tell: /m);
    expect(out).toContain('fails no build unless --strict asks for it');
    expect((await check([first, second, '--strict'])).exit).toBe(11);
  });

  it('prints the outcome and the report as JSON', async () => {
    const { out } = await check(looksOf('early-return'), { json: true });
    expect(JSON.parse(out)).toMatchObject({
      schema: 'goleak.check/v1',
      outcome: 'leak',
      exit: 10,
      report: { schema: 'goleak.report/v1', verdict: { kind: 'goroutine-leak' } },
    });
  });

  it('keeps to the rules that services.yml has for the workers too', async () => {
    const { out } = await check(looksOf('early-return'), { json: true });
    const signatures: { knownAs: string }[] = JSON.parse(out).report.signatures;
    const rules = (until: string) =>
      signatures.map(
        ({ knownAs }) => `      - { signature: "${knownAs}", until: ${until}, reason: meant so }`,
      );
    const servicesAt = (until: string) => {
      const lines = ['services:', '  orders:', '    instances: [http://127.0.0.1:1]', '    not_a_leak:'];
      const folder = folderOf({ 'services.yml': [...lines, ...rules(until), ''].join('\n') });
      return { variables: { GOLEAK_SERVICES: join(folder, 'services.yml') } };
    };
    const words = [...looksOf('early-return'), '--service', 'orders'];
    const ruled = await check(words, servicesAt('2999-01-01'));
    expect(ruled.exit).toBe(0);
    expect(ruled.out).toContain('left out by services.yml until 2999-01-01');
    expect((await check(words, servicesAt('2020-01-01'))).exit).toBe(10);
  });

  it('writes JUnit, a summary and annotations where GitHub runs it', async () => {
    const folder = folderOf({ 'summary.md': '# before\n' });
    const summary = join(folder, 'summary.md');
    const words = [...looksOf('early-return'), '--junit', join(folder, 'goleak.xml')];
    const { out } = await check(words, {
      variables: { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary, GITHUB_WORKSPACE: folder },
    });
    expect(out).toMatch(/^::error title=goleak%3A leak found \(1\)::goroutine leak/m);
    expect(readFileSync(summary, 'utf8')).toMatch(/^# before\n### goleak: leak found/);
    expect(readFileSync(join(folder, 'goleak.xml'), 'utf8')).toContain('<failure type="goroutine-leak"');
  });

  it('prints no annotations elsewhere, unless they are asked for', async () => {
    expect((await check(looksOf('early-return'))).out).not.toContain('::error');
    expect((await check([...looksOf('early-return'), '--annotations'])).out).toContain('::error');
  });

  it('refuses a file that cannot be written before it does anything', async () => {
    const nowhere = join(folderOf({}), 'nowhere', 'goleak.xml');
    await expect(check([...looksOf('early-return'), '--junit', nowhere])).rejects.toMatchObject({ exit: 1 });
  });
});

describe('a check of what commands bring', () => {
  const print = (look: number) =>
    `cat '${join(looksOf('early-return')[look] ?? '', 'goroutine-debug2.txt.gz')}'`;

  it('takes what they print', async () => {
    const { exit, out } = await check(['--before', print(0), '--after', print(2), '--for', '2s'], {
      json: true,
    });
    expect(JSON.parse(out).report).toMatchObject({
      window: { snapshots: 2 },
      signatures: [expect.objectContaining({ status: 'grown' })],
    });
    expect([0, 10]).toContain(exit);
  });

  it('takes the files they leave in {dir}, and keeps them', async () => {
    const [before = '', after = ''] = looksOf('early-return');
    const saved = join(folderOf({}), 'looks');
    const words = [
      '--before',
      `cp -r '${before}/.' {dir}`,
      '--after',
      `cp -r '${after}/.' {dir}`,
      '--for',
      '2s',
    ];
    const { out } = await check([...words, '--save', saved], { json: true });
    expect(JSON.parse(out).report.heap.sites.length).toBeGreaterThan(0);
    for (const look of ['0', '1']) {
      expect(readdirSync(join(saved, look))).toEqual(expect.arrayContaining(readdirSync(before)));
    }
  });

  it('looks a third time after more load, where it makes the load', async () => {
    const folder = folderOf({});
    const trail = join(folder, 'trail');
    writeFileSync(trail, '');
    const mark = (word: string, look: number) => `echo ${word} >> '${trail}'; ${print(look)}`;
    const words = [
      '--before',
      mark('before', 0),
      '--after',
      mark('after', 2),
      '--load',
      `echo load >> '${trail}'`,
    ];
    await check([...words, '--shell', '--warm-up', '0s', '--for', '2s', '--settle', '0s']);
    const steps = readFileSync(trail, 'utf8').trim().split('\n');
    expect(steps.filter((step, at) => step !== steps[at - 1])).toEqual([
      'before',
      'load',
      'after',
      'load',
      'after',
    ]);
  });

  it('says what failed, and leaves no look behind', async () => {
    const words = ['--before', 'ls /nowhere-at-all', '--after', 'true'];
    await expect(check(words)).rejects.toMatchObject({ code: 'command_failed', exit: 1 });
    await expect(check(['--before', 'true', '--after', 'true', '--for', '2s'])).rejects.toMatchObject({
      exit: 1,
    });
    expect(existsSync('/nowhere-at-all')).toBe(false);
  });
});
