// The sentences people read about goroutines, in one place, so that clue and verdict never disagree.
import type { Frame } from '../model/goroutine.ts';
import { formatBytes, formatCount, formatDelta, formatDuration } from '../model/units.ts';
import type { LeakSignature, Tier } from '../model/verdict.ts';

/** `example.com/payments/ledger.(*Writer).flush` -> `ledger.(*Writer).flush`. */
export function shortName(func: string): string {
  return func.slice(func.lastIndexOf('/') + 1).replaceAll('%2e', '.');
}

/** `chan send in ledger.(*Writer).flush, created by ledger.NewWriter` */
export function placeOf(state: string, frame: Frame | undefined, createdBy: Frame | undefined): string {
  const where = frame ? ` in \`${shortName(frame.func)}\`` : '';
  const by = createdBy ? `, created by \`${shortName(createdBy.func)}\`` : '';
  return `${state}${where}${by}`;
}

export function blockedOn(signature: LeakSignature): string {
  return placeOf(signature.state, signature.frames[0], signature.createdBy);
}

/** `+1,204 goroutines in 30 s`, or `58 goroutines that did not move in 30 s`. */
export function growthWords(count: number, delta: number, seconds: number): string {
  if (seconds <= 0) return goroutines(count);
  const span = formatDuration(seconds * 1000);
  if (delta > 0) return `${formatDelta(delta)} ${delta === 1 ? 'goroutine' : 'goroutines'} in ${span}`;
  return `${goroutines(count)} that did not move in ${span}`;
}

/** `1 goroutine`, `1,204 goroutines`. */
export function goroutines(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'goroutine' : 'goroutines'}`;
}

/** `, about 40 KiB of heap held by each`; empty where no profile tells, or where none came within the window. */
export function heldWords({ retainedBytes, delta }: LeakSignature): string {
  if (retainedBytes === undefined || delta <= 0) return '';
  return `, about ${formatBytes(retainedBytes / delta)} of heap held by each`;
}

export function tierWord(tier: Tier | undefined): string {
  return tier ? `, ${tier}` : '';
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
