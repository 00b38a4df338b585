// What is known of one thing that can go wrong.

export interface Entry<Facts> {
  /** What happened: one sentence ending in a full stop. */
  readonly say: (facts: Facts) => string;
  /** What to do next: one imperative sentence. */
  readonly hint: (facts: Facts) => string;
  /** Whether trying the same again can help. Decided here, where the fact is known. */
  readonly retry: 'never' | 'later';
  /** Exit status of the CLI: 1 usage or bad input, 2 target unreachable, 3 partial, 70 broke on our side. */
  readonly exit: 1 | 2 | 3 | 70;
}

export function entry<Facts>(definition: Entry<Facts>): Entry<Facts> {
  return definition;
}
