// One row of the table of verbs.
import type { Command, Door } from './command.ts';
import type { Words } from './words.ts';

export interface Verb {
  readonly verb: string;
  readonly aliases: readonly string[];
  readonly doors: readonly Door[];
  readonly usage: string;
  readonly about: string;
  /** Flags with their meaning, as help shows them: `--for 30s`. */
  readonly flags: readonly { readonly flag: string; readonly about: string }[];
  /** What else has to be known of it, as lines of its help. */
  readonly notes?: readonly string[];
  /** Examples people can copy. */
  readonly examples: readonly string[];
  readonly read: (words: Words, usage: string) => Command;
}
