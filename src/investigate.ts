// THE STORY: a request becomes a report. Resolve, capture, parse, analyse, report. Everything that touches the
// world arrives as a function, so this reads the same in a worker, in a terminal and in a test.
import { createHash } from 'node:crypto';
import { analyse } from './analyse/analyse.ts';
import { diffSnapshots } from './analyse/diff.ts';
import type { Looks } from './capture/plan.ts';
import { resolveInstances } from './capture/resolve.ts';
import { Failure } from './failure.ts';
import type { StepRecord } from './model/capture.ts';
import type { MemoryReading } from './model/memory.ts';
import type { Problem } from './model/problem.ts';
import type { CaptureRequest } from './model/request.ts';
import type { RawArtefact, Series, Snapshot } from './model/snapshot.ts';
import type { Instance, Service } from './model/target.ts';
import type { Analysis, AnalysisContext, Change } from './model/verdict.ts';
import { assembleSeries } from './parse/snapshot.ts';
import { wavesOf } from './policy/fleet.ts';
import { buildReport, type ReportFacts } from './report/report.ts';
import type { Report } from './report/schema.ts';

/** What was captured of one instance: artefacts by snapshot, oldest first, and what became of each step. */
export interface Captured {
  readonly instance: string;
  readonly snapshots: readonly (readonly RawArtefact[])[];
  readonly records: readonly StepRecord[];
}

export interface InvestigatePorts {
  /** Captures one instance, going on from what an earlier attempt or look already has. Throws Failure. */
  readonly capture: (instance: Instance, looks: Looks) => Promise<Captured>;
  /** Last snapshot of the capture to compare with, if the request names one and it is still kept. */
  readonly earlier: (instance: string) => Promise<readonly (readonly RawArtefact[])[]>;
  readonly analysing: () => Promise<void>;
}

/** Thrown by `capture` when an instance has to be asked later; the others are captured first. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
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
  if (needsThirdLook(look.analysis, request)) look = await lookAt(request, service, instances, 3, ports);
  const { analysis, series, captured, problems } = look;
  const compared = await comparison(request, series, ports);

  return buildReport(compared ? { ...analysis, changes: compared.changes } : analysis, {
    id: request.id,
    service: service.name,
    requestedBy: request.origin.user,
    ...factsOf(captured),
    problems: [...problems, ...stepProblems(captured)],
    ...(compared && { comparedWith: compared.with }),
  });
}

interface Look {
  readonly captured: readonly Captured[];
  readonly series: readonly Series[];
  readonly analysis: Analysis;
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
  const read = captured.map(({ instance, snapshots }) => assembleSeries(snapshots, { instance }));
  const series = read.map((reading, at) => withCounts(reading.series, captured[at]?.records ?? []));
  const analysis = analyse(series, contextOf(service, request.windowMs));
  return {
    captured,
    series,
    analysis,
    problems: [...problems, ...read.flatMap((reading) => reading.problems)],
  };
}

/** A window as long as this is not doubled without asking. */
const LONGEST_DOUBLED_MS = 60_000;

/** An all-clear said with less than this is a doubt too. */
const WEAK_ALL_CLEAR = 0.7;

/** Two snapshots cannot tell a pool that fills from a leak; a third one can. */
function needsThirdLook({ verdict, window }: Analysis, { windowMs }: CaptureRequest): boolean {
  const { kind, tier, confidence } = verdict;
  const inDoubt =
    kind === 'inconclusive' || tier === 'suspect' || (kind === 'healthy' && confidence < WEAK_ALL_CLEAR);
  return inDoubt && window.snapshots === 2 && windowMs <= LONGEST_DOUBLED_MS;
}

/** The tail of the story for artefacts somebody already has: parsed snapshots -> report. */
export function conclude(
  series: readonly Series[],
  context: AnalysisContext,
  about: Pick<ReportFacts, 'id' | 'service' | 'requestedBy' | 'problems'> & {
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
function contextOf(service: Service, windowMs: number): AnalysisContext {
  return {
    firstParty: service.firstParty,
    ...(service.memoryLimitBytes !== undefined && { memoryLimitBytes: service.memoryLimitBytes }),
    ...(service.owner !== undefined && { owner: service.owner }),
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
    throw new Failure('nothing_captured', { service: service.name, reasons });
  }
  // Instances answer in any order; the report lists them as registered.
  const order = instances.map(({ name }) => name);
  captured.sort((a, b) => order.indexOf(a.instance) - order.indexOf(b.instance));
  return {
    captured,
    problems: failures.map(({ message }) => ({ code: 'instance-not-captured', text: message })),
  };
}

/** Index pages carry the goroutine count but no file; it goes to the memory reading taken beside it. */
const SAME_MOMENT_MS = 2_000;

function withCounts(series: Series, records: readonly StepRecord[]): Series {
  const counts = records.flatMap(({ page, toMs }) =>
    page?.goroutines === undefined ? [] : [{ atMs: toMs, goroutines: page.goroutines }],
  );
  const counted = (reading: MemoryReading): MemoryReading => {
    const { atMs } = reading;
    if (atMs === undefined || reading.goroutines !== undefined) return reading;
    const beside = counts.find((count) => Math.abs(count.atMs - atMs) < SAME_MOMENT_MS);
    return beside ? { ...reading, goroutines: beside.goroutines } : reading;
  };
  const snapshots = series.snapshots.map((snapshot) => ({
    ...snapshot,
    memory: snapshot.memory.map(counted),
  }));
  return { ...series, snapshots };
}

/** "Capture again and compare": what changed since the other capture's last snapshot. */
async function comparison(
  request: CaptureRequest,
  series: readonly Series[],
  ports: InvestigatePorts,
): Promise<{ changes: readonly Change[]; with: NonNullable<ReportFacts['comparedWith']> } | undefined> {
  const { compareWith } = request;
  if (compareWith === undefined) return undefined;
  const changes: Change[] = [];
  let at: number | undefined;
  let compared = false;
  for (const { instance, snapshots } of series) {
    const before = lastSnapshot(instance, await ports.earlier(instance));
    const after = snapshots.at(-1);
    if (!before || !after) continue;
    compared = true;
    at = Math.max(at ?? 0, before.taken?.toMs ?? 0);
    changes.push(...diffSnapshots(before, after));
  }
  return compared ? { changes, with: { id: compareWith, ...(at && { at }) } } : undefined;
}

function lastSnapshot(instance: string, folders: readonly (readonly RawArtefact[])[]): Snapshot | undefined {
  return assembleSeries(folders.slice(-1), { instance }).series.snapshots.at(-1);
}

function factsOf(captured: readonly Captured[]): Pick<ReportFacts, 'cost' | 'artefacts'> {
  const asked = captured.flatMap(({ records }) => records).filter((record) => record.path !== undefined);
  const requests = asked.map(({ path, fromMs, toMs, bytes }) => ({
    path: path ?? '',
    ms: toMs - fromMs,
    bytes,
  }));
  const pauseMsEstimate = asked.reduce((sum, record) => sum + record.pauseMsEstimate, 0);
  const artefacts = captured.flatMap(({ instance, snapshots }) =>
    snapshots.flatMap((files, at) =>
      files.map(({ name, bytes }) => describeArtefact(`${instance}/${at}/${name}`, bytes)),
    ),
  );
  return { cost: { requests, pauseMsEstimate }, artefacts };
}

function stepProblems(captured: readonly Captured[]): Problem[] {
  return captured.flatMap(({ records }) =>
    records.flatMap(({ problem }) => (problem ? [{ code: 'not-captured', text: problem }] : [])),
  );
}

function describeArtefact(name: string, bytes: Uint8Array): { name: string; sha256: string; bytes: number } {
  return { name, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength };
}
