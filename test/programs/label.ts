import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { VERDICT_KINDS } from '../../src/model/verdict.ts';

const leak = z.strictObject({
  /** The innermost frame below the runtime's and sync's own, e.g. `main.(*desk).ask` or `io.(*pipe).write`. */
  function: z.string(),
  /** The function with the `go` statement; empty where dumps print none (finalizers). */
  createdBy: z.string(),
  /** Only where healthy goroutines share function and creator: the wait reason of the leaking ones. */
  state: z.string().optional(),
  /** False when the goroutines were lost once and stay as many. */
  grows: z.boolean(),
});

const label = z.strictObject({
  verdict: z.enum(VERDICT_KINDS),
  /** Other first verdicts that are right as well. */
  accept: z.array(z.enum(VERDICT_KINDS)),
  also: z.array(z.enum(VERDICT_KINDS)),
  /** Every signature that truly leaks or is stuck for ever, both of a pair. */
  leaks: z.array(leak),
  /** Signatures that may be named or not: victims of the illness that are fixed in number. */
  tolerated: z.array(leak).optional(),
  /** The program's functions nearest to the allocations that grow without end. */
  heapSites: z.array(z.string()),
  /** True: any accusation is false. False without leaks: ill, but accusing goroutines is still false. */
  healthy: z.boolean(),
  about: z.string(),
  /** The two toolchains, where the program needs newer ones. */
  toolchains: z.array(z.string()).optional(),
  /** Seconds from start to the first snapshot, and between snapshots: from, to. */
  firstAfter: z.tuple([z.number(), z.number()]).optional(),
  spacing: z.tuple([z.number(), z.number()]).optional(),
});

export type ProgramLabel = z.infer<typeof label>;
export type LeakLabel = z.infer<typeof leak>;

export function readLabel(program: string): ProgramLabel {
  const file = new URL(`${program}/label.json`, import.meta.url);
  return label.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/**
 * A signature is the labelled one when the labelled function stands in its stack and the same function
 * started it. Not frames[0] alone: below sync.(*Mutex).Lock tools differ in what they strip.
 */
export function isLabelled(
  label: LeakLabel,
  signature: {
    readonly frames: readonly string[];
    readonly createdBy: string | undefined;
    readonly state: string;
  },
): boolean {
  if (label.state !== undefined && label.state !== signature.state) return false;
  return (signature.createdBy ?? '') === label.createdBy && signature.frames.includes(label.function);
}
