// The words every form of a check's outcome shares.
import type { Outcome } from './outcome.ts';

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  leak: 'leak found',
  clean: 'no leak found',
  'cannot-tell': 'cannot tell',
};

export const CASE_NAMES = {
  'goroutine-leak': 'goroutines do not leak',
  deadlock: 'nothing is stuck behind a lock',
  'heap-leak': 'the heap does not leak',
  'off-heap-growth': 'memory outside the heap does not grow',
} as const;
