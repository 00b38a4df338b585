// One life of a target under constant load: nothing, a default capture, and what somebody may agree to beside it, in
// turn. Captures are made by the product itself (plan, gates, fetcher); only its fetcher is watched.
import { setTimeout as sleep } from 'node:timers/promises';
import { createFetcher, type Fetch } from '../../../src/capture/fetch.ts';
import { readIndexPage } from '../../../src/capture/index-page.ts';
import { planSteps } from '../../../src/capture/plan.ts';
import { serviceFromUrl } from '../../../src/capture/resolve.ts';
import { type CapturePlan, captureInstance } from '../../../src/capture/run.ts';
import type { Consent } from '../../../src/model/request.ts';
import { DEFAULT_KINDS, DEFAULT_PERMISSIONS, type Instance } from '../../../src/model/target.ts';
import { AGREED_UP_TO } from '../../../src/policy/gates.ts';
import { type Asked, type Cell, type Phase, phaseOf, type Round, type Variant } from './figures.ts';
import { type Load, startLoad, startTarget, type Target } from './processes.ts';

export interface Setting {
  readonly target: string;
  readonly load: string;
  readonly goroutines: number;
  readonly rounds: number;
  readonly windowMs: number;
  readonly perSecond: number;
  readonly say: (text: string) => void;
}

/** Questions somebody has to agree to are asked in the first rounds only: at 100,000 goroutines they take minutes. */
const OPT_IN_ROUNDS = 3;
/** Caches, connections and the collector's pace before anything counts. */
const WARM_UP_MS = 2_000;
const LONGEST_SECONDS = 1_200;
/** After what was asked last, the target collects its garbage and the load catches up. */
const REST_MS = 500;

export async function measureTarget(
  setting: Setting,
): Promise<Pick<Cell, 'goroutines' | 'leakDetector' | 'windowMs' | 'perSecond' | 'rounds'>> {
  const { goroutines, windowMs, perSecond } = setting;
  const target = await startTarget(setting.target, goroutines);
  const load = startLoad(setting.load, `${target.url}/work`, perSecond, LONGEST_SECONDS);
  const fetcher = createFetcher(() => undefined);
  try {
    await sleep(WARM_UP_MS);
    const watched = { fetch: fetcher.fetch, target, load, setting };
    const leakDetector = await looksUp(watched);
    const rounds: Round[] = [];
    for (let at = 0; at < setting.rounds; at++) {
      rounds.push(await playRound(watched, variantsOf(goroutines, leakDetector, at)));
      setting.say(`  round ${at + 1} of ${setting.rounds}: ${roundWords(rounds[at])}`);
    }
    return { goroutines, leakDetector, windowMs, perSecond, rounds };
  } finally {
    await fetcher.close();
    await load.stop();
    await target.stop();
  }
}

interface Watched {
  readonly fetch: Fetch;
  readonly target: Target;
  readonly load: Load;
  readonly setting: Setting;
}

/** Whether the leak detector is on offer; and that there are as many goroutines as the table is going to say. */
async function looksUp({ fetch, target, setting }: Watched): Promise<boolean> {
  const { bytes } = await fetch(instanceOf(target), 'index', new AbortController().signal);
  const page = readIndexPage(bytes);
  const { goroutines = 0, profiles = [] } = page ?? {};
  if (goroutines > setting.goroutines || goroutines < setting.goroutines * 0.9)
    throw new Error(`${goroutines} goroutines instead of ${setting.goroutines}`);
  return profiles.includes('goroutineleak');
}

function variantsOf(goroutines: number, leakDetector: boolean, round: number): readonly Variant[] {
  const { dumpUpTo, leakProfileUpTo } = DEFAULT_PERMISSIONS;
  if (round >= OPT_IN_ROUNDS) return ['default'];
  return [
    'default',
    ...(goroutines > dumpUpTo ? (['full stacks'] as const) : []),
    ...(leakDetector && goroutines > leakProfileUpTo ? (['leak detector'] as const) : []),
    'execution trace',
  ];
}

async function playRound(watched: Watched, variants: readonly Variant[]): Promise<Round> {
  const baseline = await phase(watched, async () => {
    await sleep(watched.setting.windowMs);
    return [];
  });
  const captures: Partial<Record<Variant, Phase>> = {};
  for (const variant of variants) captures[variant] = await phase(watched, () => capture(watched, variant));
  return { baseline, captures };
}

async function phase({ load }: Watched, act: () => Promise<readonly Asked[]>): Promise<Phase> {
  const fromMs = Date.now();
  const asked = await act();
  const toMs = Date.now();
  await load.answeredUntil(toMs);
  await sleep(REST_MS);
  const measured = phaseOf(load.samples, { fromMs, toMs }, asked);
  await load.answeredUntil(Date.now());
  return measured;
}

async function capture({ fetch, target, setting }: Watched, variant: Variant): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  const kinds = variant === 'execution trace' ? ([...DEFAULT_KINDS, 'trace'] as const) : DEFAULT_KINDS;
  await captureInstance(
    instanceOf(target),
    { steps: planSteps(kinds, setting.windowMs), ...rulesOf(variant, setting.goroutines) },
    {
      fetch: watch(fetch, target, asked),
      now: Date.now,
      sleep: (durationMs, signal) => sleep(durationMs, undefined, { signal }),
      earlier: [],
      keep: async (record) => record,
      progress: () => {},
      signal: new AbortController().signal,
    },
  );
  return asked;
}

/** One question more than the default asks, by the agreement it takes to ask it. */
function rulesOf(variant: Variant, goroutines: number): Pick<CapturePlan, 'allow' | 'consent'> {
  const consent: Consent = goroutines > AGREED_UP_TO ? 'forced' : 'confirmed';
  if (variant === 'full stacks') return { allow: { ...DEFAULT_PERMISSIONS, leakProfileUpTo: 0 }, consent };
  if (variant === 'leak detector') return { allow: { ...DEFAULT_PERMISSIONS, dumpUpTo: 0 }, consent };
  if (variant === 'execution trace') return { allow: onlyFree(goroutines), consent };
  return { allow: DEFAULT_PERMISSIONS };
}

/** What is asked at this count when nobody agrees to anything, so that an agreement is to the trace alone. */
function onlyFree(goroutines: number): CapturePlan['allow'] {
  const { dumpUpTo, leakProfileUpTo } = DEFAULT_PERMISSIONS;
  return {
    ...DEFAULT_PERMISSIONS,
    dumpUpTo: goroutines > dumpUpTo ? 0 : dumpUpTo,
    leakProfileUpTo: goroutines > leakProfileUpTo ? 0 : leakProfileUpTo,
  };
}

/** Reads the target's own sums of stops before and after each question, so that each is told apart. */
function watch(fetch: Fetch, target: Target, asked: Asked[]): Fetch {
  return async (instance, endpoint, signal, id) => {
    const before = await stopsOf(target);
    const from = performance.now();
    let bytes = 0;
    try {
      const fetched = await fetch(instance, endpoint, signal, id);
      bytes = fetched.bytes.byteLength;
      return fetched;
    } finally {
      const ms = performance.now() - from;
      const after = await stopsOf(target);
      const [otherStopMs, gcStopMs] = [after.other.ms - before.other.ms, after.gc.ms - before.gc.ms];
      asked.push({ endpoint, ms, bytes, otherStopMs, gcStopMs });
    }
  };
}

interface Stops {
  readonly other: { readonly ms: number };
  readonly gc: { readonly ms: number };
}

async function stopsOf({ url }: Target): Promise<Stops> {
  const response = await fetch(`${url}/stops`);
  return (await response.json()) as Stops;
}

function instanceOf({ url }: Target): Instance {
  const [instance] = serviceFromUrl(url).instances;
  if (!instance) throw new Error(`${url} is no instance`);
  return instance;
}

function roundWords(round: Round | undefined): string {
  if (!round) return '';
  const words = Object.entries(round.captures).map(
    ([variant, { p99, asked }]) => `${variant} p99 ${p99.toFixed(1)} ms in ${asked.length} questions`,
  );
  return `p99 ${round.baseline.p99.toFixed(1)} ms, ${words.join(', ')}`;
}
