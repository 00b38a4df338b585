// Snapshots in, one verdict out. Pure: no clock, no chance, no files. Each instance is examined for itself
// (ids and heaps of different processes are never compared); the findings are merged by stable signature.
// Deliberately absent: who asked, what it cost, how it is shown. The report adds that.

import type { HiddenGroup } from '../model/rule.ts';
import type { ArtefactTime, Series } from '../model/snapshot.ts';
import type { Analysis, AnalysisContext } from '../model/verdict.ts';
import { readClues } from './clues/index.ts';
import { diffWindow } from './diff.ts';
import { type Examination, examine } from './examine.ts';
import type { HeapHistory } from './heap.ts';
import { withoutHidden } from './hide.ts';
import { leakSignatures } from './leak-signatures.ts';
import { mergeInstances } from './merge.ts';
import { mergeMarked } from './merge-marked.ts';
import { proofFindings } from './proof.ts';
import { rivals } from './rivals.ts';
import { withTraceEvidence } from './trace-evidence.ts';
import { conclude } from './verdict.ts';
import { goroutines } from './wording.ts';

/** Sites a report lists. */
const MOST_SITES = 20;

export function analyse(series: readonly Series[], context: AnalysisContext): Analysis {
  const instances = series.length > 0 ? series : [{ instance: 'unknown', snapshots: [] }];
  return mergeInstances(instances.map((one) => analyseInstance(one, context)));
}

function analyseInstance(series: Series, context: AnalysisContext): Analysis {
  const { exam, hidden } = withoutHidden(examine(series, context));
  const signatures = withTraceEvidence(mergeMarked(leakSignatures(exam)), exam.trace);
  const proof = proofFindings(
    exam.proof,
    signatures.map((signature) => signature.proof),
  );
  const { verdict, also } = conclude(exam, rivals(exam, signatures));
  const first = exam.snapshots[0];
  const last = exam.snapshots[exam.snapshots.length - 1];
  return {
    instances: [series.instance],
    window: windowOf(exam),
    verdict: hidden.length > 0 ? { ...verdict, summary: verdict.summary + leftOut(hidden) } : verdict,
    also,
    signatures,
    changes: first && last && first !== last ? diffWindow(first, last, exam) : [],
    load: exam.load.map(({ name, samples }) => ({ name, samples })),
    restarts: exam.restarts,
    ...(exam.heap ? { heap: heapOf(exam, exam.heap) } : {}),
    ...(exam.retention && { retention: exam.retention }),
    ...(exam.trace && { trace: exam.trace }),
    memory: exam.memory.findings,
    ...(proof ? { proof } : {}),
    clues: readClues(exam),
    alignment: alignmentOf(exam),
    ...(hidden.length > 0 && { hidden }),
    problems: exam.problems,
  };
}

/** A verdict is also shown alone, as text: it says itself what it is not about. */
export function leftOut(hidden: readonly HiddenGroup[]): string {
  const count = hidden.reduce((sum, group) => sum + group.count, 0);
  return ` Left out by rule: ${goroutines(count)}.`;
}

function windowOf(exam: Examination): Analysis['window'] {
  const { atMs, clock, seconds } = exam.timeline;
  const from = atMs[0];
  const to = atMs[atMs.length - 1];
  const dated = clock !== 'assumed' && from !== undefined && to !== undefined;
  return { ...(dated ? { from, to } : {}), seconds, snapshots: exam.snapshots.length };
}

function heapOf(exam: Examination, heap: HeapHistory): NonNullable<Analysis['heap']> {
  const last = exam.memory.readings[exam.memory.readings.length - 1]?.reading.numGC;
  return {
    sites: heap.sites.slice(0, MOST_SITES).map((track) => track.site),
    sampleRate: heap.sampleRate,
    ...(last === undefined ? {} : { asOfGc: last }),
  };
}

function alignmentOf(exam: Examination): ArtefactTime[] {
  return exam.snapshots
    .flatMap((snapshot) => snapshot.times)
    .toSorted((a, b) => a.span.fromMs - b.span.fromMs || (a.artefact < b.artefact ? -1 : 1));
}
