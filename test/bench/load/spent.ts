// What each part of the stage has taken of the processor, in milliseconds: the machine is shared by all of them.
import type { Redis } from 'ioredis';
import type { WatchedWorker } from './watched.ts';

export interface Spent {
  readonly workers: number;
  readonly children: number;
  readonly redis: number;
  /** This process: Slack, the services, and what is measured with. */
  readonly stubs: number;
}

export async function spentBy(workers: readonly WatchedWorker[], redis: Redis): Promise<Spent> {
  const each = workers.map((worker) => worker.cpuMs());
  const { user, system } = process.cpuUsage();
  return {
    workers: each.reduce((sum, { worker }) => sum + worker, 0),
    children: each.reduce((sum, { children }) => sum + children, 0),
    redis: redisMs(await redis.info('cpu')),
    stubs: (user + system) / 1000,
  };
}

function redisMs(info: string): number {
  const seconds = ['used_cpu_sys', 'used_cpu_user'].map((name) =>
    Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0),
  );
  return seconds.reduce((sum, each) => sum + each, 0) * 1000;
}

/** The part of each that falls to one of so many. */
export function spentBetween(from: Spent, to: Spent, among: number): Spent {
  const each = (name: keyof Spent): number => (to[name] - from[name]) / Math.max(1, among);
  return {
    workers: each('workers'),
    children: each('children'),
    redis: each('redis'),
    stubs: each('stubs'),
  };
}

export function wordsOf(spent: Spent, show: (ms: number) => string): string {
  const { workers, children, redis, stubs } = spent;
  const total = workers + children + redis + stubs;
  return `workers ${show(workers)}, children ${show(children)}, Redis ${show(redis)}, the bench with Slack and services ${show(stubs)}, together ${show(total)}`;
}
