// Names and payloads of the jobs between app and workers. Jobs carry ids, never bytes, and a version, so
// that a worker of another release refuses what it does not understand instead of guessing.
import { z } from 'zod';

export const CAPTURE_QUEUE = 'capture';
export const DELIVER_QUEUE = 'deliver';
export const TRIAGE_QUEUE = 'triage';
export const SAMPLE_QUEUE = 'sample';
/** Its jobs only wake: they say nothing. */
export const DIGEST_QUEUE = 'digest';
/** Braces make one hash slot of all keys: required on a Redis Cluster. */
export const QUEUE_PREFIX = '{goleak}';

export const captureJob = z.strictObject({ v: z.literal(1), requestId: z.string().max(80) });
export type CaptureJob = z.infer<typeof captureJob>;

/**
 * "request": make the thread show what is known of the request. "stacks": add the full stacks of its report. "answer":
 * answer a question asked in its thread, whose id takes the place of the request's; of a later version, so that workers
 * that cannot answer leave it to those that can.
 */
export const deliverJob = z.discriminatedUnion('v', [
  z.strictObject({
    v: z.literal(1),
    what: z.enum(['request', 'stacks']),
    requestId: z.string().max(80),
  }),
  z.strictObject({ v: z.literal(2), what: z.literal('answer'), requestId: z.string().max(80) }),
]);
export type DeliverJob = z.infer<typeof deliverJob>;

/** Decide anew about the incidents of a service, or about a channel that may be one. */
export const triageJob = z.strictObject({
  v: z.literal(1),
  what: z.enum(['service', 'channel']),
  id: z.string().max(80),
});
export type TriageJob = z.infer<typeof triageJob>;

/** Samples some of the instances of a service; in shards, so that no single job holds a worker for long. */
export const sampleJob = z.strictObject({
  v: z.literal(1),
  service: z.string().max(80),
  shard: z.number().int().min(0).max(1_000),
});
export type SampleJob = z.infer<typeof sampleJob>;

/** What a job cannot be read for: its writer was of a newer release, or somebody edited it. */
export type Unreadable = { readonly kind: 'newer'; readonly requestId: string } | { readonly kind: 'edited' };

const newerJob = z.object({ v: z.number().int().min(2), requestId: z.string().max(80) });

/** Says why a payload that does not fit is not ours. */
export function unreadable(payload: unknown): Unreadable {
  const { data: newer } = newerJob.safeParse(payload);
  return newer ? { kind: 'newer', requestId: newer.requestId } : { kind: 'edited' };
}

/** One job per request: its id says which one. */
export function captureJobId(requestId: string): string {
  return `capture-${requestId}`;
}
