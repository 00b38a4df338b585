// The user's own Go toolchain: found, asked for its version, made to build the self-test's programs; and the
// programs as processes that cannot outlive this one.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { SOURCE } from './selftest-programs.ts';

const runFile = promisify(execFile);

/** PATH first. */
const PLACES = ['go', '/usr/local/go/bin/go'] as const;
const OLDEST_MINOR = 21;
const VERSION_TIMEOUT_MS = 10_000;
/** A cold build compiles net/http and all below it: about 40 s on two slow cores. */
const BUILD_TIMEOUT_MS = 180_000;
const START_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 3_000;
const COMPLAINT_CHARACTERS = 300;

export interface Go {
  readonly path: string;
  /** `1.26.8` */
  readonly version: string;
}

/** A Go of 1.21 or later, or a sentence why there is none. */
export async function findGo(places: readonly string[] = PLACES): Promise<Go | { readonly absent: string }> {
  let absent = 'no Go was found in PATH or /usr/local/go/bin';
  for (const path of places) {
    const { stdout } = await runFile(path, ['version'], {
      cwd: tmpdir(),
      timeout: VERSION_TIMEOUT_MS,
    }).catch(() => ({ stdout: '' }));
    const [, version = '', minor = ''] = /go version go(1\.(\d+)\S*)/.exec(stdout) ?? [];
    if (version === '') continue;
    if (Number(minor) >= OLDEST_MINOR) return { path, version };
    absent = `Go ${version} is older than 1.${OLDEST_MINOR}`;
  }
  return { absent };
}

export interface Built {
  readonly binary: string;
  readonly remove: () => Promise<void>;
}

/** Compiles the programs in a folder of their own. Throws what the compiler said. */
export async function buildPrograms(go: Go, signal: AbortSignal): Promise<Built> {
  const folder = await mkdtemp(join(tmpdir(), 'goleak-selftest-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await writeFile(join(folder, 'main.go'), SOURCE);
    // Files by name, outside any module: no go.mod, no toolchain switch, no download; netgo: no C compiler.
    await runFile(go.path, ['build', '-trimpath', '-tags', 'netgo', '-o', 'selftest', 'main.go'], {
      cwd: folder,
      timeout: BUILD_TIMEOUT_MS,
      signal,
    });
    return { binary: join(folder, 'selftest'), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

export interface RunningProgram {
  /** `http://127.0.0.1:40123` */
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

export async function startProgram(binary: string, name: string): Promise<RunningProgram> {
  const child = spawn(binary, [name], { argv0: 'selftest', stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.stdin.end();
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    if (child.pid !== undefined) await ended;
    clearTimeout(force);
  };
  child.stdin.on('error', () => {});
  try {
    const url = await listening(child, child.stdout, child.stderr);
    return { url, pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** `listening http://127.0.0.1:40123` */
function listening(
  child: ChildProcess,
  stdout: NodeJS.ReadableStream,
  stderr: NodeJS.ReadableStream,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let complaint = '';
    const late = setTimeout(
      () => reject(new Error(`it did not listen within ${START_TIMEOUT_MS / 1000} s`)),
      START_TIMEOUT_MS,
    );
    stderr.on('data', (chunk) => {
      complaint = (complaint + String(chunk)).slice(-COMPLAINT_CHARACTERS);
    });
    child.once('error', (error) => {
      clearTimeout(late);
      reject(error);
    });
    child.once('close', (status) => {
      clearTimeout(late);
      reject(new Error(`it ended with status ${status}: ${complaint.trim()}`));
    });
    createInterface({ input: stdout }).on('line', (line) => {
      const url = /^listening (http:\/\/\S+)$/.exec(line)?.[1];
      if (url === undefined) return;
      clearTimeout(late);
      resolve(url);
    });
  });
}
