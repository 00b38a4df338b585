// What `status` tells: captures under way with the ids that `cancel` takes, what is stopped or left alone, and why jobs
// failed. The same for Slack and the terminal.
import type { CaptureRequest, Progress } from '../model/request.ts';
import { formatDuration } from '../model/units.ts';
import { type Circuit, standingOf } from '../policy/circuit.ts';
import type { FailedJob, JobQueue } from '../queue/queue.ts';
import type { CircuitStore } from '../store/circuits.ts';
import type { RequestStore } from '../store/requests.ts';
import { EVERYTHING, type Stop, type SwitchStore } from '../store/switches.ts';

export interface StatusPorts {
  readonly requests: Pick<RequestStore, 'open' | 'load' | 'progress'>;
  readonly queue: Pick<JobQueue, 'counts' | 'failures'>;
  readonly switches: Pick<SwitchStore, 'stops'>;
  readonly circuits: Pick<CircuitStore, 'all'>;
}

export interface Status {
  readonly open: readonly { readonly request: CaptureRequest; readonly progress: Progress }[];
  /** Open requests beyond those listed. */
  readonly more: number;
  readonly stops: readonly Stop[];
  readonly circuits: ReadonlyMap<string, Circuit>;
  readonly failures: readonly FailedJob[];
  readonly counts: Awaited<ReturnType<JobQueue['counts']>>;
}

const MOST_LISTED = 20;
const MOST_FAILURES = 5;
const REASON_CHARS = 160;

export async function readStatus(nowMs: number, ports: StatusPorts): Promise<Status> {
  const [ids, stops, circuits, failures, counts] = await Promise.all([
    ports.requests.open(nowMs),
    ports.switches.stops(),
    ports.circuits.all(),
    ports.queue.failures(MOST_FAILURES),
    ports.queue.counts(),
  ]);
  const listed = await Promise.all(
    ids.slice(0, MOST_LISTED).map(async (id) => {
      const [request, progress] = await Promise.all([ports.requests.load(id), ports.requests.progress(id)]);
      return request ? [{ request, progress }] : [];
    }),
  );
  const more = Math.max(0, ids.length - MOST_LISTED);
  return { open: listed.flat(), more, stops, circuits, failures, counts };
}

/** Plain lines, the captures under way first. */
export function statusText(status: Status, nowMs: number): string {
  const { open, more, stops, circuits, failures, counts } = status;
  const ago = (atMs: number) => `${formatDuration(nowMs - atMs)} ago`;
  const lines = open.map(
    ({ request, progress }) =>
      `${request.id}  ${request.service}  ${stageWords(progress)}  asked ${ago(request.acceptedAtMs)}`,
  );
  if (lines.length === 0) lines.push('No capture is under way.');
  if (more > 0) lines.push(`… ${more} more`);
  for (const { service, atMs } of stops)
    lines.push(
      `stopped: ${service === EVERYTHING ? 'every service' : service}, ${ago(atMs)} (\`resume\` lifts it)`,
    );
  for (const [address, circuit] of circuits) {
    const standing = standingOf(circuit, nowMs);
    if (standing.kind === 'open')
      lines.push(
        `left alone: ${address} failed ${circuit.failures} times, for ${formatDuration(standing.untilMs - nowMs)} more`,
      );
  }
  for (const { requestId, reason, atMs } of failures)
    lines.push(`failed: ${requestId}, ${ago(atMs)}: ${reason.slice(0, REASON_CHARS)}`);
  for (const [name, { active, waiting, delayed, failed }] of Object.entries(counts))
    lines.push(
      `${name.padEnd(10)}${active} running, ${waiting} waiting, ${delayed} held back, ${failed} failed`,
    );
  return lines.join('\n');
}

/** How far an open request is, after its service's name. */
export function stageWords(progress: Progress): string {
  switch (progress.stage) {
    case 'queued':
      return 'waits for a worker';
    case 'held':
      return `waits: ${progress.why}`;
    case 'waiting':
      return `${progress.next} snapshot in ${formatDuration(progress.secondsLeft * 1000)}`;
    case 'capturing':
    case 'analysing':
      return progress.stage;
    case 'done':
    case 'failed':
    case 'cancelled':
      return `${progress.stage}, being told`;
    default:
      return progress satisfies never;
  }
}
