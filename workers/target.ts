// One instance of a capture job: waits for its turn at the address, then asks what is still missing.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fetch } from '../src/capture/fetch.ts';
import { isComplete, isHeavy, type Looks, planSteps, type Step } from '../src/capture/plan.ts';
import { resolveInstances } from '../src/capture/resolve.ts';
import { captureInstance } from '../src/capture/run.ts';
import { Failure } from '../src/failure.ts';
import { type Captured, NotYet } from '../src/investigate.ts';
import type { StepRecord } from '../src/model/capture.ts';
import { type CaptureRequest, type Consent, isAutomatic } from '../src/model/request.ts';
import { addressOf, type Instance, type Service } from '../src/model/target.ts';
import { decideBudget, momentWords } from '../src/policy/budget.ts';
import { atOnceOf } from '../src/policy/fleet.ts';
import type { BudgetStore } from '../src/store/budgets.ts';
import type { CaptureStore } from '../src/store/captures.ts';
import type { CircuitStore } from '../src/store/circuits.ts';
import type { Lease } from '../src/store/leases.ts';
import { waitUntilGrown, withCaution } from './caution.ts';
import type { ProgressBoard } from './progress.ts';
import type { Turn } from './turn.ts';

/** What whoever asked may have asked of the service, found out at the beginning of this attempt. */
export interface Granted {
  readonly consent?: Consent;
  /** Why nothing heavy may be asked, to be said behind a colon; absent when it may. */
  readonly lightBecause?: string;
}

export interface TargetWork {
  readonly granted: Granted;
  readonly budgets: BudgetStore;
  readonly circuits: CircuitStore;
  readonly captures: CaptureStore;
  readonly fetch: Fetch;
  readonly turn: Turn;
  readonly board: ProgressBoard;
}

/** One capture at an address at a time, whoever asks and whichever worker has it. */
const AT_ONE_ADDRESS = 1;

/** @throws NotYet while there is no room at the service or its address, or when an automatic one comes too early */
export async function captureTarget(
  request: CaptureRequest,
  service: Service,
  { instance, looks }: { readonly instance: Instance; readonly looks: Looks },
  work: TargetWork,
): Promise<Captured> {
  const { captures, turn } = work;
  const steps = planSteps(request.kinds, request.windowMs, looks);
  const earlier = await captures.records(request.id, instance.name);
  if (isComplete(steps, earlier)) return { instance: instance.name, records: earlier };

  const places = await takePlaces(request, service, instance, turn);
  // Of a single instance a third look may follow: nobody comes between it and the two before. The turn gives them back.
  const isAlone = resolveInstances(service, request).length === 1;
  let stays = false;
  try {
    const rules = {
      allow: service.allow,
      automatic: isAutomatic(request.origin),
      ...work.granted,
    };
    const fetch: Fetch = (asked, endpoint, signal) =>
      turn.ask(() => work.fetch(asked, endpoint, signal, request.id));
    const caution = { circuits: work.circuits, fetch, signal: turn.signal };
    return await withCaution(request, instance, caution, async (cautious) => {
      if (rules.automatic && earlier.length === 0) await waitUntilGrown(instance, fetch, turn.signal);
      const spending = await spend(request, service, instance, work, steps);
      const records = await captureInstance(
        instance,
        { steps, ...rules, ...spending.light },
        {
          fetch: cautious,
          now: Date.now,
          sleep: (durationMs, signal) => sleep(durationMs, undefined, { signal }),
          earlier,
          keep: (record, bytes, before) => captures.keep(request.id, instance.name, record, bytes, before),
          progress: (progress) => work.board.step(instance.name, progress),
          signal: turn.signal,
        },
      );
      await spending.settle(records);
      stays = isAlone;
      return { instance: instance.name, records };
    });
  } finally {
    if (!stays) await Promise.all(places.map(turn.give));
  }
}

/**
 * A place at the service, then one at the address; both or none.
 * @throws NotYet
 */
async function takePlaces(
  request: CaptureRequest,
  service: Service,
  instance: Instance,
  turn: Turn,
): Promise<readonly Lease[]> {
  const ofService = `service:${service.name}`;
  const atOnce = atOnceOf(resolveInstances(service, request).length);
  const here = await turn.take(ofService, atOnce);
  if (!here) throw new NotYet('another capture of this service is running', ofService);
  const ofAddress = `target:${addressOf(instance)}`;
  const there = await turn.take(ofAddress, AT_ONE_ADDRESS);
  if (there) return [there, here];
  await turn.give(here);
  throw new NotYet('another capture of this instance is running', ofAddress);
}

interface Spending {
  /** Set when only light questions may be asked. */
  readonly light: { readonly lightBecause?: string };
  readonly settle: (records: readonly StepRecord[]) => Promise<void>;
}

/** @throws Failure `budget_spent` */
async function spend(
  request: CaptureRequest,
  service: Service,
  instance: Instance,
  { budgets }: TargetWork,
  steps: readonly Step[],
): Promise<Spending> {
  const heavySteps = new Set(steps.filter(isHeavy).map(({ id }) => id));
  const place = { address: addressOf(instance), service: service.name };
  const ask = {
    request: request.id,
    weight: heavySteps.size > 0 ? ('heavy' as const) : ('light' as const),
    automatic: isAutomatic(request.origin),
  };
  const { grant, nowMs } = await budgets.spend(place, ask, (spending) =>
    decideBudget(spending, service.budget, ask),
  );
  if (grant.kind === 'spent') {
    const what = grant.of === 'service' ? service.name : instance.name;
    throw new Failure('budget_spent', {
      what,
      limit: grant.limit,
      frees: momentWords(grant.freesAtMs, nowMs),
    });
  }
  const { heavyAgainAtMs } = grant;
  return {
    light:
      heavyAgainAtMs === undefined
        ? {}
        : {
            lightBecause: `${instance.name} has had the heavy captures of this hour; the next one is possible at ${momentWords(heavyAgainAtMs, nowMs)}`,
          },
    settle: async (records) => {
      const askedHeavy = records.some(({ id, skipped }) => heavySteps.has(id) && !skipped);
      if (grant.weight === 'heavy' && !askedHeavy) await budgets.lighten(place, ask);
    },
  };
}
