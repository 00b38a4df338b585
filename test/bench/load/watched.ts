// The worker under load: one process, with what it and its children take of the machine.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface WatchedWorker {
  /** Resident memory now and at its highest so far. */
  readonly rssBytes: () => number;
  readonly peakRssBytes: () => number;
  readonly childrenRssBytes: () => number;
  /** Processor time of the worker alone, and of the children that are alive. */
  readonly cpuMs: () => { readonly worker: number; readonly children: number };
  readonly stop: () => Promise<void>;
}

const READY_MS = 120_000;

export async function startWorker(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  logFile: string,
): Promise<WatchedWorker> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
  const log = createWriteStream(logFile);
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  await ready(child, logFile);
  const pid = child.pid ?? 0;
  return {
    rssBytes: () => fieldOf(pid, 'VmRSS'),
    peakRssBytes: () => fieldOf(pid, 'VmHWM'),
    childrenRssBytes: () => childrenOf(pid).reduce((sum, one) => sum + fieldOf(one, 'VmRSS'), 0),
    cpuMs: () => ({
      worker: cpuMsOf(pid),
      children: childrenOf(pid).reduce((sum, one) => sum + cpuMsOf(one), 0),
    }),
    stop: async () => {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await ended;
      log.end();
    },
  };
}

async function ready(child: ChildProcess, logFile: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the worker was not ready: see ${logFile}`)), READY_MS);
    if (child.stderr) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        if (!line.includes('is ready.')) return;
        clearTimeout(late);
        resolve();
      });
    }
    child.once('exit', () => reject(new Error(`the worker ended: see ${logFile}`)));
  });
}

function fieldOf(pid: number, name: string): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

export function cpuMsOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1')
        .trim()
        .split(' ')
        .filter(Boolean)
        .map(Number),
    );
  } catch {
    return [];
  }
}
