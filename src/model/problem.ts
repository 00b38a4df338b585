/**
 * Something that was lost, refused or doubtful on the way from bytes to verdict. Problems never stop
 * the work: they travel beside the value and end as a footnote of the report.
 */
export interface Problem {
  /** Stable word for machines, kebab-case: `goroutine-dump-truncated`, `heap-missing`. */
  readonly code: string;
  /** One sentence for people, ending in a full stop. */
  readonly text: string;
}

/** What every parser and analyser returns: all it understood, and what it could not. They never throw. */
export interface Outcome<Value> {
  readonly value: Value;
  readonly problems: readonly Problem[];
}
