// A Redis of one's own: when no REDIS_URL is given, the app starts redis-server as its child in the goleak home
// folder, and workers with the same home join it. It keeps its data between runs and dies with its parent,
// even when that is killed with SIGKILL.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Failure } from '../failure.ts';
import { answersPing, connectRedis } from './connection.ts';

const START_TIMEOUT_MS = 15_000;
/** Addresses of unix sockets end at 108 bytes on Linux, 104 on macOS. */
const MAX_SOCKET_PATH = 100;
const SERVER_NAMES = ['redis-server', 'valkey-server'];
const USUAL_PLACES = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin', '/usr/sbin', '/snap/bin'];
const RESTART_DELAY_MS = 500;

/**
 * A shell holds the server by the hand: when the pipe on descriptor 3 closes, because the parent ended in whatever way,
 * the server gets SIGTERM and writes its data out. A process group of its own keeps Ctrl-C from reaching the
 * server before the work that still needs it has drained.
 */
const WATCHDOG =
  '"$@" & server=$!; (cat <&3 >/dev/null; kill "$server" 2>/dev/null) & exec 3<&-; wait "$server"';

export interface PrivateRedis {
  /** `unix:///…/redis.sock` */
  readonly url: string;
  /** True when another process with the same home runs it. */
  readonly joined: boolean;
  readonly stop: () => Promise<void>;
}

/** The address a private Redis has for a home folder, whether it runs or not. */
export function privateRedisUrl(home: string): string {
  const near = join(home, 'redis', 'redis.sock');
  if (near.length <= MAX_SOCKET_PATH) return `unix://${near}`;
  const digest = createHash('sha256').update(home).digest('hex').slice(0, 12);
  return `unix://${join(tmpdir(), `goleak-${digest}.sock`)}`;
}

/**
 * Starts the private Redis of a home folder, or joins the one already running there.
 * @throws Failure `redis_missing`, `redis_failed`
 */
export async function startPrivateRedis(
  home: string,
  find: { readonly preferred?: string; readonly searchPath: string },
): Promise<PrivateRedis> {
  const url = privateRedisUrl(home);
  const folder = join(home, 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (await answers(url, 300)) return { url, joined: true, stop: async () => {} };

  const server = find.preferred ?? findRedisServer(find.searchPath);
  if (!server) throw new Failure('redis_missing', { install: installCommand() });
  let stopping = false;
  let child = launch(server, folder, url);
  const restart = (): void => {
    if (stopping) return;
    setTimeout(() => {
      if (stopping) return;
      child = launch(server, folder, url);
      child.once('exit', restart);
    }, RESTART_DELAY_MS).unref();
  };
  if (!(await answers(url, START_TIMEOUT_MS, child))) {
    throw new Failure('redis_failed', { reason: `it did not answer within ${START_TIMEOUT_MS / 1000} s` });
  }
  child.once('exit', restart);
  return {
    url,
    joined: false,
    stop: async () => {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      closePipe(child);
      await ended;
    },
  };
}

/** redis-server or valkey-server from PATH or the usual places. */
function findRedisServer(searchPath: string): string | undefined {
  for (const folder of [...searchPath.split(delimiter), ...USUAL_PLACES]) {
    for (const name of SERVER_NAMES) {
      const candidate = join(folder, name);
      if (isExecutable(candidate)) return candidate;
    }
  }
  return undefined;
}

function launch(server: string, folder: string, url: string): ChildProcess {
  const settings: Record<string, string> = {
    port: '0',
    unixsocket: new URL(url).pathname,
    unixsocketperm: '700',
    dir: folder,
    logfile: join(folder, 'redis.log'),
    // Default persistence loses every accepted job on kill -9; the append-only file keeps them. Written once a second it
    // does not while the disk is slow: Redis answers, and holds what it answered for back for up to two seconds.
    appendonly: 'yes',
    appendfsync: 'always',
    'maxmemory-policy': 'noeviction',
    save: '',
    daemonize: 'no',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn('sh', ['-c', WATCHDOG, 'goleak-redis', server, ...args], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    detached: true,
  });
  child.stdio[3]?.on('error', () => {});
  child.once('exit', () => closePipe(child));
  return child;
}

function closePipe(child: ChildProcess): void {
  child.stdio[3]?.destroy();
}

async function answers(url: string, withinMs: number, child?: ChildProcess): Promise<boolean> {
  if (!child && !existsSync(new URL(url).pathname)) return false;
  const redis = connectRedis(url, 'worker');
  try {
    return await answersPing(redis, withinMs);
  } finally {
    redis.disconnect();
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function installCommand(): string {
  return process.platform === 'darwin' ? 'brew install redis' : 'sudo apt-get install redis-server';
}
