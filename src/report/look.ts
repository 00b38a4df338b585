// What an incident remembers of a report: its verdict in a few words, and the figures at its end.
import type { LookOutcome } from '../model/incident.ts';
import type { Report } from './schema.ts';
import { summaryWords, verdictTitle } from './wording.ts';

export function lookOutcome(report: Report, atMs: number): LookOutcome {
  const last = (field: string): number | undefined => {
    const values = report.memory.samples.map(
      (sample) => (sample as Readonly<Record<string, unknown>>)[field],
    );
    return values.findLast((value): value is number => typeof value === 'number' && Number.isFinite(value));
  };
  const [goroutines, heapBytes, allocatedBytes] = [last('goroutines'), last('heapInuse'), last('totalAlloc')];
  return {
    kind: 'seen',
    atMs: report.window.to ?? atMs,
    report: report.id,
    verdict: report.verdict.kind,
    title: verdictTitle(report.verdict),
    summary: summaryWords(report.verdict),
    ...(goroutines !== undefined && { goroutines }),
    ...(heapBytes !== undefined && { heapBytes }),
    ...(allocatedBytes !== undefined && { allocatedBytes }),
  };
}
