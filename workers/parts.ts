// The stores, rules and doors that jobs are given, each opened once.
import { auditedRequests } from '../src/audit/audited.ts';
import type { Trail } from '../src/audit/trail.ts';
import { createAuthorise } from '../src/authorise.ts';
import type { Env } from '../src/config/env.ts';
import type { ServiceCatalog } from '../src/config/services.ts';
import { chartRenderer } from '../src/deliver/charts.ts';
import { rememberedPace } from '../src/deliver/paced.ts';
import { type createSlackClient, createSlackPoster } from '../src/deliver/slack.ts';
import { openSlackDirectory } from '../src/deliver/slack-people.ts';
import type { Running } from '../src/lifecycle.ts';
import type { Log } from '../src/log.ts';
import type { Metrics } from '../src/metrics.ts';
import { recall } from '../src/past/black-box.ts';
import type { connectRedis } from '../src/queue/connection.ts';
import { openBaselineStore } from '../src/store/baselines.ts';
import { openBlackBox } from '../src/store/black-box.ts';
import { openBudgetStore } from '../src/store/budgets.ts';
import { openButtonStore } from '../src/store/buttons.ts';
import { openCaptureStore } from '../src/store/captures.ts';
import { openCircuitStore } from '../src/store/circuits.ts';
import { openFixStore } from '../src/store/fixes.ts';
import { openHistoryStore } from '../src/store/history.ts';
import { openKnownStore } from '../src/store/known.ts';
import { openLeaseStore } from '../src/store/leases.ts';
import { openMentionStore } from '../src/store/mentions.ts';
import { openPaceStore } from '../src/store/pace.ts';
import { openPushStore } from '../src/store/pushes.ts';
import { openQuestionStore } from '../src/store/questions.ts';
import { openReportStore, type ReportStore } from '../src/store/reports.ts';
import { openRequestStore, type RequestStore } from '../src/store/requests.ts';
import { openRuleStore } from '../src/store/rules.ts';
import { pushSeal, questionSeal, reportSeal, requestSeal, ruleSeal } from '../src/store/seal.ts';
import { openSpareReports } from '../src/store/spare-reports.ts';
import { type SpooledCaptures, spoolCaptures } from '../src/store/spool.ts';
import { openSwitchStore } from '../src/store/switches.ts';
import { openThreadStore } from '../src/store/threads.ts';
import type { CaptureWork } from './capture.ts';
import type { DeliverWork } from './deliver.ts';
import { measuredOutbox } from './measured.ts';
import { remember } from './remember.ts';

/** What keeps captures from hurting a service, shared through Redis, and from being had by those who may not. */
export function openSafety(
  redis: ReturnType<typeof connectRedis>,
  slack: ReturnType<typeof createSlackClient>,
  { admins }: ServiceCatalog,
): Pick<CaptureWork, 'leases' | 'budgets' | 'switches' | 'circuits' | 'authorise'> {
  return {
    authorise: createAuthorise({ directory: openSlackDirectory(slack), admins }),
    leases: openLeaseStore(redis),
    budgets: openBudgetStore(redis),
    circuits: openCircuitStore(redis),
    switches: openSwitchStore(redis),
  };
}

/** What is known of services from before. */
export function openMemory(
  redis: ReturnType<typeof connectRedis>,
  captures: SpooledCaptures,
  log: Log,
): Pick<CaptureWork, 'remember' | 'recall'> {
  const work = {
    known: openKnownStore(redis),
    history: openHistoryStore(redis),
    baselines: openBaselineStore(redis),
    blackBox: openBlackBox(redis),
    drop: captures.drop,
    now: Date.now,
    log,
  };
  return {
    remember: (report, request) => remember(report, request, work),
    recall: (service, instances) => recall(service, instances, work),
  };
}

/** What shows things in Slack. */
export function openShowing(
  slack: ReturnType<typeof createSlackClient>,
  { quickchartUrl }: Running['env'],
): Pick<DeliverWork, 'slack' | 'renderChart'> {
  return {
    slack: createSlackPoster(slack),
    renderChart: chartRenderer(quickchartUrl === undefined ? {} : { quickchartUrl }),
  };
}

/** What is known of threads: their buttons, what is asked in them, and whom they called. */
export function openTalk(
  redis: ReturnType<typeof connectRedis>,
  { sealKeys }: Env,
): Pick<DeliverWork, 'buttons' | 'fixes' | 'mentions' | 'pace' | 'threads' | 'questions' | 'rules'> {
  return {
    buttons: openButtonStore(redis),
    fixes: openFixStore(redis),
    mentions: openMentionStore(redis),
    pace: rememberedPace(openPaceStore(redis), Date.now),
    threads: openThreadStore(redis),
    questions: openQuestionStore(redis, questionSeal(sealKeys)),
    rules: openRuleStore(redis, ruleSeal(sealKeys)),
  };
}

/** What people have said of signatures, and what probes pushed. */
export function openSealed(
  redis: ReturnType<typeof connectRedis>,
  { sealKeys }: Env,
): Pick<CaptureWork, 'rules' | 'pushes'> {
  return {
    rules: openRuleStore(redis, ruleSeal(sealKeys)),
    pushes: openPushStore(redis, pushSeal(sealKeys)),
  };
}

export function openCaptures({ home }: Env, log: Log): SpooledCaptures {
  return spoolCaptures(openCaptureStore(home), {
    now: Date.now,
    onTrouble: (reason) =>
      log.warn({ reason }, 'degraded: artefacts cannot be kept; captures go on without.'),
  });
}

export function openReports(redis: ReturnType<typeof connectRedis>, { home, sealKeys }: Env): ReportStore {
  return openReportStore(home, openSpareReports(redis, reportSeal(sealKeys)));
}

export function openRequests(
  redis: ReturnType<typeof connectRedis>,
  { sealKeys }: Env,
  { trail, metrics, reports }: { trail: Trail; metrics: Metrics; reports: ReportStore },
): RequestStore {
  const kept = openRequestStore(redis, requestSeal(sealKeys));
  return measuredOutbox(auditedRequests(kept, trail, reports.load), metrics);
}
