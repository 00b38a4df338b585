// The proving ground: Redis, apps and workers as real processes, a strict little Slack, and targets that remember who
// asked them. Both the list of faults and the kill campaign play on it.
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { startWorkspace, type Workspace, type WorkspaceOptions } from '../../demo/workspace/server.ts';
import { answersPing, connectRedis } from '../../src/queue/connection.ts';
import { removeFolder } from '../kit/remove-folder.ts';
import { type Part, type Player, startPlayer } from './cast.ts';
import { startTargets, type Target } from './target.ts';

const MANIFEST = fileURLToPath(new URL('../../manifest.yml', import.meta.url));

/** What is asked of a ground; what is left out is as usual. */
export interface GroundSettings {
  readonly apps?: number;
  readonly workers?: number;
  readonly targets?: number;
  /** More settings of redis-server, e.g. `['--maxmemory', '6mb']`. */
  readonly redis?: readonly string[];
  /** More environment of apps and workers. */
  readonly env?: Readonly<Record<string, string>>;
  readonly workspace?: WorkspaceOptions;
  /** Modules that apps and workers load first. */
  readonly preload?: readonly string[];
  /** A services.yml of one's own, given the targets. */
  readonly services?: (targets: readonly Target[]) => Readonly<Record<string, unknown>>;
}

/** Where the programs are. */
export interface Programs {
  readonly redisServer: string;
  /** Folder with the compiled product. */
  readonly dist: string;
  /** Modules that apps and workers load before anything else. */
  readonly preload?: readonly string[];
}

export interface Ground {
  readonly workspace: Workspace;
  /** Has `kept` (GOLEAK_HOME), services.yml, and a log of every process. */
  readonly home: string;
  readonly redisUrl: string;
  readonly redis: Player;
  readonly apps: readonly Player[];
  readonly workers: readonly Player[];
  readonly players: readonly Player[];
  readonly targets: readonly Target[];
  /** Adds a service to services.yml; apps and workers read it when they next look. */
  readonly register: (name: string, url: string) => void;
  /** Everything is up and the apps are connected. */
  readonly whole: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const APPS = 2;
const WORKERS = 3;
/** Each scene takes its own and gives none back: a late question would be counted in the next one. */
const TARGETS = 400;
const CONNECT_MS = 60_000;

export async function openGround(programs: Programs, settings: GroundSettings = {}): Promise<Ground> {
  const { apps = APPS, workers = WORKERS, targets: count = TARGETS } = settings;
  const home = mkdtempSync(join(tmpdir(), 'goleak-faults-'));
  const closers: (() => unknown)[] = [() => removeFolder(home)];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    const workspace = await startWorkspace({
      manifest: MANIFEST,
      // A thread that was forgotten would be taken for one that never was.
      messagesKept: Number.POSITIVE_INFINITY,
      ...settings.workspace,
    });
    closers.push(() => workspace.close());
    const targets = await startTargets(count);
    closers.push(() => {
      for (const target of targets) target.close();
    });
    const services = { ...(settings.services ?? everyTarget)(targets) };
    const write = (): void => writeServices(home, { services });
    write();
    const register = (name: string, url: string): void => {
      services[name] = serviceAt(url);
      write();
    };
    const start = async (part: Part): Promise<Player> => {
      const player = await startPlayer(part, home);
      closers.push(() => player.stop());
      return player;
    };
    const redisUrl = `unix://${join(home, 'redis.sock')}`;
    const redis = await start(redisPart(programs, home, settings.redis ?? []));
    const env = { ...environment(home, redisUrl), ...workspace.env(), ...settings.env };
    const product = (name: string, script: string): Promise<Player> =>
      start(productPart(name, script, withPreload(programs, settings), env));
    const numbered = (name: string, many: number, script: string): Promise<Player[]> =>
      Promise.all(Array.from({ length: many }, (_, at) => product(`${name}-${at + 1}`, script)));
    const [started, working] = await Promise.all([
      numbered('app', apps, 'src/app.js'),
      numbered('worker', workers, 'workers/main.js'),
    ]);
    const players = [redis, ...started, ...working];
    const whole = async (): Promise<void> => {
      for (const player of players) await player.up();
      await workspace.waitFor(() => workspace.sockets.connections >= apps, CONNECT_MS);
    };
    return {
      workspace,
      home,
      redisUrl,
      redis,
      apps: started,
      workers: working,
      players,
      targets,
      register,
      whole,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Puts another services.yml in the place of the one there is; apps and workers read it when they next look. */
export function writeServices(home: string, content: object): void {
  const file = join(home, 'services.yml');
  writeFileSync(`${file}.new`, stringify(content, { aliasDuplicateObjects: false }));
  // At once, so that nobody reads half of it.
  renameSync(`${file}.new`, file);
}

/** Nobody asks as often in earnest as the proving ground does. */
export const PLENTY = { light: 10_000, heavy: 10_000, service: 10_000 };

function everyTarget(targets: readonly Target[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(targets.map(({ name, url }) => [name, serviceAt(url)]));
}

function serviceAt(url: string) {
  return { instances: [url], metrics: false, budget: PLENTY };
}

function environment(home: string, redisUrl: string): Readonly<Record<string, string>> {
  return {
    REDIS_URL: redisUrl,
    GOLEAK_HOME: join(home, 'kept'),
    GOLEAK_SERVICES: join(home, 'services.yml'),
    PORT: '0',
    LOG_LEVEL: 'info',
    // What a killed worker had begun counts as running until it is taken over.
    CAPTURES_AT_ONCE: '32',
  };
}

/** Redis ends when our end of its pipe closes, also after we were killed. */
const HOLDER =
  '"$@" & server=$!; (cat <&3 >/dev/null 2>&1; kill "$server" 2>/dev/null) & exec 3<&-; wait "$server"';

function redisPart({ redisServer }: Programs, home: string, more: readonly string[]): Part {
  const socket = join(home, 'redis.sock');
  const pidFile = join(home, 'redis.pid');
  const place = ['--port', '0', '--unixsocket', socket, '--dir', home, '--pidfile', pidFile];
  // As the product has it for a Redis of its own.
  const fsync = ['--appendfsync', 'always'];
  const lasting = ['--appendonly', 'yes', ...fsync, '--maxmemory-policy', 'noeviction', '--save', ''];
  return {
    name: 'redis',
    command: ['sh', '-c', HOLDER, 'goleak-redis', redisServer, ...place, ...lasting, ...more],
    env: {},
    pidFile,
    isReady: async () => {
      const redis = connectRedis(`unix://${socket}`, 'producer');
      try {
        return await answersPing(redis, 500);
      } finally {
        redis.disconnect();
      }
    },
  };
}

function withPreload(programs: Programs, { preload = [] }: GroundSettings): Programs {
  return { ...programs, preload: [...(programs.preload ?? []), ...preload] };
}

function productPart(
  name: string,
  script: string,
  { dist, preload = [] }: Programs,
  env: Readonly<Record<string, string>>,
): Part {
  const preloads = ['./demo/leash.mjs', ...preload].flatMap((module) => ['--import', module]);
  return { name, command: [process.execPath, ...preloads, join(dist, script)], env, says: 'is ready.' };
}
