// Which of the rules people made hold for a service at a moment, and what is said of them.

import type { Rule, Tally } from '../model/rule.ts';
import { formatDay } from '../model/units.ts';

/** Those that hold now, the one that holds longest first for each signature. */
export function inForce(rules: readonly Rule[], service: string, nowMs: number): readonly Rule[] {
  return rules
    .filter((rule) => isInForce(rule, nowMs) && (rule.scope === 'everywhere' || rule.service === service))
    .toSorted((a, b) => b.untilMs - a.untilMs);
}

export function isInForce({ untilMs, removed }: Rule, nowMs: number): boolean {
  return removed === undefined && untilMs > nowMs;
}

/** The signatures that are kept out of verdicts, without repeats. */
export function hiddenSignatures(rules: readonly Rule[]): readonly string[] {
  return [...new Set(rules.flatMap(({ kind, signature }) => (kind === 'not-a-leak' ? [signature] : [])))];
}

/** True when there are signatures, and somebody has put all of them off. */
export function areAllPutOff(signatures: readonly (string | undefined)[], rules: readonly Rule[]): boolean {
  const known = new Set(rules.map(({ signature }) => signature));
  return (
    signatures.length > 0 && signatures.every((signature) => signature !== undefined && known.has(signature))
  );
}

/** A line a rule: what it says, who said it, until when, and how much it hid. */
export function ruleLine(rule: Rule, tally: Tally | undefined): string {
  const { id, kind, label, service, scope, by, untilMs, reason } = rule;
  const where = scope === 'everywhere' ? 'everywhere' : service;
  const hid =
    kind === 'snooze'
      ? ''
      : tally === undefined
        ? '; has hidden nothing yet'
        : `; has hidden ${tally.last.toLocaleString('en')} goroutines last, ${tally.most.toLocaleString('en')} at most, in ${tally.captures} capture${tally.captures === 1 ? '' : 's'}`;
  const what = kind === 'snooze' ? 'snoozed' : 'not a leak';
  return `${id}  ${what}: ${label} (${where}), by ${by} until ${formatDay(untilMs)}: ${reason}${hid}`;
}
