import { formatBytes, formatCount, formatPercent } from '../../model/units.ts';
import type { Clue } from '../../model/verdict.ts';
import { rulesOf } from '../handbook.ts';
import type { ClueReader } from './clue.ts';

const BUSY_ALLOCATION = 50 * 1024 * 1024;

export const gcPressure: ClueReader = (exam) => {
  const { readings, gcPerSecond, allocPerSecond, limitBinds } = exam.memory;
  const clues: Clue[] = [];
  const figure = rulesOf(exam).nearGoal;
  const ratios = readings.flatMap(({ reading }) =>
    reading.heapAlloc === undefined || !reading.nextGC ? [] : [reading.heapAlloc / reading.nextGC],
  );
  if (ratios.length >= 3 && ratios.every((ratio) => ratio > figure)) {
    clues.push({
      clue: 'near-goal',
      severity: 'warning',
      text: `HeapAlloc / NextGC stayed above ${figure} at all ${formatCount(ratios.length)} readings: the collector has no room.`,
      evidence: { least: Math.min(...ratios), figure, readings: ratios.length },
    });
  }
  if (limitBinds) {
    clues.push({
      clue: 'memory-limit',
      severity: 'warning',
      text: 'GOMEMLIMIT decides when the collector runs.',
      evidence: {},
    });
  }
  if (allocPerSecond !== undefined && allocPerSecond >= BUSY_ALLOCATION) {
    const freed = freedShare(readings[0]?.reading, readings[readings.length - 1]?.reading);
    const share = freed === undefined ? '' : `; ${formatPercent(freed)} of new objects freed again`;
    clues.push({
      clue: 'churn',
      severity: 'notice',
      text: `${formatBytes(allocPerSecond)}/s allocated, ${(gcPerSecond ?? 0).toFixed(1)} collections a second${share}.`,
      evidence: { allocPerSecond, gcPerSecond: gcPerSecond ?? 0, ...(freed === undefined ? {} : { freed }) },
    });
  }
  return clues;
};

type Counters = { readonly mallocs?: number; readonly frees?: number } | undefined;

function freedShare(first: Counters, last: Counters): number | undefined {
  if (first?.mallocs === undefined || last?.mallocs === undefined || last.mallocs <= first.mallocs)
    return undefined;
  return ((last.frees ?? 0) - (first.frees ?? 0)) / (last.mallocs - first.mallocs);
}
