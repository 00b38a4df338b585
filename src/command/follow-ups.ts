// What people may reply in a capture's thread, and mean by it. Whatever is not in this table is talk among people.
import type { Question } from '../model/question.ts';
import { suggest } from './suggest.ts';
import { wordsOf } from './words.ts';

export interface FollowUp {
  /** As help shows it. */
  readonly usage: string;
  readonly about: string;
  /** The whole reply, in small letters, without courtesies and marks at its end. */
  readonly forms: RegExp;
  readonly read: (rank: number) => Question;
}

/** `2`, `#2`, `no 2`, `nr. 2`; the first one where none is named. */
const RANK = '(?: (?:no |nr |number )?#?(?<rank>\\d{1,2}))?';

export const FOLLOW_UPS: readonly FollowUp[] = [
  {
    usage: 'why?',
    about: 'The evidence behind the verdict, and why it is nothing else',
    forms: /^(?:but |and )?why(?: not| so| is that| that)?$|^explain(?: (?:it|that|this))?$/,
    read: () => ({ kind: 'why' }),
  },
  {
    usage: 'stack 2',
    about: 'The whole stack of the second signature; `stacks` posts all of them as a file',
    forms: new RegExp(`^(?:show )?(?:the )?(?:full )?(?:stack|trace|stack ?trace)${RANK}$`),
    read: (rank) => ({ kind: 'stack', rank }),
  },
  {
    usage: 'stacks',
    about: 'The stacks of all signatures, as a file',
    forms: /^(?:show )?(?:the )?(?:all |full )?(?:stacks|traces|stack ?traces)$/,
    read: () => ({ kind: 'stacks' }),
  },
  {
    usage: 'who holds it?',
    about: 'Who holds the memory, by a goref file; without one, how to make it and what that costs',
    forms:
      /^(?:and )?(?:who|what)(?:'?s| is)? hold(?:s|ing)(?: on ?to)?(?: (?:it|this|that|them|the memory|the heap|memory))?$|^(?:show )?(?:retention|(?:the )?holders?|(?:the )?path to (?:the )?root)$/,
    read: () => ({ kind: 'retention' }),
  },
  {
    usage: 'who owns 1',
    about: 'Whose code the first signature waits in, and what says so',
    forms: new RegExp(
      `^(?:who(?: is the|'?s the|s the)? )?(?:owns?|owner)(?: of)?(?: it| this| that)?${RANK}$|^whose(?: is| code is)?(?: it| this| that)?(?: (?:no |nr )?#?(?<other>\\d{1,2}))?$`,
    ),
    read: (rank) => ({ kind: 'owner', rank }),
  },
  {
    usage: 'vs yesterday',
    about: 'What is different from the capture nearest to a day before',
    forms: /^(?:vs|versus|against|compare|compared?(?: it)? (?:with|to)|since)(?: the one of)? yesterday$/,
    read: () => ({ kind: 'yesterday' }),
  },
  {
    usage: 'all instances',
    about: 'Capture the instances that this one did not look at',
    forms:
      /^(?:capture |and )?(?:(?:all|every|the other|other)(?: the)?(?: other)? instances?)$|^capture all$/,
    read: () => ({ kind: 'all-instances' }),
  },
  {
    usage: 'raw',
    about:
      'The files as they were captured, the `go tool pprof` that opens them, and the page of what is healthy',
    forms: /^(?:show )?(?:the )?(?:raw(?: files| profiles)?|art[ei]facts|profiles|files)$/,
    read: () => ({ kind: 'raw' }),
  },
];

/** Longer than any of them: nobody's prose is searched for one. */
const MAX_CHARACTERS = 80;

/** A reply as a question; undefined when it is none. `Why??` -> why, `@goleak stack #2 please` -> the second stack. */
export function readFollowUp(text: string): Question | undefined {
  const said = plainWords(text);
  if (said === undefined) return undefined;
  for (const { forms, read } of FOLLOW_UPS) {
    const match = forms.exec(said);
    if (match) return read(Number(match.groups?.rank ?? match.groups?.other ?? 1));
  }
  return undefined;
}

/** The follow-up that a mistyped one comes nearest to: `wyh` -> `why?`. */
export function suggestFollowUp(text: string): string | undefined {
  const [first] = plainWords(text)?.split(' ') ?? [];
  if (first === undefined || first === '') return undefined;
  const byFirst = new Map(FOLLOW_UPS.map(({ usage }) => [usage.split(/[ ?]/)[0] ?? usage, usage]));
  const found = suggest(first, [...byFirst.keys()]);
  return found === undefined ? undefined : byFirst.get(found);
}

function plainWords(text: string): string | undefined {
  const said = text.replace(/<@[A-Z0-9]+(?:\|[^>]*)?>/g, ' ').trim();
  if (said.length > MAX_CHARACTERS) return undefined;
  return wordsOf(said)
    .join(' ')
    .toLowerCase()
    .replace(/\b(?:no|nr|vs)\./g, (word) => word.slice(0, -1))
    .replace(/^(?:please|ok|okay|hm+|so)[, ]+/, '')
    .replace(/[,\s]*(?:please|pls)$/, '')
    .replace(/[\s?!.…]+$/u, '')
    .replace(/,/g, '')
    .trim();
}
