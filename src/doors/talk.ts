// What replies, buttons and rules in the threads of captures are answered by, for the app.
import { auditRule } from '../audit/audited.ts';
import type { Trail } from '../audit/trail.ts';
import type { Authorise } from '../authorise.ts';
import { resolveInstances } from '../capture/resolve.ts';
import type { Env } from '../config/env.ts';
import type { ServiceCatalog } from '../config/services.ts';
import { ask, captureIn } from '../control/questions.ts';
import { controlRules, type RulePorts, removeRule, sayRule, signaturesOf } from '../control/rules.ts';
import type { SlackPorts } from '../entry/slack.ts';
import type { Button } from '../model/button.ts';
import type { connectRedis } from '../queue/connection.ts';
import { type JobQueue, withinDeadline } from '../queue/queue.ts';
import { type ButtonStore, openButtonStore } from '../store/buttons.ts';
import { openQuestionStore, type QuestionStore } from '../store/questions.ts';
import type { RequestStore } from '../store/requests.ts';
import { openRuleStore } from '../store/rules.ts';
import { questionSeal, ruleSeal } from '../store/seal.ts';
import { openThreadStore } from '../store/threads.ts';
import { openVerdictStore } from '../store/verdicts.ts';

export interface TalkWork {
  readonly requests: RequestStore;
  readonly queue: Pick<JobQueue, 'deliver'>;
  readonly services: ServiceCatalog;
  readonly authorise: Authorise;
  readonly trail: Trail;
}

export type TalkPorts = Pick<
  SlackPorts,
  'captureIn' | 'ask' | 'instancesOf' | 'buttonOf' | 'signaturesOf' | 'makeRule' | 'removeRule' | 'ruled'
>;

export function talkPorts(
  redis: ReturnType<typeof connectRedis>,
  { sealKeys }: Env,
  { requests, queue, services, authorise, trail }: TalkWork,
): TalkPorts {
  const questions = openQuestionStore(redis, questionSeal(sealKeys));
  const asking = { requests, queue, questions, threads: openThreadStore(redis) };
  const buttons = openButtonStore(redis);
  const verdicts = openVerdictStore(redis);
  const rules = openRuleStore(redis, ruleSeal(sealKeys));
  const ruling = (): RulePorts => ({
    services: services.all(),
    rules,
    authorise,
    queue,
    decided: (rule, asker) => auditRule(rule, asker, trail),
    now: Date.now,
  });
  return {
    captureIn: (place) => withinDeadline(captureIn(place, asking)),
    ask: (asked) => withinDeadline(ask(asked, asking)),
    instancesOf: (request, service) => resolveInstances(service, request).map(({ name }) => name),
    buttonOf: (id) => withinDeadline(placedButton(id, { buttons, requests, questions })),
    signaturesOf: (request) => withinDeadline(signaturesOf(request, { requests, verdicts })),
    makeRule: (said, asker) => withinDeadline(sayRule(said, asker, { ...ruling(), asking })),
    removeRule: (id, asker) => withinDeadline(removeRule(id, asker, ruling())),
    ruled: (command, asker) => withinDeadline(controlRules(command, asker, ruling())),
  };
}

/** A button, and the message that its capture, or the announcement it is under, certainly has. */
async function placedButton(
  id: string,
  {
    buttons,
    requests,
    questions,
  }: {
    readonly buttons: ButtonStore;
    readonly requests: RequestStore;
    readonly questions: Pick<QuestionStore, 'ledger'>;
  },
): Promise<{ button: Button; messageTs?: string } | undefined> {
  const button = await buttons.find(id);
  if (!button) return undefined;
  const { request, thread, question } = button;
  const posting = await (question === undefined
    ? requests.ledger(thread ?? request).posting('root')
    : questions.ledger(question).posting('answer'));
  return { button, ...(posting.state === 'sent' && { messageTs: posting.ts }) };
}
