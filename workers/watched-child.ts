// One child process and the two watches over it: the clock and its resident memory. V8's own limit covers the heap
// only; buffers lie outside it, so the memory of the whole process is what is looked at.
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deserialize } from 'node:v8';
import type { SavedReading } from '../src/saved/reading.ts';
import type { Answer, Question } from './analyse.child.ts';

export interface Limits {
  readonly wallClockMs: number;
  readonly rssBytes: number;
  readonly heapMib: number;
}

/** How a question ended; `file` is what was being read, '' when that is not known or all was read. */
export type Ending =
  | { readonly kind: 'answered'; readonly reading: SavedReading }
  | { readonly kind: 'too-slow' | 'too-big' | 'too-large' | 'cancelled'; readonly file: string }
  | { readonly kind: 'threw'; readonly file: string; readonly printed: string }
  | { readonly kind: 'died'; readonly file: string; readonly how: string; readonly printed: string };

export interface WatchedChild {
  /** One question at a time. Never rejects. */
  readonly ask: (question: Question, signal: AbortSignal) => Promise<Ending>;
  readonly isAlive: () => boolean;
  /** As it was within the last second: small questions come quicker than a child can grow on them. */
  readonly rssBytes: () => number;
  readonly kill: () => void;
  readonly ended: Promise<void>;
}

const LOOK_EVERY_MS = 25;
const SEEN_MS = 1_000;
/** The end of what a falling process prints; V8's last words are longer than anybody reads. */
const MAX_PRINTED = 4_000;

/**
 * IPC tells of a parent's end only to a child that comes back to its event loop. This thread has a loop of its own and a
 * pipe whose other end is ours: when that is gone, in whatever way, so is the child, busy or not.
 */
const HELD_BY_THE_HAND = `
import { Worker } from 'node:worker_threads';
const hand = \`
  const { Socket } = require('node:net');
  const pipe = new Socket({ fd: 4 });
  pipe.on('error', () => {});
  pipe.on('close', () => process.kill(process.pid, 'SIGKILL'));
  pipe.resume();
\`;
new Worker(hand, { eval: true, execArgv: [] }).unref();
`;

/** Starts a child with nothing of this process's environment: there are tokens in it, and none it needs. */
export function startChild(
  script: URL,
  { wallClockMs, rssBytes, heapMib }: Limits,
  idleMs: number,
): WatchedChild {
  const child = fork(fileURLToPath(script), {
    execArgv: [
      `--max-old-space-size=${heapMib}`,
      '--import',
      `data:text/javascript,${encodeURIComponent(HELD_BY_THE_HAND)}`,
      ...loader(script),
    ],
    env: {},
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
  });
  let printed = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    printed = (printed + chunk.toString('latin1')).slice(-MAX_PRINTED);
  });
  // Its end of the pipe is what tells the child that we are gone; nothing is ever written to it.
  child.stdio[4]?.on('error', () => {});
  child.on('error', () => {});
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null && child.connected;
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => child.pid === undefined && resolve());
  });
  let seen = { bytes: 0, atMs: Number.NEGATIVE_INFINITY };
  const look = (): number => {
    seen = { bytes: rssOf(child), atMs: performance.now() };
    return seen.bytes;
  };
  let unused = setTimeout(kill, idleMs).unref();

  const ask = async (question: Question, signal: AbortSignal): Promise<Ending> => {
    clearTimeout(unused);
    const ending = await new Promise<Ending>((resolve) => {
      let file = '';
      const stop = (kind: 'too-slow' | 'too-big' | 'cancelled'): void => {
        kill();
        finish({ kind, file });
      };
      const clock = setTimeout(() => stop('too-slow'), wallClockMs);
      const watch = setInterval(() => look() > rssBytes && stop('too-big'), LOOK_EVERY_MS);
      const onAbort = (): void => stop('cancelled');
      const onMessage = (answer: Answer): void => {
        if (answer.kind === 'at') file = answer.file;
        else finish(endingOf(answer, file));
      };
      const onClose = (status: number | null, by: NodeJS.Signals | null): void =>
        finish(isHeapLimit(by, printed) ? { kind: 'too-big', file } : diedOf(file, by ?? status, printed));
      const onError = (error: Error): void => finish(diedOf(file, error.message, printed));
      const finish = (how: Ending): void => {
        clearTimeout(clock);
        clearInterval(watch);
        signal.removeEventListener('abort', onAbort);
        child.off('message', onMessage).off('close', onClose).off('error', onError);
        resolve(how);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      child.on('message', onMessage).once('close', onClose).once('error', onError);
      // A failure to send is an end as well, which 'close' tells of.
      child.send(question, () => {});
    });
    unused = setTimeout(kill, idleMs).unref();
    return ending;
  };
  const rssNow = (): number => (performance.now() - seen.atMs < SEEN_MS ? seen.bytes : look());
  return { ask, isAlive, rssBytes: rssNow, kill, ended };
}

/** In development the child is TypeScript, like its parent. */
function loader(script: URL): string[] {
  return script.pathname.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [];
}

function endingOf(answer: Exclude<Answer, { kind: 'at' }>, file: string): Ending {
  switch (answer.kind) {
    case 'read':
      return { kind: 'answered', reading: deserialize(answer.bytes) as SavedReading };
    case 'too-large':
      return { kind: 'too-large', file };
    case 'threw':
      return { kind: 'threw', file, printed: answer.stack };
    default:
      return answer satisfies never;
  }
}

function diedOf(file: string, end: string | number | null, printed: string): Ending {
  return { kind: 'died', file, how: typeof end === 'number' ? `exit status ${end}` : String(end), printed };
}

/** V8 ends the process itself when the heap is full. */
function isHeapLimit(by: NodeJS.Signals | null, printed: string): boolean {
  return by === 'SIGABRT' && printed.includes('heap');
}

/** Resident memory, 0 where there is no /proc: there V8's limit and the clock have to do. */
function rssOf({ pid }: ChildProcess): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
