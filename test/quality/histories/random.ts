// Chance with a seed: the same number gives the same history.

export interface Chance {
  /** 0 to 1. */
  readonly next: () => number;
  readonly between: (low: number, high: number) => number;
  /** Spread evenly over orders of magnitude. */
  readonly logBetween: (low: number, high: number) => number;
  readonly normal: () => number;
  readonly pick: <Choice>(choices: readonly Choice[]) => Choice;
  readonly yes: (share: number) => boolean;
}

/** Mulberry32. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + (high - low) * next();
  return {
    next,
    between,
    logBetween: (low, high) => Math.exp(between(Math.log(low), Math.log(high))),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (choices) => choices[Math.floor(next() * choices.length)] as (typeof choices)[number],
    yes: (share) => next() < share,
  };
}

/** FNV-1a of a name. */
export function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** Noise with a memory: `hours` is how long a deviation lasts. */
export function slowNoise({ normal }: Chance, spread: number, hours: number): (seconds: number) => number {
  let value = spread * normal();
  return (seconds) => {
    const keep = Math.exp(-seconds / 3600 / hours);
    value = value * keep + spread * Math.sqrt(1 - keep * keep) * normal();
    return value;
  };
}
