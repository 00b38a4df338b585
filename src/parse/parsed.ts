// What one file turned out to hold.
import type { GoroutineDump } from '../model/goroutine.ts';
import type { MemoryReading } from '../model/memory.ts';
import type { Profile } from '../model/profile.ts';
import type { ExecutionTrace } from '../model/trace.ts';

export type Parsed =
  | {
      readonly kind: 'goroutines';
      readonly dump: GoroutineDump;
      /** From the goroutineleak profile: a proof, and only the leaked ones unless the dump has ids. */
      readonly leakProfile: boolean;
      /** The profile the counts were taken from (proto and debug=1). */
      readonly profile?: Profile;
    }
  | { readonly kind: 'profile'; readonly profile: Profile }
  | { readonly kind: 'memory'; readonly readings: readonly MemoryReading[] }
  | { readonly kind: 'trace'; readonly trace: ExecutionTrace };
