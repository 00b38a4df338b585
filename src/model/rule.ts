/**
 * What people said of a signature. A snooze leaves verdicts as they are, says that somebody knows, and calls nobody; a
 * rule that it is no leak keeps the signature out of verdicts, and the report counts what it hides. Both end by themselves.
 */
export interface Rule {
  /** Of what it is about: said again, it takes the place of the one before. 12 hex digits. */
  readonly id: string;
  readonly kind: 'snooze' | 'not-a-leak';
  /** The signature without who started it, as memory knows it: light captures cannot tell that. */
  readonly signature: string;
  /** `chan send in ledger.(*Writer).flush`, for people. */
  readonly label: string;
  /** The service it was said of. */
  readonly service: string;
  /** At that service, or wherever the signature occurs. */
  readonly scope: 'service' | 'everywhere';
  /** Slack id. */
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
  readonly untilMs: number;
  /** The capture under which it was said, and the question whose answer announces it. */
  readonly request: string;
  readonly question: string;
  readonly removed?: { readonly by: string; readonly atMs: number };
}

/** What a rule has hidden so far. */
export interface Tally {
  readonly captures: number;
  /** Goroutines hidden in the last of them, and in the one with the most. */
  readonly last: number;
  readonly most: number;
}

/** A rule as the analysis is told it, and what it hid in one capture. */
export interface HiddenGroup {
  readonly signature: string;
  readonly label: string;
  readonly count: number;
  readonly delta: number;
}

export const REASON_CHARACTERS = 300;
/** Whatever is said holds for half a year at most: then somebody looks at it again. */
export const MOST_DAYS = 180;
