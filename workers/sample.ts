// sample jobs: one cheap look at each instance of a shard, into its history; the watcher says what is worth a capture.
// A capture that is at an address goes first, and nobody waits for a sample: what cannot be had now is passed over.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, UnrecoverableError } from 'bullmq';
import type { Fetch } from '../src/capture/fetch.ts';
import { joinSignals } from '../src/capture/join-signals.ts';
import { type Acquaintance, sampleInstance } from '../src/capture/sample.ts';
import type { ServiceCatalog } from '../src/config/services.ts';
import { Failure } from '../src/failure.ts';
import type { Log } from '../src/log.ts';
import { addressOf, type Instance, type Service, type WatchRules } from '../src/model/target.ts';
import { standingOf } from '../src/policy/circuit.ts';
import { SHARD_INSTANCES, watchRulesOf } from '../src/policy/watching.ts';
import { sampleJob } from '../src/queue/jobs.ts';
import type { JobQueue } from '../src/queue/queue.ts';
import type { CircuitStore } from '../src/store/circuits.ts';
import type { HistoryStore } from '../src/store/history.ts';
import type { LeaseStore } from '../src/store/leases.ts';
import type { SwitchStore } from '../src/store/switches.ts';
import type { WatchingStore } from '../src/store/watching.ts';
import type { CaptureTrigger, Detection } from '../src/watch/sample.ts';
import type { Mark } from '../src/watch/watcher.ts';

export interface SampleWork {
  readonly services: Pick<ServiceCatalog, 'find'>;
  readonly switches: Pick<SwitchStore, 'stopOf'>;
  readonly circuits: Pick<CircuitStore, 'all'>;
  readonly leases: Pick<LeaseStore, 'take' | 'give'>;
  readonly watching: Pick<WatchingStore, 'said' | 'allow'>;
  readonly history: HistoryStore;
  readonly queue: Pick<JobQueue, 'wake'>;
  /** With bounds of its own: a sample is small and quick, or none. */
  readonly fetch: Fetch;
  /** Told what the watcher has to say of an instance. */
  readonly raise: (service: Service, instance: Instance, raised: Raised) => Promise<void>;
  /** Told of every sample that was kept. */
  readonly sampled?: (service: Service, instance: Instance) => Promise<void>;
  readonly log: Log;
  readonly leaving: AbortSignal;
}

export interface Raised {
  readonly detections: readonly Detection[];
  readonly captures: readonly CaptureTrigger[];
  /** Its process or its build is another one. */
  readonly mark?: Mark;
}

const AT_ONCE = 8;
/** Shorter than the silence after which a place is taken over: no one else is there while an answer is read. */
const SAMPLE_MS = 5_000;
/** An address may be asked again in a moment: rounds begin a little early or late. */
const WORTH_WAITING_MS = 2_500;
/** Rounds an instance is passed over that did not answer, doubling up to so many. */
const MOST_PASSED_OVER = 10;

/** Instances of this process that did not answer, by place. */
type Silences = Map<string, { readonly failures: number; readonly passOver: number }>;

export function createSampler(work: SampleWork): (job: Pick<Job, 'data'>) => Promise<void> {
  const silences: Silences = new Map();
  return async (job) => {
    const payload = sampleJob.safeParse(job.data);
    if (!payload.success) throw new UnrecoverableError('This job is not as goleak writes it.');
    const { service: name, shard } = payload.data;
    const service = work.services.find(name);
    if (!service) return;
    const rules = watchRulesOf(service, await work.watching.said(name));
    if (!rules || (await work.switches.stopOf(name))) return;
    const instances = service.instances.slice(shard * SHARD_INSTANCES, (shard + 1) * SHARD_INSTANCES);
    await sampleAll(service, rules, instances, work, silences);
  };
}

async function sampleAll(
  service: Service,
  rules: WatchRules,
  instances: readonly Instance[],
  work: SampleWork,
  silences: Silences,
): Promise<void> {
  const circuits = await work.circuits.all();
  const ahead = (await work.history.now()) - performance.now() / 1000;
  const now = (): number => ahead + performance.now() / 1000;
  const waiting = instances.values();
  const line = async (): Promise<void> => {
    for (const instance of waiting) {
      if (work.leaving.aborted || (await work.switches.stopOf(service.name))) return;
      if (standingOf(circuits.get(addressOf(instance)), Date.now()).kind === 'open') continue;
      await sampleOne({ service, rules, instance, now }, work, silences);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, instances.length) }, line));
}

interface Turn {
  readonly service: Service;
  readonly rules: WatchRules;
  readonly instance: Instance;
  readonly now: () => number;
}

async function sampleOne(turn: Turn, work: SampleWork, silences: Silences): Promise<void> {
  const { service, instance } = turn;
  const place = { service: service.name, instance: instance.name };
  const key = `${service.name} ${instance.name}`;
  const silence = silences.get(key);
  if (silence && silence.passOver > 0) {
    silences.set(key, { ...silence, passOver: silence.passOver - 1 });
    return;
  }
  try {
    const raised = await sampled(turn, work);
    if (!raised) return;
    silences.delete(key);
    await work.sampled?.(service, instance);
    if (raised.mark || raised.detections.length + raised.captures.length > 0)
      await work.raise(service, instance, raised);
  } catch (error) {
    if (!(error instanceof Failure)) {
      if (!work.leaving.aborted) work.log.warn({ err: error, ...place }, 'A sample was not kept.');
      return;
    }
    const failures = (silence?.failures ?? 0) + 1;
    silences.set(key, { failures, passOver: Math.min(MOST_PASSED_OVER, 2 ** (failures - 1) - 1) });
    await work.history.missed(place, { t: turn.now(), says: error.message });
    work.log.debug({ err: error, ...place }, 'An instance did not answer the sampler.');
  }
}

/** Undefined when others are at the address, or were a moment ago. */
async function sampled(
  { service, rules, instance, now }: Turn,
  work: SampleWork,
): Promise<Raised | undefined> {
  const address = addressOf(instance);
  const waitMs = await work.watching.allow(address);
  if (waitMs > WORTH_WAITING_MS) return undefined;
  if (waitMs > 0) {
    await sleep(waitMs, undefined, { signal: work.leaving });
    if ((await work.watching.allow(address)) > 0) return undefined;
  }
  const holder = { request: 'sample', attempt: `${service.name} ${instance.name}` };
  const lease = await work.leases.take(`target:${address}`, holder, 1);
  if (!lease) return undefined;
  const place = { service: service.name, instance: instance.name };
  try {
    const known = (await work.history.known(place)) as Acquaintance | undefined;
    const { memoryLimitBytes } = service;
    const limits = {
      ...(memoryLimitBytes !== undefined && { limitBytes: memoryLimitBytes }),
      ...(rules.buildVar !== undefined && { buildVar: rules.buildVar }),
    };
    const ending = joinSignals([work.leaving, AbortSignal.timeout(SAMPLE_MS)]);
    const { sample, known: next } = await sampleInstance(instance, known ?? {}, limits, {
      fetch: work.fetch,
      signal: ending.signal,
      now,
    }).finally(ending.release);
    return await work.history.append(place, sample, next);
  } finally {
    const following = await work.leases.give(lease);
    if (following !== undefined) await work.queue.wake(following);
  }
}
