// The one error type thrown on purpose, and every sentence it can say. Parsers and analysers never
// throw; edges throw a Failure where the fact is known and catch it once: doors, workers, the CLI.
import type { Entry } from './failures/entry.ts';
import { PERMISSIONS } from './failures/permissions.ts';
import { PROPOSALS } from './failures/proposals.ts';
import { TARGETS } from './failures/targets.ts';
import { UPLOADS } from './failures/uploads.ts';
import { WORDS } from './failures/words.ts';
import { WORK } from './failures/work.ts';

export type { Late, Said } from './failures/targets.ts';

export const catalogue = { ...WORDS, ...TARGETS, ...PERMISSIONS, ...WORK, ...UPLOADS, ...PROPOSALS };

export type Code = keyof typeof catalogue;
export type Facts<C extends Code> = (typeof catalogue)[C] extends Entry<infer F> ? F : never;

/** A failure with a code, typed facts, a sentence and a next step. `cause` carries the original error. */
export class Failure<C extends Code = Code> extends Error {
  override readonly name = 'Failure';
  readonly code: C;
  readonly facts: Facts<C>;
  readonly hint: string;
  readonly retry: 'never' | 'later';
  readonly exit: number;

  constructor(code: C, facts: Facts<C>, options?: ErrorOptions) {
    const words = catalogue[code] as unknown as Entry<Facts<C>>;
    super(words.say(facts), options);
    this.code = code;
    this.facts = facts;
    this.hint = words.hint(facts);
    this.retry = words.retry;
    this.exit = words.exit;
  }
}

/** What a person is told of any error: a Failure's own words, or one honest sentence with an id for the log. */
export function explain(error: unknown, id: string): { readonly what: string; readonly hint: string } {
  if (error instanceof Failure) return { what: error.message, hint: error.hint };
  return {
    what: `Something broke on our side (${id}).`,
    hint: 'The details are in the log under that id; please try again.',
  };
}

const GONE: readonly Code[] = ['target_unreachable', 'target_timeout', 'target_cut'];

/** True of failures that say that nobody was there to be asked, or nobody who answers. */
export function isGone(error: unknown): boolean {
  if (!(error instanceof Failure)) return false;
  const { code, facts } = error as Failure;
  return GONE.includes(code) || ('isGone' in facts && facts.isGone === true);
}
