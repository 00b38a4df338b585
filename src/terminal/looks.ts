// The commands that only look: services, status, doctor.
import { createFetcher } from '../capture/fetch.ts';
import type { Env } from '../config/env.ts';
import { watchServices } from '../config/services.ts';
import { readStatus, statusText } from '../control/status.ts';
import { createSlackClient } from '../deliver/slack.ts';
import { examineInstallation, type Finding, findingsText } from '../doctor.ts';
import { servicesText } from '../entry/look.ts';
import { Failure } from '../failure.ts';
import type { Service } from '../model/target.ts';
import { groupsNamed, NO_ADMINS } from '../model/who.ts';
import { answersPing, connectRedis } from '../queue/connection.ts';
import { privateRedisUrl } from '../queue/private-redis.ts';
import { openQueue, withinDeadline } from '../queue/queue.ts';
import { openCircuitStore } from '../store/circuits.ts';
import { openRequestStore } from '../store/requests.ts';
import { requestSeal } from '../store/seal.ts';
import { openSwitchStore } from '../store/switches.ts';

/** @throws Failure `verb_needs_redis` when `status` finds none that answers. */
export async function lookAround(what: 'services' | 'status' | 'doctor', env: Env): Promise<string> {
  if (what === 'services') return servicesText(readServices(env));
  return what === 'status' ? statusOf(env) : doctorText(env);
}

async function statusOf(env: Env): Promise<string> {
  const redis = connectRedis(env.redisUrl ?? privateRedisUrl(env.home), 'worker');
  try {
    if (!(await answersPing(redis, 1_500))) throw new Failure('verb_needs_redis', { verb: 'status' });
    const queue = openQueue(redis);
    const nowMs = Date.now();
    const ports = {
      requests: openRequestStore(redis, requestSeal(env.sealKeys)),
      queue,
      switches: openSwitchStore(redis),
      circuits: openCircuitStore(redis),
    };
    const status = await withinDeadline(readStatus(nowMs, ports));
    await queue.close();
    return statusText(status, nowMs);
  } finally {
    redis.disconnect();
  }
}

async function doctorText(env: Env): Promise<string> {
  const url = env.redisUrl ?? privateRedisUrl(env.home);
  const redis = connectRedis(url, 'worker');
  const { fetch, close } = createFetcher(env.secret);
  const { botToken, appToken, apiUrl } = env.slack;
  try {
    const reachable = await answersPing(redis, 1_500);
    const { services, faults } = readServicesOrSay(env);
    const findings = await examineInstallation({
      ...(botToken !== undefined && { slack: createSlackClient(botToken, apiUrl) }),
      ...(appToken !== undefined && { appToken }),
      ...((reachable || env.redisUrl !== undefined) && { redis: { client: redis, url } }),
      services,
      ruledGroups: services.flatMap(({ who }) => groupsNamed(NO_ADMINS, who)),
      fetch,
    });
    return findingsText([...faults, ...findings]);
  } finally {
    redis.disconnect();
    await close();
  }
}

/** A file that cannot be used is what a doctor is called for, not a reason to send him away. */
function readServicesOrSay(env: Env): { services: readonly Service[]; faults: readonly Finding[] } {
  try {
    return { services: readServices(env), faults: [] };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { services: [], faults: [{ part: 'services.yml', state: 'bad', says: error.message }] };
  }
}

function readServices(env: Env): readonly Service[] {
  return watchServices(env.servicesFile, (fault) => {
    throw fault;
  }).all();
}
