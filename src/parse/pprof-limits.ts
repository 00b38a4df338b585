import type { Problem } from '../model/problem.ts';

const MIB = 2 ** 20;

/**
 * What one profile may hold. Go's own profiles stay far below: its stacks end at 128 frames, and a
 * service with 100,000 distinct samples is unheard of. A hostile file must not cost more than these.
 */
export const PPROF_LIMITS = {
  samples: 2_000_000,
  locations: 1_000_000,
  functions: 500_000,
  strings: 1_000_000,
  stringBytes: 64 * 1024,
  labelsPerSample: 64,
  /** goref follows a goroutine's stack for 1,024 calls, and those inlined into the last one. */
  stackDepth: 1280,
  /** Frames of all stacks together, inlined ones included: bounds memory at 128 MiB per column. */
  stackEntries: 32 * MIB,
  /** Lines of all locations together. */
  lines: 3_000_000,
  sampleTypes: 32,
  /** Distinct frames of a debug=1 text, each spelled out in it: sixteen times what a large service has. */
  textFrames: 131_072,
  /** Rows of a debug=1 text: with their addresses, so many fill the 64 MiB of it that are read. */
  textSamples: 500_000,
  /** Lines of a debug=1 text that make no sense; with more of them it is something else. */
  unreadLines: 100_000,
  /** Distinct label sets; each becomes one object however many samples carry it. */
  labelSets: 100_000,
} as const;

/** Thrown inside the pprof readers only, and turned into a problem at their door: parsers never throw. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(code: string, text: string) {
    super(text);
    this.problem = { code, text };
  }
}

export function tooMany(what: keyof typeof PPROF_LIMITS, code: string): Refusal {
  const limit = PPROF_LIMITS[what].toLocaleString('en');
  return new Refusal(
    `profile-too-many-${code}`,
    `The profile holds more than ${limit} ${code.replace('-', ' ')}.`,
  );
}

export function stackTooDeep(): Refusal {
  const depth = PPROF_LIMITS.stackDepth.toLocaleString('en');
  return new Refusal('profile-stack-too-deep', `The profile holds a stack of more than ${depth} frames.`);
}

export function badReference(what: string): Refusal {
  return new Refusal(
    'profile-bad-reference',
    `The profile is damaged: it refers to a ${what} it does not hold.`,
  );
}
