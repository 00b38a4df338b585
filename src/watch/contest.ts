// Growth against every healthy story. A line through readings proves nothing: a cache that fills fits it well. What
// counts is by how much the best account with growth beats the best one without, in units of what noise would do
// (the logarithm of the ratio of what is left unexplained, times the readings that are independent of each other).
import { type Account, accountOf, leftOf } from './account.ts';
import { productsOf, withColumn } from './gram.ts';
import { type Projection, projectionOf } from './projection.ts';
import { reweigh, withoutWild } from './robust.ts';
import { NEVER_BETTER, type ToldStory } from './stories.ts';

export interface Contest {
  /** What growth explains beyond the best healthy story; noise alone comes to 1, and rarely to 10. */
  readonly beyond: number;
  /** The same with what it costs to believe in the story. */
  readonly evidence: number;
  /** The story that goes with it; undefined when growth alone is account enough. */
  readonly story?: Float64Array;
}

export interface Clock {
  /** Ticks where growth is asked for, 0 elsewhere. */
  readonly ticks: Float64Array;
  /** The reverse: what came before may have grown as well. */
  readonly earlier?: Float64Array;
}

export interface Case {
  readonly y: Float64Array;
  readonly groups: readonly number[];
  /** What explains readings in any case. */
  readonly common: readonly Float64Array[];
  readonly clocks: readonly Clock[];
  /** Asked for only when something grows. The last is bent everywhere. */
  readonly stories: () => readonly ToldStory[];
  /** No story gathered more than is there. */
  readonly level: number;
  /** Growth over what is in focus below which nobody looks closer, in the unit of `y`. */
  readonly least: number;
}

const ROUNDS = 3;
/** Growth in standard errors below which nobody looks closer. */
const QUICK = 2.5;
const MOST_CORRELATION = 0.95;
/** A story has to be better by so much to be told beside growth. */
const WORTH_TELLING = 6;

/** One result for each clock; undefined where nothing grows by it. */
export function contest(one: Case): readonly (Contest | undefined)[] {
  const { y, groups, common, clocks } = one;
  const weights = new Float64Array(y.length).fill(1);
  const plain = projectionOf(common, groups, weights);
  const rising = clocks.map((clock) => risesQuickly(plain, one, clock));
  if (!rising.includes(true)) return clocks.map(() => undefined);
  const stories = one.stories();
  const projection = tamed(one, stories, weights);
  const rest = projection.rest(y);
  const told = stories.map(({ column, cost }) => ({
    column,
    cost,
    ...own(projection, rest, projection.rest(column)),
    room:
      one.level /
      Math.max(
        1e-9,
        column.reduce((most, value) => Math.max(most, value), 0),
      ),
  }));
  return clocks.map((clock, at) => (rising[at] ? contestBy(clock, one, projection, rest, told) : undefined));
}

interface RestOfStory extends ToldStory {
  readonly rest: Float64Array;
  /** Its products with the readings and with itself: asked for once, used for every clock. */
  readonly own: { readonly along: number; readonly square: number };
  readonly room: number;
}

function own(
  { product }: Projection,
  readings: Float64Array,
  rest: Float64Array,
): Pick<RestOfStory, 'rest' | 'own'> {
  return { rest, own: { along: product(rest, readings), square: product(rest, rest) } };
}

function contestBy(
  { ticks, earlier }: Clock,
  { groups }: Case,
  projection: Projection,
  rest: Float64Array,
  told: readonly RestOfStory[],
): Contest | undefined {
  const before = earlier ? [projection.rest(earlier)] : [];
  const growing = [projection.rest(ticks), ...before];
  const grows = productsOf(projection, rest, growing);
  const rests = productsOf(projection, rest, before);
  const alone = accountOf(grows);
  let kindest: { readonly account: Account; readonly story: RestOfStory } | undefined;
  const healthy = [{ squares: accountOf(rests).squares, cost: 0 }];
  for (const story of told) {
    const crossing = growing.map((column) => projection.product(column, story.rest));
    const { squares } = accountOf(withColumn(rests, crossing.slice(1), story.own), story.room);
    healthy.push({ squares, cost: story.cost });
    const account = accountOf(withColumn(grows, crossing, story.own), story.room);
    if (account.squares < (kindest?.account.squares ?? alone.squares)) kindest = { account, story };
  }
  const leanest = kindest?.account ?? alone;
  const columns = kindest ? [...growing, kindest.story.rest] : growing;
  const left = Math.max(leanest.squares, NEVER_BETTER * projection.product(rest, rest), Number.MIN_VALUE);
  // What is left of a clean line hangs together, but what it is rounded up to does not.
  const correlation =
    correlationOf(leftOf(leanest, rest, columns), groups, projection.free) * (leanest.squares / left);
  const independent = (projection.free * (1 - correlation)) / (1 + correlation);
  const worth = Math.exp(-WORTH_TELLING / Math.max(4, independent));
  const story = kindest && kindest.account.squares < worth * alone.squares ? kindest : undefined;
  const [slope = 0] = (story?.account ?? alone).factors;
  if (slope <= 0) return undefined;
  const beyond = healthy.map(({ squares }) => Math.max(0, independent * Math.log(squares / left)));
  return {
    beyond: Math.min(...beyond),
    evidence: Math.min(...beyond.map((much, at) => much + (healthy[at]?.cost ?? 0))),
    ...(story && { story: story.story.column }),
  };
}

/** Most of the time nothing grows, and a quick look tells; what is wild is looked past before it does. */
function risesQuickly(plain: Projection, one: Case, clock: Clock): boolean {
  const glance = glanceAt(plain, one, clock);
  if (glance.rises) return true;
  const weights = withoutWild(glance.left());
  return weights !== undefined && glanceAt(projectionOf(one.common, one.groups, weights), one, clock).rises;
}

function glanceAt(projection: Projection, { y, least }: Case, { ticks, earlier }: Clock) {
  const { free, product } = projection;
  const rest = projection.rest(y);
  const own = projection.rest(ticks);
  const growing = [own, ...(earlier ? [projection.rest(earlier)] : [])];
  const account = accountOf(productsOf(projection, rest, growing));
  const [slope = 0] = account.factors;
  const focused = ticks.filter((tick) => tick > 0);
  const span = focused.reduce((most, tick) => Math.max(most, tick), 0) - Math.min(...focused);
  const certain = slope > QUICK * Math.sqrt(account.squares / (free - 1) / product(own, own));
  return {
    rises: free > 3 && certain && slope * span >= least,
    /** What is left of each reading. */
    left: () => leftOf(account, rest, growing),
  };
}

/** Wild readings count less: as they stand out of what either account says. */
function tamed(
  { y, groups, common, clocks: [clock] }: Case,
  stories: readonly ToldStory[],
  weights: Float64Array,
): Projection {
  const all = [
    ...common,
    ...(clock ? [clock.ticks, ...(clock.earlier ? [clock.earlier] : [])] : []),
    ...stories.slice(-1).map(({ column }) => column),
  ];
  for (let round = 0; round < ROUNDS; round++) {
    reweigh(projectionOf(all, groups, weights).rest(y), weights);
  }
  return projectionOf(common, groups, weights);
}

/** Of neighbours in time; estimates of it from short series are too low by about what is added. */
function correlationOf(left: Float64Array, groups: readonly number[], free: number): number {
  let product = 0;
  let square = 0;
  for (let row = 0; row < left.length; row++) {
    const value = left[row] ?? 0;
    square += value * value;
    if (row > 0 && groups[row] === groups[row - 1]) product += value * (left[row - 1] ?? 0);
  }
  if (square === 0) return 0;
  const raw = Math.max(0, product / square);
  return Math.min(MOST_CORRELATION, raw + (1 + 4 * raw) / Math.max(1, free));
}
