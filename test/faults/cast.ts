// The processes of the proving ground, each of which can be killed, frozen, kept down and comes back: apps, workers, Redis.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Of a process on a busy machine; what is promised is measured elsewhere. */
const READY_MS = 120_000;
const STOP_MS = 30_000;
const LINES_KEPT = 20_000;

export interface Player {
  readonly name: string;
  /** The process to which signals go. */
  readonly pid: () => number;
  /** What it has printed, over all its lives; the oldest lines are forgotten. */
  readonly log: readonly string[];
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Resolves when it says that it is ready, or, killed again before that, when it has ended. */
  readonly ready: () => Promise<void>;
  /** Kills with SIGKILL and starts anew; resolves when it is ready again. */
  readonly killAndRestart: () => Promise<void>;
  /** Kills with SIGKILL, and nothing starts it again until `up`. Resolves when it is gone. */
  readonly down: () => Promise<void>;
  /** Ends with SIGTERM as an orchestrator would, and keeps it down; resolves when it is gone. */
  readonly leave: () => Promise<void>;
  readonly up: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface Part {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** What it prints when it is ready; absent: asked by `isReady`. */
  readonly says?: string;
  readonly isReady?: () => Promise<boolean>;
  /** Whom to kill, when that is not the process started. */
  readonly pidFile?: string;
}

/** One life of a part. */
interface Life {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  readonly ready: Promise<void>;
}

/** Starts a part and keeps it: whatever way it ends, it is started again until it is stopped. */
export async function startPlayer(part: Part, folder: string): Promise<Player> {
  mkdirSync(folder, { recursive: true });
  const file = createWriteStream(join(folder, `${part.name}.log`), { flags: 'a' });
  const log: string[] = [];
  let isKept = true;
  const begin = (): Life => {
    const one = live(part, log, file);
    void one.ended.then(() => {
      if (isKept && life === one) life = begin();
    });
    return one;
  };
  let life = begin();
  await life.ready;
  const pid = (): number =>
    part.pidFile === undefined ? (life.child.pid ?? 0) : Number(readFileSync(part.pidFile, 'utf8'));
  const hasEnded = (): boolean => life.child.exitCode !== null || life.child.signalCode !== null;
  const send = (signal: NodeJS.Signals): void => {
    try {
      process.kill(pid(), signal);
    } catch (error) {
      // It has just ended by itself.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    isKept = false;
    if (hasEnded()) return;
    send(signal);
    // A frozen one hears of it only when it goes on.
    send('SIGCONT');
    const force = setTimeout(() => life.child.kill('SIGKILL'), STOP_MS);
    await life.ended;
    clearTimeout(force);
  };
  return {
    name: part.name,
    pid,
    log,
    signal: send,
    ready: () => life.ready,
    killAndRestart: async () => {
      const killed = life;
      send('SIGKILL');
      await killed.ended;
      await life.ready;
    },
    down: () => end('SIGKILL'),
    leave: () => end('SIGTERM'),
    up: async () => {
      isKept = true;
      if (hasEnded()) life = begin();
      await life.ready;
    },
    stop: async () => {
      await end('SIGTERM');
      file.end();
    },
  };
}

function live(part: Part, log: string[], file: WriteStream): Life {
  const [program, ...args] = part.command;
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NODE_NO_WARNINGS: '1', ...part.env },
    // Pipes are leashes: when the harness ends in whatever way, they close, and so do the processes.
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  for (const pipe of [child.stdin, child.stdio[3]]) pipe?.on('error', () => {});
  child.stdout?.pipe(file, { end: false });
  child.stderr?.pipe(file, { end: false });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      child.stdio[3]?.destroy();
      resolve();
    });
  });
  const ready = Promise.race([ended, readiness(child, part, log)]);
  // Whoever needs it to be ready waits for it; nobody else minds.
  ready.catch(() => {});
  return { child, ended, ready };
}

async function readiness(child: ChildProcess, part: Part, log: string[]): Promise<void> {
  const until = Date.now() + READY_MS;
  const late = new Error(`${part.name} was not ready in time: ${log.slice(-5).join('\n')}`);
  const said = new Promise<void>((resolve) => {
    if (!child.stderr) return;
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.push(line);
      if (log.length > LINES_KEPT) log.splice(0, LINES_KEPT / 2);
      if (part.says !== undefined && line.includes(part.says)) resolve();
    });
  });
  if (part.isReady === undefined) {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(late), READY_MS);
    });
    return Promise.race([said, tooLate]).finally(() => clearTimeout(timer));
  }
  while (!(await part.isReady())) {
    if (Date.now() > until) throw late;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
