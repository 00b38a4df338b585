// What is left of an instance that cannot be asked any more: the last captures of it, and what its memory did until the
// last sample. Nothing here is fresh, so everything carries its own moment.
import type { Tier, VerdictKind } from './verdict.ts';

/** A capture with two snapshots or more, as far as it has to be told without its report. */
export interface KeptPair {
  readonly reportId: string;
  /** Unix milliseconds of its last snapshot. */
  readonly atMs: number;
  readonly kind: VerdictKind;
  readonly tier?: Tier;
  readonly confidence: number;
  readonly summary: string;
  readonly nextStep: string;
  /** Of its files. */
  readonly bytes: number;
  /** Nobody has a thread of it: it goes when newer ones take its place. */
  readonly isQuiet?: true;
}

/** How a process ended, as the samples before and after tell. */
export type Ending = 'deploy' | 'restart' | 'killed';

/** What memory did until the last sample. Unknown is absent, never zero. */
export interface LastSamples {
  /** Unix milliseconds of the last one. */
  readonly atMs: number;
  readonly residentBytes?: number;
  readonly heapBytes?: number;
  readonly goroutines?: number;
  readonly limitBytes?: number;
  readonly build?: string;
  /** Resident memory some minutes earlier in the same life. */
  readonly earlier?: { readonly atMs: number; readonly residentBytes: number };
  /** What the watcher said last, if it spoke of a limit. */
  readonly forecast?: { readonly saidMs: number; readonly lowMs: number; readonly highMs: number | null };
  /** When this life of the process began, if another was seen before it. */
  readonly began?: { readonly atMs: number; readonly after: Ending };
}

/** What is known of an instance that did not answer. */
export interface LastKnown {
  readonly instance: string;
  readonly pair?: KeptPair;
  readonly samples?: LastSamples;
  /** Since when it has not answered the sampler, Unix milliseconds. */
  readonly silentSinceMs?: number;
  /** Another instance of its service that answered after this one did. */
  readonly other?: { readonly instance: string; readonly atMs: number };
}

/** What is known of the process that an instance was before it began anew. */
export interface LastLife {
  readonly instance: string;
  readonly how: Ending;
  /** Unix milliseconds at which the new process was first seen, or began where it says so. */
  readonly atMs: number;
  readonly pair?: KeptPair;
  readonly samples?: LastSamples;
}
