// Starts what decides about incidents.
import type { Env } from '../src/config/env.ts';
import type { createSlackClient } from '../src/deliver/slack.ts';
import { createSlackReader } from '../src/deliver/slack-read.ts';
import type { Running } from '../src/lifecycle.ts';
import type { connectRedis } from '../src/queue/connection.ts';
import { TRIAGE_QUEUE } from '../src/queue/jobs.ts';
import { openIncidentStore } from '../src/store/incidents.ts';
import { openKnownStore } from '../src/store/known.ts';
import { incidentSeal } from '../src/store/seal.ts';
import { workerStarter } from './start.ts';
import { runTriage } from './triage.ts';
import type { TriageWork } from './triage-work.ts';

const TRIAGE_CONCURRENCY = 8;

/** Starts what decides about incidents. */
export function startTriage(
  work: Omit<TriageWork, 'incidents' | 'known' | 'read' | 'now'>,
  from: { redis: ReturnType<typeof connectRedis>; env: Env; slack: ReturnType<typeof createSlackClient> },
  { lifecycle, log }: Pick<Running, 'lifecycle' | 'log'>,
): TriageWork {
  const triageWork = {
    ...work,
    incidents: openIncidentStore(from.redis, incidentSeal(from.env.sealKeys)),
    known: openKnownStore(from.redis),
    read: createSlackReader(from.slack, Date.now),
    now: Date.now,
  };
  const start = workerStarter(from.redis, log);
  const worker = start(TRIAGE_QUEUE, (job, token) => runTriage(job, token, triageWork), TRIAGE_CONCURRENCY);
  lifecycle.onEnd('the triage worker', () => worker.close());
  return triageWork;
}
