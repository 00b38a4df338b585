// THE STORY: a request becomes a report. Resolve, capture, parse, analyse, report. Everything that touches the
// world arrives as a function, so this reads the same in a worker, in a terminal and in a test. What foreign bytes
// reach, src/analysis.ts, arrives as one too: a worker runs it in a child that can be killed.
import { analyse } from './analyse/analyse.ts';
import { describeArtefact, type Reading } from './analysis.ts';
import type { Looks } from './capture/plan.ts';
import { resolveInstances } from './capture/resolve.ts';
import { Failure, isGone } from './failure.ts';
import { hiddenSignatures } from './known/rules.ts';
import type { StepRecord } from './model/capture.ts';
import type { Problem } from './model/problem.ts';
import type { CaptureRequest } from './model/request.ts';
import type { Rule } from './model/rule.ts';
import type { RawArtefact, Series } from './model/snapshot.ts';
import { type Instance, isTraceAlone, type Service } from './model/target.ts';
import type { Analysis, AnalysisContext } from './model/verdict.ts';
import { withOwners } from './owner.ts';
import { wavesOf } from './policy/fleet.ts';
import { buildReport, type ReportFacts } from './report/report.ts';
import type { Report } from './report/schema.ts';

/** What became of each step at one instance; the bytes stay where they were kept. */
export interface Captured {
  readonly instance: string;
  readonly records: readonly StepRecord[];
}

export interface InvestigatePorts {
  /** Captures one instance, going on from what an earlier attempt or look already has. Throws Failure. */
  readonly capture: (instance: Instance, looks: Looks) => Promise<Captured>;
  /** Reads what was captured, and what the request is to be compared with if that is still kept. Throws Failure. */
  readonly analyse: (captured: readonly Captured[], context: AnalysisContext) => Promise<Reading>;
  readonly analysing: () => Promise<void>;
  /** What people have said of this service's signatures, as far as it holds. */
  readonly rules?: readonly Rule[];
}

/** Thrown by `capture` when an instance has to be asked later; the others are captured first. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
  /** The place that has no room, if that is why. */
  readonly place: string | undefined;
  constructor(message: string, place?: string) {
    super(message);
    this.place = place;
  }
}

/**
 * @throws Failure when no instance could be captured at all; anything less is a problem in the report.
 */
export async function investigate(
  request: CaptureRequest,
  service: Service,
  ports: InvestigatePorts,
): Promise<Report> {
  const instances = resolveInstances(service, request);
  let look = await lookAt(request, service, instances, 2, ports);
  if (needsThirdLook(look.reading.analysis, request)) {
    look = await lookAt(request, service, instances, 3, ports);
  }
  const { reading, captured, problems } = look;
  const { compareWith } = request;

  const report = buildReport(reading.analysis, {
    id: request.id,
    service: service.name,
    requestedBy: request.origin.user,
    rules: ports.rules ?? [],
    cost: costOf(captured),
    artefacts: reading.artefacts,
    problems: [...problems, ...reading.problems, ...stepProblems(captured)],
    ...(compareWith !== undefined &&
      reading.compared && { comparedWith: { id: compareWith, ...reading.compared } }),
  });
  // First: a thread shows only some, and whoever looks for the files finds here why there are none.
  return withOwners({ ...report, problems: [...notKept(captured), ...report.problems] }, service);
}

interface Look {
  readonly captured: readonly Captured[];
  readonly reading: Reading;
  readonly problems: readonly Problem[];
}

/** Capture, parse, analyse: once with two snapshots, and once more with a third when two left doubt. */
async function lookAt(
  request: CaptureRequest,
  service: Service,
  instances: readonly Instance[],
  looks: Looks,
  ports: InvestigatePorts,
): Promise<Look> {
  const { captured, problems } = await captureAll(request, service, instances, { looks, ports });
  await ports.analysing();
  const reading = await ports.analyse(captured, contextOf(service, request.windowMs, ports.rules));
  return { captured, reading, problems };
}

/** A window as long as this is not doubled without asking. */
const LONGEST_DOUBLED_MS = 60_000;

/** An all-clear said with less than this is a doubt too. */
const WEAK_ALL_CLEAR = 0.7;

/** Two snapshots cannot tell a pool that fills from a leak; a third one can. */
function needsThirdLook({ verdict, window }: Analysis, { windowMs, pushed, kinds }: CaptureRequest): boolean {
  // What was pushed is all there is, and a trace is recorded once.
  if (pushed || isTraceAlone(kinds)) return false;
  const { kind, tier, confidence } = verdict;
  const inDoubt =
    kind === 'inconclusive' || tier === 'suspect' || (kind === 'healthy' && confidence < WEAK_ALL_CLEAR);
  return inDoubt && window.snapshots === 2 && windowMs <= LONGEST_DOUBLED_MS;
}

/** The tail of the story for artefacts somebody already has: parsed snapshots -> report. */
export function conclude(
  series: readonly Series[],
  context: AnalysisContext,
  about: Pick<ReportFacts, 'id' | 'service' | 'requestedBy' | 'problems' | 'rules'> & {
    readonly files: readonly RawArtefact[];
  },
): Report {
  const { files, ...facts } = about;
  return buildReport(analyse(series, context), {
    ...facts,
    cost: { requests: [], pauseMsEstimate: 0 },
    artefacts: files.map((file) => describeArtefact(file.name, file.bytes)),
  });
}

/** What the analysis may know of a service beside its snapshots. */
export function contextOf(
  service: Pick<Service, 'firstParty' | 'memoryLimitBytes'>,
  windowMs: number,
  rules: readonly Rule[] = [],
): AnalysisContext {
  const hidden = hiddenSignatures(rules);
  return {
    ...(hidden.length > 0 && { hidden }),
    firstParty: service.firstParty,
    ...(service.memoryLimitBytes !== undefined && { memoryLimitBytes: service.memoryLimitBytes }),
    fallbackIntervalMs: windowMs,
  };
}

/** After these no other instance is asked either. */
const ENDS_ALL: readonly string[] = ['interrupted', 'stopped'];

async function captureAll(
  request: CaptureRequest,
  service: Service,
  instances: readonly Instance[],
  { looks, ports }: { readonly looks: Looks; readonly ports: InvestigatePorts },
): Promise<{ captured: Captured[]; problems: Problem[] }> {
  const captured: Captured[] = [];
  const failures: Failure[] = [];
  const [turn] = resolveInstances(service, { ...request, instances: 'one' });
  const { canary, others, atOnce } = wavesOf(instances, { all: request.instances === 'all', first: turn });
  const waiting = canary ? [canary] : [...others];
  let notYet: NotYet | undefined;
  const captureNext = async (): Promise<void> => {
    for (let instance = waiting.shift(); instance; instance = waiting.shift()) {
      try {
        captured.push(await ports.capture(instance, looks));
      } catch (error) {
        if (error instanceof Failure && !ENDS_ALL.includes(error.code)) failures.push(error);
        else if (error instanceof NotYet) notYet = error;
        else {
          waiting.length = 0;
          throw error;
        }
      }
    }
  };
  const captureWaiting = async (): Promise<void> => {
    const ends = await Promise.allSettled(Array.from({ length: atOnce }, captureNext));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    if (notYet) throw notYet;
  };
  await captureWaiting();
  if (canary && captured.length > 0) {
    waiting.push(...others);
    await captureWaiting();
  }

  const [first] = failures;
  if (captured.length === 0) {
    if (first && failures.length === 1 && !canary) throw first;
    const reasons = failures.map(({ message }) => message);
    if (canary) reasons.push(`${canary.name} was asked first; the others were left alone.`);
    const facts = { service: service.name, reasons, isGone: failures.length > 0 && failures.every(isGone) };
    throw new Failure('nothing_captured', facts);
  }
  // Instances answer in any order; the report lists them as registered.
  const order = instances.map(({ name }) => name);
  captured.sort((a, b) => order.indexOf(a.instance) - order.indexOf(b.instance));
  return {
    captured,
    problems: failures.map(({ message }) => ({ code: 'instance-not-captured', text: message })),
  };
}

function costOf(captured: readonly Captured[]): ReportFacts['cost'] {
  const asked = captured.flatMap(({ records }) => records).filter((record) => record.path !== undefined);
  const requests = asked.map(({ path, fromMs, toMs, bytes }) => ({
    path: path ?? '',
    ms: toMs - fromMs,
    bytes,
  }));
  return { requests, pauseMsEstimate: asked.reduce((sum, record) => sum + record.pauseMsEstimate, 0) };
}

function stepProblems(captured: readonly Captured[]): Problem[] {
  return captured.flatMap(({ records }) =>
    records.flatMap(({ problem }) => (problem ? [{ code: 'not-captured', text: problem }] : [])),
  );
}

/** One footnote for each reason, however many files it cost. */
function notKept(captured: readonly Captured[]): Problem[] {
  const reasons = captured.flatMap(({ records }) => records.flatMap((record) => record.notKept ?? []));
  return [...new Set(reasons)].map((reason) => ({
    code: 'artefact-not-kept',
    text: `Artefact not kept: ${reason}.`,
  }));
}
