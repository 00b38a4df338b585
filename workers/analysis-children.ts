// Analysis in children that can be killed. A hostile or merely huge file costs its own capture the verdict, and nobody
// else anything: a child that takes too long, too much memory, or falls over is ended and replaced.
import { Failure } from '../src/failure.ts';
import type { Log } from '../src/log.ts';
import { formatBytes } from '../src/model/units.ts';
import type { SavedReading } from '../src/saved/reading.ts';
import type { Question } from './analyse.child.ts';
import { type Ending, type Limits, startChild, type WatchedChild } from './watched-child.ts';

export interface AnalysisChildren {
  /** @throws Failure `analysis_stopped`, `analysis_died`; the signal's reason when it is aborted. */
  readonly analyse: (question: Asked, signal: AbortSignal) => Promise<SavedReading>;
  /** Kills what runs. */
  readonly close: () => Promise<void>;
}

export interface Asked {
  /** For the sentence, when there is no answer. */
  readonly service: string;
  readonly question: Question;
}

export interface ChildrenOptions {
  readonly log: Log;
  /** The module that answers; another one only in tests. */
  readonly script?: URL;
  readonly limits?: Partial<Limits>;
  /** How many at a time; each may take `Limits.rssBytes`. */
  readonly atOnce?: number;
  readonly onKill?: (why: Ending['kind']) => void;
}

const CHILD = new URL(
  import.meta.url.endsWith('.ts') ? './analyse.child.ts' : './analyse.child.js',
  import.meta.url,
);

// Reliability policy: 60 s and 768 MiB. Buffers live outside V8's heap, so the heap has less of it.
const LIMITS: Limits = { wallClockMs: 60_000, rssBytes: 768 * 1024 ** 2, heapMib: 512 };
const AT_ONCE = 2;
/** A child that has grown to this gives its memory back by ending; so does one that nobody needs. */
const KEEP_UP_TO_RSS_BYTES = 320 * 1024 ** 2;
const IDLE_MS = 60_000;

export function openAnalysisChildren(options: ChildrenOptions): AnalysisChildren {
  const { log, script = CHILD, atOnce = AT_ONCE } = options;
  const limits = { ...LIMITS, ...options.limits };
  const idle: WatchedChild[] = [];
  const all = new Set<WatchedChild>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const take = (): WatchedChild => {
    for (let child = idle.pop(); child; child = idle.pop()) if (child.isAlive()) return child;
    const child = startChild(script, limits, IDLE_MS);
    all.add(child);
    void child.ended.then(() => all.delete(child));
    return child;
  };
  const giveBack = (child: WatchedChild): void => {
    if (child.isAlive() && child.rssBytes() < KEEP_UP_TO_RSS_BYTES) idle.push(child);
    else child.kill();
  };
  const turn = async (signal: AbortSignal): Promise<void> => {
    while (running >= atOnce) {
      await new Promise<void>((resolve) => waiting.push(resolve));
      signal.throwIfAborted();
    }
    running += 1;
  };

  const ask = async ({ service, question }: Asked, signal: AbortSignal): Promise<SavedReading> => {
    const child = take();
    const ending = await child.ask(question, signal);
    if (ending.kind === 'answered') {
      giveBack(child);
      return ending.reading;
    }
    child.kill();
    signal.throwIfAborted();
    options.onKill?.(ending.kind);
    const { printed, ...facts } = { printed: '', ...ending };
    log.warn({ ...facts, printed, request: question.id }, 'An analysis had no result.');
    throw failureOf(service, ending, limits);
  };

  return {
    analyse: async (asked, signal) => {
      signal.throwIfAborted();
      await turn(signal);
      try {
        return await ask(asked, signal);
      } finally {
        running -= 1;
        waiting.shift()?.();
      }
    },
    close: async () => {
      for (const child of all) child.kill();
      await Promise.all([...all].map((child) => child.ended));
    },
  };
}

function failureOf(
  service: string,
  ending: Exclude<Ending, { kind: 'answered' }>,
  { wallClockMs, rssBytes }: Limits,
): Failure {
  const file = ending.file === '' ? {} : { file: ending.file };
  const stopped = (reason: string): Failure => new Failure('analysis_stopped', { service, reason, ...file });
  switch (ending.kind) {
    case 'too-slow':
      return stopped(`it took longer than ${wallClockMs / 1000} s`);
    case 'too-big':
      return stopped(`it needed more than ${formatBytes(rssBytes)} of memory`);
    case 'too-large':
      return stopped('its result was too large to be shown');
    case 'threw':
      return stopped('the analysis itself has a fault, which the log of the workers describes');
    case 'died':
      return new Failure('analysis_died', { service, how: ending.how, ...file });
    case 'cancelled':
      return stopped('it was cancelled');
    default:
      return ending satisfies never;
  }
}
