// Plays variants, one line each: what was promised, what was observed, and whether that is the same.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Ground, type GroundSettings, openGround, type Programs } from './ground.ts';
import { type Judgement, judge } from './judge.ts';
import { openScene, type Scene, SETTLE_MS } from './scene.ts';
import { Broken, type Variant } from './variants.ts';

export interface Play {
  readonly variants: readonly Variant[];
  readonly programs: Programs;
  readonly seed: number;
  readonly ledgerFile: string;
  readonly say: (text: string) => void;
}

export interface Played {
  readonly variant: Variant;
  readonly kept: boolean;
  readonly observed: string;
  readonly seconds: number;
}

/** Played beside each other; more would only wait for the two cores. */
const TOGETHER = 6;

/** Plays them all; the order is that of the list, but for those that can be played together, which come first. */
export async function playVariants(play: Play): Promise<readonly Played[]> {
  mkdirSync(dirname(play.ledgerFile), { recursive: true });
  writeFileSync(play.ledgerFile, '');
  const played: Played[] = [];
  const tell = (one: Played): void => {
    played.push(one);
    play.say(lineOf(one));
  };
  for (const [settings, variants] of bySettings(play.variants)) {
    const ground = await openGround(play.programs, settings);
    await ground.whole();
    let nth = 0;
    const next = async (variant: Variant): Promise<void> => tell(await playOne(variant, ground, nth++, play));
    try {
      await inTurns(variants.filter(isTogether), TOGETHER, next);
      await inTurns(
        variants.filter((variant) => !isTogether(variant)),
        1,
        async (variant) => {
          await ground.whole();
          await next(variant);
        },
      );
    } finally {
      await ground.close();
    }
  }
  return played;
}

export function countText(played: readonly Played[], { seed, ledgerFile }: Play): string {
  const kept = played.filter((one) => one.kept).length;
  const broken = played
    .filter((one) => !one.kept)
    .map(({ variant }) => `${variant.fault} ${variant.variant}`);
  return [
    ...(broken.length > 0 ? [`broken: ${broken.join('; ')}`] : []),
    `seed ${seed}, ledger in ${ledgerFile}`,
    `${kept}/${played.length}`,
  ].join('\n');
}

function isTogether({ together }: Variant): boolean {
  return together === true;
}

async function inTurns<Value>(
  values: readonly Value[],
  atOnce: number,
  run: (value: Value) => Promise<void>,
): Promise<void> {
  const waiting = [...values];
  const lane = async (): Promise<void> => {
    for (let value = waiting.shift(); value !== undefined; value = waiting.shift()) await run(value);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

/** Variants that want the same ground share it. */
function bySettings(
  variants: readonly Variant[],
): ReadonlyMap<GroundSettings | undefined, readonly Variant[]> {
  const grouped = new Map<GroundSettings | undefined, Variant[]>();
  for (const variant of variants)
    grouped.set(variant.ground, [...(grouped.get(variant.ground) ?? []), variant]);
  return grouped;
}

async function playOne(variant: Variant, ground: Ground, nth: number, play: Play): Promise<Played> {
  const scene = openScene(ground, nth, play.seed);
  const startedMs = performance.now();
  let observed: string;
  let kept = true;
  let judgement: Judgement | undefined;
  try {
    observed = await variant.play(scene);
    judgement = await settled(variant, scene);
  } catch (error) {
    kept = false;
    observed = error instanceof Broken ? error.message : String(error instanceof Error ? error.stack : error);
    judgement = judge(scene.asked(), scene.shown(), scene.hits());
  }
  const seconds = (performance.now() - startedMs) / 1000;
  if (kept && variant.judged !== false && !judgement.kept) {
    kept = false;
    observed = `${observed}; but ${judgementText(judgement)}`;
  }
  note(variant, { scene, kept, observed, judgement }, play);
  return { variant, kept, observed, seconds };
}

/** Whatever a variant promises, every request accepted in it ends once, and no target is asked by two at a time. */
async function settled(variant: Variant, scene: Scene): Promise<Judgement> {
  const now = (): Judgement => judge(scene.asked(), scene.shown(), scene.hits());
  const by = Date.now() + SETTLE_MS;
  while (variant.judged !== false && Date.now() < by) {
    const { missing, unfinished } = now();
    if (missing.length + unfinished.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return now();
}

function judgementText({ missing, unfinished, duplicate, overlapping }: Judgement): string {
  const counts = { missing, unfinished, duplicate, 'overlapping hits': overlapping };
  return Object.entries(counts)
    .filter(([, list]) => list.length > 0)
    .map(([word, list]) => `${list.length} ${word}`)
    .join(', ');
}

interface Outcome {
  readonly scene: Scene;
  readonly kept: boolean;
  readonly observed: string;
  readonly judgement: Judgement;
}

function note({ fault, variant, promise }: Variant, outcome: Outcome, { ledgerFile }: Play): void {
  const { scene, kept, observed, judgement } = outcome;
  const shown = scene.shown();
  const requests = scene.asked().map((one) => ({
    ...one,
    roots: shown.filter(({ requestId }) => requestId === one.requestId),
  }));
  appendFileSync(
    ledgerFile,
    `${JSON.stringify({ fault, variant, promise, kept, observed, requests, judgement })}\n`,
  );
}

function lineOf({ variant, kept, observed, seconds }: Played): string {
  const head = `${variant.fault.padEnd(4)}${variant.variant}`;
  return `${head}\n    promised: ${variant.promise}\n    observed: ${observed}\n    ${kept ? 'ok' : 'BROKEN'}, ${seconds.toFixed(1)} s`;
}
