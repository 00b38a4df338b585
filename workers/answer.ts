// deliver jobs that answer a question asked in the thread of a capture: from its report, from what else is kept of the
// service, and once, however often the job runs.
import { setTimeout as sleep } from 'node:timers/promises';
import { UnrecoverableError } from 'bullmq';
import { type AnswerAbout, answerTo } from '../src/answers/answer.ts';
import {
  type Earlier,
  earlierOfReport,
  earlierOfVerdict,
  nearestToDayBefore,
} from '../src/answers/earlier.ts';
import { ruleMessage } from '../src/answers/rule.ts';
import type { Authorise } from '../src/authorise.ts';
import type { ServiceCatalog } from '../src/config/services.ts';
import { postKeyed } from '../src/deliver/incident-thread.ts';
import { isPageUnasked, pageFile } from '../src/deliver/page.ts';
import type { SlackPoster } from '../src/deliver/slack.ts';
import { type Attachable, attached, postFiles, stacksFile } from '../src/deliver/thread.ts';
import { Failure } from '../src/failure.ts';
import type { Log } from '../src/log.ts';
import type { Answerable, Asked } from '../src/model/question.ts';
import type { CaptureRequest } from '../src/model/request.ts';
import { questionAction } from '../src/policy/who-may.ts';
import type { Report } from '../src/report/schema.ts';
import type { ButtonStore } from '../src/store/buttons.ts';
import type { FlameStore } from '../src/store/flames.ts';
import type { QuestionStore } from '../src/store/questions.ts';
import type { ReportStore } from '../src/store/reports.ts';
import type { RequestStore } from '../src/store/requests.ts';
import type { RuleStore } from '../src/store/rules.ts';
import type { VerdictStore } from '../src/store/verdicts.ts';

export interface AnswerWork {
  readonly rules: Pick<RuleStore, 'find'>;
  readonly buttons: Pick<ButtonStore, 'removeRuleId'>;
  readonly questions: QuestionStore;
  readonly requests: RequestStore;
  readonly reports: ReportStore;
  readonly flames: Pick<FlameStore, 'load'>;
  readonly verdicts: Pick<VerdictStore, 'of'>;
  readonly services: ServiceCatalog;
  readonly authorise: Authorise;
  readonly log: Log;
}

export interface Answering {
  readonly slack: SlackPoster;
  /** Raw artefacts of a capture, oldest first. */
  readonly artefactsOf: (report: Report, request: CaptureRequest) => Promise<readonly Attachable[]>;
}

/** @throws UnrecoverableError when nothing can be said any more; Failure when it can be said later, or elsewhere */
export async function answerQuestion(id: string, work: AnswerWork, answering: Answering): Promise<void> {
  const asked = await work.questions.load(id);
  if (!asked) throw new UnrecoverableError('This question is no longer kept, or was edited in Redis.');
  const { origin, question } = asked;
  if (question.kind === 'rule') return announce({ ...asked, question }, work, answering);
  const request = await work.requests.load(asked.request);
  if (!request) throw new UnrecoverableError(await work.requests.whyNot(asked.request));
  const report = await reportOf(request, work);
  if (!(await mayStill(asked, request, work))) return;
  const service = work.services.find(request.service);
  const page = question.kind === 'raw' && !isPageUnasked(report, request);
  const posted = await filesFor(question, report, request, { ...work, ...answering });
  const about: AnswerAbout = {
    report,
    ...(service && { service }),
    ...(question.kind === 'yesterday' && (await earlierFor(report, work))),
    posted: posted.map(({ name }) => name),
    page,
    askedBy: origin.user,
  };
  const thread = { channel: origin.channel, threadTs: origin.threadTs };
  const ports = portsFor(id, work, answering);
  await postKeyed(`${id}:answer`, 'answer', answerTo(question, about), thread, ports);
  const pages = page ? [pageFile(report, work.flames.load(report.id) ?? {})] : [];
  await postFiles('files', [...pages, ...posted], thread, ports);
}

function portsFor(id: string, { questions }: AnswerWork, { slack }: Answering) {
  return {
    slack,
    ledger: questions.ledger(id),
    clock: { now: Date.now, sleep: (durationMs: number) => sleep(durationMs) },
  };
}

/** How a rule stands, where it was made: said once, and edited when it is replaced or taken back. */
async function announce(
  { id, request, origin, question }: Asked & { readonly question: { readonly rule: string } },
  work: AnswerWork,
  answering: Answering,
): Promise<void> {
  const { channel, threadTs, user } = origin;
  const rule = await work.rules.find(question.rule);
  const about = { request, channel, owner: user, rule: question.rule, question: id };
  const remove = await work.buttons.removeRuleId(about, Date.now());
  const message = ruleMessage({ ...(rule && { rule }), question: id, remove });
  const key = `${id}:answer`;
  const ports = portsFor(id, work, answering);
  const { ts, isNew } = await postKeyed(key, 'answer', message, { channel, threadTs }, ports);
  if (!isNew) await answering.slack.update(channel, ts, message, key);
}

async function reportOf({ id }: CaptureRequest, { requests, reports }: AnswerWork): Promise<Report> {
  const progress = await requests.progress(id);
  const report = progress.stage === 'done' ? await reports.load(progress.reportId) : undefined;
  if (!report) throw new Failure('report_elsewhere', { id });
  return report;
}

/** Asked at the door as well; rules, people and channels may be others now. */
async function mayStill(
  asked: Asked,
  { service: name, id }: CaptureRequest,
  work: AnswerWork,
): Promise<boolean> {
  const { origin, question } = asked;
  const service = work.services.find(name);
  const decision = await work.authorise({
    at: 'worker',
    origin,
    actions: [questionAction(question.kind)],
    ...(service && { service }),
    request: id,
  });
  if (decision.may !== 'no') return true;
  if (decision.refusal.retry !== 'never') throw decision.refusal;
  work.log.info({ because: decision.refusal.message, question: asked.id }, 'A question is not answered.');
  return false;
}

/** Its report where this worker has it, else the verdict that all of them have. */
async function earlierFor(report: Report, { verdicts, reports }: AnswerWork): Promise<{ earlier?: Earlier }> {
  const kept = nearestToDayBefore(await verdicts.of(report.service), report);
  if (!kept) return {};
  const whole = await reports.load(kept.reportId);
  return { earlier: whole ? earlierOfReport(whole) : earlierOfVerdict(kept) };
}

/** What follows the answer. */
async function filesFor(
  { kind }: Answerable,
  report: Report,
  request: CaptureRequest,
  work: AnswerWork & Answering,
): Promise<readonly Attachable[]> {
  if (kind === 'stacks') return report.signatures.length === 0 ? [] : [stacksFile(report)];
  return kind === 'raw' ? notPosted(report, request, work) : [];
}

/** What a thread shows of many files are the newest; in an incident's thread it may be none. */
async function notPosted(
  report: Report,
  request: CaptureRequest,
  { requests, artefactsOf }: AnswerWork & Answering,
): Promise<readonly Attachable[]> {
  const files = await artefactsOf(report, request);
  const newest = attached(files);
  const { state } = await requests.ledger(request.id).posting('artefacts');
  return state === 'sent' ? attached(files.filter((file) => !newest.includes(file))) : newest;
}
