// Questions in a capture's thread, typed or by a button, and what is answered from what is kept.
import { answerTo } from '../../../src/answers/answer.ts';
import { earlierOfReport } from '../../../src/answers/earlier.ts';
import { ruleMessage } from '../../../src/answers/rule.ts';
import { ruleView } from '../../../src/forms/rule.ts';
import type { Explained } from '../../../src/model/question.ts';
import type { Rule } from '../../../src/model/rule.ts';
import { verdictMessage } from '../../../src/report/blocks.ts';
import { recordedCapture } from '../captured.ts';
import { buttonIds } from '../room.ts';
import type { Scene } from '../scene.ts';

const PAYMENTS = { service: 'payments-svc', owner: '@payments-oncall', memoryLimitMib: 512 } as const;
const payments = () => recordedCapture(['payments-svc-1'], [60, 90], PAYMENTS);
const { origin } = payments();
const DAY_MS = 86_400_000;

const ASKED: Readonly<Record<string, readonly [string, string, Explained]>> = {
  why: ['why?', 'Why it is this verdict, and not another.', { kind: 'why' }],
  stack: ['stack 1', 'The whole stack of one signature.', { kind: 'stack', rank: 1 }],
  owner: ['who owns 1', 'Whose code a signature is.', { kind: 'owner', rank: 1 }],
  yesterday: ['vs yesterday', 'The same service about a day before.', { kind: 'yesterday' }],
  raw: ['raw', 'Which files there are, and how to look at them oneself.', { kind: 'raw' }],
};

/** The form behind a button: what is put off, and what is no leak. */
function ruleScene(kind: Rule['kind'], about: string): Scene {
  return {
    name: `form-${kind}`,
    about,
    origin: [origin],
    play: async (room) => {
      const { report } = payments();
      const nowMs = report.window.to ?? 0;
      room.setTime(nowMs);
      const signatures = report.signatures.map(({ stableId, waitReason, frames, count }) => ({
        signature: stableId,
        label: `${waitReason} in ${frames[0]?.func ?? ''}`,
        count,
      }));
      await room.openModal(ruleView({ kind, service: report.service, about: 'opaque', signatures, nowMs }));
      return { at: 'modal' };
    },
  };
}

const ANSWERS: readonly Scene[] = Object.entries(ASKED).map(([name, [typed, about, question]]) => ({
  name: `answer-${name}`,
  about,
  origin: [origin],
  play: async (room) => {
    const { report } = payments();
    const { report: before } = recordedCapture(['payments-svc-1'], [0, 30], PAYMENTS);
    const earlier = earlierOfReport(before);
    const yesterday = { ...earlier, reportId: '20261122-payments-svc', atMs: earlier.atMs - DAY_MS };
    room.setTime((report.window.to ?? 0) + 900);
    const ts = await room.post(verdictMessage(report, { buttons: buttonIds(report.id) }));
    room.setTime((report.window.to ?? 0) + 60_000);
    await room.say(typed, ts);
    const service = { owner: PAYMENTS.owner };
    await room.post(answerTo(question, { report, service, earlier: yesterday, askedBy: 'U0ONCALL' }), ts);
    return { at: 'thread', ts };
  },
}));

const RULE: Rule = {
  id: '4f0d2ab81c93',
  kind: 'not-a-leak',
  signature: payments().report.signatures[0]?.knownAs ?? '',
  label: 'chan send in payments/ledger.(*Writer).flush',
  service: 'payments-svc',
  scope: 'service',
  by: 'U0ONCALL',
  reason: 'the spill queue of a replay: 2,000 at most, it drains by itself at night',
  atMs: payments().report.window.to ?? 0,
  untilMs: (payments().report.window.to ?? 0) + 14 * DAY_MS,
  request: payments().report.id,
  question: 'rule-made',
};

const RULED: readonly Scene[] = [
  {
    name: 'rule-made',
    about: 'Somebody has said that a signature is no leak: who, why, until when, and how it is taken back.',
    origin: [origin],
    play: async (room) => {
      const { report } = payments();
      room.setTime((report.window.to ?? 0) + 900);
      const ts = await room.post(verdictMessage(report, { buttons: buttonIds(report.id) }));
      room.setTime((report.window.to ?? 0) + 60_000);
      const remove = buttonIds(RULE.id).remove_rule ?? '';
      await room.post(ruleMessage({ rule: RULE, question: RULE.question, remove }), ts);
      return { at: 'thread', ts };
    },
  },
  {
    name: 'verdict-hidden',
    about: 'The next capture: what the rule hides is counted, with whose word it is and how to take it back.',
    origin: [origin],
    play: async (room) => {
      await room.show(recordedCapture(['payments-svc-1'], [100, 130], { ...PAYMENTS, rules: [RULE] }));
      return { at: 'channel' };
    },
  },
];

export const ANSWER_SCENES: readonly Scene[] = [
  ...ANSWERS,
  ...RULED,
  ruleScene('snooze', 'The form behind "Snooze": what somebody knows of, until when, and why.'),
  ruleScene('not-a-leak', 'The form behind "Not a leak": a rule with a reason and an end.'),
];
