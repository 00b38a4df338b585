import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyDesk,
  type Heard,
  hear,
  looked,
  MAX_ALERTS_KEPT,
  openIncident,
  planLook,
} from '../../src/incident/fold.ts';
import { type Alert, beganMs, type IncidentDesk, isFiring, recoveredMs } from '../../src/model/incident.ts';

const MINUTE = 60_000;
const T0 = Date.UTC(2026, 10, 26, 12);
const NOW = { settleMs: 10 * MINUTE, nowMs: T0 + 60 * MINUTE };

function alert(key: string, startMinute: number, endMinute?: number): Heard {
  const about: Alert = {
    key,
    name: `Alert${key}`,
    labels: {},
    startsAtMs: T0 + startMinute * MINUTE,
    ...(endMinute !== undefined && { endsAtMs: T0 + endMinute * MINUTE }),
  };
  return { kind: 'alert', alert: about, place: { channel: 'C1', why: 'default', sinceMs: about.startsAtMs } };
}
const channel = (id: string, minute: number): Heard => ({
  kind: 'channel',
  place: { channel: id, why: 'incident', sinceMs: T0 + minute * MINUTE },
});
const fold = (heard: readonly Heard[], now = NOW): IncidentDesk =>
  heard.reduce((desk, each) => hear(desk, each, now), emptyDesk('payments-svc'));

describe('incidents as a fold of what was heard', () => {
  it('one incident holds everything that overlaps, and ends with its last alert', () => {
    const desk = fold([alert('a', 0), alert('b', 5), channel('C2', 7), alert('a', 0, 20), alert('b', 5, 25)]);
    expect(desk.incidents).toHaveLength(1);
    const [incident] = desk.incidents;
    expect(incident && beganMs(incident)).toBe(T0);
    expect(incident && recoveredMs(incident)).toBe(T0 + 25 * MINUTE);
    expect(incident?.places.map((place) => place.channel)).toEqual(['C2', 'C1']);
  });

  it('what fires after the time to settle is another incident', () => {
    const desk = fold([alert('a', 0), alert('a', 0, 20), alert('a', 31)]);
    expect(desk.incidents).toHaveLength(2);
    expect(desk.incidents.map((incident) => recoveredMs(incident))).toEqual([T0 + 20 * MINUTE, undefined]);
  });

  it('what fires again within it opens the same one again', () => {
    const closed = fold([alert('a', 0), alert('a', 0, 20)]);
    const [only] = closed.incidents;
    if (!only) throw new Error('there is no incident');
    const shut = { ...closed, incidents: [{ ...only, closed: { why: 'recovered', atMs: T0 } } as const] };
    const again = hear(shut, alert('a', 25), NOW);
    expect(openIncident(again)?.id).toBe(only.id);
    const repeated = hear(shut, alert('a', 0), NOW);
    expect(repeated.incidents).toHaveLength(1);
    expect(openIncident(repeated)).toBeUndefined();
  });

  it('a resolution that overtakes its alert ends it all the same', () => {
    const desk = fold([alert('a', 0, 20), alert('a', 0)]);
    expect(desk.incidents[0]?.alerts.some(isFiring)).toBe(false);
  });

  it('ends in the same incidents, duplicated and in any order', () => {
    const heard = [
      ...[0, 1, 2, 3].flatMap((n) => [alert(`k${n}`, n), alert(`k${n}`, n, 12 + n)]),
      alert('k1', 9),
      alert('k1', 9, 19),
      channel('C7', 3),
      channel('C8', 4),
    ];
    const inOrder = fold(heard);
    const facts = (desk: IncidentDesk) => desk.incidents.map(({ id: _, ...rest }) => rest);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(heard, { minLength: heard.length }),
        fc.array(fc.constantFrom(...heard), { maxLength: 8 }),
        (shuffled, more) => {
          expect(facts(fold([...shuffled, ...more]))).toEqual(facts(inOrder));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('a storm of alerts is one incident, of bounded size, whoever came first', () => {
    const storm = Array.from({ length: 1_500 }, (_, n) => alert(String(n).padStart(5, '0'), 0));
    const desk = fold(storm);
    expect(desk.incidents).toHaveLength(1);
    expect(desk.incidents[0]?.alerts).toHaveLength(MAX_ALERTS_KEPT);
    expect(desk.incidents[0]?.isCut).toBe(true);
    expect(fold([...storm].reverse()).incidents[0]?.alerts).toEqual(desk.incidents[0]?.alerts);
  });

  it('keeps the first look and the newest, and the first word about each', () => {
    let incident = fold([alert('a', 0)]).incidents[0];
    if (!incident) throw new Error('there is no incident');
    for (let n = 0; n < 40; n++)
      incident = planLook(incident, { request: `r${n}`, plannedAtMs: T0 + n * MINUTE });
    expect(incident.looks[0]?.request).toBe('r0');
    expect(incident.looks.at(-1)?.request).toBe('r39');
    expect(incident.looks.length).toBeLessThan(30);
    const failed = (what: string) => ({ kind: 'failed', atMs: T0, what }) as const;
    const told = looked(looked(incident, 'r39', failed('first')), 'r39', failed('second'));
    expect(told.looks.at(-1)?.outcome).toMatchObject({ what: 'first' });
  });

  it('opens nothing for what ended days ago', () => {
    expect(fold([alert('a', -6_000, -5_000)]).incidents).toHaveLength(0);
  });
});
