import { describe, expect, it } from 'vitest';
import {
  type KnownSignature,
  knownWords,
  linked,
  notSeen,
  type Sighting,
  seen,
} from '../../src/known/signature.ts';

const DAY_MS = 86_400_000;
const OCTOBER = Date.UTC(2026, 9, 1);
const FLUSH = { stableId: 's1', label: 'chan send in `ledger.(*Writer).flush`' };

function sighting(day: number, build?: string): Sighting {
  const atMs = OCTOBER + (day - 1) * DAY_MS;
  return { atMs, reportId: `report-${day}`, count: 10 * day, ...(build !== undefined && { build }) };
}

function known(...sightings: readonly Sighting[]): KnownSignature {
  const [first = sighting(1), ...rest] = sightings;
  return rest.reduce<KnownSignature>((so, next) => seen(so, FLUSH, next), seen(undefined, FLUSH, first));
}

describe('a signature that was seen before', () => {
  it('says nothing of itself the first time', () => {
    expect(knownWords(known(sighting(3, 'v2.13')), 'report-3')).toBeUndefined();
  });

  it('says since when it is known, and in which build it first was', () => {
    expect(knownWords(known(sighting(3, 'v2.13'), sighting(9, 'v2.13')), 'report-9')).toBe(
      'known since 3 Oct (v2.13)',
    );
  });

  it('tells the incident it was part of, the build that mended it and the one that brought it back', () => {
    const incident = linked(known(sighting(3, 'v2.13')), {
      channel: 'C1',
      name: 'inc-2041',
      atMs: OCTOBER + 2 * DAY_MS,
    });
    const mended = notSeen(incident, { atMs: OCTOBER + 7 * DAY_MS, build: 'v2.14' });
    const back = seen(mended, FLUSH, sighting(20, 'v2.16'));
    expect(knownWords(back, 'report-20')).toBe(
      'seen before in #inc-2041 on 3 Oct, fixed in v2.14, back since v2.16',
    );
    expect(back.gone).toBeUndefined();
  });

  it('is not called fixed by a look at the same build, at an unknown one, or at an earlier moment', () => {
    const leaking = known(sighting(3, 'v2.13'), sighting(5, 'v2.13'));
    expect(notSeen(leaking, { atMs: OCTOBER + 9 * DAY_MS, build: 'v2.13' })).toBe(leaking);
    expect(notSeen(leaking, { atMs: OCTOBER + 9 * DAY_MS })).toBe(leaking);
    expect(notSeen(leaking, { atMs: OCTOBER, build: 'v2.14' })).toBe(leaking);
  });

  it('counts a report once, however often it is told', () => {
    const once = known(sighting(3));
    expect(seen(once, FLUSH, sighting(3))).toBe(once);
  });

  it('keeps its first and last sightings, and a bounded number between them', () => {
    const long = known(...Array.from({ length: 1_000 }, (_, at) => sighting(at + 1)));
    expect(long.seen.length).toBeLessThanOrEqual(48);
    expect(long.seen[0]).toEqual(sighting(1));
    expect(long.seen.at(-1)).toEqual(sighting(1_000));
    expect(long.first).toEqual(sighting(1));
  });

  it('keeps the incidents it was last part of', () => {
    const incident = (at: number) => ({ channel: `C${at}`, name: `inc-${at}`, atMs: OCTOBER + at });
    const often = Array.from({ length: 20 }, (_, at) => incident(at)).reduce(linked, known(sighting(1)));
    expect(often.incidents.map(({ name }) => name)).toEqual(
      Array.from({ length: 8 }, (_, at) => `inc-${at + 12}`),
    );
    expect(linked(often, incident(19))).toBe(often);
  });
});
