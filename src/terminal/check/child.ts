// The commands that somebody hands to a check: started without a shell, in a process group of their own, which is ended
// by its id; what they print is kept within bounds and shown only when they fail.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgramLine } from '../../command/read-check.ts';
import { Failure } from '../../failure.ts';
import { formatDuration } from '../../model/units.ts';
import { screen } from '../../report/foreign.ts';

/** Between SIGTERM and SIGKILL: load generators print a summary meanwhile. */
const GRACE_MS = 3_000;
const TAIL_BYTES = 8 * 1024;
/** Of it, what a failure shows. */
const TAIL_CHARACTERS = 2_000;
const TAIL_LINES = 20;
/** What a capture is refused from elsewhere too. */
const MOST_PRINTED_BYTES = 256 * 1024 * 1024;

export interface ProgramRun {
  /** `load`, `before`, `after`: the flag it came with. */
  readonly flag: string;
  readonly program: ProgramLine;
  /** Takes the place of `{dir}`. */
  readonly folder?: string;
  /** Longer than this it is ended, and has failed. */
  readonly mostMs?: number;
  /** Keep all that is printed on standard output. */
  readonly keep?: boolean;
}

export interface RunningCommand {
  /** Resolves when it has ended by itself, with what it printed; rejects with Failure `command_failed`. */
  readonly done: Promise<Uint8Array>;
  /** Ends its group and waits until it has gone. */
  readonly stop: () => Promise<void>;
}

export function startCommand({ flag, program, folder, mostMs, keep = false }: ProgramRun): RunningCommand {
  const argv = program.argv.map((word) => (folder === undefined ? word : word.replaceAll('{dir}', folder)));
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed: Buffer[] = [];
  let size = 0;
  let tail = Buffer.alloc(0);
  const failed = (how: string, cause?: unknown): Failure => {
    const facts = { flag, line: program.line, how, tail: lastWords(tail) };
    return new Failure('command_failed', facts, cause === undefined ? undefined : { cause });
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      const isKept = keep && stream === child.stdout;
      if (!isKept) {
        tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
        return;
      }
      size += chunk.length;
      if (size <= MOST_PRINTED_BYTES) printed.push(chunk);
    });
  }
  const done = new Promise<Uint8Array>((resolve, reject) => {
    if (mostMs !== undefined) {
      const late = setTimeout(() => {
        reject(failed(`did not end within ${formatDuration(mostMs)}`));
        void stop(child);
      }, mostMs);
      child.once('close', () => clearTimeout(late));
      child.once('error', () => clearTimeout(late));
    }
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        failed(
          error.code === 'ENOENT' ? `cannot be started: there is no ${file}` : 'cannot be started',
          error,
        ),
      );
    });
    child.once('close', (status, signal) => {
      endGroup(child, 'SIGKILL');
      if (size > MOST_PRINTED_BYTES) reject(failed('printed more than a look can hold'));
      else if (status === 0) resolve(Buffer.concat(printed));
      else reject(failed(signal === null ? `ended with status ${status}` : `was ended by ${signal}`));
    });
  });
  // Whoever stops it does not wait for it.
  done.catch(() => {});
  return { done, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  endGroup(child, 'SIGTERM');
  const waited = new AbortController();
  const late = sleep(GRACE_MS, 'late' as const, { signal: waited.signal }).catch(() => 'closed' as const);
  if ((await Promise.race([closed.then(() => 'closed' as const), late])) === 'late') {
    endGroup(child, 'SIGKILL');
    await closed;
  }
  waited.abort();
}

/** What it started in the background ends with it; a group that has gone already is no fault. */
function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function lastWords(tail: Buffer): string {
  const lines = tail.toString('utf8').trimEnd().split('\n').slice(-TAIL_LINES);
  return screen(lines.join('\n').slice(-TAIL_CHARACTERS));
}
