// `goleak check`: looks before load and after it has gone, an outcome a build can act on, and nothing said louder than it
// is known: what cannot be told fails no build unless --strict asks for it.
import type { CheckCommand } from '../../command/read-check.ts';
import { type Check, judgeCheck } from '../../report/check/outcome.ts';
import { checkText } from '../../report/check/text.ts';
import { json as asJson, screen } from '../../report/foreign.ts';
import { mayWrite } from '../page.ts';
import type { Terminal } from '../ports.ts';
import type { Checked } from './checked.ts';
import { tellCheck } from './outputs.ts';

/** Exit status 0, 10 or 11. Throws Failure; its `exit` is then the status. */
export async function checkNow(command: CheckCommand, terminal: Terminal): Promise<number> {
  const startedAt = performance.now();
  for (const file of [command.junit, command.html]) if (file !== undefined) await mayWrite(file);
  const env = await terminal.env();
  const checked = await checkedBy(command, terminal);
  const { report, rounds } = checked;
  const check = judgeCheck(report, command.strict);
  const seconds = (performance.now() - startedAt) / 1000;
  const { json, color, width, print, progress } = terminal;
  progress('');
  if (json) print(asJson(asValue(check, checked), 2));
  else {
    const run = { rounds, nowMs: Date.now(), strict: command.strict };
    print(screen(checkText(check, report, run, { color, width })));
  }
  await tellCheck(command, { ...checked, check, seconds }, env, terminal);
  return check.exit;
}

function asValue({ outcome, exit, says, cases }: Check, { report, rounds }: Checked): object {
  return { schema: 'goleak.check/v1', outcome, exit, says, cases, rounds, report };
}

async function checkedBy(command: CheckCommand, terminal: Terminal): Promise<Checked> {
  const { subject } = command;
  switch (subject.how) {
    case 'target': {
      const { checkTarget } = await import('./target.ts');
      return checkTarget(command, subject.target, terminal);
    }
    case 'commands': {
      const { checkCommands } = await import('./saved.ts');
      return checkCommands(command, subject, terminal);
    }
    case 'paths': {
      const { checkPaths } = await import('./saved.ts');
      return checkPaths(command, subject.paths, terminal);
    }
    default:
      return subject satisfies never;
  }
}
