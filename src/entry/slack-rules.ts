// "Snooze…" and "Not a leak…": a modal is opened, its answers are read, and whoever gave them must still be allowed it.
import type { App, ViewOutput, ViewSubmitAction } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { Failure } from '../failure.ts';
import type { Answers } from '../forms/answers.ts';
import { type NamedSignature, RULE_FIELDS, RULE_VIEW, readRuleAnswers, ruleView } from '../forms/rule.ts';
import type { Log } from '../log.ts';
import { BUTTON_DAYS, type Button, NOT_A_LEAK_ACTION, SNOOZE_ACTION } from '../model/button.ts';
import type { CaptureRequest, Origin } from '../model/request.ts';
import type { Rule } from '../model/rule.ts';
import type { Service } from '../model/target.ts';
import { mrkdwn, prose } from '../report/foreign.ts';
import { findService, requestId } from './accept.ts';
import { type Authorise, permit } from './permit.ts';
import { MAX_REPLY, whisperer } from './slack-answer.ts';
import { answered, type Complaints, NOTHING_WRONG } from './slack-submission.ts';

export interface RuleDoorPorts {
  readonly services: () => readonly Service[];
  readonly authorise: Authorise;
  /** What a capture's verdict lists, best first. */
  readonly signaturesOf: (request: CaptureRequest) => Promise<readonly NamedSignature[]>;
  /** Keeps what was said and has it announced in that thread. @throws Failure when they may not */
  readonly makeRule: (said: Omit<Rule, 'id' | 'by' | 'atMs' | 'removed'>, asker: Origin) => Promise<void>;
  /** @throws Failure when they may not, or there is none */
  readonly removeRule: (id: string, asker: Origin) => Promise<Rule>;
  readonly requestOf: (id: string) => Promise<CaptureRequest | undefined>;
  readonly buttonOf: (
    id: string,
  ) => Promise<{ readonly button: Button; readonly messageTs?: string } | undefined>;
  readonly now: () => number;
  readonly log: Log;
}

export type OpenView = (view: ModalView) => Promise<void>;

const KINDS = { [SNOOZE_ACTION]: 'snooze', [NOT_A_LEAK_ACTION]: 'not-a-leak' } as const;

/** @throws Failure when they may not, or there is nothing to say it of */
export async function openRuleView(
  action: keyof typeof KINDS,
  about: {
    readonly earlier: CaptureRequest;
    readonly service: Service;
    readonly origin: Origin;
    readonly buttonId: string;
  },
  { authorise, signaturesOf, now, open }: RuleDoorPorts & { readonly open: OpenView },
): Promise<void> {
  const { earlier, service, origin, buttonId } = about;
  await permit({ origin, actions: ['rule'], service, request: earlier.id }, authorise);
  const signatures = await signaturesOf(earlier);
  if (signatures.length === 0) throw new Failure('nothing_to_rule', { service: service.name });
  await open(
    ruleView({ kind: KINDS[action], service: service.name, about: buttonId, signatures, nowMs: now() }),
  );
}

export function registerRuleDoor(app: App, ports: RuleDoorPorts): void {
  const submission = { callback_id: RULE_VIEW, type: 'view_submission' } as const;
  app.view<ViewSubmitAction>(submission, async ({ ack, body, view, client }) => {
    const user = body.user.id;
    const late = async (text: string): Promise<void> => {
      const found = await ports.buttonOf(buttonIn(view));
      if (!found) return;
      const { channel } = found.button;
      await whisperer(client)({ channel, user })(mrkdwn`${prose(text, MAX_REPLY)}`);
    };
    await answered({ ack, field: RULE_FIELDS.reason, log: ports.log, id: view.id, late }, () =>
      submitted(view, user, ports),
    );
  });
}

/** @returns what is wrong with the answers, by block */
async function submitted(view: ViewOutput, user: string, ports: RuleDoorPorts): Promise<Complaints> {
  const found = await ports.buttonOf(buttonIn(view));
  const action = found?.button.action;
  if (!found || (action !== SNOOZE_ACTION && action !== NOT_A_LEAK_ACTION))
    throw new Failure('button_unknown', {});
  const { button, messageTs } = found;
  if (button.expiresAtMs <= ports.now()) throw new Failure('button_expired', { days: BUTTON_DAYS });
  const request = await ports.requestOf(button.request);
  if (!request) throw new Failure('report_missing', { id: button.request });
  const answers = readRuleAnswers(view.state.values as Answers, ports.now());
  if ('wrong' in answers) return answers.wrong;
  const service = findService(request.service, ports.services());
  const signatures = await ports.signaturesOf(request);
  const meant = signatures.find(({ signature }) => signature === answers.signature);
  if (!meant) return { [RULE_FIELDS.signature]: 'Choose one of the signatures.' };
  const threadTs = request.origin.threadTs ?? messageTs;
  const origin: Origin = {
    door: 'button',
    user,
    channel: button.channel,
    ...(threadTs !== undefined && { threadTs }),
  };
  const { label } = meant;
  await ports.makeRule(
    {
      ...answers,
      kind: KINDS[action],
      label,
      service: service.name,
      request: request.id,
      question: requestId(`rule ${view.id}`, ports.now()),
    },
    origin,
  );
  return NOTHING_WRONG;
}

/** The id of the button that opened it: a string in JSON. */
function buttonIn({ private_metadata: kept }: ViewOutput): string {
  return /^"([\w-]{22})"$/.exec(kept)?.[1] ?? '';
}
