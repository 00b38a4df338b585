// One look proves little, and one that sees nothing disproves little: what looks come to is averaged, with a memory of so
// many hours, and a leak is told when a look is in favour of it and those before it nearly were.
import type { Look } from './leak.ts';
import type { Window } from './windows.ts';

/** What looks at a signal in a window have come to. */
export interface Lasting {
  /** Unix seconds of the last one. */
  readonly t: number;
  /** Natural logarithm of odds, averaged. */
  readonly odds: number;
  /** Nearly found: half an hour may change what is said. */
  readonly near: boolean;
}

/** Odds below which no look counts, as a logarithm: less than nothing is not seen. */
const UNLIKELY = -3;

/** What looks have come to with one more. */
export function afterLook(
  before: Lasting | undefined,
  t: number,
  { odds, near }: Look,
  { memory, every }: Pick<Window, 'memory' | 'every'>,
): Lasting {
  const hours = before ? Math.min((t - before.t) / 3600, every) : every;
  const was = before?.odds ?? UNLIKELY;
  const share = memory > 0 ? -Math.expm1(-hours / memory) : 1;
  return { t, odds: was + share * (Math.max(UNLIKELY, odds) - was), near };
}
