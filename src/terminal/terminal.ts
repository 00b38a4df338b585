// What each command does in a terminal. One function a verb; each prints its result and gives the exit status.
// A command loads what it needs and no more: reading a file must not wait for Slack, Redis and chart libraries.
import type { Command } from '../command/command.ts';
import { Failure } from '../failure.ts';
import { json as asJson, screen } from '../report/foreign.ts';
import type { Report } from '../report/schema.ts';
import { EXIT_OK, type Terminal } from './ports.ts';

const EXIT_PARTIAL = 3;

/** Runs one command. Throws Failure; its `exit` is then the status. */
export async function runTerminalCommand(
  command: Exclude<Command, { kind: 'help' }>,
  terminal: Terminal,
): Promise<number> {
  switch (command.kind) {
    case 'capture': {
      const { captureNow } = await import('./capture.ts');
      const report = await captureNow(command, terminal);
      await printReport(report, terminal);
      return report.problems.some(({ code }) => code === 'instance-not-captured') ? EXIT_PARTIAL : EXIT_OK;
    }
    case 'analyze': {
      const { analyzeBatch, analyzePaths } = await import('./analyze.ts');
      if (command.batch !== undefined) return analyzeBatch({ ...command, batch: command.batch }, terminal);
      await printReport(await analyzePaths(command), terminal);
      return EXIT_OK;
    }
    case 'check': {
      const { checkNow } = await import('./check/check.ts');
      return checkNow(command, terminal);
    }
    case 'show': {
      const { showPath } = await import('./show.ts');
      return showPath(command.path, terminal);
    }
    case 'diff': {
      const { diffPaths } = await import('./diff.ts');
      return diffPaths(command, terminal);
    }
    case 'backtest': {
      const { runBacktest } = await import('./backtest.ts');
      return runBacktest(command, terminal);
    }
    case 'selftest': {
      const { testYourself } = await import('./selftest.ts');
      return testYourself(command, terminal);
    }
    case 'stop':
    case 'resume':
    case 'cancel': {
      const { controlCaptures } = await import('./control.ts');
      terminal.print(screen(await controlCaptures(command, await terminal.env())));
      return EXIT_OK;
    }
    case 'watch':
    case 'unwatch':
    case 'history':
    case 'baseline': {
      const { watchedHere } = await import('./watched.ts');
      terminal.print(screen(await watchedHere(command, await terminal.env(), terminal.signal)));
      return EXIT_OK;
    }
    case 'rules': {
      const { rulesHere } = await import('./rules.ts');
      terminal.print(screen(await rulesHere(command, await terminal.env())));
      return EXIT_OK;
    }
    case 'digest': {
      const { controlDigests } = await import('./digest.ts');
      terminal.print(screen(await controlDigests(command, await terminal.env(), terminal.signal)));
      return EXIT_OK;
    }
    case 'audit': {
      const { auditHere } = await import('./audit.ts');
      return auditHere(command, terminal);
    }
    case 'services':
    case 'status':
    case 'doctor': {
      const { lookAround } = await import('./looks.ts');
      terminal.print(screen(await lookAround(command.kind, await terminal.env())));
      return EXIT_OK;
    }
    case 'register':
      throw new Failure('chat_only', { verb: 'register' });
    default:
      return command satisfies never;
  }
}

async function printReport(report: Report, { json, color, width, print, progress }: Terminal): Promise<void> {
  progress('');
  if (json) return print(asJson(report, 2));
  const { reportText } = await import('../report/text.ts');
  print(screen(reportText(report, { color, width }).trimEnd()));
}
