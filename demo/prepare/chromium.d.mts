import type { findProgram } from './programs.mjs';

export type ChromiumFound =
  | { readonly path: string; readonly absent?: never }
  | { readonly absent: string; readonly path?: never };
export function findChromium(machine?: { env?: NodeJS.ProcessEnv; find?: typeof findProgram }): ChromiumFound;
