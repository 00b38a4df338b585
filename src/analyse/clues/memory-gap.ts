import { formatBytes, formatPercent } from '../../model/units.ts';
import type { Clue } from '../../model/verdict.ts';
import { rulesOf } from '../handbook.ts';
import type { ClueReader } from './clue.ts';

/** Where resident memory sits when it is not in live objects. */
export const memoryGap: ClueReader = (exam) => {
  const last = exam.memory.readings[exam.memory.readings.length - 1]?.reading;
  if (!last) return [];
  const clues: Clue[] = [];
  const figure = rulesOf(exam).fragmentationBytes;
  const { heapInuse, heapAlloc, heapIdle, heapReleased, sys } = last;
  if (heapInuse !== undefined && heapAlloc !== undefined && heapInuse - heapAlloc > figure) {
    clues.push({
      clue: 'memory-gap',
      severity: 'warning',
      text: `${formatBytes(heapInuse - heapAlloc)} of the heap’s spans in use hold no objects (handbook: over ${formatBytes(figure)} of HeapInuse − HeapAlloc).`,
      evidence: { bytes: heapInuse - heapAlloc, figure },
    });
  }
  const unreturned = (heapIdle ?? 0) - (heapReleased ?? 0);
  if (unreturned > figure && sys !== undefined) {
    clues.push({
      clue: 'idle-unreturned',
      severity: 'notice',
      text: `${formatBytes(unreturned)} of idle heap (${formatPercent(unreturned / sys)} of Sys) is not yet returned to the system: a peak that has passed.`,
      evidence: { bytes: unreturned },
    });
  }
  return clues;
};
