// The processes of the proving ground, each of which can be killed and comes back: apps, workers, Redis.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const READY_MS = 30_000;
const STOP_MS = 30_000;

export interface Player {
  readonly name: string;
  /** Kills with SIGKILL and starts anew; resolves when it is ready again. */
  readonly killAndRestart: () => Promise<void>;
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

/** Starts a part and keeps it: whatever way it ends, it is started again until it is stopped. */
export async function startPlayer(part: Part, folder: string): Promise<Player> {
  mkdirSync(folder, { recursive: true });
  const log = createWriteStream(join(folder, `${part.name}.log`), { flags: 'a' });
  let stopping = false;
  let child = launch(part, log);
  const keep = (one: ChildProcess): void => {
    one.once('exit', () => {
      one.stdio[3]?.destroy();
      if (stopping || child !== one) return;
      child = launch(part, log);
      keep(child);
    });
  };
  keep(child);
  await ready(child, part);
  return {
    name: part.name,
    killAndRestart: async () => {
      const killed = child;
      const back = new Promise<void>((resolve) => killed.once('exit', () => resolve()));
      if (part.pidFile === undefined) killed.kill('SIGKILL');
      else process.kill(Number(readFileSync(part.pidFile, 'utf8')), 'SIGKILL');
      await back;
      await ready(child, part);
    },
    stop: async () => {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      if (part.pidFile === undefined) child.kill('SIGTERM');
      else child.stdio[3]?.destroy();
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(force);
      log.end();
    },
  };
}

function launch({ command: [program, ...args], env }: Part, log: WriteStream): ChildProcess {
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NODE_NO_WARNINGS: '1', ...env },
    // Pipes are leashes: when the campaign ends in whatever way, they close, and so do the processes.
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  for (const pipe of [child.stdin, child.stdio[3]]) pipe?.on('error', () => {});
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  return child;
}

async function ready(child: ChildProcess, part: Part): Promise<void> {
  const until = Date.now() + READY_MS;
  if (part.isReady) {
    while (!(await part.isReady())) {
      if (Date.now() > until) throw new Error(`${part.name} was not ready in time`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${part.name} was not ready in time`)), READY_MS);
    if (!child.stderr) return;
    const lines = createInterface({ input: child.stderr });
    lines.on('line', (line) => {
      if (!line.includes(part.says ?? '')) return;
      clearTimeout(late);
      resolve();
    });
    // Killed again before it was ready: whoever did that waits for the next one.
    child.once('exit', () => {
      clearTimeout(late);
      resolve();
    });
  });
}
