import { describe, expect, it } from 'vitest';
import { KEEP_SECONDS, MAX_PAIRS, MAX_QUIET_BYTES, outOfBounds } from '../../src/known/black-box.ts';
import type { KeptPair } from '../../src/model/black-box.ts';

const NOW = Date.UTC(2026, 10, 26);

function pair(minutesAgo: number, about: Partial<KeptPair> = {}): KeptPair {
  return {
    reportId: `report-${minutesAgo}`,
    atMs: NOW - minutesAgo * 60_000,
    kind: 'healthy',
    confidence: 0.9,
    summary: 'nothing grows',
    nextStep: 'nothing',
    bytes: 1_000,
    ...about,
  };
}
const idsOf = (pairs: readonly KeptPair[]) => pairs.map(({ reportId }) => reportId);

describe('the black box', () => {
  it('holds on to the newest of an instance, in whatever order they came', () => {
    const pairs = Array.from({ length: MAX_PAIRS + 2 }, (_, at) => pair((at * 7) % 10));
    const newest = idsOf(pairs.toSorted((a, b) => b.atMs - a.atMs).slice(0, MAX_PAIRS));
    const gone = idsOf(outOfBounds(pairs, NOW));
    expect(gone).toHaveLength(2);
    expect(gone.filter((id) => newest.includes(id))).toEqual([]);
  });

  it('lets go of what nobody has a thread of once its files are too large, but never of the newest', () => {
    const large = { bytes: MAX_QUIET_BYTES * 0.6, isQuiet: true } as const;
    expect(idsOf(outOfBounds([pair(1, large), pair(2, large), pair(3)], NOW))).toEqual(['report-2']);
    const huge = { bytes: MAX_QUIET_BYTES * 3, isQuiet: true } as const;
    expect(outOfBounds([pair(1, huge)], NOW)).toEqual([]);
    expect(outOfBounds([pair(1), pair(2, { bytes: MAX_QUIET_BYTES * 3 })], NOW)).toEqual([]);
  });

  it('lets go of what is older than captures are kept', () => {
    const old = pair(KEEP_SECONDS / 60 + 1);
    expect(outOfBounds([old, pair(3)], NOW)).toEqual([old]);
  });
});
