// Where the outcome of a check goes besides the terminal: a JUnit file, annotations, the summary of a job, a page.
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckCommand } from '../../command/read-check.ts';
import type { Env } from '../../config/env.ts';
import { annotationsOf, type Repository } from '../../report/check/annotations.ts';
import { junitXml } from '../../report/check/junit.ts';
import type { Check } from '../../report/check/outcome.ts';
import { summaryMarkdown } from '../../report/check/summary.ts';
import { terminal as clean, type MarkdownText } from '../../report/foreign.ts';
import { reportText } from '../../report/text.ts';
import { writeAsked, writePage } from '../page.ts';
import type { Terminal } from '../ports.ts';
import type { Checked } from './checked.ts';

const TEXT_WIDTH = 120;
const MAX_GO_MOD_BYTES = 1024 * 1024;

export interface Told extends Checked {
  readonly check: Check;
  readonly seconds: number;
}

/** @throws Failure `file_unwritable` for files that were asked for by name */
export async function tellCheck(
  command: CheckCommand,
  told: Told,
  env: Env,
  terminal: Terminal,
): Promise<void> {
  const { check, report, flames, rounds, seconds } = told;
  if (command.junit !== undefined) {
    const details = reportText(report, { color: false, width: TEXT_WIDTH });
    await writeAsked(command.junit, junitXml(check, report, { details, seconds, strict: command.strict }));
  }
  if (command.html !== undefined) await writePage(command.html, report, flames);
  if (env.github.summaryFile !== undefined) {
    const summary: MarkdownText = summaryMarkdown(check, report, rounds);
    // GitHub's own file; without it the outcome is told all the same.
    await appendFile(env.github.summaryFile, summary).catch((error: NodeJS.ErrnoException) => {
      const reason = error.code ?? 'unknown error';
      terminal.progress(clean(`the job's summary could not be written (${reason})`));
    });
  }
  if (!command.annotations && !env.github.annotates) return;
  // Beside JSON on standard output they go to standard error, where GitHub reads them too.
  const say = terminal.json ? terminal.progress : terminal.print;
  for (const line of annotationsOf(check, report, await repositoryAt(env.github.workspace))) say(line);
}

async function repositoryAt(folder: string): Promise<Repository> {
  const mod = await readFile(join(folder, 'go.mod'), 'utf8').catch(() => '');
  const module = /^module\s+"?([\w./~-]{1,300})"?\s*$/m.exec(mod.slice(0, MAX_GO_MOD_BYTES))?.[1];
  return { folder, ...(module !== undefined && { module }) };
}
