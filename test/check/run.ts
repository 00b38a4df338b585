// Small services, load for them, and `goleak check` as a process: what the demonstration prints and the test holds.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startGoService } from '../../demo/go-service.ts';

export const SERVICES = ['clean', 'leaking', 'leaking-heap', 'load-proportional'] as const;
export type CheckedService = (typeof SERVICES)[number];

const MODULE = fileURLToPath(new URL('programs/', import.meta.url));
const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
/** A cold build compiles net/http and all below it. */
const BUILD_TIMEOUT_MS = 10 * 60_000;
/** Short, and long enough for a leak of fifteen goroutines a second to show itself three times. */
const TIMES = ['--warm-up', '3s', '--for', '10s'] as const;

export interface BuiltServices {
  readonly folder: string;
  readonly remove: () => Promise<void>;
}

export async function buildServices(go: string): Promise<BuiltServices> {
  const folder = await mkdtemp(join(tmpdir(), 'goleak-check-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const packages = [...SERVICES, 'load'].map((name) => `./${name}`);
    await promisify(execFile)(
      go,
      ['build', '-trimpath', '-buildvcs=false', '-o', `${folder}/`, ...packages],
      {
        cwd: MODULE,
        timeout: BUILD_TIMEOUT_MS,
        env: { ...process.env, GOWORK: 'off', GOFLAGS: '', CGO_ENABLED: '0' },
      },
    );
    return { folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

export interface CheckRun {
  readonly service: CheckedService;
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  readonly junit: string;
  readonly summary: string;
}

/** Starts the service and checks it as a job on GitHub would, with the Go module as the repository. */
export async function checkService(service: CheckedService, { folder }: BuiltServices): Promise<CheckRun> {
  const running = await startGoService(join(folder, service));
  try {
    const junit = join(folder, `${service}.xml`);
    const summary = join(folder, `${service}.md`);
    const load = `'${join(folder, 'load')}' ${running.url}`;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', CLI, 'check', running.url, '--load', load, ...TIMES, '--junit', junit],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          GITHUB_ACTIONS: 'true',
          GITHUB_STEP_SUMMARY: summary,
          GITHUB_WORKSPACE: MODULE.replace(/\/$/, ''),
        },
      },
    );
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [status, out, err] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
    return { service, status, out, err, junit: await contentOf(junit), summary: await contentOf(summary) };
  } finally {
    await running.close();
  }
}

function contentOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
