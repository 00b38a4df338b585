// Whether a Redis may be trusted with accepted requests. With its own defaults it loses every one of them when it is
// killed, and a cache's settings throw them away when memory is short; neither is an error anybody would see.
import type { Redis } from 'ioredis';
import type { Log } from '../log.ts';

export interface RedisCondition {
  readonly version: string;
  /** What is wrong, each with what to set. */
  readonly faults: readonly string[];
  /** What this user may not see, each with what to set. */
  readonly unknown: readonly string[];
  /** What could be better. */
  readonly advice: readonly string[];
}

const ANSWER_WITHIN_MS = 2_000;

/** @throws Error when Redis does not answer in time. */
export async function checkRedis(redis: Redis, url: string): Promise<RedisCondition> {
  const facts = await within(readFacts(redis));
  const faults: string[] = [...exposure(url)];
  const unknown: string[] = [];
  const judge = (fact: string | undefined, wanted: string, fault: string, setting: string): void => {
    if (fact === undefined) unknown.push(`cannot tell whether ${setting} is set, and it must be`);
    else if (fact !== wanted) faults.push(`${fault}: set ${setting}`);
  };
  judge(
    facts.appendonly,
    'yes',
    'the append-only file is off (kill -9 loses every accepted job)',
    'appendonly yes',
  );
  judge(facts.policy, 'noeviction', 'keys may be evicted', 'maxmemory-policy noeviction');
  if (facts.lastWrite !== undefined && facts.lastWrite !== 'ok') {
    faults.push('the append-only file cannot be written: make room on its disk');
  }
  const isHeldBack = facts.appendonly === 'yes' && facts.fsync !== undefined && facts.fsync !== 'always';
  const advice = isHeldBack ? [HELD_BACK] : [];
  return { version: facts.version ?? 'version unknown', faults, unknown, advice };
}

/** Tried: 2 of 40 kills on a busy disk lost up to 39 writes that were answered; none with `always`. */
const HELD_BACK =
  'appendfsync always would also keep the last two seconds when Redis is killed while its disk is slow';

/** A condition in one line, for the doctor and the log. */
export function conditionText({ version, faults, unknown, advice }: RedisCondition): string {
  if (faults.length + unknown.length === 0)
    return [`${version}, append-only file on, noeviction`, ...advice].join('; ');
  return [...faults, ...unknown].join('; ');
}

const LOOK_EVERY_MS = 60_000;
/** Said again after this long, so that it is found in any stretch of the log. */
const REMIND_EVERY_MS = 600_000;

/**
 * Looks at Redis now and every minute, and says in the log when it is degraded, until it is mended.
 * @param tell told the condition each time; true while something is wrong or cannot be told
 */
export function watchRedis(
  { redis, url }: { readonly redis: Redis; readonly url: string },
  log: Log,
  tell: (isDegraded: boolean) => void = () => {},
): { readonly stop: () => void } {
  let saidAtMs = Number.NEGATIVE_INFINITY;
  let wasDegraded = false;
  const look = async (): Promise<void> => {
    const condition = await checkRedis(redis, url).catch(() => undefined);
    // One that does not answer is /readyz's business.
    if (!condition) return;
    const isDegraded = condition.faults.length + condition.unknown.length > 0;
    tell(isDegraded);
    if (isDegraded && (!wasDegraded || Date.now() - saidAtMs >= REMIND_EVERY_MS)) {
      saidAtMs = Date.now();
      log.warn(`degraded: Redis may lose what was accepted: ${conditionText(condition)}`);
    }
    if (wasDegraded && !isDegraded) log.info('Redis is no longer degraded.');
    wasDegraded = isDegraded;
  };
  void look();
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return { stop: () => clearInterval(timer) };
}

interface Facts {
  readonly version: string | undefined;
  readonly appendonly: string | undefined;
  readonly fsync: string | undefined;
  readonly policy: string | undefined;
  readonly lastWrite: string | undefined;
}

/** INFO tells all of it, where it is allowed; CONFIG GET what INFO does not. */
async function readFacts(redis: Redis): Promise<Facts> {
  const info = await redis.info().catch(refusedAs(''));
  const told = (key: string): string | undefined => new RegExp(`^${key}:(.*)$`, 'm').exec(info)?.[1]?.trim();
  const configured = async (name: string): Promise<string | undefined> =>
    ((await redis.config('GET', name).catch(refusedAs([]))) as string[])[1];
  const aof = told('aof_enabled');
  return {
    version: told('redis_version'),
    appendonly: aof === undefined ? await configured('appendonly') : aof === '1' ? 'yes' : 'no',
    fsync: await configured('appendfsync'),
    policy: told('maxmemory_policy') ?? (await configured('maxmemory-policy')),
    lastWrite: aof === '1' ? told('aof_last_write_status') : undefined,
  };
}

/** A refusal (no permission, command renamed away) is an answer; anything else is not. */
function refusedAs<Value>(value: Value) {
  return (error: Error): Value => {
    if (error.name === 'ReplyError') return value;
    throw error;
  };
}

/** Whoever reaches an open Redis can read every request and order captures. */
function exposure(url: string): string[] {
  const { protocol, hostname, password } = new URL(url);
  if (protocol === 'unix:' || isLoopback(hostname)) return [];
  return [
    ...(password === ''
      ? ['anybody in the network may use it: set requirepass, and the password in REDIS_URL']
      : []),
    ...(protocol === 'rediss:' ? [] : ['what it is sent can be read on the way: use TLS (rediss://)']),
  ];
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

async function within<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${ANSWER_WITHIN_MS / 1000} s`)),
      ANSWER_WITHIN_MS,
    );
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}
