// What a probe inside a service took, as its answer was read.
import type { InsideTime } from './snapshot.ts';

/** One clue of a snapshot: its bytes, without credentials; or why there are none. */
export interface ProbeClue {
  /** The question it answers, `heap`; with the snapshot's number it is the id of a step. */
  readonly ask: string;
  readonly inside: InsideTime;
  readonly file?: string;
  readonly bytes?: Uint8Array;
  readonly problem?: string;
}

export interface ProbeSnapshot {
  readonly beganMs: number;
  readonly goroutines: number;
  readonly clues: readonly ProbeClue[];
  readonly problems: readonly string[];
  readonly because?: ProbeAlarm;
}

/** Which threshold a probe saw reached; bytes, or goroutines. */
export interface ProbeAlarm {
  readonly kind: 'limit' | 'goroutines' | 'goroutine-growth' | 'heap-growth';
  readonly value: number;
  readonly of: number;
}
