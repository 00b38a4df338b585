// Looks at everything this installation stands on and says, for each part, whether it answers and what to do
// if it does not. Changes nothing; asks services only for their index page.
import type { WebClient } from '@slack/web-api';
import type { Redis } from 'ioredis';
import type { Fetch } from './capture/fetch.ts';
import { readIndexPage } from './capture/index-page.ts';
import { Failure } from './failure.ts';
import type { Instance, Service } from './model/target.ts';
import { formatCount } from './model/units.ts';
import { checkRedis, conditionText } from './queue/redis-check.ts';

export interface Finding {
  readonly part: string;
  /** `unsure`: it could not be found out, and says what must be so. */
  readonly state: 'ok' | 'bad' | 'unsure' | 'skipped';
  readonly says: string;
}

export interface DoctorPorts {
  /** Absent when no token is set. */
  readonly slack?: WebClient;
  readonly appToken?: string;
  readonly redis?: { readonly client: Redis; readonly url: string };
  readonly services: readonly Service[];
  /** The user groups that services.yml names. */
  readonly ruledGroups?: readonly string[];
  readonly fetch: Fetch;
  /** Says when a service was stopped; absent without Redis. */
  readonly stopOf?: (service: string) => Promise<unknown>;
}

/** A fleet is sampled, not walked: the doctor is a light visitor. */
const MAX_INSTANCES = 50;
const AT_ONCE = 8;

/** All findings, in the order people should mend them. */
export async function examineInstallation(ports: DoctorPorts): Promise<readonly Finding[]> {
  const [slack, redis, services] = await Promise.all([
    examineSlack(ports),
    examineRedis(ports.redis),
    examineServices(ports),
  ]);
  return [...slack, ...redis, ...services];
}

/** One line a finding: `ok    Redis    7.0.15, append-only file on, noeviction`. */
export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(8, ...findings.map(({ part }) => part.length));
  const lines = findings.map(({ part, state, says }) => `${state.padEnd(8)}${part.padEnd(width + 2)}${says}`);
  const bad = findings.filter(({ state }) => state === 'bad' || state === 'unsure').length;
  return [
    ...lines,
    bad === 0 ? 'Everything asked answers.' : `${bad} of ${findings.length} need attention.`,
  ].join('\n');
}

async function examineSlack({ slack, appToken, ruledGroups = [] }: DoctorPorts): Promise<Finding[]> {
  if (!slack) return [{ part: 'Slack', state: 'skipped', says: 'SLACK_BOT_TOKEN is not set' }];
  let scopes: readonly string[] | undefined;
  const token = await finding('Slack bot token', async () => {
    const { team, user, response_metadata: said } = await slack.auth.test();
    scopes = said?.scopes;
    return `answers as ${user ?? 'unknown'} in ${team ?? 'unknown'}`;
  });
  const bot = [token, ...(scopes === undefined ? [] : [scopeFinding(scopes, ruledGroups)])];
  if (appToken === undefined)
    return [...bot, { part: 'Slack app token', state: 'skipped', says: 'HTTP delivery: none needed' }];
  const app = await finding('Slack app token', async () => {
    await slack.apps.connections.open({ token: appToken } as never);
    return 'may open a Socket Mode connection';
  });
  return [...bot, app];
}

/** What is missing of the scopes that it can do without, and what is not possible for it. */
function scopeFinding(scopes: readonly string[], ruledGroups: readonly string[]): Finding {
  const part = 'Slack scopes';
  const lacks = (scope: string, costs: string): string[] =>
    scopes.includes(scope) ? [] : [`${scope} is missing: ${costs}`];
  const grave = [
    ...lacks('users:read', 'nobody but admins named by id may do anything'),
    ...(ruledGroups.length === 0 ? [] : lacks('usergroups:read', 'nobody is in the groups of services.yml')),
  ];
  const slight = lacks('mpim:read', 'no captures in group messages');
  const state = grave.length > 0 ? 'bad' : slight.length > 0 ? 'skipped' : 'ok';
  const says = [...grave, ...slight].join('; ') || 'all that are used';
  return { part, state, says };
}

async function examineRedis(redis: DoctorPorts['redis']): Promise<Finding[]> {
  const part = 'Redis';
  if (!redis) return [{ part, state: 'skipped', says: 'no REDIS_URL and no private Redis running' }];
  let state: Finding['state'] = 'ok';
  const found = await finding(part, async () => {
    const condition = await checkRedis(redis.client, redis.url);
    if (condition.unknown.length > 0) state = 'unsure';
    if (condition.faults.length > 0) state = 'bad';
    return conditionText(condition);
  });
  return [found.state === 'ok' ? { ...found, state } : found];
}

async function examineServices({ services: registered, fetch, stopOf }: DoctorPorts): Promise<Finding[]> {
  if (registered.length === 0)
    return [{ part: 'services', state: 'bad', says: 'none registered: add one to services.yml' }];
  const findings: Finding[] = [];
  const services: Service[] = [];
  for (const service of registered) {
    const stopped = !service.doNotTouch && (await stopOf?.(service.name).catch(() => undefined));
    if (!service.doNotTouch && !stopped) services.push(service);
    else {
      const says = stopped ? 'not asked: it is stopped' : 'not asked: services.yml says do_not_touch';
      findings.push({ part: service.name, state: 'skipped', says });
    }
  }
  const instances = services.flatMap((service) => service.instances);
  const waiting = instances.slice(0, MAX_INSTANCES);
  const next = async (): Promise<void> => {
    for (let instance = waiting.shift(); instance; instance = waiting.shift()) {
      const asked = instance;
      findings.push(await finding(asked.name, () => visit(asked, fetch)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  findings.sort((a, b) => a.part.localeCompare(b.part));
  if (instances.length > MAX_INSTANCES) {
    findings.push({
      part: 'services',
      state: 'skipped',
      says: `${instances.length - MAX_INSTANCES} more instances not asked`,
    });
  }
  return findings;
}

async function visit(instance: Instance, fetch: Fetch): Promise<string> {
  const answer = await fetch(instance, 'index', AbortSignal.timeout(5_000));
  const page = readIndexPage(answer.bytes);
  if (!page)
    throw new Failure('target_not_pprof', {
      instance: instance.name,
      url: answer.path,
      what: 'something else',
    });
  const count = page.goroutines === undefined ? '' : `${formatCount(page.goroutines)} goroutines, `;
  return `${count}${page.profiles.length} profiles on offer`;
}

async function finding(part: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { part, state: 'ok', says: await look() };
  } catch (error) {
    const says =
      error instanceof Failure
        ? `${error.message} ${error.hint}`
        : String(error instanceof Error ? error.message : error);
    return { part, state: 'bad', says: says.slice(0, 400) };
  }
}
