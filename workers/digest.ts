// Digests are sent from here. What is due is worked out from the slot dealt with last and from Redis's clock; jobs of a
// scheduler only make a worker look sooner. Whoever claims a slot sends it; a claim whose owner died is taken up again,
// and the outbox sees to it that the channel has the message once.
import type { Authorise } from '../src/authorise.ts';
import type { ServiceCatalog } from '../src/config/services.ts';
import type { ChartRenderer } from '../src/deliver/charts.ts';
import { showDigest } from '../src/deliver/digest-thread.ts';
import type { SlackPoster } from '../src/deliver/slack.ts';
import { SlackBusy } from '../src/deliver/slack-call.ts';
import { isSilent } from '../src/digest/content.ts';
import { openCalendar, wallKey } from '../src/digest/plan.ts';
import { Failure } from '../src/failure.ts';
import type { Log } from '../src/log.ts';
import type { Digest, ServiceFacts } from '../src/model/digest.ts';
import type { Service } from '../src/model/target.ts';
import { formatDuration } from '../src/model/units.ts';
import type { Clock, Ledger } from '../src/outbox/outbox.ts';
import { contentOf, digestsInForce, originOf } from '../src/past/digest-content.ts';
import {
  type Ask,
  askStateId,
  type Claim,
  type DigestState,
  type DigestStore,
  type KeptSlot,
  type Plan,
} from '../src/store/digests.ts';
import { unlessAborted } from './turn.ts';

export interface DigestWork {
  readonly services: Pick<ServiceCatalog, 'all' | 'digests'>;
  readonly digests: DigestStore;
  readonly factsOf: (service: Service, atMs: number) => Promise<ServiceFacts>;
  readonly authorise: Authorise;
  readonly slack: SlackPoster;
  readonly renderChart: ChartRenderer;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Digests {
  /** Looks once at what is due, and begins to send it. */
  readonly look: () => Promise<void>;
  /** The digests there are now. */
  readonly inForce: () => Promise<readonly Digest[]>;
  /** Resolves when nothing is being sent any more. */
  readonly idle: () => Promise<void>;
  /** Lets go of what is being sent; another worker takes it up at once. */
  readonly close: () => Promise<void>;
}

const BEAT_MS = 1_000;
/** After trouble that may pass. */
const AGAIN_MS = 3_000;
/** Clocks of machines that are kept in step differ by less. */
const SKEW_MS = 30_000;
const SKEW_TOLD_EVERY_MS = 600_000;

/** Somebody else may be sending it by now. */
class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

/** A slot to be sent, of a digest or of one that somebody asked for. */
interface Turn {
  readonly digest: Digest;
  readonly state: DigestState;
  readonly plan: Plan;
  readonly ask?: Ask;
}

export function openDigests(work: DigestWork): Digests {
  const { digests, services, clock, log } = work;
  const calendar = openCalendar();
  /** The slots dealt with last as Redis told them, for the case that it forgets. */
  const remembered = new Map<string, KeptSlot>();
  const sending = new Map<string, { readonly done: Promise<void>; readonly stop: () => void }>();
  const warnOfSkew = skewWarner(log);
  let isClosed = false;
  /** How far Redis's clock is ahead of this machine's. */
  let aheadMs = 0;

  const begin = (turn: Turn): void => {
    const { id } = turn.digest;
    if (isClosed || sending.has(id)) return;
    const stopped = new AbortController();
    const done = send(turn, stopped.signal, {
      ...work,
      clock: { ...clock, now: () => clock.now() + aheadMs },
    })
      .catch((error: unknown) => log.warn({ err: error, digest: id }, 'A digest waits for the next look.'))
      .finally(() => sending.delete(id));
    sending.set(id, { done, stop: () => stopped.abort(new ClaimLost('this worker is leaving')) });
  };
  const lookAt = async (digest: Digest, nowMs: number): Promise<void> => {
    if (sending.has(digest.id)) return;
    const state = await digests.state(digest.id);
    if (!state) {
      const last = remembered.get(digest.id);
      if (last)
        log.warn({ digest: digest.id }, 'Redis was emptied: a digest goes on from what is remembered.');
      return digests.begin(digest.id, last ?? { key: '', atMs: nowMs }, last && nowMs);
    }
    remembered.set(digest.id, state.last);
    const plan = state.plan ?? (await decided(digest, state, nowMs));
    if (plan) begin({ digest, state, plan });
  };
  const decided = async (digest: Digest, state: DigestState, nowMs: number): Promise<Plan | undefined> => {
    const due = calendar.due(digest, state, nowMs);
    if (!due) return undefined;
    const plan = { ...due, skipped: [...due.skipped] };
    return (await digests.plan(digest.id, state.last, plan)) ? plan : undefined;
  };
  const lookAtAsk = async (ask: Ask): Promise<void> => {
    const id = askStateId(ask.id);
    const slot = { key: wallKey(ask.atMs, ask.digest.zone), atMs: ask.atMs };
    const state = await digests.state(id);
    if (!state) return digests.begin(id, { key: '', atMs: ask.atMs });
    if (state.last.key === slot.key || state.givenUp === slot.key) return digests.answered(ask);
    const plan = state.plan ?? { slot, skipped: [] };
    if (!state.plan && !(await digests.plan(id, state.last, plan))) return;
    begin({ digest: { ...ask.digest, id, silentWhenHealthy: false }, state, plan, ask });
  };

  const inForce = async (): Promise<readonly Digest[]> =>
    digestsInForce(services.digests(), await digests.setUp());
  return {
    inForce,
    look: async () => {
      const nowMs = await digests.nowMs();
      aheadMs = nowMs - clock.now();
      warnOfSkew(aheadMs, nowMs);
      const [due, asks] = await Promise.all([inForce(), digests.asked()]);
      await Promise.all([...due.map((digest) => lookAt(digest, nowMs)), ...asks.map(lookAtAsk)]);
    },
    idle: async () => {
      await Promise.all([...sending.values()].map(({ done }) => done));
    },
    close: async () => {
      isClosed = true;
      for (const { stop } of sending.values()) stop();
      await Promise.all([...sending.values()].map(({ done }) => done));
    },
  };
}

function skewWarner(log: Log) {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (aheadMs: number, nowMs: number): void => {
    if (Math.abs(aheadMs) <= SKEW_MS || nowMs - toldMs < SKEW_TOLD_EVERY_MS) return;
    toldMs = nowMs;
    const way = aheadMs > 0 ? 'behind' : 'ahead of';
    log.warn(
      `This machine's clock is ${formatDuration(Math.abs(aheadMs))} ${way} that of Redis: digests go by Redis, reports do not. Set it right.`,
    );
  };
}

async function send(turn: Turn, leaving: AbortSignal, work: DigestWork): Promise<void> {
  const { digests, log } = work;
  const { digest, plan } = turn;
  const claim = await digests.claim(digest.id, plan.slot.key);
  if (!claim) return;
  const beat = setInterval(() => void digests.renew(claim).catch(() => false), BEAT_MS);
  try {
    // Whoever has to leave does not wait for Slack; what may have been posted is looked for by the next.
    await unlessAborted(show(turn, claim, leaving, work), leaving);
    await digests.finish(claim, plan.slot);
    log.info({ digest: digest.id, slot: plan.slot.key }, 'A digest is done.');
  } catch (error) {
    if (leaving.aborted) return await digests.hold(claim, 0);
    if (error instanceof ClaimLost) return;
    if (error instanceof Failure && error.retry === 'never') {
      log.error(
        { err: error, digest: digest.id, slot: plan.slot.key },
        'Slack refuses a digest: the next one says so.',
      );
      return await digests.giveUp(claim);
    }
    await digests.hold(claim, error instanceof SlackBusy ? error.retryAfterMs : AGAIN_MS);
    throw error;
  } finally {
    clearInterval(beat);
  }
}

async function show(turn: Turn, claim: Claim, leaving: AbortSignal, work: DigestWork): Promise<void> {
  const { digests, services, slack, renderChart, clock } = work;
  const { digest, plan, ask } = turn;
  const isPersons = ask !== undefined && ask.door !== 'terminal';
  const content = await contentOf(
    digest,
    isPersons ? { door: ask.door, user: ask.by, channel: digest.channel } : originOf(digest),
    {
      ...plan.slot,
      skipped: plan.skipped,
      ...(plan.lateMs !== undefined && { lateMs: plan.lateMs }),
      ...(isPersons && { askedBy: ask.by }),
    },
    { ...work, services: services.all() },
  );
  if (digest.silentWhenHealthy && isSilent(content)) return;
  await showDigest(content, digest.channel, {
    slack,
    renderChart,
    ledger: ledgerOf(turn, digests),
    clock,
    mayPost: async () => {
      leaving.throwIfAborted();
      if (!(await digests.renew(claim))) throw new ClaimLost('another worker has taken it up');
    },
  });
}

/** What an emptied Redis cannot know is looked for in the channel before it is posted. */
function ledgerOf({ digest, state, plan }: Turn, digests: DigestStore): Ledger {
  const ledger = digests.ledger(digest.id, plan.slot.key);
  const { restoredMs } = state;
  if (restoredMs === undefined || plan.slot.atMs > restoredMs) return ledger;
  return {
    ...ledger,
    claim: async (step) => {
      const before = await ledger.claim(step, plan.slot.atMs);
      return before.state === 'absent' ? { state: 'intent', sinceMs: plan.slot.atMs } : before;
    },
  };
}
