// The two processes of a measurement: a Go target of a named toolchain, and the load it is under. Both bind or
// speak to loopback only, and end when this process does.
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Sample } from './figures.ts';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));
const BINARIES = fileURLToPath(new URL('../../../.bench/target-cost/bin/', import.meta.url));
/** Parking 100,000 goroutines and filling a heap takes some seconds on a busy machine. */
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 2_000;

/** A Go release, as `GOTOOLCHAIN` names it, and an experiment to build with. */
export interface Toolchain {
  /** As the table shows it. */
  readonly name: string;
  readonly release: string;
  readonly experiment?: string;
}

export const TOOLCHAINS: readonly Toolchain[] = [
  { name: '1.22.12', release: 'go1.22.12' },
  { name: '1.26.8', release: 'go1.26.8' },
  { name: '1.26.8, leak detector built in', release: 'go1.26.8', experiment: 'goroutineleakprofile' },
  { name: '1.27.3', release: 'go1.27.3' },
];

/** @returns the executable, or why this machine cannot have it */
export async function buildTarget(toolchain: Toolchain): Promise<{ path: string } | { absent: string }> {
  const { release, experiment = '' } = toolchain;
  const path = join(BINARIES, `target-${release}${experiment && '-leak'}`);
  try {
    await build(['target/main.go', 'target/park.go'], path, {
      GOTOOLCHAIN: release,
      GOEXPERIMENT: experiment,
    });
    return { path };
  } catch (error) {
    return { absent: error instanceof Error ? error.message.slice(0, 300) : 'unknown reason' };
  }
}

export async function buildLoad(): Promise<string> {
  const path = join(BINARIES, 'load');
  await build(['load/main.go'], path, {});
  return path;
}

/** Files by name, outside any module: each release then compiles as its own version of the language. */
async function build(files: readonly string[], out: string, env: Record<string, string>): Promise<void> {
  await mkdir(BINARIES, { recursive: true });
  await run('go', ['build', '-trimpath', '-o', out, ...files], {
    cwd: HERE,
    env: { ...process.env, GODEBUG: '', ...env },
  });
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

export interface Target {
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

export async function startTarget(executable: string, goroutines: number): Promise<Target> {
  const child = spawn(executable, ['-goroutines', `${goroutines}`], { stdio: ['pipe', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /^listening (\S+)$/.exec(line) ?? [];
    if (url === undefined) continue;
    clearTimeout(timer);
    return { url, pid: child.pid ?? 0, stop: () => end(child) };
  }
  throw new Error('the target did not start');
}

export interface Load {
  readonly samples: readonly Sample[];
  /** Resolves when everything that was due before this moment is answered. */
  readonly answeredUntil: (atMs: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export function startLoad(executable: string, url: string, perSecond: number, seconds: number): Load {
  const args = ['-url', url, '-rate', `${perSecond}`, '-for', `${seconds}s`];
  const child = spawn(executable, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const samples: Sample[] = [];
  let waiting: { readonly atMs: number; readonly done: () => void; readonly fail: (why: Error) => void }[] =
    [];
  createInterface(child.stdout).on('line', (line) => {
    const [due = 0, latency = 0] = line.split(' ').map(Number);
    samples.push({ dueMs: due / 1000, latencyMs: latency / 1000 });
    for (const each of waiting) if (due / 1000 >= each.atMs) each.done();
    waiting = waiting.filter(({ atMs }) => due / 1000 < atMs);
  });
  child.once('exit', () => {
    for (const each of waiting) each.fail(new Error('the load ended before the measurement did'));
  });
  return {
    samples,
    answeredUntil: (atMs) => new Promise((done, fail) => waiting.push({ atMs, done, fail })),
    stop: () => end(child),
  };
}

async function end(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.stdin.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}
