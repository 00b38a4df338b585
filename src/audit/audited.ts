// What is decided about captures, written down: each of these wraps what decides and leaves what it does alone.

import { createHash } from 'node:crypto';
import { Failure } from '../failure.ts';
import type { CaptureRequest, Origin, Progress } from '../model/request.ts';
import type { Rule } from '../model/rule.ts';
import { formatDay } from '../model/units.ts';
import type { Report } from '../report/schema.ts';
import type { RequestStore } from '../store/requests.ts';
import type { Decision } from './line.ts';
import type { Trail } from './trail.ts';

type Write = Pick<Trail, 'write'>;

/**
 * One line when a request is accepted and one when its last word is kept, whichever process does it and however often.
 * @param reportOf a report of this machine; an outcome is written without its cost where there is none
 */
export function auditedRequests(
  requests: RequestStore,
  { write }: Write,
  reportOf: (id: string) => Promise<Report | undefined>,
): RequestStore {
  return {
    ...requests,
    accept: async (request, same) => {
      const leader = await requests.accept(request, same);
      if (await requests.once(request.id, 'accepted')) {
        const about = aboutRequest(request);
        write(
          leader === request.id
            ? { what: 'accepted', ...about }
            : { what: 'coalesced', ...about, with: leader },
        );
      }
      return leader;
    },
    withdraw: async (request) => {
      await requests.withdraw(request);
      // One that an earlier delivery had accepted stays.
      if (!(await requests.load(request.id))) write({ what: 'withdrawn', ...aboutRequest(request) });
    },
    saveProgress: async (id, progress) => {
      const isKept = await requests.saveProgress(id, progress);
      const { stage } = progress;
      if (!isKept || (stage !== 'done' && stage !== 'failed' && stage !== 'cancelled')) return isKept;
      const request = await requests.load(id);
      if (!request) return isKept;
      const about = aboutRequest(request);
      const outcome = await outcomeOf(progress, reportOf);
      const [isUntold, isEnd] = await Promise.all([
        // Whoever accepted it may have been killed before it could be written.
        requests.once(id, 'accepted'),
        // A verdict may take the place of a failure: then there are two.
        requests.once(id, stage === 'done' ? 'captured' : 'ended'),
      ]);
      if (isUntold) write({ what: 'accepted', ...about });
      if (isEnd) write({ ...about, ...outcome });
      return isKept;
    },
  };
}

/** What somebody was refused, and why. */
export async function auditedRefusals<Value>(
  about: Omit<Decision, 'what' | 'why'>,
  { write }: Write,
  run: () => Promise<Value>,
): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Failure) write({ ...about, what: 'refused', why: error.message });
    throw error;
  }
}

/** Allowed, these leave no trace but this one. */
const SHOWN: readonly string[] = ['full-stacks', 'audit'];

/** What the door refused somebody for who they are, where they asked, or what services.yml says; and what it showed. */
export function auditedAsks({ write }: Write) {
  return (
    ask: {
      readonly origin: Origin;
      readonly actions: readonly string[];
      readonly service?: { readonly name: string };
      readonly kinds?: Decision['kinds'];
      readonly request?: string;
    },
    decision: { readonly may: string; readonly refusal?: Failure },
  ): void => {
    const { origin, actions, service, kinds, request } = ask;
    const shown = actions.find((action) => SHOWN.includes(action));
    const why = decision.refusal?.message ?? shown;
    if (why === undefined) return;
    write({
      what: decision.refusal ? 'refused' : 'pressed',
      ...aboutOrigin(origin),
      ...(service && { service: service.name }),
      ...(kinds && { kinds }),
      ...(request !== undefined && { request }),
      why,
    });
  };
}

interface Change {
  readonly kind: 'stop' | 'resume' | 'cancel' | 'watch' | 'unwatch' | 'history' | 'baseline';
  readonly service?: string;
  readonly action?: 'set' | 'clear';
}

/**
 * A switch that was thrown, or what was changed about watching. What is cancelled is written as what became of it;
 * looking leaves no line.
 */
export async function auditedControl<Value>(
  command: Change,
  asker: Pick<Origin, 'user' | 'door' | 'channel'>,
  { write }: Write,
  run: () => Promise<Value>,
): Promise<Value> {
  const value = await run();
  const what = changeOf(command);
  const { service } = command;
  if (what) write({ what, ...aboutOrigin(asker), ...(service !== undefined && { service }) });
  return value;
}

function changeOf({ kind, action }: Change): Decision['what'] | undefined {
  switch (kind) {
    case 'stop':
      return 'stopped';
    case 'resume':
      return 'resumed';
    case 'watch':
      return 'watched';
    case 'unwatch':
      return 'unwatched';
    case 'baseline':
      return action && (action === 'set' ? 'baseline-set' : 'baseline-cleared');
    case 'cancel':
    case 'history':
      return undefined;
    default:
      return kind satisfies never;
  }
}

/** Something was said of a signature, or taken back. */
export function auditRule(
  rule: Pick<Rule, 'kind' | 'id' | 'label' | 'service' | 'scope' | 'untilMs' | 'reason' | 'removed'>,
  asker: Pick<Origin, 'user' | 'door' | 'channel'>,
  { write }: Write,
): void {
  const { kind, id, label, service, scope, untilMs, reason, removed } = rule;
  const where = scope === 'everywhere' ? 'everywhere' : service;
  write({
    what: removed ? 'unruled' : kind === 'snooze' ? 'snoozed' : 'ruled',
    ...aboutOrigin(asker),
    service,
    why: `${id} ${label}, ${where}, until ${formatDay(untilMs)}: ${reason}`,
  });
}

export function aboutOrigin({ user, door, channel }: Pick<Origin, 'user' | 'door' | 'channel'>) {
  return { who: user, door, ...(channel !== undefined && { channel }) };
}

export function aboutRequest(request: CaptureRequest): Omit<Decision, 'what'> {
  const { id, service, instances, kinds, origin, consent, files } = request;
  return {
    ...aboutOrigin(origin),
    service,
    instances,
    kinds,
    request: id,
    ...(consent !== undefined && { why: `heavy questions ${consent}` }),
    ...(files && { why: `files ${files.join(' ')}` }),
  };
}

async function outcomeOf(
  progress: Extract<Progress, { stage: 'done' | 'failed' | 'cancelled' }>,
  reportOf: (id: string) => Promise<Report | undefined>,
): Promise<Pick<Decision, 'what' | 'why' | 'verdict' | 'cost' | 'artefacts'>> {
  switch (progress.stage) {
    case 'failed':
      return { what: 'failed', why: progress.what };
    case 'cancelled':
      return { what: 'cancelled', why: `by ${progress.by}` };
    case 'done': {
      const report = await reportOf(progress.reportId);
      return { what: 'captured', ...(report && capturedFacts(report)) };
    }
    default:
      return progress satisfies never;
  }
}

function capturedFacts({ verdict, cost, artefacts }: Report) {
  const sums = artefacts.map(({ name, sha256 }) => `${name} ${sha256}`).join('\n');
  return {
    verdict: verdict.kind,
    cost: {
      requests: cost.requests.length,
      bytes: cost.requests.reduce((sum, { bytes }) => sum + bytes, 0),
      pauseMs: cost.pauseMsEstimate,
    },
    ...(artefacts.length > 0 && { artefacts: createHash('sha256').update(sums).digest('hex') }),
  };
}
