// Figures of a measurement against what was promised.

export interface Promised {
  readonly p99Ms: number;
  readonly maxMs?: number;
}

export interface Measured {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** The smallest value that so many of a hundred do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const inOrder = values.toSorted((a, b) => a - b);
  return inOrder[Math.max(0, Math.ceil((percent / 100) * inOrder.length) - 1)] ?? Number.NaN;
}

export function measured(valuesMs: readonly number[]): Measured {
  return {
    count: valuesMs.length,
    p50Ms: percentile(valuesMs, 50),
    p99Ms: percentile(valuesMs, 99),
    maxMs: percentile(valuesMs, 100),
  };
}

/** Nothing measured is nothing kept. */
export function isWithin({ count, p99Ms, maxMs }: Measured, promised: Promised): boolean {
  return count > 0 && p99Ms <= promised.p99Ms && maxMs <= (promised.maxMs ?? Number.POSITIVE_INFINITY);
}

export function figuresText(what: string, figures: Measured, promised: Promised): string {
  const promise = [
    `p99 <= ${words(promised.p99Ms)}`,
    ...(promised.maxMs === undefined ? [] : [`never over ${words(promised.maxMs)}`]),
  ].join(', ');
  const { count, p50Ms, p99Ms, maxMs } = figures;
  const verdict = isWithin(figures, promised) ? 'ok' : 'BROKEN';
  return `${verdict}: ${what}, ${count} times: p50 ${words(p50Ms)}, p99 ${words(p99Ms)}, max ${words(maxMs)} (promised: ${promise})`;
}

function words(ms: number): string {
  return ms < 2_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
