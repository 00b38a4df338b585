import { describe, expect, it } from 'vitest';
import { decide, GIVE_UP_AFTER_MS, isStale, lostLook } from '../../src/incident/decide.ts';
import { deployed } from '../../src/incident/fold.ts';
import type { Incident, IncidentLook } from '../../src/model/incident.ts';
import type { VerdictKind } from '../../src/model/verdict.ts';

const MINUTE = 60_000;
const T0 = Date.UTC(2026, 10, 26, 12);
const PACE = { lookEveryMs: 15 * MINUTE, settleMs: 10 * MINUTE };
const at = (minute: number) => T0 + minute * MINUTE;

function look(minute: number, verdict?: VerdictKind | 'failed'): IncidentLook {
  const base = { request: `r${minute}`, plannedAtMs: at(minute) };
  if (verdict === undefined) return base;
  if (verdict === 'failed') return { ...base, outcome: { kind: 'failed', atMs: at(minute), what: 'gone' } };
  const outcome = {
    kind: 'seen',
    atMs: at(minute),
    report: 'x',
    verdict,
    title: verdict,
    summary: '',
  } as const;
  return { ...base, outcome };
}
function incident(looks: readonly IncidentLook[], endMinute?: number, hasAlerts = true): Incident {
  const fact = { key: 'k', name: 'A', firstMs: T0, lastStartMs: T0 };
  const ended = endMinute === undefined ? fact : { ...fact, lastEndMs: at(endMinute) };
  return {
    id: 'incident-1',
    service: 'payments-svc',
    alerts: hasAlerts ? [ended] : [],
    isCut: false,
    places: [{ channel: 'C1', why: 'incident', sinceMs: T0 }],
    looks,
  };
}

describe('what is to be done about an incident', () => {
  it('looks at once, then waits for what comes of it', () => {
    expect(decide(incident([]), at(0), PACE)).toEqual({ look: true });
    expect(decide(incident([look(0)]), at(1), PACE).nextAtMs).toBeGreaterThan(at(1));
  });

  it('looks again on schedule while it lasts, ever more rarely', () => {
    const one = incident([look(0, 'goroutine-leak')]);
    expect(decide(one, at(5), PACE)).toEqual({ nextAtMs: at(15) });
    expect(decide(one, at(15), PACE)).toEqual({ look: true });
    const many = incident([0, 15, 30, 45, 60].map((minute) => look(minute, 'goroutine-leak')));
    expect(decide(many, at(70), PACE)).toEqual({ nextAtMs: at(90) });
  });

  it('looks at a build that is new as soon as it has settled, once', () => {
    const looks = [0, 15, 30, 45, 60].map((minute) => look(minute, 'goroutine-leak'));
    const build = { name: 'v2.14', atMs: at(65) };
    expect(decide({ ...incident(looks), build }, at(70), PACE)).toEqual({ nextAtMs: at(75) });
    expect(decide({ ...incident(looks), build }, at(75), PACE)).toEqual({ look: true });
    const looked = incident([...looks, look(75, 'goroutine-leak')]);
    expect(decide({ ...looked, build }, at(76), PACE).nextAtMs).toBeGreaterThan(at(90));
    const desk = { service: 'payments-svc', incidents: [incident(looks)] };
    const after = deployed(desk, build);
    expect(after.incidents[0]?.build).toEqual(build);
    expect(deployed(after, { name: 'v2.14', atMs: at(66) })).toBe(after);
    expect(deployed({ ...desk, incidents: [] }, build).incidents).toEqual([]);
  });

  it('closes after a look that was made once the alerts had been over for long enough', () => {
    const over = incident([look(0, 'goroutine-leak')], 20);
    expect(decide(over, at(22), PACE)).toEqual({ nextAtMs: at(30) });
    expect(decide(over, at(30), PACE)).toEqual({ look: true });
    const early = incident([look(0, 'goroutine-leak'), look(25, 'healthy')], 20);
    expect(decide(early, at(30), PACE)).toEqual({ look: true });
    const well = incident([look(0, 'goroutine-leak'), look(30, 'healthy')], 20);
    expect(decide(well, at(31), PACE)).toEqual({ close: 'recovered' });
  });

  it('stays open while it still leaks, though the alerts are over', () => {
    const leaking = incident([look(0, 'heap-leak'), look(30, 'heap-leak')], 20);
    expect(decide(leaking, at(31), PACE)).toEqual({ nextAtMs: at(45) });
  });

  it('closes unverified when it cannot be looked at twice', () => {
    const gone = incident([look(0, 'heap-leak'), look(30, 'failed'), look(45, 'failed')], 20);
    expect(decide(gone, at(46), PACE)).toEqual({ close: 'unverified' });
    const once = incident([look(0, 'heap-leak'), look(30, 'failed')], 20);
    expect(decide(once, at(31), PACE)).toEqual({ nextAtMs: at(45) });
  });

  it('tells a channel without alerts after three healthy looks that nothing is to be found', () => {
    const quiet = incident(
      [0, 15, 30].map((minute) => look(minute, 'healthy')),
      undefined,
      false,
    );
    expect(decide(quiet, at(31), PACE)).toEqual({ close: 'healthy' });
    const alerting = incident([0, 15, 30].map((minute) => look(minute, 'healthy')));
    expect(decide(alerting, at(31), PACE)).toEqual({ nextAtMs: at(45) });
  });

  it('gives up after a day, and not because an alert has been firing for weeks', () => {
    const long = incident([look(0, 'heap-leak')]);
    expect(decide(long, T0 + GIVE_UP_AFTER_MS, PACE)).toEqual({ close: 'given-up' });
    const old = { ...incident([look(60 * 24 * 9, 'heap-leak')]) };
    expect(decide(old, at(60 * 24 * 9 + 1), PACE).close).toBeUndefined();
  });

  it('says nothing of what was over before it was heard of', () => {
    expect(isStale(incident([], 20), at(40))).toBe(true);
    expect(isStale(incident([], 20), at(30))).toBe(false);
    expect(isStale(incident([look(0, 'healthy')], 20), at(60))).toBe(false);
  });

  it('does not wait for ever for a capture', () => {
    expect(lostLook(incident([look(0)]), at(19))).toBeUndefined();
    expect(lostLook(incident([look(0)]), at(20))?.request).toBe('r0');
  });
});
