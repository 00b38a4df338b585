import type { Run } from './steps.mjs';

export function ensureRedis(machine?: {
  find: (names: readonly string[]) => string | undefined;
  run: Run;
  isRoot: () => boolean;
}): Promise<string>;
/** Path of a server already on this machine, without installing anything. */
export function findRedis(): string | undefined;
