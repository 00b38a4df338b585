// The outcome of a check for a terminal or a CI log: the verdict, how it was come by, and how to say that it is no leak.
import { formatDay } from '../../model/units.ts';
import { terminal } from '../foreign.ts';
import type { TextStyle } from '../page.ts';
import type { Report } from '../schema.ts';
import { reportText } from '../text.ts';
import { OUTCOME_WORDS } from './case-words.ts';
import type { Check } from './outcome.ts';

const RULE_DAYS = 90;
const RULES_SHOWN = 5;
const DAY_MS = 86_400_000;

export interface CheckRun {
  /** How the looks were taken, a sentence each. */
  readonly rounds: readonly string[];
  readonly nowMs: number;
  readonly strict: boolean;
}

export function checkText(check: Check, report: Report, run: CheckRun, style: TextStyle): string {
  const { outcome, exit, says } = check;
  const head = `${MARKS[outcome]} ${OUTCOME_WORDS[outcome]}: ${terminal(says)}`;
  const rounds = run.rounds.map((line) => `  ${terminal(line)}`);
  const aside =
    outcome === 'cannot-tell' && !run.strict
      ? ['  Not to know fails no build unless --strict asks for it; a longer --for may tell.']
      : [];
  const status = `exit status ${exit}`;
  if (outcome === 'clean') return [head, ...rounds, ...hiddenLines(report), status].join('\n');
  const body = reportText(report, style).trimEnd();
  return [body, '', head, ...rounds, ...aside, ...ruleLines(report, run.nowMs), status].join('\n');
}

const MARKS = { leak: '▲', clean: '✓', 'cannot-tell': '?' } as const;

function hiddenLines({ hidden = [] }: Report): string[] {
  return hidden.map(
    ({ label, count, reason, until }) =>
      `  left out by services.yml until ${formatDay(until)}: ${count} × ${terminal(label, 120)} (${terminal(reason, 120)})`,
  );
}

/** What to write into services.yml, for whoever knows that it is meant to be so. */
function ruleLines({ signatures }: Report, nowMs: number): string[] {
  const known = signatures.flatMap(({ knownAs, frames }) =>
    knownAs === undefined ? [] : [{ knownAs, name: frames[0]?.func ?? 'unknown' }],
  );
  if (known.length === 0) return [];
  const until = new Date(nowMs + RULE_DAYS * DAY_MS).toISOString().slice(0, 10);
  return [
    "  Where this is meant to be so, the service's entry of services.yml can say it (--service names the entry):",
    '    not_a_leak:',
    ...known
      .slice(0, RULES_SHOWN)
      .map(
        ({ knownAs, name }) =>
          `      - { signature: "${knownAs}", until: ${until}, reason: "why" } # ${terminal(name, 80)}`,
      ),
  ];
}
