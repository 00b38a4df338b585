// Load for a while: the command runs until the time is up and is started again when it ends sooner. Without a command the
// time passes with whatever load the service has.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgramLine } from '../../command/read-check.ts';
import { startCommand } from './child.ts';

/** A command that ends at once is not started more often than this. */
const LEAST_RUN_MS = 250;

/**
 * @returns how often the command was started
 * @throws Failure `command_failed` when it ends with an error before its time is up
 */
export async function makeLoad(
  program: ProgramLine | undefined,
  durationMs: number,
  signal: AbortSignal,
): Promise<number> {
  const endsAt = performance.now() + durationMs;
  const left = () => Math.max(0, endsAt - performance.now());
  if (program === undefined) {
    await rest(durationMs, signal);
    return 0;
  }
  let runs = 0;
  while (left() > 0) {
    const timeUp = new AbortController();
    const running = startCommand({ flag: 'load', program });
    runs += 1;
    try {
      const either = AbortSignal.any([signal, timeUp.signal]);
      const late = sleep(left(), 'late' as const, { signal: either }).catch(() => 'late' as const);
      const ended = await Promise.race([running.done.then(() => 'ended' as const), late]);
      if (ended === 'late') break;
    } finally {
      timeUp.abort();
      await running.stop();
    }
    await rest(Math.min(LEAST_RUN_MS, left()), signal);
  }
  signal.throwIfAborted();
  return runs;
}

export async function rest(durationMs: number, signal: AbortSignal): Promise<void> {
  await sleep(durationMs, undefined, { signal }).catch(() => {});
  signal.throwIfAborted();
}
