import type { Env } from '../config/env.ts';
import { Failure } from '../failure.ts';
import { terminal as clean, type TerminalText } from '../report/foreign.ts';

/** What a command in a terminal is given to work with. */
export interface Terminal {
  /** Read when a command needs it: reading saved files needs no environment. Throws Failure `config_bad`. */
  readonly env: () => Promise<Env>;
  readonly json: boolean;
  readonly color: boolean;
  readonly width: number;
  readonly print: (text: TerminalText) => void;
  /** One line of progress; empty clears it. */
  readonly progress: (text: TerminalText | '') => void;
  readonly signal: AbortSignal;
}

export const EXIT_OK = 0;

/** Refuses a path argument that looks like an address, with the verb that takes one. */
export function refuseAddress(path: string): void {
  if (/^https?:\/\//.test(path)) {
    throw new Failure('usage_wrong', {
      what: `"${clean(path, 60)}" is an address, not a file`,
      usage: 'capture http://localhost:6060',
    });
  }
}
