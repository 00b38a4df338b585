// How a rule stands, in the thread in which somebody made it: edited in place when it is replaced or taken back.
import { REMOVE_RULE_ACTION } from '../model/button.ts';
import type { Rule } from '../model/rule.ts';
import { actions, context, type SlackMessage, section } from '../report/elements.ts';
import { code, joinMrkdwn, type Mrkdwn, markup, mention, mrkdwn, words } from '../report/foreign.ts';
import { shortLabel } from '../report/name.ts';
import { dayWords } from '../report/wording.ts';

const NAME = 120;
const REASON = 600;
const LABEL_WIDTH = 80;

export interface RuleAbout {
  /** As it stands; undefined when it is not kept any more. */
  readonly rule?: Rule;
  /** The announcement's own question: a rule that was made anew is announced elsewhere. */
  readonly question: string;
  /** Opaque id of the button that takes it back. */
  readonly remove?: string;
}

export function ruleMessage({ rule, question, remove }: RuleAbout): SlackMessage {
  if (!rule) return only(mrkdwn`This rule is not kept any more.`);
  const what = whatItSays(rule);
  if (rule.question !== question) return only(mrkdwn`${markup(what)} Somebody has said it anew since.`);
  if (rule.removed) return only(mrkdwn`${markup(what)} Taken back by ${mention(rule.removed.by)}.`);
  const reason = mrkdwn`Reason: ${words(rule.reason, REASON)}`;
  const effect =
    rule.kind === 'snooze'
      ? mrkdwn`Captures go on and tell of it; they say who knows, and call nobody for it. No capture is started by itself for it.`
      : mrkdwn`From the next capture on it does not make the verdict: reports say how many goroutines that leaves out.`;
  return {
    text: mrkdwn`${markup(what)} ${markup(reason)}`,
    blocks: [
      section(joinMrkdwn([what, reason], '\n')),
      context([effect, mrkdwn`${code(`/goleak rules remove ${rule.id}`)} takes it back`]),
      ...(remove === undefined
        ? []
        : [
            actions([
              {
                text: rule.kind === 'snooze' ? 'End the snooze' : 'Remove the rule',
                actionId: REMOVE_RULE_ACTION,
                value: remove,
              },
            ]),
          ]),
    ],
  };
}

function whatItSays({ kind, by, label, scope, service, untilMs }: Rule): Mrkdwn {
  const name = code(shortLabel(label, LABEL_WIDTH), NAME);
  const where = scope === 'everywhere' ? mrkdwn`wherever it occurs` : mrkdwn`at ${code(service)}`;
  const said = kind === 'snooze' ? 'snoozed' : 'says that this is no leak:';
  return mrkdwn`${mention(by)} ${said} ${name} ${markup(where)}, until ${dayWords(untilMs)}.`;
}

function only(text: Mrkdwn): SlackMessage {
  return { text, blocks: [section(text)] };
}
