// Analysis + the facts of the capture -> goleak.report/v1. Copies plain values only: no typed array, no
// undefined, no figure that JSON cannot say ever reaches the report. Knows no clock: times come in.
import type { Frame } from '../model/goroutine.ts';
import type { MemoryReading } from '../model/memory.ts';
import type { Problem } from '../model/problem.ts';
import type { FoundHolder, RetentionFindings } from '../model/retention.ts';
import type { Rule } from '../model/rule.ts';
import type {
  Analysis,
  Change,
  Clue,
  HeapSite,
  InstanceFigures,
  LeakSignature,
  ProofFindings,
  SideVerdict,
  SignatureProof,
} from '../model/verdict.ts';
import type { Report } from './schema.ts';
import { copyTrace } from './trace.ts';

/** What the report says beside the analysis: who asked, what it cost the service, where the files are. */
export interface ReportFacts {
  readonly id: string;
  readonly service: string;
  readonly requestedBy: string;
  readonly cost: {
    readonly requests: readonly { readonly path: string; readonly ms: number; readonly bytes: number }[];
    readonly pauseMsEstimate: number;
  };
  readonly artefacts: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly bytes: number;
    readonly url?: string;
  }[];
  readonly problems: readonly Problem[];
  /** Rules that were in force when it was made: whatever the analysis hid is told with them. */
  readonly rules?: readonly Rule[];
  /** The earlier capture that the changes start from, and when it ended. */
  readonly comparedWith?: { readonly id: string; readonly at?: number };
}

/** Total: a figure the schema cannot hold is dropped where it is optional and 0 where it is not. */
export function buildReport(analysis: Analysis, facts: ReportFacts): Report {
  const { verdict, window, heap } = analysis;
  return {
    schema: 'goleak.report/v1',
    id: facts.id,
    service: facts.service,
    instances: [...analysis.instances],
    requestedBy: facts.requestedBy,
    window: {
      ...optional('from', known(window.from)),
      ...optional('to', known(window.to)),
      seconds: Math.max(0, finite(window.seconds)),
      snapshots: Math.max(0, whole(window.snapshots)),
    },
    verdict: {
      ...judgement(verdict),
      whyNot: verdict.whyNot.map(({ kind, because }) => ({ kind, because })),
      nextStep: verdict.nextStep,
    },
    also: analysis.also.map(judgement),
    signatures: analysis.signatures.map((signature) => ({
      ...copySignature(signature),
      ...optional('snoozed', snoozeOf(signature, facts.rules ?? [])),
    })),
    changes: analysis.changes.map(copyChange),
    ...optional(
      'comparedWith',
      facts.comparedWith && {
        id: facts.comparedWith.id,
        ...optional('at', known(facts.comparedWith.at)),
      },
    ),
    load: analysis.load.map(({ name, samples }) => ({ name, samples: [...samples].filter(Number.isFinite) })),
    restarts: analysis.restarts.map(({ instance, because }) => ({ instance, because })),
    ...optional(
      'heap',
      heap && {
        sites: heap.sites.map(copySite),
        sampleRate: finite(heap.sampleRate),
        ...optional('asOfGc', known(heap.asOfGc)),
      },
    ),
    ...optional('trace', analysis.trace && copyTrace(analysis.trace)),
    ...optional('retention', analysis.retention && copyRetention(analysis.retention)),
    memory: copyMemory(analysis.memory),
    ...optional('fleet', analysis.fleet?.map(copyInstance)),
    ...optional('proof', analysis.proof && copyProof(analysis.proof)),
    clues: analysis.clues.map(copyClue),
    alignment: analysis.alignment.map(({ artefact, span, uncertaintyNs, clock, inside }) => ({
      artefact,
      from: finite(span.fromMs),
      to: finite(span.toMs),
      uncertaintyNs: finite(uncertaintyNs),
      clock,
      ...optional(
        'inside',
        inside && {
          fromNs: finite(inside.fromNs),
          toNs: finite(inside.toNs),
          outsideNs: finite(inside.outsideNs),
        },
      ),
    })),
    ...optional('hidden', hiddenOf(analysis, facts.rules ?? [])),
    cost: {
      requests: facts.cost.requests.map(({ path, ms, bytes }) => ({
        path,
        ms: finite(ms),
        bytes: finite(bytes),
      })),
      pauseMsEstimate: finite(facts.cost.pauseMsEstimate),
    },
    problems: distinct([...analysis.problems, ...facts.problems]),
    artefacts: facts.artefacts.map(({ name, sha256, bytes, url }) => ({
      name,
      sha256,
      bytes: whole(bytes),
      ...optional('url', url),
    })),
  };
}

function snoozeOf({ knownAs }: LeakSignature, rules: readonly Rule[]): ReportSnooze | undefined {
  const rule = rules.find(({ kind, signature }) => kind === 'snooze' && signature === knownAs);
  return rule && { by: rule.by, until: rule.untilMs, reason: rule.reason };
}

type ReportSnooze = NonNullable<Report['signatures'][number]['snoozed']>;

/** What was hidden, each with the rule that says so. */
function hiddenOf({ hidden = [] }: Analysis, rules: readonly Rule[]): Report['hidden'] {
  const told = hidden.flatMap(({ signature, label, count, delta }) => {
    const rule = rules.find((each) => each.kind === 'not-a-leak' && each.signature === signature);
    if (!rule) return [];
    const { id, by, untilMs: until, reason, scope } = rule;
    return [
      { rule: id, signature, label, count: whole(count), delta: whole(delta), by, until, reason, scope },
    ];
  });
  return told.length === 0 ? undefined : told;
}

/** `triage_20261123_0312.json` in UTC; `-2`, `-3` … when the name is taken. */
export function triageFileName(atMs: number, taken: (name: string) => boolean): string {
  const [day = '', time = ''] = new Date(atMs).toISOString().split('T');
  const stem = `triage_${day.replaceAll('-', '')}_${time.slice(0, 5).replace(':', '')}`;
  let name = `${stem}.json`;
  for (let copy = 2; taken(name); copy++) name = `${stem}-${copy}.json`;
  return name;
}

/** Of the triage file beside it: `triage_20261123_0312.json` -> `report_20261123_0312.html`. */
export function pageFileName(triageName: string): string {
  return triageName.replace(/^triage_(.*)\.json$/, 'report_$1.html');
}

function judgement({ kind, tier, confidence, summary }: SideVerdict): Report['also'][number] {
  const bounded = Math.min(1, Math.max(0, finite(confidence)));
  return { kind, ...optional('tier', tier), confidence: bounded, summary };
}

function copySignature(signature: LeakSignature): Report['signatures'][number] {
  const { waitMinutes: minutes, createdBy, labels } = signature;
  const printed = minutes && [minutes.min, minutes.median, minutes.max].every((value) => value >= 0);
  return {
    id: signature.id,
    stableId: signature.stableId,
    ...optional('knownAs', signature.knownAs),
    state: signature.state,
    waitReason: signature.waitReason,
    family: signature.family,
    count: whole(signature.count),
    delta: whole(signature.delta),
    perMinute: finite(signature.perMinute),
    ...(printed && {
      waitMinutes: {
        min: finite(minutes.min),
        median: finite(minutes.median),
        max: finite(minutes.max),
      },
    }),
    frames: signature.frames.map(copyFrame),
    ...optional('createdBy', createdBy && copyFrame(createdBy)),
    ...optional('labels', labels && { ...labels }),
    tier: signature.tier,
    ...optional('proof', signature.proof && copySignatureProof(signature.proof)),
    score: finite(signature.score),
    because: [...signature.because],
    status: signature.status,
    ...optional('retainedBytes', known(signature.retainedBytes)),
    ...optional('hint', signature.hint),
  };
}

function copySignatureProof({ confirmed, unseen, because }: SignatureProof) {
  return { confirmed: whole(confirmed), unseen: whole(unseen), ...optional('because', because) };
}

function copyProof({ profiles, confirmed, unseen, blindSpots }: ProofFindings) {
  const counts = { profiles: whole(profiles), confirmed: whole(confirmed), unseen: whole(unseen) };
  return { ...counts, blindSpots: [...blindSpots] };
}

export function copyFrame({
  func,
  file,
  line,
  inlined,
}: Frame): Report['signatures'][number]['frames'][number] {
  return { func, file, line: Math.max(0, whole(line)), ...optional('inlined', inlined) };
}

function copySite(site: HeapSite): NonNullable<Report['heap']>['sites'][number] {
  return {
    frames: site.frames.map(copyFrame),
    inuseBytes: finite(site.inuseBytes),
    inuseObjects: finite(site.inuseObjects),
    allocBytes: finite(site.allocBytes),
    allocObjects: finite(site.allocObjects),
    deltaBytes: finite(site.deltaBytes),
    perMinute: finite(site.perMinute),
    shape: site.shape,
  };
}

function copyRetention(findings: RetentionFindings): NonNullable<Report['retention']> {
  const { holders, held, unmatched } = findings;
  return {
    bytes: finite(findings.bytes),
    objects: finite(findings.objects),
    roots: whole(findings.roots),
    cut: whole(findings.cut),
    holders: holders.map(copyHolder),
    ...optional('deltaBytes', known(findings.deltaBytes)),
    ...optional('profileBytes', known(findings.profileBytes)),
    held: held.map(({ func, bytes, holder, by, atLeast }) => ({
      func,
      bytes: finite(bytes),
      holder,
      by: [...by],
      ...optional('atLeast', known(atLeast)),
    })),
    grownBytes: finite(findings.grownBytes),
    unmatched: unmatched.map(({ func, bytes, because }) => ({ func, bytes: finite(bytes), because })),
  };
}

function copyHolder(holder: FoundHolder): NonNullable<Report['retention']>['holders'][number] {
  const { label, from, root, container, depth, deepest, isCache } = holder;
  return {
    label,
    from,
    root: { kind: root.kind, name: root.name, ...optional('func', root.func) },
    ...optional(
      'container',
      container && { kind: container.kind, name: container.name, ...optional('type', container.type) },
    ),
    bytes: finite(holder.bytes),
    objects: finite(holder.objects),
    path: holder.path.map(({ kind, name, type, times, bytes, objects }) => ({
      kind,
      name,
      ...optional('type', type),
      times: Math.max(1, whole(times)),
      bytes: finite(bytes),
      objects: finite(objects),
    })),
    depth,
    deepest,
    deepBytes: finite(holder.deepBytes),
    ...optional('objectBytes', known(holder.objectBytes)),
    isCache,
    ...optional('deltaBytes', known(holder.deltaBytes)),
  };
}

function copyInstance({ instance, verdict, heapBytes, goroutines }: InstanceFigures) {
  const both = (figure: InstanceFigures['heapBytes']) =>
    figure && { before: finite(figure.before), after: finite(figure.after) };
  return {
    instance,
    verdict,
    ...optional('heapBytes', both(heapBytes)),
    ...optional('goroutines', both(goroutines)),
  };
}

function copyChange({ kind, id, status, before, after, label }: Change): Report['changes'][number] {
  const value = (side: number | string | null) =>
    typeof side === 'number' && !Number.isFinite(side) ? null : side;
  return { kind, id, status, before: value(before), after: value(after), label };
}

function copyClue({ clue, severity, text, evidence }: Clue): Report['clues'][number] {
  const kept = Object.entries(evidence).filter(
    ([, value]) => typeof value === 'string' || Number.isFinite(value),
  );
  return { clue, severity, text, evidence: Object.fromEntries(kept) };
}

function copyMemory(memory: Analysis['memory']): Report['memory'] {
  const { baseline, forecast } = memory;
  const seconds = forecast?.secondsToLimit;
  return {
    samples: memory.samples.map(copyReading),
    slopes: Object.fromEntries(Object.entries(memory.slopes).filter(([, slope]) => Number.isFinite(slope))),
    waterfall: memory.waterfall.map(({ band, bytes, text }) => ({ band, bytes: finite(bytes), text })),
    ...optional(
      'baseline',
      baseline && {
        mean: finite(baseline.mean),
        p95: finite(baseline.p95),
        std: finite(baseline.std),
        samples: whole(baseline.samples),
      },
    ),
    ...(forecast &&
      Number.isFinite(forecast.limitBytes) && {
        forecast: {
          limitBytes: forecast.limitBytes,
          secondsToLimit: typeof seconds === 'number' && Number.isFinite(seconds) ? seconds : null,
        },
      }),
  };
}

/** `GOMEMLIMIT` unset and `GOGC=off` are Infinity in the model, which JSON cannot say: absent here. */
export function copyReading(reading: MemoryReading): Report['memory']['samples'][number] {
  const { source, atMs, gauges, gcEndNanos, ...figures } = reading;
  const kept = Object.entries(figures).filter(
    ([, value]) => typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)),
  );
  return {
    source,
    ...optional('atMs', known(atMs)),
    ...Object.fromEntries(kept),
    ...optional('gcEndNanos', gcEndNanos && Array.from(gcEndNanos).filter(Number.isFinite)),
    ...optional('gauges', gauges && finiteRecord(gauges)),
  };
}

function finiteRecord(record: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => Number.isFinite(value)));
}

function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Map<string, Problem>();
  for (const { code, text } of problems) seen.set(`${code}\n${text}`, { code, text });
  return [...seen.values()];
}

function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { [K in Key]?: Value } | Record<never, never> {
  return value === undefined ? {} : { [key]: value };
}

function known(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

function whole(value: number): number {
  return Number.isSafeInteger(value) ? value : Math.trunc(finite(value));
}
