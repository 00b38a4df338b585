// Words typed -> Command.
import { Failure } from '../failure.ts';
import type { Command, Door } from './command.ts';
import { wrong } from './operands.ts';
import { suggest } from './suggest.ts';
import type { Verb } from './verb.ts';
import { findVerb, VERBS } from './verbs.ts';
import { splitWords, type Words } from './words.ts';

const VALUED_FLAGS: ReadonlySet<string> = new Set([
  'since',
  'for',
  'instance',
  'kinds',
  'save',
  'html',
  'interval',
  'batch',
  'out',
  'prometheus',
  'load',
  'warm-up',
  'settle',
  'before',
  'after',
  'service',
  'junit',
]);

/**
 * Reads one command.
 * @throws Failure `command_unknown` or `usage_wrong`, with a hint fit to show as it is.
 */
export function readCommand(typed: readonly string[], door: Door): Command {
  const words = splitWords(typed, VALUED_FLAGS);
  const [first, ...rest] = words.plain;
  if (first === undefined) return { kind: 'help' };
  if (words.flags.has('help')) return { kind: 'help', verb: first };
  const verb = findVerb(first, door);
  if (!verb) throw unknownVerb(first, door);
  checkFlags(words, verb);
  return verb.read({ plain: rest, flags: words.flags }, verb.usage);
}

/** What to say of a word that is no verb at this door: meant for the other door, or mistyped. */
export function unknownVerb(word: string, door: Door): Failure {
  const elsewhere = findVerb(word, 'terminal');
  if (elsewhere) return new Failure('terminal_only', { verb: elsewhere.verb, usage: elsewhere.usage });
  const known = VERBS.filter(({ doors }) => doors.includes(door)).map(({ verb }) => verb);
  return new Failure('command_unknown', { word: word.slice(0, 40), suggestion: suggest(word, known) });
}

/** A mistyped flag that is passed over would quietly do something else than was asked. */
function checkFlags({ flags }: Words, verb: Verb): void {
  const known = verb.flags.map(({ flag }) => /^--([a-z-]+)/.exec(flag)?.[1] ?? flag);
  for (const [name, value] of flags) {
    const flag = name.slice(0, 40);
    if (!known.includes(name)) {
      const meant = suggest(flag, known);
      const instead = meant === undefined ? '' : `, perhaps --${meant} is meant`;
      throw wrong(`--${flag} is not a flag of ${verb.verb}${instead}`, verb.usage);
    }
    if (VALUED_FLAGS.has(name) && (value === true || value.trim() === '')) {
      throw wrong(`--${flag} needs a value`, verb.usage);
    }
  }
}
