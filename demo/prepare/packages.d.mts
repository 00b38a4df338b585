import type { Run } from './steps.mjs';

export const OLDEST_NODE: readonly [number, number];
export function checkNode(version?: string): void;
export function ensurePackages(root: string, machine?: { runNpm?: Run }): Promise<void>;
/** What differs between node_modules and the lock file; undefined when nothing does. */
export function whyStale(root: string): string | undefined;
