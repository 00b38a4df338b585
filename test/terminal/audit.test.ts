import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditFolder, openTrail } from '../../src/audit/trail.ts';
import { readCommand } from '../../src/command/read.ts';
import { readEnv } from '../../src/config/env.ts';
import { createLog } from '../../src/log.ts';
import { runTerminalCommand } from '../../src/terminal/terminal.ts';
import { folderOf, terminalOf } from './desk.ts';

/** A home in which a capture was accepted, and another refused with words that would move a cursor. */
function home(): string {
  const folder = folderOf({});
  const log = createLog('test', 'silent');
  const trail = openTrail({ home: folder, process: 'app', now: Date.now, log, clean: (text) => text });
  trail.write({ what: 'accepted', who: 'U1', door: 'slash', service: 'payments-svc', request: '20261126-a' });
  trail.write({ what: 'refused', who: 'U2', service: 'web-svc', why: '\u001b[2Jnot now' });
  trail.close();
  return folder;
}

async function runs(words: readonly string[], folder: string, asJson = false) {
  const { terminal, printed } = terminalOf(asJson);
  const env = async () => readEnv({ GOLEAK_HOME: folder });
  const command = readCommand(words, 'terminal');
  if (command.kind === 'help') throw new Error('help is not run here');
  const status = await runTerminalCommand(command, { ...terminal, env });
  return { status, text: printed.join('\n') };
}

describe('goleak audit', () => {
  it('lists what was decided, and nothing that moves a cursor', async () => {
    const folder = home();
    const { status, text } = await runs(['audit'], folder);
    expect(status).toBe(0);
    expect(text).toMatch(/^\S+ \S+ {2}U1 \(slash\) {2}accepted payments-svc {2}20261126-a\n/);
    expect(text).toContain('U2  refused web-svc');
    expect(text).not.toContain('\u001b');
    expect((await runs(['audit', 'web-svc', '--since', '1d'], folder)).text.split('\n')).toHaveLength(1);
    expect(JSON.parse((await runs(['audit'], folder, true)).text)).toHaveLength(2);
  });

  it('verifies the home of the environment, or a folder, and exits with 1 when a line was changed', async () => {
    const folder = home();
    expect(await runs(['audit', 'verify'], folder)).toEqual({
      status: 0,
      text: 'The audit is unbroken: 3 lines in 1 file.',
    });
    const [file = ''] = readdirSync(auditFolder(folder)).filter((name) => name.endsWith('.jsonl'));
    const path = join(auditFolder(folder), file);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"U1"', '"U3"'));
    const { status, text } = await runs(['audit', 'verify', auditFolder(folder)], '/nowhere');
    expect(status).toBe(1);
    expect(text).toContain(`${file}, line 2: was changed.`);
  });

  it.each([
    [['audit', 'verify', 'a', 'b'], /takes a folder, or nothing/],
    [['audit', '--since', 'never'], /"never" is not a length of time/],
    [['audit', 'a-svc', 'b-svc'], /One service at a time/],
  ])('does not understand %j', (words, why) => {
    expect(() => readCommand(words, 'terminal')).toThrow(why);
  });

  it('says so when there is none', async () => {
    await expect(runs(['audit', 'verify', '/nowhere'], '/nowhere')).rejects.toThrow(
      'there is no such folder',
    );
  });
});
