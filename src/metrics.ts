// The figures of one process, for Prometheus. Label values come from closed sets only: an instance name or a person as
// a label would let a busy week fill somebody's database.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Endpoint } from './model/capture.ts';
import type { VerdictKind } from './model/verdict.ts';

export type CaptureOutcome = 'done' | 'failed' | 'tried-again' | 'given-back';
export type OutboxEvent = 'intent' | 'adopted' | 'withdrawn';

export interface Metrics {
  readonly captured: (outcome: CaptureOutcome) => void;
  readonly judged: (kind: VerdictKind) => void;
  readonly outbox: (event: OutboxEvent) => void;
  /** @param outcome `ok` or the code of a Failure */
  readonly asked: (endpoint: Endpoint, outcome: string, cost: { bytes: number; ms: number }) => void;
  readonly killed: (why: string) => void;
  readonly redisDegraded: (isDegraded: boolean) => void;
  readonly page: () => Promise<{ readonly type: string; readonly body: string }>;
}

export interface QueueDepth {
  readonly active: number;
  readonly waiting: number;
  readonly delayed: number;
  readonly failed: number;
}

/** Seconds. The slowest request allowed takes 20. */
const REQUEST_BUCKETS = [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 20];

/**
 * A registry of its own for each process, with Node's own figures (event-loop delay, memory, processor) in it.
 * @param depths read at each scrape; a Redis that is away leaves the queues out, and the rest stands
 */
export function openMetrics(depths: () => Promise<Readonly<Record<string, QueueDepth>>>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });

  const captures = counter('goleak_captures_total', 'Capture jobs by how they ended.', ['outcome']);
  const verdicts = counter('goleak_verdicts_total', 'Verdicts by kind.', ['kind']);
  const outbox = counter('goleak_outbox_total', 'Messages intended, found again after a crash, taken back.', [
    'event',
  ]);
  const bytes = counter('goleak_target_bytes_total', 'Bytes fetched from services.', ['endpoint']);
  const kills = counter('goleak_analysis_ended_total', 'Analyses without a result, by why.', ['why']);
  const requests = new Histogram({
    name: 'goleak_target_request_seconds',
    help: 'Requests to services and how long they took.',
    labelNames: ['endpoint', 'outcome'],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const degraded = new Gauge({
    name: 'goleak_redis_degraded',
    help: '1 while Redis may lose or evict what was accepted.',
    registers,
  });
  new Gauge({
    name: 'goleak_queue_jobs',
    help: 'Jobs in the queues.',
    labelNames: ['queue', 'state'],
    registers,
    async collect() {
      this.reset();
      for (const [queue, states] of Object.entries(await depths().catch(() => ({}))))
        for (const [state, count] of Object.entries(states as QueueDepth)) this.set({ queue, state }, count);
    },
  });

  return {
    captured: (outcome) => captures.inc({ outcome }),
    judged: (kind) => verdicts.inc({ kind }),
    outbox: (event) => outbox.inc({ event }),
    asked: (endpoint, outcome, cost) => {
      requests.observe({ endpoint, outcome }, cost.ms / 1000);
      bytes.inc({ endpoint }, cost.bytes);
    },
    killed: (why) => kills.inc({ why }),
    redisDegraded: (isDegraded) => degraded.set(isDegraded ? 1 : 0),
    page: async () => ({ type: registry.contentType, body: await registry.metrics() }),
  };
}
