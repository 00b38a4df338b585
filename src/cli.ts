#!/usr/bin/env node
// The terminal process: the same commands as in Slack, with neither Slack nor Redis. Results go to standard output,
// everything else to standard error.
import { readCommand, unknownVerb } from './command/read.ts';
import { helpText, verbHelp } from './command/usage.ts';
import { findVerb } from './command/verbs.ts';
import { Failure } from './failure.ts';
import { screen, type TerminalText } from './report/foreign.ts';
import { runTerminalCommand } from './terminal/terminal.ts';

const EXIT_INTERNAL = 70;

async function main(): Promise<number> {
  const { words, json } = outputFlags(process.argv.slice(2));
  const command = readCommand(words, 'terminal');
  if (command.kind === 'help') return help(command.verb);
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => abort.abort(new Failure('interrupted', {})));
  return runTerminalCommand(command, {
    env: async () => (await import('./config/env.ts')).readEnv(),
    json,
    // Knows NO_COLOR, FORCE_COLOR and what the terminal can do; a pipe has no colours.
    color: process.stdout.isTTY === true && process.stdout.hasColors(),
    width: process.stdout.columns ?? 120,
    print: (text) => process.stdout.write(`${text}\n`),
    progress: progressLine(),
    signal: abort.signal,
  });
}

function outputFlags(args: readonly string[]): { words: string[]; json: boolean } {
  return { words: args.filter((arg) => arg !== '--json'), json: args.includes('--json') };
}

function help(verb: string | undefined): number {
  if (verb !== undefined && !findVerb(verb, 'terminal')) throw unknownVerb(verb, 'terminal');
  const text = verb === undefined ? helpText('terminal', 'goleak') : verbHelp(verb, 'terminal', 'goleak');
  process.stdout.write(`${text}\n`);
  return 0;
}

/** One line on standard error: rewritten in place on a terminal, a line a stage elsewhere. */
function progressLine(): (text: TerminalText | '') => void {
  let last = '';
  return (text) => {
    if (text === last) return;
    last = text;
    process.stderr.write(
      process.stderr.isTTY ? `\r\u001b[2K${text}${text === '' ? '' : ' '}` : text === '' ? '' : `${text}\n`,
    );
  };
}

// `goleak show dump.txt | head` closes the pipe early; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

main()
  .then((status) => {
    process.exitCode = status;
  })
  .catch((error: unknown) => {
    const known = error instanceof Failure;
    const words = known
      ? `goleak: ${error.message} ${error.hint}`
      : `goleak: something broke on our side.\n${error instanceof Error ? error.stack : error}`;
    process.stderr.write(`${process.stderr.isTTY ? '\r\u001b[2K' : ''}${screen(words)}\n`);
    process.exitCode = known ? error.exit : EXIT_INTERNAL;
  });
