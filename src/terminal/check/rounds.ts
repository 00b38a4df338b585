// The looks of a check, and the load between them: warm-up, a look at rest, half the load, a look at rest, the other half,
// the last look. A pool that fills has filled by the second look; what leaks goes on to the third.

import type { CheckCommand } from '../../command/read-check.ts';
import { formatCount, formatDuration } from '../../model/units.ts';
import { terminal as clean } from '../../report/foreign.ts';
import type { Terminal } from '../ports.ts';
import { makeLoad } from './load.ts';
import { type Count, settle, watchPeak } from './settle.ts';

export interface Rounds {
  /** Takes the look of that number, 0 for the first. */
  readonly look: (at: number, isLast: boolean) => Promise<void>;
  readonly count: Count;
  /** Looks in all. */
  readonly looks: number;
}

/** @returns a sentence for the warm-up and for each half: what the load was, and what became of the goroutines */
export async function runRounds(
  { load, warmUpMs, windowMs, settleMs }: CheckCommand,
  { look, count, looks }: Rounds,
  { signal, progress }: Terminal,
): Promise<readonly string[]> {
  const say = (text: string) => progress(clean(text));
  const loaded = async (durationMs: number, what: string): Promise<string> => {
    say(`${what}: ${formatDuration(durationMs)} of ${load ? 'load' : 'waiting'}`);
    const over = new AbortController();
    const peak = watchPeak(count, AbortSignal.any([signal, over.signal]));
    const runs = await makeLoad(load, durationMs, signal).finally(() => over.abort());
    const highest = await peak;
    // Without a load of ours nothing ends that could be waited for.
    if (load) say(`${what}: waiting until the service is at rest`);
    const at = load ? await settle(count, settleMs, signal) : undefined;
    return sentence({ what, durationMs, runs, highest, at });
  };
  const said: string[] = [];
  if (warmUpMs > 0) said.push(await loaded(warmUpMs, 'warm-up'));
  const spans = looks - 1;
  for (let at = 0; at < looks; at++) {
    if (at > 0) said.push(await loaded(windowMs / spans, `load ${at} of ${spans}`));
    say(`look ${at + 1} of ${looks}`);
    await look(at, at === looks - 1);
  }
  return said;
}

interface Round {
  readonly what: string;
  readonly durationMs: number;
  readonly runs: number;
  readonly highest: number | undefined;
  readonly at: number | undefined;
}

/** `load 1 of 2: 15 s, command started once; at most 74 goroutines under load, 14 at rest` */
function sentence({ what, durationMs, runs, highest, at }: Round): string {
  const times = runs === 0 ? '' : runs === 1 ? ', command started once' : `, command started ${runs} times`;
  const counts = [
    ...(highest === undefined ? [] : [`at most ${formatCount(highest)} goroutines meanwhile`]),
    ...(at === undefined ? [] : [`${formatCount(at)} at rest`]),
  ];
  return `${what}: ${formatDuration(durationMs)}${times}${counts.length > 0 ? `; ${counts.join(', ')}` : ''}`;
}
