// What people say of signatures: put off until a day, or no leak at all; and what is taken back again. The same from Slack
// and from a terminal. Whatever is said is announced in the thread it was said in.
import { createHash } from 'node:crypto';
import type { Authorise } from '../authorise.ts';
import type { Command } from '../command/command.ts';
import { Failure } from '../failure.ts';
import type { NamedSignature } from '../forms/rule.ts';
import { inForce, isInForce, ruleLine } from '../known/rules.ts';
import type { CaptureRequest, Origin } from '../model/request.ts';
import { REASON_CHARACTERS, type Rule } from '../model/rule.ts';
import type { Service } from '../model/target.ts';
import type { Action } from '../policy/who-may.ts';
import type { JobQueue } from '../queue/queue.ts';
import type { RequestStore } from '../store/requests.ts';
import type { RuleStore } from '../store/rules.ts';
import type { VerdictStore } from '../store/verdicts.ts';
import { ask, type QuestionPorts } from './questions.ts';

export type RulesCommand = Extract<Command, { kind: 'rules' }>;

export interface RulePorts {
  readonly services: readonly Service[];
  readonly rules: RuleStore;
  readonly authorise: Authorise;
  readonly queue: Pick<JobQueue, 'deliver'>;
  /** Writes down what was said. */
  readonly decided: (rule: Rule, asker: Origin) => void;
  readonly now: () => number;
}

const MOST_LABEL = 300;

export type SaidOfSignature = Pick<
  Rule,
  'kind' | 'signature' | 'label' | 'service' | 'scope' | 'reason' | 'untilMs' | 'request' | 'question'
>;

/**
 * Keeps it; said again, it takes the place of what was said before.
 * @throws Failure when they may not, `too_many_rules`
 */
export async function makeRule(said: SaidOfSignature, asker: Origin, ports: RulePorts): Promise<Rule> {
  await permit(said, asker, ports);
  const { rules, queue, decided, now } = ports;
  const id = ruleId(said);
  const before = await rules.find(id);
  const { kind, signature, label, service, scope, reason, untilMs, request, question } = said;
  const rule: Rule = {
    id,
    kind,
    signature,
    label: label.slice(0, MOST_LABEL),
    service,
    scope,
    reason: reason.slice(0, REASON_CHARACTERS),
    untilMs,
    request,
    question,
    by: asker.user,
    atMs: now(),
  };
  await rules.put(rule);
  decided(rule, asker);
  // Its announcement is not true any more.
  if (before && before.question !== rule.question) await queue.deliver(before.question, 'answer');
  return rule;
}

/** Keeps it, and has it announced in the thread it was said in. @throws Failure as `makeRule` */
export async function sayRule(
  said: SaidOfSignature,
  asker: Origin,
  ports: RulePorts & { readonly asking: QuestionPorts },
): Promise<void> {
  const { id: rule, atMs, request, question: id } = await makeRule(said, asker, ports);
  const { user, channel = '', threadTs = '' } = asker;
  const origin = { door: 'button' as const, user, channel, threadTs };
  await ask({ id, request, question: { kind: 'rule', rule }, origin, atMs }, ports.asking);
}

/** What the verdict of a capture lists, best first, as far as it is kept where every process finds it. */
export async function signaturesOf(
  { id, service }: CaptureRequest,
  {
    requests,
    verdicts,
  }: { readonly requests: Pick<RequestStore, 'progress'>; readonly verdicts: Pick<VerdictStore, 'of'> },
): Promise<readonly NamedSignature[]> {
  const progress = await requests.progress(id);
  if (progress.stage !== 'done') return [];
  const kept = (await verdicts.of(service)).find(({ reportId }) => reportId === progress.reportId);
  return (kept?.signatures ?? []).flatMap(({ knownAs, waitReason, func, count }) =>
    knownAs === undefined ? [] : [{ signature: knownAs, label: `${waitReason} in ${func}`, count }],
  );
}

/** @throws Failure when they may not, `rule_unknown` */
export async function removeRule(id: string, asker: Origin, ports: RulePorts): Promise<Rule> {
  const { rules, queue, decided, now } = ports;
  const rule = await rules.find(id);
  if (!rule || !isInForce(rule, now())) throw new Failure('rule_unknown', { id: id.slice(0, 40) });
  await permit(rule, asker, ports);
  const removed = { ...rule, removed: { by: asker.user, atMs: now() } };
  await rules.put(removed);
  decided(removed, asker);
  await queue.deliver(rule.question, 'answer');
  return removed;
}

/** Lists or removes; answers in plain lines. @throws Failure as those do */
export async function controlRules(
  { service, remove }: RulesCommand,
  asker: Origin,
  ports: RulePorts,
): Promise<string> {
  if (remove !== undefined) {
    const { label } = await removeRule(remove, asker, ports);
    return `Removed: ${label}. From the next capture on it counts again.`;
  }
  const { rules, authorise, services, now } = ports;
  const decision = await authorise({ at: 'door', origin: asker, actions: ['look'] });
  if (decision.may === 'no') throw decision.refusal;
  if (service !== undefined && !services.some(({ name }) => name === service)) {
    throw new Failure('service_unknown', { service, known: services.map(({ name }) => name) });
  }
  const kept = await rules.all();
  const wanted =
    service === undefined ? kept.filter((rule) => isInForce(rule, now())) : inForce(kept, service, now());
  const of = service === undefined ? '' : ` of ${service}`;
  if (wanted.length === 0) return `Nothing${of} is snoozed or ruled no leak.`;
  const tallies = await rules.tallies(wanted.map(({ id }) => id));
  return [
    ...wanted.map((rule) => ruleLine(rule, tallies.get(rule.id))),
    '`rules remove <id>` takes one back.',
  ].join('\n');
}

async function permit(
  { service: name, scope }: Pick<Rule, 'service' | 'scope'>,
  origin: Origin,
  { authorise, services }: RulePorts,
): Promise<void> {
  const service = services.find((each) => each.name === name);
  const actions: readonly Action[] = scope === 'everywhere' ? ['rule', 'rule-everywhere'] : ['rule'];
  const decision = await authorise({ at: 'door', origin, actions, ...(service && { service }) });
  if (decision.may === 'no') throw decision.refusal;
}

function ruleId({ kind, signature, scope, service }: SaidOfSignature): string {
  const about = [kind, signature, scope === 'everywhere' ? '' : service].join('\n');
  return createHash('sha256').update(about).digest('hex').slice(0, 12);
}
