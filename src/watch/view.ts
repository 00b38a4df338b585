// What of all that is remembered a window looks at: the hours it judges, and those before from which one learns what
// load does. The same for every signal.
import type { Bucket } from './bucket.ts';

export interface View {
  /** What is judged and what is learned from, in order of time. */
  readonly shown: readonly Bucket[];
  readonly judged: ReadonlySet<Bucket>;
  /** Whether they are of one life of the process. */
  readonly alone: boolean;
  /** Hours between buckets. */
  readonly spacing: number;
}

export interface Moment {
  /** Unix seconds. */
  readonly now: number;
  /** The life of the process that is under way. */
  readonly run: number;
  /** Hours between buckets. */
  readonly spacing: number;
}

/** Hours of a life in which everything is being set up. */
const WARM_UP_HOURS = 1;
/** The same where one looks closer: what fills fast would be seen filling. */
const CLOSER_WARM_UP_HOURS = 2;
const MATURE_HOURS = 1.5;
/** Hours before a window from which one learns what load does. */
const CONTEXT_HOURS = 72;
/** Of what a window wants watched, so much must be there before anything is computed. */
const ENOUGH = 0.8;
/** Hours before a window that teach what load does. */
export const ENOUGH_CONTEXT = 20;

/** What is asked of a window. */
export interface Asked {
  readonly hours: number;
  /** Hours that must really have been watched in it. */
  readonly watched: number;
  /** The same where nothing before tells what load does. */
  readonly watchedAlone: number;
}

/** Undefined when too little was watched. */
export function viewOf(
  { hours, watched, watchedAlone }: Asked,
  buckets: readonly Bucket[],
  { now, run, spacing }: Moment,
): View | undefined {
  const from = now - (hours + spacing) * 3600;
  const near = buckets.filter(({ t, age }) => age >= WARM_UP_HOURS && t >= from - CONTEXT_HOURS * 3600);
  const inside = near.filter(({ t }) => t >= from);
  const own = inside.filter((bucket) => bucket.run === run);
  // A life that is long enough is judged alone; of many short ones, what they have in common once they are warm.
  const asked = near.length - inside.length >= ENOUGH_CONTEXT ? watched : watchedAlone;
  const alone = watchedIn(own) * spacing >= asked;
  const judged = new Set(alone ? own : ofSeveralLives(inside, from, asked / spacing));
  if (judged.size * spacing < ENOUGH * watched) return undefined;
  const first = Math.min(...[...judged].map((bucket) => bucket.run));
  const shown = near.filter(
    (bucket) => bucket.t < from || judged.has(bucket) || (alone ? bucket.run !== run : bucket.run < first),
  );
  return { shown, judged, alone, spacing };
}

/** The same window by shorter buckets, where those are remembered, with longer ones before it to learn from. */
export function closerViewOf(
  window: Asked,
  { tens, hours }: { readonly tens: readonly Bucket[]; readonly hours: readonly Bucket[] },
  moment: Moment,
): View | undefined {
  const from = moment.now - (window.hours + moment.spacing) * 3600;
  return viewOf(
    window,
    [
      ...hours.filter(({ t }) => t < from),
      ...tens.filter(({ t, age }) => t >= from && age >= CLOSER_WARM_UP_HOURS),
    ],
    moment,
  );
}

/** Those of lives that began inside, where they are enough. */
function ofSeveralLives(inside: readonly Bucket[], from: number, enough: number): readonly Bucket[] {
  const mature = inside.filter(({ age }) => age >= MATURE_HOURS);
  const young = mature.filter(({ t, age }) => t - age * 3600 >= from);
  return watchedIn(young) >= enough ? young : mature;
}

/** Buckets that follow one of the same life: a life is watched from its first to its last. */
function watchedIn(buckets: readonly Bucket[]): number {
  return buckets.length - new Set(buckets.map(({ run }) => run)).size;
}
