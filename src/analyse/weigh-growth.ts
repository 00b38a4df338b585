// The book for crowds that grow.
import type { WaitFamily } from '../model/goroutine.ts';
import { formatCount, formatDuration, formatPercent } from '../model/units.ts';
import { residentOf } from './benign.ts';
import type { Add, Surroundings } from './evidence.ts';
import { type Growth, pace } from './growth.ts';
import { servesRequests } from './kinship.ts';
import type { Signature } from './signature.ts';
import type { Track } from './track.ts';
import { weighConnections, weighCreators, weighDrain, weighPool, weighWork } from './weigh-kinship.ts';

const GROWING_FAMILY: Readonly<Partial<Record<WaitFamily, number>>> = {
  'chan-send': 1.5,
  'nil-chan': 4,
  mutex: 1.2,
  rwmutex: 1.2,
  waitgroup: 1,
  'chan-receive': 0.5,
  select: 0.4,
  cond: 0,
  park: 0.5,
  coroutine: 0.5,
  semaphore: 0.3,
  sleep: -0.6,
  io: -1,
  syscall: -1.5,
  running: -3,
  runnable: -3,
  runtime: -6,
  'test-bubble': -6,
  unknown: -1,
};

/** Pauses and delays are mostly shorter than this; hardly any outlasts twice as much. */
const DELAY_MS = 20_000;

export function weighGrowth(
  track: Track,
  signature: Signature,
  growth: Growth,
  around: Surroundings,
  add: Add,
): void {
  const { counts, identity } = track;
  const n = counts.length;
  const span = formatDuration((around.atMs[n - 1] ?? 0) - (around.atMs[0] ?? 0));
  const family = GROWING_FAMILY[signature.family] ?? 0;
  add(family, '');
  if (identity && growth === 'plateaued' && family < 1)
    add(-1.5, 'growth has all but stopped, as when a pool or cache warms up');
  if (!identity) {
    const certain = family >= 1 ? 0.4 : -1;
    add(
      certain + (n > 2 ? 0.4 : -0.6),
      `count grew ${counts.map(formatCount).join(' → ')} in ${span} (no ids to follow)`,
    );
    return;
  }
  const { aged, cohorts, young, veterans } = identity;
  const grew = cohorts.slice(1).filter((cohort) => cohort > 0).length;
  const fresh = cohorts.slice(1).reduce((sum, cohort) => sum + cohort, 0);
  const old = cohorts[0] ?? 0;
  add(
    n > 2 ? (grew === n - 1 ? 1.6 : -0.2) : 0,
    `grew in ${grew} of ${n - 1} intervals: ${aged.map(formatCount).join(' → ')} in ${span}`,
  );
  add(fresh <= 1 ? -3 : fresh <= 2 ? -0.8 : fresh <= 4 ? -0.2 : Math.min(1, fresh / 20), '');
  if (fresh < 0.1 * old && fresh < 20) {
    add(n > 2 ? -1.5 : -2.5, `only ${formatCount(fresh)} beside ${formatCount(old)} that were there before`);
  }
  const slowing = pace(identity, around.atMs);
  if (family < 1 && slowing < -0.6) add(2 * (slowing + 0.6), 'growth is slowing down');
  weighSaturation(
    old,
    fresh,
    identity.idClock,
    { family, slowing, resident: residentOf(signature) !== undefined },
    add,
  );
  const seen = young.seen + veterans.seen;
  const survived = young.survived + veterans.survived;
  if (seen > 0) {
    const share = survived / seen;
    add(
      share >= 0.95 ? 0.6 : -0.5,
      `${formatCount(survived)} of ${formatCount(seen)} followed goroutines never moved (${formatPercent(share)})`,
    );
  }
  if (signature.family === 'sleep') {
    const windowMs = (around.atMs[n - 1] ?? 0) - (around.atMs[0] ?? 0);
    // Ids date those that were there before the window, if the program was as busy then as it is now.
    const livedMs = windowMs * (1 + (identity.idClock > 0 ? identity.livedShare / identity.idClock : 0));
    add(
      -5.5 + 3.5 * Math.min(1, Math.max(0, (livedMs - DELAY_MS) / DELAY_MS)),
      'whoever sleeps wakes by himself: delays and retries grow like this',
    );
  }
  if (signature.family === 'sleep' && servesRequests(signature))
    add(-3, 'a request that sleeps goes on when it wakes');
  weighWork(identity, add);
  weighDrain(identity, add);
  weighCreators(identity.kinship, signature, around, add, 0.6);
  weighConnections(identity.kinship, signature, true, add);
  if (signature.family === 'io' && !around.load && !residentOf(signature)) {
    if (around.connectionsKnown) add(1.5, 'no connection gauge of the service follows them');
    else if (identity.kinship.withChildren >= 0.8 * identity.kinship.members) {
      add(-4.5, 'each has a companion, as sessions have; the service exports no connection gauge to tell');
    } else add(-2, 'open connections may explain them; the service exports no connection gauge to tell');
  }
  weighPool(identity.kinship, signature, add);
  if (!around.countersKnown && (signature.family === 'io' || signature.family === 'sleep')) {
    add(-4.5, "load may explain them: none of the service's counters was captured");
  }
  if (!around.countersKnown && signature.family === 'select' && identity.kinship.besideConnection > 0) {
    add(-1.5, "connections may explain them: none of the service's counters was captured");
  }
}

/** Fewer than these may have met at one place by chance. */
const LEAST_CROWD = 10;

/**
 * A crowd that was not there at the first of two snapshots. Nobody has seen any of its goroutines twice, so nothing is
 * known of whether they stay; but as many, where one waits for somebody else, are no ground for an all-clear.
 */
export function weighNewCrowd({ counts }: Track, { family }: Signature, add: Add): void {
  const [before = 0, now = 0] = counts;
  if (counts.length !== 2 || before > 0 || now < LEAST_CROWD || (GROWING_FAMILY[family] ?? 0) < 1) return;
  add(4.2, `${formatCount(now)} where there were none: a third snapshot tells whether they stay`);
}

/** Below this share of what the past promises, and this many standard errors, growth is running out of things to make. */
const SATURATED_SHARE = 0.6;
const SATURATED_ERRORS = -1.8;

/**
 * Ids are a clock that ticks with the program's work. A leak goes with the work; what is made once per tenant,
 * shard or kind is mostly made early. Work that picks up looks the same to this clock, so the seconds must agree.
 */
function weighSaturation(
  old: number,
  fresh: number,
  idClock: number,
  { family, slowing, resident }: { family: number; slowing: number; resident: boolean },
  add: Add,
): void {
  const expected = old * idClock;
  const errors = (fresh - expected) / Math.sqrt(expected + fresh + 1);
  if (fresh >= SATURATED_SHARE * expected || errors > SATURATED_ERRORS) return;
  const most = family < 1 && slowing < -0.4 ? 5 : 2;
  add(
    resident ? -1.2 : -Math.min(most, -1.5 * errors),
    'most were born early: the program has done far more since, and few were added',
  );
}
