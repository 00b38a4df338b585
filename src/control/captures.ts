// What people do to captures that are under way: stop, resume, cancel. The same from Slack and from a terminal; what
// runs ends within two seconds, because every worker looks once a second and before every request.
import type { Authorise } from '../authorise.ts';
import type { Command } from '../command/command.ts';
import { explain, Failure } from '../failure.ts';
import { type CaptureRequest, isLastWord, type Origin } from '../model/request.ts';
import type { Action } from '../policy/who-may.ts';
import { type JobQueue, withinDeadline } from '../queue/queue.ts';
import { tellThreads } from '../queue/tell.ts';
import type { RequestStore } from '../store/requests.ts';
import { EVERYTHING, type SwitchStore } from '../store/switches.ts';

export type ControlCommand = Extract<Command, { kind: 'stop' | 'resume' | 'cancel' }>;

export interface ControlPorts {
  readonly services: readonly string[];
  readonly authorise: Authorise;
  readonly requests: RequestStore;
  readonly queue: Pick<JobQueue, 'deliver'>;
  readonly switches: SwitchStore;
  readonly now: () => number;
}

/**
 * Does it, and says in a sentence what was done.
 * @throws Failure when they may not, `service_unknown`, `request_unknown`, `queue_unavailable`
 */
export async function control(command: ControlCommand, asker: Origin, ports: ControlPorts): Promise<string> {
  if (command.kind === 'cancel') return cancel(command.id, asker, ports);
  const { services } = ports;
  await permit(command.kind, asker, ports);
  const service = command.service ?? EVERYTHING;
  if (service !== EVERYTHING && !services.includes(service)) {
    throw new Failure('service_unknown', { service, known: services });
  }
  return withinDeadline(command.kind === 'stop' ? stop(service, asker, ports) : resume(service, ports));
}

/** Where a channel is shared does not matter: only whoever asks sees the answer. */
async function permit(
  action: Action,
  origin: Origin,
  { authorise }: ControlPorts,
  own = false,
): Promise<void> {
  const decision = await authorise({ at: 'door', origin, actions: [action], own });
  if (decision.may === 'no') throw decision.refusal;
}

/** Refuses a capture of a service that is stopped. */
export async function refuseStopped(service: string, { stopOf }: Pick<SwitchStore, 'stopOf'>): Promise<void> {
  const stopped = await stopOf(service);
  if (stopped) throw stoppedFailure(service, stopped.atMs);
}

export function stoppedFailure(service: string, atMs: number): Failure {
  return new Failure('stopped', { service, at: `${new Date(atMs).toISOString().slice(11, 16)} UTC` });
}

async function stop(service: string, { user }: Origin, ports: ControlPorts): Promise<string> {
  const { requests, queue, switches, now } = ports;
  const atMs = now();
  const theirs = async (): Promise<readonly CaptureRequest[]> =>
    (await underWay(ports)).filter((request) =>
      service === EVERYTHING ? request.files === undefined : request.service === service,
    );
  // Workers that see the switch end captures by themselves, before they could be counted.
  const before = await theirs();
  // First the switch: whatever is accepted from here on finds it.
  await switches.stop({ service, by: user, atMs });
  const ended = await theirs();
  for (const { id, service: named } of ended) {
    const words = explain(stoppedFailure(named, atMs), id);
    if (await requests.saveProgress(id, { stage: 'failed', ...words })) await queue.deliver(id);
  }
  const what = service === EVERYTHING ? 'All captures' : `Captures of ${service}`;
  const again = service === EVERYTHING ? 'resume' : `resume ${service}`;
  return `${what} are stopped; ${countOf(new Set([...before, ...ended].map(({ id }) => id)).size)} ended. \`${again}\` lets them run again.`;
}

async function resume(service: string, { switches }: ControlPorts): Promise<string> {
  const lifted = await switches.resume(service);
  const whole = service !== EVERYTHING && (await switches.stopOf(service));
  if (whole) return `All captures are stopped, those of ${service} too; \`resume\` lets them run again.`;
  if (lifted.length === 0) return 'Nothing was stopped.';
  const names = lifted.map((stop) => (stop.service === EVERYTHING ? 'all services' : stop.service));
  return `Captures of ${names.join(', ')} may run again. What was ended is not taken up again: ask anew.`;
}

async function cancel(wanted: string, asker: Origin, ports: ControlPorts): Promise<string> {
  const open = await withinDeadline(underWay(ports));
  const matches = open.filter(({ id }) => id === wanted || id.split('-')[1]?.startsWith(wanted) === true);
  const [request] = matches;
  if (!request || matches.length > 1) throw new Failure('request_unknown', { id: wanted.slice(0, 40) });
  await permit('cancel', asker, ports, request.origin.user === asker.user);
  await withinDeadline(tellThreads(request.id, { stage: 'cancelled', by: asker.user }, ports));
  return `The capture ${request.id} of ${request.service} is cancelled.`;
}

async function underWay({ requests, now }: ControlPorts): Promise<readonly CaptureRequest[]> {
  const found: CaptureRequest[] = [];
  for (const id of await requests.open(now())) {
    const request = await requests.load(id);
    if (request && !isLastWord((await requests.progress(id)).stage)) found.push(request);
  }
  return found;
}

function countOf(count: number): string {
  return count === 1 ? 'one that ran or waited was' : `${count} that ran or waited were`;
}
