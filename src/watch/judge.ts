// Each kind of growth is looked at in each window, again and again; what is found, and lasts, is said once, with what
// speaks for it and when the limit is reached.
import { formatBytes, formatCount, formatPercent } from '../model/units.ts';
import { type Bucket, residentOf } from './bucket.ts';
import { lookAtDay } from './day.ts';
import { forecastOf } from './forecast.ts';
import type { Growth } from './growth.ts';
import { afterLook, type Lasting } from './lasting.ts';
import { type Look, leakIn, NOTHING } from './leak.ts';
import { limitOf } from './limits.ts';
import { hasContext } from './odds.ts';
import type { Detection, DetectionKind, Forecast } from './sample.ts';
import { SIGNALS, type Signal } from './signals.ts';
import { type InstanceState, shortOf } from './state.ts';
import { closerViewOf, type View, viewOf } from './view.ts';
import { DAY, URGENT, WINDOWS, type Window } from './windows.ts';

export interface Judged extends Pick<InstanceState, 'lasting' | 'found'> {
  readonly detections: readonly Detection[];
}

/** What was told is not told again for so long while it goes on. */
export const QUIET_SECONDS = 7 * 86_400;
/** What no look has found for so long has stopped: when it begins anew, that is news. */
const STOPPED_SECONDS = 1.5 * 86_400;
/** Until then it is looked at no more often than this, hours. */
const QUIET_EVERY = 12;
/** Told from the six-hour window only when the limit may be this near. */
const URGENT_SECONDS = 4 * 3600;
const TEN_MINUTES = 1 / 6;
/** Killed at the limit this often within that time: it is not one bad moment. */
const KILLINGS = 3;
const KILLINGS_WITHIN = 3 * 86_400;

/** What has just ended: an hour, half of one, or only ten minutes. */
export type Ended = 'hour' | 'half hour' | 'ten minutes';

/** Every ten minutes for what is urgent, every hour for the rest, every half hour for what is nearly found in a day. */
export function judgeGrowth(instance: string, state: InstanceState, ended: Ended): Judged {
  const { t } = state.last;
  const lasting: Record<string, Lasting> = { ...state.lasting };
  const found: Partial<Record<DetectionKind, number>> = { ...state.found };
  const detections: Detection[] = [];
  const due = dueAt(t, ended);
  const views = new Map(due.map((window) => [window, once(() => viewIn(window, state))]));
  const closer = once(() => closerView(state));
  for (const signal of SIGNALS) {
    const { kind } = signal;
    const quiet = isQuiet(kind, state);
    if (quiet && !(ended === 'hour' && hourNumber(t) % QUIET_EVERY === 0)) continue;
    const told = due.flatMap((window) => {
      const key = `${kind} ${window.name}`;
      if (ended === 'half hour' && window === DAY && !lasting[key]?.near) return [];
      const view = views.get(window)?.();
      const look = view ? lookIn(window, signal, state, view, closer) : NOTHING;
      const after = afterLook(lasting[key], t, look, window);
      lasting[key] = after;
      const { odds, growth } = look;
      if (!growth || odds < 0) return [];
      found[kind] = t;
      return after.odds >= (hasContext(growth) ? window.leastOdds : window.leastOddsAlone)
        ? [{ growth, window }]
        : [];
    });
    const [first] = told;
    if (first && !quiet) detections.push(detectionOf(instance, state, signal, first));
  }
  return { lasting, found, detections };
}

function isQuiet(kind: DetectionKind, { last: { t }, told, found }: InstanceState): boolean {
  const said = told[kind];
  if (said === undefined || t - said >= QUIET_SECONDS) return false;
  return t - Math.max(said, found[kind] ?? said) < STOPPED_SECONDS;
}

/** Whether half an hour may change what is said of anything. */
export function isNearly({ lasting }: InstanceState): boolean {
  return Object.values(lasting).some(({ near }) => near);
}

function dueAt(t: number, ended: Ended): readonly Window[] {
  if (ended === 'ten minutes') return [URGENT];
  if (ended === 'half hour') return [URGENT, DAY];
  return [URGENT, ...WINDOWS.filter(({ every }) => hourNumber(t) % every === 0)];
}

function hourNumber(t: number): number {
  return Math.floor(t / 3600);
}

/** The kernel's own evidence: the same build grew to its limit again and again. */
export function judgeKillings(
  instance: string,
  { killings, last, told }: InstanceState,
): Detection | undefined {
  const recent = killings.filter((t) => t > last.t - KILLINGS_WITHIN);
  if (recent.length < KILLINGS) return undefined;
  // It was said already that it lives at its limit.
  if ((told.near_limit ?? Number.NEGATIVE_INFINITY) > last.t - KILLINGS_WITHIN) return undefined;
  return {
    t: last.t,
    instance,
    kind: 'memory_growth',
    tier: 'probable',
    forecast: null,
    because: `the process ended at its memory limit of ${formatBytes(limitOf(last))} ${recent.length} times in ${formatHours((last.t - (recent[0] ?? last.t)) / 3600)} and grew again after each restart`,
  };
}

function viewIn(window: Window, state: InstanceState): View | undefined {
  const { hours, last, life } = state;
  const moment = { now: last.t, run: life.run };
  if (window !== URGENT) return viewOf(window, hours, { ...moment, spacing: 1 });
  // Most services are far from their limit: nothing is urgent there, and nothing need be computed.
  const near = residentOf(last) >= 0.5 * limitOf(last);
  return near ? viewOf(window, shortOf(state), { ...moment, spacing: TEN_MINUTES }) : undefined;
}

function closerView(state: InstanceState): View | undefined {
  const moment = { now: state.last.t, run: state.life.run, spacing: TEN_MINUTES };
  return closerViewOf(DAY, state, moment);
}

/** Asked for by several signals, and by none most of the time. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function lookIn(
  window: Window,
  signal: Signal,
  state: InstanceState,
  view: View,
  closer: () => View | undefined,
): Look {
  if (window === DAY) return lookAtDay(signal, view, closer);
  return window === URGENT ? urgentIn(signal, state, view) : leakIn(window, signal, view);
}

function urgentIn(signal: Signal, state: InstanceState, view: View): Look {
  const look = rose(signal, shortOf(state)) ? leakIn(URGENT, signal, view) : NOTHING;
  if (!look.growth?.loadKnown) return NOTHING;
  const forecast = limitReached(signal, look.growth, state);
  return forecast && forecast.low - state.last.t <= URGENT_SECONDS ? look : NOTHING;
}

/** What has not grown by the eye need not be looked at closer every ten minutes. */
function rose({ value }: Signal, buckets: readonly Bucket[]): boolean {
  const pick = value(buckets);
  const [first, last] = [buckets[0], buckets.at(-1)];
  return first !== undefined && last !== undefined && pick(last) > (1 + URGENT.share / 2) * pick(first);
}

function detectionOf(
  instance: string,
  state: InstanceState,
  signal: Signal,
  { growth, window }: { readonly growth: Growth; readonly window: Window },
): Detection {
  const say = signal.unit === 'bytes' ? formatBytes : formatCount;
  const per = growth.clock === 'work' ? 'as work is done, about ' : '';
  const span = formatHours(growth.hours);
  const within = span === window.name ? `in the last ${span}` : `in ${span} of the last ${window.name}`;
  const without = growth.loadKnown ? 'load explained away' : 'by the quietest hour of each day';
  return {
    t: state.last.t,
    instance,
    kind: signal.kind,
    tier: growth.sure ? 'probable' : 'suspect',
    forecast: limitReached(signal, growth, state),
    because: `${signal.what} grew by ${formatPercent(growth.share)} ${within}, ${per}${say(growth.slope)} an hour on ${say(growth.level)}, ${without}, and does not flatten`,
  };
}

function limitReached(signal: Signal, growth: Growth, state: InstanceState): Forecast | null {
  // A goroutine weighs what resident memory grew by, not a number of bytes we would have to invent.
  if (signal.unit !== 'bytes') return null;
  const { GOGC = 100, GOMEMLIMIT = Number.POSITIVE_INFINITY } = state.last;
  const short = shortOf(state);
  const buckets = [...state.hours.filter(({ t }) => t < (short[0]?.t ?? 0)), ...short];
  return forecastOf({
    now: state.last.t,
    buckets: buckets.filter(({ run }) => run === state.life.run),
    growth,
    limit: limitOf(state.last),
    pacing: GOGC / 100,
    softLimit: GOMEMLIMIT,
    kind: signal.kind === 'heap_leak' ? 'heap' : 'other',
  });
}

function formatHours(hours: number): string {
  return hours < 72 ? `${Math.max(1, Math.round(hours))} h` : `${Math.round(hours / 24)} d`;
}
