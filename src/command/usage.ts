// Help, made from the table of verbs.
import type { Door } from './command.ts';
import { FOLLOW_UPS } from './follow-ups.ts';
import type { Verb } from './verb.ts';
import { findVerb, VERBS } from './verbs.ts';

/** One verb in full, or undefined when the word is not one. Plain lines, for any door. */
export function verbHelp(word: string, door: Door, prefix: string): string | undefined {
  const verb = findVerb(word, door);
  if (!verb) return undefined;
  const flags = verb.flags.map(({ flag, about }) => `  ${flag.padEnd(18)} ${about}`);
  const examples = verb.examples.map((example) => `  ${prefix} ${example}`);
  return [
    `${prefix} ${verb.usage}`,
    `${verb.about}.`,
    ...flags,
    ...(verb.notes ?? []),
    ...(examples.length > 0 ? ['Examples:', ...examples] : []),
  ].join('\n');
}

/** The verbs a door understands, in the order of help. */
export function verbsFor(door: Door): readonly Verb[] {
  return VERBS.filter((verb) => verb.doors.includes(door));
}

const FLAGS_EVERYWHERE = [
  'Every command takes:',
  '  --json        the result as JSON on standard output',
  '  -h, --help    what the command does, and its flags',
  '',
];

const FILES_IN_CHAT = [
  'Dumps, profiles, logs, /debug/vars and zips of them are read where you drop them:',
  'in a direct message to me, or in a thread with me. Two are before and after.',
  '',
];

/** What a capture's thread understands besides. */
function inThreads(): readonly string[] {
  const width = Math.max(...FOLLOW_UPS.map(({ usage }) => usage.length)) + 2;
  return [
    'In the thread of a capture, also without my name:',
    ...FOLLOW_UPS.map(({ usage, about }) => `  ${usage.padEnd(width)}${about}`),
    '',
  ];
}

/** The whole list, one line a verb, aligned. */
export function helpText(door: Door, prefix: string): string {
  const verbs = verbsFor(door);
  const width = Math.max(...verbs.map((verb) => verb.verb.length)) + 2;
  const lines = verbs.map((verb) => `  ${verb.verb.padEnd(width)}${verb.about}`);
  const more = door === 'terminal' ? FLAGS_EVERYWHERE : [...inThreads(), ...FILES_IN_CHAT];
  return [`${prefix} <command>`, '', ...lines, '', ...more, `${prefix} help <command> tells more.`].join(
    '\n',
  );
}
