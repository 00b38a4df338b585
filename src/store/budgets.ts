// What was spent of each service's budget within the last hour, in Redis and by its clock. The decision is made by
// whoever asks; it is written only if nobody has spent anything of the service in between.
import type { Redis } from 'ioredis';
import {
  type BudgetAsk,
  type Grant,
  HOUR_MS,
  type Spending,
  type Spent,
  type Weight,
} from '../policy/budget.ts';
import { scriptOf } from './script.ts';

const PREFIX = '{goleak}:spent:';

export interface BudgetPlace {
  /** The address of the instance. */
  readonly address: string;
  readonly service: string;
}

export interface BudgetStore {
  /** Decides about a capture and, if it is granted, counts it. A request counts once at each address. */
  readonly spend: (
    place: BudgetPlace,
    ask: BudgetAsk,
    decide: (spending: Spending) => Grant,
  ) => Promise<{ readonly grant: Grant; readonly nowMs: number }>;
  /** A capture that was granted as heavy asked for nothing heavy in the end. */
  readonly lighten: (place: BudgetPlace, ask: BudgetAsk) => Promise<void>;
}

export function openBudgetStore(redis: Redis): BudgetStore {
  const keysOf = ({ address, service }: BudgetPlace): [string, string, string] => [
    `${PREFIX}target:${address}`,
    `${PREFIX}service:${service}`,
    `${PREFIX}version:${service}`,
  ];
  return {
    spend: async (place, ask, decide) => {
      const keys = keysOf(place);
      for (;;) {
        const { spending, version } = await read(redis, keys);
        const { nowMs, target } = spending;
        const grant = decide(spending);
        if (grant.kind === 'spent') return { grant, nowMs };
        const own = target.find(({ request }) => request === ask.request);
        const written = await WRITE(redis, keys, [
          version,
          HOUR_MS,
          own?.atMs ?? nowMs,
          own ? memberOf(own) : '',
          memberOf({ ...ask, weight: grant.weight }),
          `${ask.request} ${place.address} ${ask.automatic ? 'automatic' : 'person'}`,
        ]);
        if (written === 1) return { grant, nowMs };
      }
    },
    lighten: async (place, ask) => {
      const [target] = keysOf(place);
      const heavy = memberOf({ ...ask, weight: 'heavy' });
      await LIGHTEN(redis, [target], [heavy, memberOf({ ...ask, weight: 'light' })]);
    },
  };
}

function memberOf({ request, weight, automatic }: BudgetAsk): string {
  return `${request} ${weight} ${automatic ? 'automatic' : 'person'}`;
}

async function read(
  redis: Redis,
  keys: readonly [string, string, string],
): Promise<{ spending: Spending; version: string }> {
  const answer = (await READ(redis, keys, [HOUR_MS])) as [number, string, string[], string[]];
  const [nowMs, version, target, service] = answer;
  return { spending: { nowMs, target: spentOf(target), service: spentOf(service) }, version };
}

/** Members and their times, in turn. */
function spentOf(flat: readonly string[]): Spent[] {
  const spent: Spent[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const [request = '', weight, source] = (flat[at] ?? '').split(' ');
    spent.push({
      request,
      weight: weight === 'heavy' ? 'heavy' : ('light' satisfies Weight),
      automatic: source === 'automatic',
      atMs: Number(flat[at + 1]),
    });
  }
  return spent;
}

const READ = scriptOf(`
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  for at = 1, 2 do redis.call('ZREMRANGEBYSCORE', KEYS[at], '-inf', now - ARGV[1]) end
  return {
    now,
    redis.call('GET', KEYS[3]) or '0',
    redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES'),
    redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
  }`);

const WRITE = scriptOf(`
  if (redis.call('GET', KEYS[3]) or '0') ~= ARGV[1] then return 0 end
  if ARGV[4] ~= '' then redis.call('ZREM', KEYS[1], ARGV[4]) end
  redis.call('ZADD', KEYS[1], ARGV[3], ARGV[5])
  redis.call('ZADD', KEYS[2], 'NX', ARGV[3], ARGV[6])
  redis.call('INCR', KEYS[3])
  for at = 1, 3 do redis.call('PEXPIRE', KEYS[at], ARGV[2]) end
  return 1`);

const LIGHTEN = scriptOf(`
  local at = redis.call('ZSCORE', KEYS[1], ARGV[1])
  if not at then return 0 end
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('ZADD', KEYS[1], at, ARGV[2])
  return 1`);
