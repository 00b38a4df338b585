// The modals behind "Snooze…" and "Not a leak…": which signature, until when, why.
import type { ModalView } from '@slack/types';
import { MOST_DAYS, REASON_CHARACTERS, type Rule } from '../model/rule.ts';
import { formatCount, formatDay } from '../model/units.ts';
import { section } from '../report/elements.ts';
import { code, mrkdwn } from '../report/foreign.ts';
import { choiceField, dateField, modal, textField } from '../report/form.ts';
import { shortLabel } from '../report/name.ts';
import { type Answers, choiceIn, dateIn, textIn } from './answers.ts';

/** Of the answers in a view's state; each block asks one thing, under its own id. */
export const RULE_FIELDS = {
  signature: 'signature',
  scope: 'scope',
  until: 'until',
  reason: 'reason',
} as const;
export const RULE_VIEW = 'rule_view';

export interface RuleViewAbout {
  readonly kind: Rule['kind'];
  readonly service: string;
  /** The id of the button that was pressed. */
  readonly about: string;
  /** Best first. */
  readonly signatures: readonly NamedSignature[];
  readonly nowMs: number;
}

export interface NamedSignature {
  readonly signature: string;
  /** `chan send in ledger.(*Writer).flush` */
  readonly label: string;
  readonly count: number;
}

const DAY_MS = 86_400_000;
/** What is put off is looked at again in a week; what is no leak, in a month. */
const USUAL_DAYS: Readonly<Record<Rule['kind'], number>> = { snooze: 7, 'not-a-leak': 30 };
const LABEL_WIDTH = 56;

export function ruleView({ kind, service, about, signatures, nowMs }: RuleViewAbout): ModalView {
  const isSnooze = kind === 'snooze';
  const says = isSnooze
    ? mrkdwn`Captures of ${code(service)} go on and tell of it; they say that you know, and call nobody for it.`
    : mrkdwn`Later captures of ${code(service)} leave its goroutines out of the verdict, and say how many those are, by whose word and until when.`;
  const options = signatures.map(({ signature, label, count }, at) => ({
    text: `${at + 1}. ${shortLabel(label, LABEL_WIDTH, 0)} (${formatCount(count)})`,
    value: signature,
  }));
  const [first] = signatures;
  return modal({
    callbackId: RULE_VIEW,
    title: isSnooze ? 'Snooze' : 'Not a leak',
    submit: isSnooze ? 'Snooze' : 'Make the rule',
    close: 'Cancel',
    metadata: about,
    blocks: [
      section(says),
      choiceField({
        blockId: RULE_FIELDS.signature,
        label: 'Signature',
        options,
        ...(first && { initial: first.signature }),
      }),
      ...(isSnooze ? [] : [scopeField(service)]),
      dateField({
        blockId: RULE_FIELDS.until,
        label: 'Until the end of',
        hint: `A day in UTC, at most ${MOST_DAYS} days from now; then somebody looks at it again.`,
        initial: formatDay(nowMs + USUAL_DAYS[kind] * DAY_MS),
      }),
      textField({
        blockId: RULE_FIELDS.reason,
        label: 'Reason',
        hint: 'Shown with your name wherever it matters.',
        most: REASON_CHARACTERS,
        isLong: true,
        placeholder: isSnooze ? 'Known, mended with the next release' : 'A pool that fills by design',
      }),
    ],
  });
}

function scopeField(service: string) {
  return choiceField({
    blockId: RULE_FIELDS.scope,
    label: 'Where it holds',
    isOpen: true,
    initial: 'service',
    options: [
      { text: `At ${service}`, value: 'service' },
      { text: 'Wherever the signature occurs', value: 'everywhere' },
    ],
  });
}

export interface RuleAnswers {
  readonly signature: string;
  readonly scope: Rule['scope'];
  readonly reason: string;
  readonly untilMs: number;
}

/** What was answered; or what is wrong with it, by the id of the block. */
export function readRuleAnswers(
  given: Answers,
  nowMs: number,
): RuleAnswers | { readonly wrong: Readonly<Record<string, string>> } {
  const signature = choiceIn(given, RULE_FIELDS.signature) ?? '';
  const scope = choiceIn(given, RULE_FIELDS.scope);
  const reason = textIn(given, RULE_FIELDS.reason, REASON_CHARACTERS);
  const until = dateIn(given, RULE_FIELDS.until) ?? '';
  const untilMs = Date.parse(`${until}T23:59:59Z`);
  const wrong = {
    ...(/^[0-9a-f]{16}$/.test(signature) ? {} : { [RULE_FIELDS.signature]: 'Choose one of the signatures.' }),
    ...(reason === '' ? { [RULE_FIELDS.reason]: 'Say why: others will read it.' } : {}),
    ...(untilMs > nowMs ? {} : { [RULE_FIELDS.until]: 'Choose a day that is not over.' }),
    ...(untilMs > nowMs + (MOST_DAYS + 1) * DAY_MS
      ? { [RULE_FIELDS.until]: `Choose a day within ${MOST_DAYS} days.` }
      : {}),
  };
  if (Object.keys(wrong).length > 0) return { wrong };
  return { signature, scope: scope === 'everywhere' ? 'everywhere' : 'service', reason, untilMs };
}
