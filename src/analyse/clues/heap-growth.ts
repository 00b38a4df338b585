import { formatBytes, formatBytesDelta, formatCount, formatPercent } from '../../model/units.ts';
import type { Clue } from '../../model/verdict.ts';
import { rulesOf } from '../handbook.ts';
import { shortName } from '../wording.ts';
import type { ClueReader } from './clue.ts';

/** Fewer collections between two profiles may show what was there before. */
const RIPE = 3;

export const heapGrowth: ClueReader = (exam) => {
  const { heap, memory } = exam;
  if (!heap) return [];
  const clues: Clue[] = [];
  const total = heap.totalInuse[heap.totalInuse.length - 1] ?? 0;
  for (const track of heap.sites.filter((site) => site.growing).slice(0, 3)) {
    const { site, sigmas, survivingShare } = track;
    const kept =
      survivingShare === undefined
        ? ''
        : `, ${formatPercent(Math.min(1, survivingShare))} of what it allocated is kept`;
    clues.push({
      clue: 'heap-growth',
      severity: (heap.collections ?? RIPE) >= RIPE ? 'critical' : 'warning',
      text: `In use from \`${shortName(site.frames[0]?.func ?? '')}\`: ${track.inuse.map(formatBytes).join(' → ')} (${sigmas.toFixed(1)} sampling errors${kept}).`,
      evidence: {
        deltaBytes: site.deltaBytes,
        perMinute: site.perMinute,
        sigmas,
        ...(survivingShare === undefined ? {} : { survivingShare }),
        ...meanAge(site.inuseBytes, memory.findings.slopes.totalAlloc, total),
      },
    });
  }
  const rules = rulesOf(exam);
  const largest = heap.sites.reduce<number>(
    (best, track, index) => (track.site.inuseBytes > (heap.sites[best]?.site.inuseBytes ?? 0) ? index : best),
    0,
  );
  const top = heap.sites[largest]?.site;
  if (top && total > 0 && top.inuseBytes / total >= rules.siteShare) {
    clues.push({
      clue: 'heap-share',
      severity: 'notice',
      text: `\`${shortName(top.frames[0]?.func ?? '')}\` allocated ${formatPercent(top.inuseBytes / total)} of the heap in use, ${formatBytes(top.inuseBytes)} (handbook: ${formatPercent(rules.siteShare)} or more).`,
      evidence: { share: top.inuseBytes / total, figure: rules.siteShare, bytes: top.inuseBytes },
    });
  }
  const slope = memory.liveSlope;
  if (slope !== undefined && slope >= rules.growthBytesPerSecond) {
    const tested = exam.timeline.seconds >= rules.growthSeconds;
    clues.push({
      clue: 'live-growth',
      severity: tested ? 'critical' : 'warning',
      text: `Live heap ${formatBytesDelta(slope)}/s (handbook: ${formatBytes(rules.growthBytesPerSecond)}/s for ${rules.growthSeconds} s; ${tested ? 'held for the whole window' : `this window is only ${Math.round(exam.timeline.seconds)} s long`}).`,
      evidence: { slope, figure: rules.growthBytesPerSecond, seconds: exam.timeline.seconds },
    });
  }
  if (heap.unchanged > 0) {
    clues.push({
      clue: 'heap-unchanged',
      severity: 'notice',
      text: `${formatCount(heap.unchanged)} heap profile${heap.unchanged === 1 ? '' : 's'} repeated the one before: no collection ran in between.`,
      evidence: { unchanged: heap.unchanged },
    });
  }
  return clues;
};

/** Little's law: mean age of an object = bytes in use / bytes allocated per second, over the whole heap. */
function meanAge(
  inuse: number,
  allocPerSecond: number | undefined,
  total: number,
): { meanAgeSeconds?: number } {
  if (allocPerSecond === undefined || allocPerSecond <= 0 || total <= 0) return {};
  return { meanAgeSeconds: Math.max(inuse, total) / allocPerSecond };
}
