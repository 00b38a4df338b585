// What a judgement is made of: pieces of evidence in log-odds, each with the sentence that goes into the report.
import type { LoadMatch } from './load.ts';
import type { ProofBook } from './proof.ts';

export interface Weight {
  readonly points: number;
  readonly text: string;
  /** The runtime itself says so. However much else weighs, it is no proof. */
  readonly proves?: true;
}

export interface Surroundings {
  readonly atMs: readonly number[];
  readonly firstParty: readonly string[];
  /** The runtime's own proof; absent where it was not asked. */
  readonly proof?: ProofBook;
  /** A connection-like gauge this signature's count follows. */
  readonly load?: LoadMatch;
  /** Whether the service tells how many connections it has at all. */
  readonly connectionsKnown: boolean;
  /** Whether the service's own counters were captured at all. */
  readonly countersKnown: boolean;
  /** The runtime ended the program because every goroutine was asleep. */
  readonly asleep: boolean;
}

export type Add = (points: number, text: string, proves?: true) => void;

export function isProven(weights: readonly Weight[]): boolean {
  return weights.some(({ proves }) => proves === true);
}
