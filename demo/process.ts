// The product's own processes, started as `npm start` and `npm run worker` start them.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 30_000;

export interface ProductProcess {
  readonly pid: number;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly stop: () => Promise<void>;
  /** Log lines so far, as printed. */
  readonly log: readonly string[];
}

/** Starts `src/app.ts` or `workers/main.ts` and waits until it says that it is ready. */
export async function startProcess(
  script: 'src/app.ts' | 'workers/main.ts',
  env: Readonly<Record<string, string>>,
  logFile: string,
): Promise<ProductProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--import', './demo/leash.mjs', script], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NODE_NO_WARNINGS: '1', ...env },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const log: string[] = [];
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stderr.pipe(createWriteStream(logFile, { flags: 'a' }));
  await ready(child, log, script);
  return {
    pid: child.pid ?? 0,
    ended,
    kill: (signal) => child.kill(signal),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(force);
    },
    log,
  };
}

function ready(
  child: ChildProcess & { stderr: NodeJS.ReadableStream },
  log: string[],
  script: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`${script} was not ready in time: ${log.slice(-5).join(' ')}`)),
      START_TIMEOUT_MS,
    );
    child.once('close', () => reject(new Error(`${script} ended: ${log.slice(-8).join('\n')}`)));
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.push(line);
      if (!line.includes('is ready.')) return;
      clearTimeout(late);
      resolve();
    });
  });
}

export function logFileIn(home: string, name: string): string {
  return join(home, `${name}.log`);
}
