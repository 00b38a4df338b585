import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** Profiles name the executable; kept here it says nothing about the machine. */
const BINARIES = '/srv/goleak';
const START_LIMIT_MS = 20_000;
const FETCH_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 2000;

/** One endpoint of a running program and the file it becomes. */
export interface Artefact {
  readonly file: string;
  readonly path: string;
  readonly keep: (body: Buffer) => Buffer;
}

/** Wall clock before and after a fetch. */
export interface Fetched {
  readonly from: string;
  readonly to: string;
}

export interface Running {
  readonly address: string;
  readonly process: ChildProcess;
  /** Everything printed to standard error so far, where that was asked for. */
  readonly printed: () => string;
  readonly stop: () => Promise<void>;
}

export function binary(toolchain: string, program: string): string {
  return `${BINARIES}/${toolchain}/${program}`;
}

/** `folder` is the module to build in, `packages` its programs. */
export function buildPrograms(folder: string, toolchain: string, packages: readonly string[]): void {
  const out = `${BINARIES}/${toolchain}/`;
  mkdirSync(out, { recursive: true });
  const built = spawnSync('nice', ['-n', '10', 'go', 'build', '-trimpath', '-o', out, ...packages], {
    cwd: folder,
    env: { ...process.env, GOTOOLCHAIN: toolchain, GOFLAGS: '-buildvcs=false', GODEBUG: '' },
    stdio: 'inherit',
  });
  if (built.status !== 0) throw new Error(`go build with ${toolchain} failed`);
}

/** Starts a program and waits for its `listening <address>`. It ends when its standard input closes. */
export async function startProgram(
  executable: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const child = spawn('nice', ['-n', '5', executable, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let printed = '';
  child.stderr.on('data', (chunk) => {
    printed += String(chunk);
  });
  const stop = async () => {
    child.stdin.end();
    const ended = new Promise((done) => child.once('exit', done));
    if (child.exitCode === null && child.signalCode === null)
      await Promise.race([ended, sleep(STOP_LIMIT_MS)]);
    child.kill('SIGKILL');
  };
  try {
    const address = await listening(child.stdout);
    return { address, process: child, printed: () => printed, stop };
  } catch (error) {
    await stop();
    throw new Error(`${String(error)} ${printed}`);
  }
}

function listening(stdout: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const limit = setTimeout(() => reject(new Error('did not start in time')), START_LIMIT_MS);
    stdout.on('data', (chunk) => {
      text += String(chunk);
      const address = /listening (\S+)\n/.exec(text)?.[1];
      if (address === undefined) return;
      clearTimeout(limit);
      resolve(address);
    });
    stdout.on('end', () => reject(new Error('ended before it listened')));
  });
}

/** Fetches in the order given. An endpoint this program or release does not have (404) is left out. */
export async function record(
  address: string,
  artefacts: readonly Artefact[],
  folder: string,
): Promise<Record<string, Fetched>> {
  mkdirSync(folder, { recursive: true });
  const times: Record<string, Fetched> = {};
  for (const { file, path, keep } of artefacts) {
    const from = clock();
    const response = await fetch(`http://${address}${path}`, { signal: AbortSignal.timeout(FETCH_LIMIT_MS) });
    const body = Buffer.from(await response.arrayBuffer());
    const to = clock();
    if (response.status === 404) continue;
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    writeFileSync(`${folder}/${file}`, keep(body));
    times[file] = { from, to };
  }
  return times;
}

/** Wall clock with microseconds: snapshots are aligned on it. */
function clock(): string {
  const ms = performance.timeOrigin + performance.now();
  const micros = String(Math.floor((ms % 1) * 1000)).padStart(3, '0');
  return new Date(ms).toISOString().replace('Z', `${micros}Z`);
}

export function asServed(body: Buffer): Buffer {
  return body;
}

export function compressed(body: Buffer): Buffer {
  return gzipSync(body, { level: 9 });
}

/** As text, line by line: the nanosecond figures beside it would not survive JSON.parse. */
export function withoutCommandLine(body: Buffer): Buffer {
  return Buffer.from(body.toString('utf8').replace(/^"cmdline": .*\n/m, ''));
}
