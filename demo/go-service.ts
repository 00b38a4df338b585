// Builds and starts the demo's Go services. They end when their standard input closes, so none of
// them outlives this process, however it ends.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const runFile = promisify(execFile);

/** A cold build compiles Go's standard library: about 40 s on two slow cores. */
const BUILD_TIMEOUT_MS = 10 * 60_000;
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;

export type GoServiceName = 'payments-svc' | 'ledger-svc';

export interface BuildOptions {
  /** Build in the runtime's leak detector where it is an experiment (Go 1.26); 1.27 has it by default. */
  readonly leakProfile: boolean;
}

/** Compiles a service into the folder and returns the binary's path. */
export async function buildGoService(
  go: string,
  service: GoServiceName,
  folder: string,
  options: BuildOptions = { leakProfile: true },
): Promise<string> {
  const { stdout } = await runFile(go, ['env', 'GOVERSION'], { cwd: here });
  const experiment = options.leakProfile && stdout.startsWith('go1.26') ? 'goroutineleakprofile' : '';
  const binary = join(folder, service);
  await runFile(go, ['build', '-trimpath', '-buildvcs=false', '-o', binary, '.'], {
    cwd: join(here, service),
    timeout: BUILD_TIMEOUT_MS,
    env: { ...process.env, GOEXPERIMENT: experiment, GOWORK: 'off', CGO_ENABLED: '0' },
  });
  return binary;
}

export interface RunningService {
  /** Origin without a trailing slash: pprof is at `${url}/debug/pprof/`, expvars at `${url}/debug/vars`. */
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}

/** Starts one instance: `startGoService(binary, ['-instance=payments-svc-1', '-leak-rate=12'])`. */
export async function startGoService(binary: string, args: readonly string[] = []): Promise<RunningService> {
  const child = spawn(binary, [...args], {
    // The name alone, so that /debug/vars does not show where the demo keeps its binaries.
    argv0: binary.split('/').at(-1) ?? binary,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    const url = await listening(child);
    child.stdout.resume();
    child.stderr.resume();
    return { url, pid: child.pid ?? 0, close: () => stop(child, exited) };
  } catch (cause) {
    await stop(child, exited);
    throw cause;
  }
}

type Service = ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream };

/** `listening http://127.0.0.1:40123` */
function listening(child: Service): Promise<string> {
  return new Promise((resolve, reject) => {
    let complaint = '';
    const late = setTimeout(
      () => reject(new Error(`no "listening" line within ${START_TIMEOUT_MS} ms`)),
      START_TIMEOUT_MS,
    );
    child.stderr.on('data', (chunk) => {
      complaint = (complaint + chunk).slice(-2_000);
    });
    child.once('error', reject);
    child.once('close', (status) =>
      reject(new Error(`the service ended with status ${status}: ${complaint.trim()}`)),
    );
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /^listening (http:\/\/\S+)$/.exec(line)?.[1];
      if (url === undefined) return;
      clearTimeout(late);
      resolve(url);
    });
  });
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.stdin?.end();
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  if (child.pid !== undefined) await exited;
  clearTimeout(force);
}
