// A cause the verdict may name, with how likely it is here and the number that says so. The verdict picks
// among rivals; the ones not picked explain themselves with the same number.
import type { Tier, VerdictKind } from '../model/verdict.ts';

export type Cause = Exclude<VerdictKind, 'healthy' | 'inconclusive'>;

export interface Rival {
  readonly kind: Cause;
  readonly probability: number;
  /** Absent when the cause is not seen at all. */
  readonly tier?: Tier;
  readonly summary: string;
  /** Why not this one, with its number. */
  readonly because: string;
  readonly nextStep: string;
  /** What keeps a likely cause from being named, and what would settle it. */
  readonly doubt?: string;
  readonly settle?: string;
}
