import type { findProgram } from './programs.mjs';
import type { Run } from './steps.mjs';

export type GoFound =
  | { readonly path: string; readonly version: string; readonly absent?: never }
  | { readonly absent: string; readonly path?: never; readonly version?: never };
export const OLDEST_GO: readonly [number, number];
export function findGo(machine?: {
  env?: NodeJS.ProcessEnv;
  find?: typeof findProgram;
  runProgram?: Run;
}): Promise<GoFound>;
