// Healthy ways to grow: what a process gathers once after it has started, and then has. Each story is a curve over the
// age of the process that comes to rest, or slows down for ever; how large it is, the readings say.

interface Story {
  /** What believing in it costs, in the unit of evidence. */
  readonly cost: number;
  /** Share of what is gathered at an age, hours: 0 at the start, rising. */
  readonly gathered: (age: number) => number;
}

/**
 * Time constants and durations as shares of the longest life seen: what takes longer cannot be told from a leak yet.
 * Beside each what it costs to believe in it: the slower a cache fills, the fewer such caches there are, and it has to
 * have come to rest just before we look.
 */
const CONSTANTS = [
  [1 / 16, 0],
  [1 / 11, 0],
  [1 / 8, 0],
  [1 / 5.6, 0],
  [1 / 4, 0],
  [1 / 3, 2],
  [1 / 2.3, 4],
  [1 / 1.6, 8],
] as const;
const DURATIONS = [
  [1 / 4, 0],
  [3 / 8, 0],
  [1 / 2, 0],
  [5 / 8, 4],
  [3 / 4, 8],
] as const;
/** What gathers ever more slowly and never comes to rest is a cache without a bound: few of them are healthy. */
const RARER_KEYS = 8;
const RAREST_KEYS = 3;

/** No curve of ours is that of a real cache: what it leaves of what there was to explain, growth cannot claim. */
export const NEVER_BETTER = 0.0015;

/** Caches that fill as misses grow rare, as fast as they can, or with ever rarer keys. */
function storiesFor(longest: number): readonly Story[] {
  return [
    ...CONSTANTS.map(([share, cost]) => ({
      cost,
      gathered: (age: number) => -Math.expm1(-age / (share * longest)),
    })),
    ...DURATIONS.map(([share, cost]) => ({
      cost,
      gathered: (age: number) => Math.min(1, age / (share * longest)),
    })),
    { cost: RARER_KEYS, gathered: (age: number) => Math.sqrt(age / longest) },
    { cost: RAREST_KEYS, gathered: (age: number) => Math.log1p(age) / Math.log1p(longest) },
  ];
}

/** A healthy curve, by reading, and what it costs to believe in it. */
export interface ToldStory {
  readonly column: Float64Array;
  readonly cost: number;
}

/** Every story over the ages of readings, the longest of which is told from those `from` on. */
export function storiesAlong(ticks: Float64Array, from: number): readonly ToldStory[] {
  const longest = ticks.subarray(from).reduce((most, tick) => Math.max(most, tick), 0);
  return storiesFor(longest).map(({ gathered, cost }) => ({ column: ticks.map(gathered), cost }));
}
