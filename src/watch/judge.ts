// Evidence is added up evaluation by evaluation, for each kind of growth and each window; when there is enough of it,
// it is said once, with what speaks for it and when the limit is reached.
import { formatBytes, formatCount, formatPercent } from '../model/units.ts';
import { type Bucket, residentOf } from './bucket.ts';
import { forecastOf } from './forecast.ts';
import type { Growth } from './growth.ts';
import { limitOf } from './limits.ts';
import type { Detection, Forecast } from './sample.ts';
import { SIGNALS, type Signal } from './signals.ts';
import type { InstanceState } from './state.ts';
import { type View, viewOf } from './view.ts';
import { leakIn, URGENT, WINDOWS, type Window, weightOf } from './windows.ts';

export interface Judged {
  readonly evidence: Readonly<Record<string, number>>;
  readonly detections: readonly Detection[];
}

/** What was told is not told again for so long; what is new by then is. */
export const QUIET_SECONDS = 7 * 86_400;
const MOST_EVIDENCE = 6;
/** Told from the six-hour window only when the limit may be this near. */
const URGENT_SECONDS = 4 * 3600;
const SURE = { evidence: 24, order: 0.7 };
/** Killed at the limit this often within that time: it is not one bad moment. */
const KILLINGS = 3;
const KILLINGS_WITHIN = 3 * 86_400;

/** Every ten minutes for what is urgent, every hour for the rest. */
export function judgeGrowth(instance: string, state: InstanceState, hourEnded: boolean): Judged {
  const evidence: Record<string, number> = { ...state.evidence };
  const detections: Detection[] = [];
  const hour = Math.floor(state.last.t / 3600);
  const due = hourEnded ? [URGENT, ...WINDOWS.filter(({ every }) => hour % every === 0)] : [URGENT];
  const views = new Map(due.map((window) => [window, viewIn(window, state)]));
  for (const signal of SIGNALS) {
    // What was said is not said again for a week: nothing need be computed until then.
    const said = state.told[signal.kind];
    if (said !== undefined && state.last.t - said < QUIET_SECONDS) continue;
    const found = due.flatMap((window) => {
      const key = `${signal.kind} ${window.name}`;
      const view = views.get(window);
      const growth = view && growthIn(window, signal, state, view);
      const sum = Math.max(
        0,
        Math.min(MOST_EVIDENCE, (evidence[key] ?? 0) + (growth ? weightOf(growth, window) : -1)),
      );
      evidence[key] = sum;
      return growth && sum >= window.times ? [{ growth, window }] : [];
    });
    const [first] = found;
    if (first) detections.push(detectionOf(instance, state, signal, first));
  }
  return { evidence, detections };
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

function viewIn(window: Window, { hours, short, last, life }: InstanceState): View | undefined {
  const moment = { now: last.t, run: life.run };
  if (window !== URGENT) return viewOf(window, hours, { ...moment, spacing: 1 });
  // Most services are far from their limit: nothing is urgent there, and nothing need be computed.
  const near = residentOf(last) >= 0.5 * limitOf(last);
  return near ? viewOf(window, short, { ...moment, spacing: 1 / 6 }) : undefined;
}

function growthIn(window: Window, signal: Signal, state: InstanceState, view: View): Growth | undefined {
  if (window !== URGENT) return leakIn(window, signal, view);
  const growth = rose(signal, state.short) ? leakIn(window, signal, view) : undefined;
  if (!growth?.loadKnown) return undefined;
  const forecast = limitReached(signal, growth, state);
  return forecast && forecast.low - state.last.t <= URGENT_SECONDS ? growth : undefined;
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
    tier: growth.evidence >= SURE.evidence && growth.order >= SURE.order ? 'probable' : 'suspect',
    forecast: limitReached(signal, growth, state),
    because: `${signal.what} grew by ${formatPercent(growth.share)} ${within}, ${per}${say(growth.slope)} an hour on ${say(growth.level)}, ${without}, and does not flatten`,
  };
}

function limitReached(signal: Signal, growth: Growth, state: InstanceState): Forecast | null {
  // A goroutine weighs what resident memory grew by, not a number of bytes we would have to invent.
  if (signal.unit !== 'bytes') return null;
  const { GOGC = 100, GOMEMLIMIT = Number.POSITIVE_INFINITY } = state.last;
  const buckets = [...state.hours.filter(({ t }) => t < (state.short[0]?.t ?? 0)), ...state.short];
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
