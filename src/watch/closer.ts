// A closer look at a day, ten minutes by ten. How memory answers to each rise of load tells what a request costs, and
// that is lost in hours; but neighbours in time resemble each other, so a reading counts for what its neighbour does not
// foretell of it. How much that is, how slowly memory follows load, and by which clock it grows, is tried out: the
// account of growth that fits best is held against every healthy one.
import { median } from '../analyse/trend.ts';
import { type Account, accountOf } from './account.ts';
import { type Clock, clocksOf, lagColumns } from './explain.ts';
import { type Gram, gramOf, productsIn, without } from './gram.ts';
import { projectionOf } from './projection.ts';
import {
  beforeFocus,
  groupOf,
  hoursWatched,
  inFocusOnly,
  knowsLoad,
  type Reading,
  rateOf,
} from './reading.ts';
import { outOfLine } from './robust.ts';
import { NEVER_BETTER, storiesAlong } from './stories.ts';

/** Of neighbours. */
const CORRELATIONS = [0, 0.3, 0.5, 0.7, 0.85, 0.93, 0.97] as const;
/** Where one only glances: with less than there is, growth looks surer than it is. */
const GLANCE = 0.5;
const LEAST_AT_A_GLANCE = 4;
/** Memory follows load at once, or over so many hours. */
const LAG_HOURS = [0, 0.25, 0.5, 1, 2] as const;
const LEAST_READINGS = 30;
/** Share of a story's cost that counts here: what is seen closer needs less belief. */
const COST = 0.5;
/** What growth has to gain from being told beside a story. */
const BESIDE_A_STORY = 6;

export interface CloserOptions {
  /** Hours between the readings in focus. */
  readonly spacing: number;
  /** What growth is a share of; the level of the readings when absent. */
  readonly scale?: number;
  /** Growth, as a share, below which nobody looks closer. */
  readonly leastShare: number;
}

interface TriedClock extends Clock {
  /** Where its columns are: growth in focus, growth before, and each story. */
  readonly tick: number;
  readonly before: number | undefined;
  readonly stories: readonly { readonly column: number; readonly cost: number }[];
}

/** Columns of one regression, the readings first, and how many steps each is behind the one before; 0 begins a group. */
interface Table {
  readonly columns: readonly Float64Array[];
  readonly groups: readonly number[];
  readonly steps: readonly number[];
  readonly loads: readonly number[];
  readonly clocks: readonly TriedClock[];
  readonly level: number;
}

interface Told {
  /** Twice the logarithm. */
  readonly likelihood: number;
  readonly clock: TriedClock;
  /** With what load and what came before explain taken out. */
  readonly gram: Gram;
  readonly story: number | undefined;
  readonly account: Account;
}

/** How what is in focus grows, seen closer. */
export interface SeenCloser {
  /** By the hour, in the unit of the readings; 0 when nothing grows. */
  readonly slope: number;
  /** Standard error of the slope. */
  readonly error: number;
  readonly evidence: number;
  /** A healthy story has to be told beside growth. */
  readonly fills: boolean;
}

const NOTHING: SeenCloser = { slope: 0, error: 0, evidence: 0, fills: false };

/**
 * How what is in focus grows, with evidence as twice the logarithm of a likelihood ratio; 0 when nothing grows.
 * Undefined where load is not known or there is too little to look at.
 */
export function lookCloser(
  all: readonly Reading[],
  { spacing, scale, leastShare }: CloserOptions,
): SeenCloser | undefined {
  const focused = all.filter(({ focus }) => focus);
  if (!knowsLoad(all) || focused.length < LEAST_READINGS) return undefined;
  const table = tableOf(all, spacing);
  const hours = hoursWatched(focused, spacing);
  const whole = scale ?? table.level;
  const rate = ({ ticks }: Clock) => rateOf(ticks.subarray(all.length - focused.length), focused);
  const slope = ({ clock, account }: Told) => (account.factors[0] ?? 0) * rate(clock);
  const glanced = foretold(table, GLANCE);
  const glance = accountsAt(table, glanced, false);
  if (!glance.growing || evidenceOf(glance) < LEAST_AT_A_GLANCE) return NOTHING;
  if (slope(glance.growing) * hours < leastShare * whole) return NOTHING;
  const [best] = CORRELATIONS.map((correlation) =>
    accountsAt(table, correlation === GLANCE ? glanced : foretold(table, correlation), true),
  ).sort((one, other) => likelihoodOf(other) - likelihoodOf(one));
  if (!best?.growing) return NOTHING;
  return {
    slope: slope(best.growing),
    error: errorOf(best.growing, table) * rate(best.growing.clock),
    evidence: Math.max(0, evidenceOf(best)),
    fills: storyOf(best.growing) !== undefined,
  };
}

interface Accounts {
  readonly growing?: Told;
  /** Likelihoods without growth, each with what believing in it costs. */
  readonly healthy: readonly number[];
}

const likelihoodOf = ({ growing }: Accounts) => growing?.likelihood ?? Number.NEGATIVE_INFINITY;

function evidenceOf(accounts: Accounts): number {
  return likelihoodOf(accounts) - Math.max(...accounts.healthy);
}

interface Foretold {
  readonly gram: Gram;
  /** Twice the logarithm, of what an account leaves. */
  readonly likelihood: (squares: number) => number;
}

/** Every account at one correlation, by each lag of load, each clock, each story. */
function accountsAt(table: Table, { gram, likelihood }: Foretold, withStories: boolean): Accounts {
  const healthy: number[] = [];
  let growing: Told | undefined;
  for (const load of table.loads.length > 0 ? table.loads : [undefined]) {
    const loadless = load === undefined ? gram : without(gram, load);
    for (const clock of table.clocks) {
      const { tick, before, stories } = clock;
      const grewBefore = before !== undefined && (loadless[0]?.[before] ?? 0) > 0;
      const rest = grewBefore ? without(loadless, before) : loadless;
      for (const { column, cost } of [{ column: undefined, cost: 0 }, ...(withStories ? stories : [])]) {
        const [told, room] = column === undefined ? [[], Number.POSITIVE_INFINITY] : [[column], table.level];
        healthy.push(likelihood(accountOf(productsIn(rest, told), room).squares) - COST * cost);
        const account = accountOf(productsIn(rest, [tick, ...told]), room);
        const much = likelihood(account.squares) - (column === undefined ? 0 : BESIDE_A_STORY);
        if ((account.factors[0] ?? 0) > 0 && much > (growing?.likelihood ?? Number.NEGATIVE_INFINITY))
          growing = { likelihood: much, clock, gram: rest, story: column, account };
      }
    }
  }
  return { healthy, ...(growing && { growing }) };
}

/**
 * Products of what neighbours do not foretell of each other. A reading less its neighbour's share, over what is left
 * of a level by the same subtraction: so levels are still means, with weights.
 */
function foretold({ columns, groups, steps }: Table, correlation: number): Foretold {
  const shares = steps.map((step) => (step > 0 ? correlation ** step : 0));
  const weights = Float64Array.from(shares, (share) => (1 - share) / (1 + share));
  const surprises = columns.map((column) =>
    column.map((value, at) => {
      const share = shares[at] ?? 0;
      return (value - share * (column[at - 1] ?? 0)) / (1 - share);
    }),
  );
  const { rest, product } = projectionOf([], groups, weights);
  const gram = gramOf(product, surprises.map(rest));
  const least = NEVER_BETTER * (gram[0]?.[0] ?? 0);
  const certain = shares.reduce((sum, share) => sum + Math.log(1 - share * share), 0);
  return {
    gram,
    likelihood: (squares: number) =>
      -steps.length * Math.log(Math.max(squares, least, Number.MIN_VALUE)) - certain,
  };
}

/** The story told beside growth; undefined where none is, or where it comes to nothing. */
function storyOf({ story, account }: Told): number | undefined {
  return account.factors[1] ? story : undefined;
}

/** Standard error of growth by the tick. */
function errorOf(told: Told, { columns }: Table): number {
  const { gram, clock, account } = told;
  const story = storyOf(told);
  const rest = story === undefined ? gram : without(gram, story);
  const square = rest[clock.tick]?.[clock.tick] ?? 0;
  const free = Math.max(1, (columns[0]?.length ?? 0) - 4);
  return square > 0 ? Math.sqrt(account.squares / free / square) : Number.POSITIVE_INFINITY;
}

function tableOf(all: readonly Reading[], spacing: number): Table {
  const from = all.findIndex(({ focus }) => focus);
  const wild = outOfLine(all.map(({ y }) => y));
  const rows = all.flatMap((_, at) => (wild[at] ? [] : [at]));
  const columns: Float64Array[] = [];
  const add = (column: ArrayLike<number>) =>
    columns.push(Float64Array.from(rows, (row) => column[row] ?? 0)) - 1;
  add(all.map(({ y }) => y));
  const lags = lagColumns(all, LAG_HOURS);
  const loads = lags.map(add);
  const clocks = clocksOf(all, lags[0]).map(({ clock, ticks }) => {
    const before = beforeFocus(all, ticks, from);
    return {
      clock,
      ticks,
      tick: add(inFocusOnly(ticks, from)),
      before: before && add(before),
      stories: storiesAlong(ticks, from).map(({ column, cost }) => ({ column: add(column), cost })),
    };
  });
  const levels = all.map(groupOf);
  const groups = rows.map((row) => levels[row] ?? 0);
  const steps = rows.map((row, at) =>
    at > 0 && groups[at] === groups[at - 1]
      ? Math.max(1, Math.round(((all[row]?.t ?? 0) - (all[rows[at - 1] ?? 0]?.t ?? 0)) / 3600 / spacing))
      : 0,
  );
  const level = median(all.slice(from).map(({ y }) => y)) ?? 0;
  return { columns, groups, steps, loads, clocks, level };
}
