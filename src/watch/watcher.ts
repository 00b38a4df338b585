// The watcher is a fold: what it remembers and the next sample give what it then remembers, and what it has to say.
// It has no clock: time is what samples say. It remembers eight days in hours, six hours in ten minutes, no more.
import {
  addSample,
  BUCKET_SECONDS,
  type Bucket,
  closeBucket,
  hourOf,
  joinHour,
  openBucket,
} from './bucket.ts';
import { isNearly, judgeGrowth, judgeKillings, QUIET_SECONDS } from './judge.ts';
import { captureTriggers, gcSpiral, isNear, nearLimit } from './limits.ts';
import { type End, endOf, firstLife, nextLife } from './lives.ts';
import type { CaptureTrigger, Detection, DetectionKind, Sample } from './sample.ts';
import { type InstanceState, MAX_ENDINGS, MAX_HOURS, MAX_TENS } from './state.ts';

export interface Watched {
  readonly state: InstanceState;
  readonly detections: readonly Detection[];
  readonly captures: readonly CaptureTrigger[];
  /** What this sample completed, for those who keep histories. */
  readonly ten?: Bucket;
  readonly hour?: Bucket;
  /** The process of this sample is not that of the one before. */
  readonly mark?: Mark;
}

export interface Mark {
  /** Unix seconds. */
  readonly t: number;
  readonly what: End;
  readonly version?: string;
}

/** An hour of fewer tens of minutes tells too little. */
const LEAST_OF_HOUR = 2;
const HALF_HOUR_SECONDS = 1800;
/** An instance that was not seen for longer is another story. */
const TAKES_OVER_SECONDS = 6 * 3600;
/** The same is not said twice in a week; what is new by then is said again. */
const QUIET_OF: Readonly<Partial<Record<DetectionKind, number>>> = {
  gc_spiral: 86_400,
};

/** Samples of one instance, in order of time; one that does not is passed over. */
export function watch(known: InstanceState | undefined, sample: Sample): Watched {
  if (known && sample.t <= known.last.t) return { state: known, detections: [], captures: [] };
  const instance = sample.instance ?? '';
  if (!known) {
    const state = begun(sample);
    return { state: marked(instance, state), detections: [], captures: captureTriggers(instance, state) };
  }
  const { state, ...told } = next(instance, known, sample);
  const captures = captureTriggers(instance, state);
  return { ...told, state: marked(instance, state), captures };
}

/** The instance of a service that a new one takes over from: of those that are there, or lately were, the one watched longest. */
export function predecessorOf(states: Iterable<InstanceState>, { t }: Sample): InstanceState | undefined {
  let longest: InstanceState | undefined;
  for (const state of states) {
    if (Math.abs(t - state.last.t) > TAKES_OVER_SECONDS) continue;
    if (state.hours.length > (longest?.hours.length ?? 0)) longest = state;
  }
  return longest;
}

/**
 * The first sample of an instance that takes over from another of the same service, as the pods of a deploy do: what
 * the other one knew of load and of earlier lives is worth having, what was said of it is not repeated here.
 */
export function succeed(other: InstanceState, sample: Sample): Watched {
  const fresh = watch(undefined, sample);
  const run = Math.max(other.life.run, ...other.hours.map((hour) => hour.run)) + 1;
  const before = (buckets: readonly Bucket[]) => buckets.filter(({ t }) => t < sample.t);
  const { life, open } = fresh.state;
  return {
    ...fresh,
    state: {
      ...fresh.state,
      hours: before(other.hours),
      tens: before(other.tens),
      life: { ...life, run },
      open: { ...open, run },
    },
  };
}

/** Captures that were asked for are not asked for again. */
function marked(instance: string, state: InstanceState): InstanceState {
  const [capture] = captureTriggers(instance, state);
  return capture ? { ...state, captured: capture.percent } : state;
}

type Step = Omit<Watched, 'captures'>;

function begun(sample: Sample): InstanceState {
  const life = firstLife(sample);
  return {
    life,
    last: sample,
    before: undefined,
    open: openBucket(sample, life.run, hoursBetween(life.started, sample.t)),
    pending: [],
    tens: [],
    hours: [],
    lasting: {},
    found: {},
    told: {},
    killings: [],
    captured: 0,
    near: isNear(sample) ? 1 : 0,
  };
}

function next(instance: string, state: InstanceState, sample: Sample): Step {
  const end = endOf(state.last, sample, () => lowestHeap(state));
  const another = end !== undefined;
  if (!another && sample.t < state.open.t + BUCKET_SECONDS) {
    const near = isNear(sample) ? state.near + 1 : 0;
    const added = { ...state, last: sample, open: addSample(state.open, sample), near };
    return near > state.near
      ? tell(added, unlessTold(added, nearLimit(instance, added)))
      : { state: added, detections: [] };
  }
  const closed = close(instance, state, another || hourOf(sample.t) !== hourOf(state.open.t));
  const life = another ? nextLife(state.life, sample) : state.life;
  const killed = end === 'killed';
  const before = another ? undefined : state.last;
  const begins: InstanceState = {
    ...closed.state,
    life,
    last: sample,
    before,
    open: openBucket(sample, life.run, hoursBetween(life.started, sample.t), before),
    near: isNear(sample) ? state.near + 1 : 0,
    ...(another && { captured: 0, near: 0 }),
    ...(killed && { killings: [...state.killings, sample.t].slice(-MAX_ENDINGS) }),
  };
  const { version } = sample;
  const told = tell(begins, unlessTold(begins, killed ? judgeKillings(instance, begins) : undefined));
  return {
    ...closed,
    state: told.state,
    detections: [...closed.detections, ...told.detections],
    ...(end && { mark: { t: sample.t, what: end, ...(version !== undefined && { version }) } }),
  };
}

/** Of the life under way, in a day; NaN before ten minutes of it. */
function lowestHeap({ tens, life }: InstanceState): number {
  const own = tens.filter(({ run, trough }) => run === life.run && trough > 0);
  return own.length > 0 ? Math.min(...own.map(({ trough }) => trough)) : Number.NaN;
}

/** The open bucket is full; perhaps the hour is. Only then is anything judged. */
function close(instance: string, state: InstanceState, hourEnds: boolean): Step {
  const bucket = closeBucket(state.open, state.before);
  const spiral = gcSpiral(instance, state, bucket);
  const pending = [...state.pending, bucket];
  const hour = hourEnds && pending.length >= LEAST_OF_HOUR ? joinHour(pending) : undefined;
  const kept: InstanceState = {
    ...state,
    pending: hourEnds ? [] : pending,
    tens: limited(state.tens, bucket, MAX_TENS),
    hours: hour ? limited(state.hours, hour, MAX_HOURS) : state.hours,
  };
  const half =
    !hourEnds && endsHalfHour(bucket) && pending.length >= LEAST_OF_HOUR && isNearly(state)
      ? joinHour(pending)
      : undefined;
  const { detections, ...seen } = half
    ? judgeGrowth(instance, { ...kept, hours: [...kept.hours, half] }, 'half hour')
    : judgeGrowth(instance, kept, hour ? 'hour' : 'ten minutes');
  const told = tell({ ...kept, ...seen }, [...unlessTold(state, spiral), ...detections]);
  return { ...told, ten: bucket, ...(hour && { hour }) };
}

function endsHalfHour({ t }: Bucket): boolean {
  return t + BUCKET_SECONDS === hourOf(t) + HALF_HOUR_SECONDS;
}

/** What was told lately is not told again. */
function unlessTold({ told }: InstanceState, candidate: Detection | undefined): readonly Detection[] {
  if (!candidate) return [];
  const before = told[candidate.kind] ?? Number.NEGATIVE_INFINITY;
  return candidate.t - before < (QUIET_OF[candidate.kind] ?? QUIET_SECONDS) ? [] : [candidate];
}

function tell(state: InstanceState, detections: readonly Detection[]): Step {
  if (detections.length === 0) return { state, detections };
  const told = { ...state.told, ...Object.fromEntries(detections.map(({ kind, t }) => [kind, t])) };
  return { state: { ...state, told }, detections };
}

function limited(buckets: readonly Bucket[], bucket: Bucket, most: number): readonly Bucket[] {
  return [...(buckets.length >= most ? buckets.slice(buckets.length - most + 1) : buckets), bucket];
}

function hoursBetween(from: number, to: number): number {
  return Math.max(0, to - from) / 3600;
}
