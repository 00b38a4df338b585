// What became of a leak that has a thread, once a newer build of its service was looked at.
import type { VerdictKind } from './verdict.ts';

/** `back`: it had been fixed before. `unclear`: the look did not tell. */
export type FixOutcome = 'fixed' | 'still' | 'back' | 'unclear';

export interface Fix {
  readonly outcome: FixOutcome;
  readonly build: string;
  /** Unix milliseconds of the look. */
  readonly atMs: number;
}

/** The last thread of a service that is about a leak. */
export interface FollowedLeak {
  /** The request whose thread it is. */
  readonly request: string;
  readonly kind: VerdictKind;
  readonly state: 'open' | 'fixed';
  /** Unix milliseconds at which it was last seen or looked for. */
  readonly atMs: number;
}

/** A look at a new build that is to be taken once it has warmed up. */
export interface PlannedLook {
  readonly service: string;
  readonly instance: string;
  readonly build: string;
  /** The request whose leak it is about. */
  readonly request: string;
  /** Unix milliseconds at which the build was first seen. */
  readonly atMs: number;
}
