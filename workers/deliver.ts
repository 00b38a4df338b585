// deliver jobs: make one thread show what is known of one request. A busy Slack gives the job back with a delay
// and costs no attempt.
import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { issueUrl } from '../src/answers/issue.ts';
import { costSentence } from '../src/capture/plan.ts';
import { resolveInstances } from '../src/capture/resolve.ts';
import type { ChartRenderer } from '../src/deliver/charts.ts';
import { pacedPoster } from '../src/deliver/paced.ts';
import { isPageUnasked } from '../src/deliver/page.ts';
import type { SlackPoster } from '../src/deliver/slack.ts';
import { SlackBusy } from '../src/deliver/slack-call.ts';
import {
  type Attachable,
  bringUpToDate,
  postStacks,
  type ThreadPorts,
  type ThreadState,
} from '../src/deliver/thread.ts';
import { Failure } from '../src/failure.ts';
import {
  type ButtonAction,
  CALM_ACTIONS,
  CANCEL_ACTION,
  CAPTURE_AGAIN_ACTION,
  UPLOAD_ACTIONS,
  VERDICT_ACTIONS,
} from '../src/model/button.ts';
import type { Offer } from '../src/model/capture.ts';
import type { Flames } from '../src/model/flame.ts';
import { type CaptureRequest, isLastWord, type Progress } from '../src/model/request.ts';
import type { Service } from '../src/model/target.ts';
import { type Told, toTell } from '../src/owner.ts';
import { deliverJob, unreadable } from '../src/queue/jobs.ts';
import type { JobQueue } from '../src/queue/queue.ts';
import { withoutArguments } from '../src/report/argument-words.ts';
import { isCalm } from '../src/report/blocks.ts';
import type { Report } from '../src/report/schema.ts';
import type { ButtonStore } from '../src/store/buttons.ts';
import type { CaptureStore } from '../src/store/captures.ts';
import type { FixStore } from '../src/store/fixes.ts';
import type { MentionStore } from '../src/store/mentions.ts';
import type { PaceStore } from '../src/store/pace.ts';
import type { ThreadStore } from '../src/store/threads.ts';
import { type AnswerWork, answerQuestion } from './answer.ts';
import { followLeak, tellFix } from './fixes.ts';

export interface DeliverWork extends AnswerWork {
  readonly buttons: ButtonStore;
  readonly threads: ThreadStore;
  readonly captures: CaptureStore;
  readonly mentions: MentionStore;
  readonly slack: SlackPoster;
  readonly pace: PaceStore;
  readonly renderChart: ChartRenderer;
  readonly queue: Pick<JobQueue, 'triage' | 'deliver'>;
  readonly fixes: FixStore;
}

/** Slack takes about one message a second in a channel; however many captures run there, they share it. */
export const PROGRESS_EVERY_MS = 1_000;
/** Those that wait for the same thing do not all come back at the same moment. */
const MOST_JITTER_MS = 500;

/** Runs one deliver job. */
export async function runDeliver(job: Job, token: string | undefined, work: DeliverWork): Promise<void> {
  const payload = deliverJob.safeParse(job.data);
  if (!payload.success) return refuseJob(job, token);
  const { requestId, what } = payload.data;
  if (what === 'answer') return answered(job, token, requestId, work);
  const [request, progress] = await Promise.all([
    work.requests.load(requestId),
    work.requests.progress(requestId),
  ]);
  if (!request) throw new UnrecoverableError(await work.requests.whyNot(requestId));
  try {
    if (request.incident !== undefined) return await tellIncident(request, progress, work);
    if (request.quiet) return await tellNobody(request, progress, work);
    const state = await stateOf(request, progress, work);
    const ports = portsOf(state, work);
    if (what === 'stacks') return await addStacks(state, ports);
    await bringUpToDate(state, ports);
    if (state.report && !request.files) await followLeak(request, state.report, work.fixes);
    if (isLastWord(state.progress.stage)) await work.requests.close(requestId);
  } catch (error) {
    await waitForSlack(error, job, token);
    work.log.warn({ err: error, request: requestId }, 'The thread could not be brought up to date.');
    if (!(error instanceof Failure) || error.retry !== 'never') throw error;
    // Slack will not have it, however often it is offered.
    if (what === 'request') await work.requests.close(requestId);
    throw new UnrecoverableError(error.message);
  }
}

/** Runs the job again when Slack may be called again; any other error is not its business. */
async function waitForSlack(error: unknown, job: Job, token: string | undefined): Promise<void> {
  if (!(error instanceof SlackBusy)) return;
  await job.moveToDelayed(Date.now() + error.retryAfterMs + Math.random() * MOST_JITTER_MS, token);
  throw new DelayedError();
}

async function answered(
  job: Job,
  token: string | undefined,
  question: string,
  work: DeliverWork,
): Promise<void> {
  const { slack, pace, captures, services, log } = work;
  try {
    await answerQuestion(question, work, {
      slack: pacedPoster(slack, pace),
      artefactsOf: ({ id }, { service }) => attachable(id, captures, services.find(service)?.rawStacks),
    });
  } catch (error) {
    await waitForSlack(error, job, token);
    log.warn({ err: error, question }, 'A question was not answered.');
    if (error instanceof Failure && error.retry === 'never') throw new UnrecoverableError(error.message);
    throw error;
  }
}

/** A capture for an incident has no message of its own; its thread waits for the last word only. */
async function tellIncident(
  { id, service }: CaptureRequest,
  { stage }: Progress,
  work: DeliverWork,
): Promise<void> {
  if (!isLastWord(stage)) return;
  await work.queue.triage('service', service);
  await work.requests.close(id);
}

/** A capture for the black box has no thread; one that looks at a new build tells that of a leak. */
async function tellNobody(request: CaptureRequest, progress: Progress, work: DeliverWork): Promise<void> {
  if (!isLastWord(progress.stage)) return;
  await tellFix(request, progress, { ...work, portsOf: (leak) => portsOf({ request: leak }, work) });
  await work.requests.close(request.id);
}

/** Workers of a newer release take it within this time; afterwards whoever mends asks for the thread anew. */
const WAIT_FOR_NEWER_MS = 15 * 60_000;
const NEWER_LATER_MS = 5_000;

async function refuseJob(job: Job, token: string | undefined): Promise<never> {
  if (unreadable(job.data).kind === 'edited') {
    throw new UnrecoverableError('Somebody edited this job in Redis: it is not as goleak writes it.');
  }
  if (Date.now() - job.timestamp > WAIT_FOR_NEWER_MS) {
    throw new UnrecoverableError('This worker is older than the app: update it.');
  }
  await job.moveToDelayed(Date.now() + NEWER_LATER_MS, token);
  throw new DelayedError();
}

async function addStacks(state: ThreadState, ports: ThreadPorts): Promise<void> {
  const root = await ports.ledger.posting('root');
  // The button was seen, so the message is there: whoever posted it is about to say so.
  if (root.state !== 'sent') throw new Error('the root message is not confirmed yet');
  await postStacks(state, root.ts, ports);
}

/** What is known of a request and of its report. */
export async function stateOf(
  request: CaptureRequest,
  progress: Progress,
  work: DeliverWork,
): Promise<ThreadState> {
  const report = progress.stage === 'done' ? await work.reports.load(progress.reportId) : undefined;
  const recalled = await recalledReport(progress, work);
  if (progress.stage === 'done' && !report) throw new Failure('report_elsewhere', { id: request.id });
  const service = work.services.find(request.service);
  const instances = service ? instanceNames(service, request) : [];
  return {
    request,
    progress,
    instances,
    ...(await buttonsOf(request, progress, report, work)),
    costSentence: service ? costSentence(request.kinds, request.windowMs, service.allow) : '',
    ...(report && { report, flames: flamesShown(report, request, work) }),
    ...(report && service?.issues !== undefined && issueOf(service.issues, report)),
    ...(recalled && { recalled }),
    ...(report && (await offerOf(report, work.captures))),
    ...(report && { told: await toldOf(report, request, work) }),
  };
}

/** Of what is healthy they are on the page alone, which waits until somebody asks for it. */
function flamesShown(report: Report, request: CaptureRequest, { flames }: DeliverWork): Flames {
  return (isPageUnasked(report, request) && flames.load(report.id)) || {};
}

function issueOf(template: string, report: Report): Pick<ThreadState, 'issueUrl'> {
  const url = issueUrl(template, report);
  return url === undefined ? {} : { issueUrl: url };
}

/** Of the last pair of an instance that is gone; undefined where it is kept on another machine's disk, or not any more. */
async function recalledReport(progress: Progress, { reports }: DeliverWork): Promise<Report | undefined> {
  const pair = progress.stage === 'failed' ? progress.lastKnown?.pair : undefined;
  return pair && (await reports.load(pair.reportId));
}

/** While it runs it can be ended; then what comes next is offered. */
async function buttonsOf(
  { id, origin, files }: CaptureRequest,
  progress: Progress,
  report: Report | undefined,
  { buttons }: DeliverWork,
): Promise<Pick<ThreadState, 'buttons' | 'cancel'>> {
  const about = { request: id, channel: origin.channel ?? '', owner: origin.user };
  const { stage } = progress;
  if (files && stage !== 'done') return {};
  if (isLastWord(stage)) {
    const actions = files ? UPLOAD_ACTIONS : actionsUnder(progress, report);
    return { buttons: await buttons.idsOf({ ...about, actions }, Date.now()) };
  }
  const { [CANCEL_ACTION]: cancel } = await buttons.idsOf({ ...about, actions: [CANCEL_ACTION] }, Date.now());
  return { cancel };
}

/** What a last word may show. Each is a record that is kept, so there are none of those that it never shows. */
function actionsUnder(progress: Progress, report: Report | undefined): readonly ButtonAction[] {
  if (progress.stage !== 'done' || !report) return [CAPTURE_AGAIN_ACTION];
  return isCalm(report, progress.fix) ? CALM_ACTIONS : VERDICT_ACTIONS;
}

/** Owners who were not called to the same leak this week. */
async function toldOf(
  report: Report,
  { id, service }: CaptureRequest,
  { services, mentions }: DeliverWork,
): Promise<readonly Told[]> {
  const wanted = toTell(report, services.owners());
  const may = await Promise.all(
    wanted.map(({ signature }) => mentions.mayTell(service, signature.stableId, id)),
  );
  return wanted.filter((_, at) => may[at]);
}

/** The dearest of what the last looks left out for want of somebody's agreement. */
async function offerOf({ id, instances }: Report, captures: CaptureStore): Promise<{ offer?: Offer }> {
  const records = await Promise.all(instances.map((instance) => captures.records(id, instance)));
  const offers = records.flat().flatMap(({ offer }) => offer ?? []);
  const stacks = offers.filter(({ what }) => what === 'full stacks');
  const [offer] = [...(stacks.length > 0 ? stacks : offers)].sort((a, b) => b.pauseMs - a.pauseMs);
  return offer ? { offer } : {};
}

/** services.yml may have changed since; the thread is told all the same. */
function instanceNames(service: Service, request: CaptureRequest): readonly string[] {
  try {
    return resolveInstances(service, request).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Failure && error.code === 'instance_unknown') return [];
    throw error;
  }
}

export function portsOf(
  { request, report, recalled }: Pick<ThreadState, 'request' | 'report' | 'recalled'>,
  work: DeliverWork,
): ThreadPorts {
  // The capture may have been made for somebody else who asked the same.
  const capture = (report ?? recalled)?.id ?? request.id;
  return {
    slack: pacedPoster(work.slack, work.pace),
    progressTurn: (channel) => work.pace.turn(channel, PROGRESS_EVERY_MS),
    renderChart: work.renderChart,
    ledger: work.requests.ledger(request.id),
    clock: { now: Date.now, sleep: (durationMs) => sleep(durationMs) },
    shown: {
      load: () => work.requests.rendered(request.id, 'root'),
      save: (content) => work.requests.saveRendered(request.id, 'root', content),
    },
    placed: (thread) => work.threads.note(thread, { id: request.id, atMs: request.acceptedAtMs }),
    // Whoever uploaded files has them there already.
    artefacts: async () =>
      request.files ? [] : attachable(capture, work.captures, work.services.find(request.service)?.rawStacks),
    claimName: ({ channel, threadTs }, name) =>
      work.requests.claimName(request.id, `${channel}:${threadTs ?? ''}`, name),
  };
}

async function attachable(
  id: string,
  captures: CaptureStore,
  rawStacks = false,
): Promise<readonly Attachable[]> {
  // Memory readings are in the triage JSON already, every one of them.
  const isReading = /\/(?:memory|process)-[^/]*$/;
  const files = (await captures.files(id)).filter(({ name }) => !isReading.test(name));
  if (rawStacks) return files;
  return files.map((file) =>
    file.name.endsWith('.txt') ? { ...file, read: async () => withoutArguments(await file.read()) } : file,
  );
}
