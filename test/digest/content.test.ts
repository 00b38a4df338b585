import { describe, expect, it } from 'vitest';
import { digestRows, isSilent } from '../../src/digest/content.ts';
import type { DigestContent, ServiceFacts } from '../../src/model/digest.ts';
import { DAY_MS, factsOf, MIB, memoryBefore, verdictOf } from '../kit/digests.ts';

const NOW = Date.UTC(2026, 10, 26, 8);
const YESTERDAY = NOW - DAY_MS - 3_600_000;
const TODAY = NOW - 3_600_000;
const rowOf = (more: Partial<ServiceFacts>) => digestRows([factsOf('svc', more)], NOW)[0];
const signature = (count: number) => ({
  stableId: 'a',
  func: 'ledger.flush',
  waitReason: 'chan send',
  count,
});
const leak = (atMs: number, count = 10) =>
  verdictOf('goroutine-leak', atMs, { tier: 'proven', signatures: [signature(count)] });

describe('how a service stands in a digest', () => {
  it.each([
    ['is well and stays so', { verdicts: [verdictOf('healthy', YESTERDAY)] }, 'well', 'same'],
    ['leaks since yesterday', { verdicts: [verdictOf('healthy', YESTERDAY), leak(TODAY)] }, 'sick', 'new'],
    ['leaks as it did', { verdicts: [leak(YESTERDAY), leak(TODAY)] }, 'sick', 'same'],
    ['leaks more', { verdicts: [leak(YESTERDAY, 10), leak(TODAY, 50)] }, 'sick', 'worse'],
    ['leaks less', { verdicts: [leak(YESTERDAY, 50), leak(TODAY, 10)] }, 'sick', 'better'],
    ['was not looked at since it leaked', { verdicts: [leak(YESTERDAY)] }, 'sick', 'same'],
    ['was mended', { verdicts: [leak(YESTERDAY), verdictOf('healthy', TODAY)] }, 'recovered', 'gone'],
    ['follows load', { verdicts: [verdictOf('scales-with-load', TODAY)] }, 'well', 'same'],
    ['could not be judged', { verdicts: [verdictOf('inconclusive', TODAY)] }, 'unclear', 'same'],
    ['was never seen', {}, 'unclear', 'same'],
  ] as const)('%s', (_, facts, standing, change) => {
    expect(rowOf(facts)).toMatchObject({ standing, change });
  });

  it('is told by the watcher when nobody captured', () => {
    const detection = { atMs: TODAY, instance: 'svc-1', because: 'it grows', tier: 'probable' as const };
    const memory = memoryBefore(NOW, 48, () => 100);
    expect(rowOf({ memory, detections: [detection] })).toMatchObject({ standing: 'sick', change: 'new' });
    expect(rowOf({ memory, detections: [{ ...detection, tier: 'suspect' }] })?.standing).toBe('unclear');
  });

  it('is what a capture found, whatever the watcher said before', () => {
    const detection = { atMs: TODAY - 1, instance: 'svc-1', because: 'it grows', tier: 'probable' as const };
    expect(rowOf({ detections: [detection], verdicts: [verdictOf('healthy', TODAY)] })?.standing).toBe(
      'well',
    );
  });

  it('knows nothing of the time after it', () => {
    expect(rowOf({ verdicts: [verdictOf('healthy', TODAY), leak(NOW + 1)] })?.standing).toBe('well');
  });
});

describe('memory in a digest', () => {
  it('rises, stays or falls by the peaks of whole days', () => {
    const trendOf = (mib: (hoursBefore: number) => number) =>
      rowOf({ memory: memoryBefore(NOW, 48, mib) })?.trend;
    expect(trendOf((before) => 200 - before)).toBe('rising');
    expect(trendOf((before) => 100 + before)).toBe('falling');
    // Waves of the day and restarts are no trend.
    expect(trendOf((before) => 100 + 50 * Math.sin((before / 24) * 2 * Math.PI))).toBe('level');
    expect(trendOf((before) => 100 + 20 * (before % 6))).toBe('level');
  });

  it('has a gap on days without samples, never a zero', () => {
    const days = rowOf({ memory: memoryBefore(NOW, 48, () => 100) })?.days;
    expect(days).toEqual([...Array.from({ length: 12 }, () => undefined), 100 * MIB, 100 * MIB]);
  });

  it('forgets a forecast that has come to pass', () => {
    const detection = {
      atMs: TODAY - 3 * DAY_MS,
      instance: 'i',
      because: 'grows',
      tier: 'probable' as const,
    };
    const withForecast = (highMs: number | null) =>
      rowOf({ detections: [{ ...detection, forecast: { lowMs: NOW - 2, highMs } }] })?.forecast;
    expect(withForecast(NOW - 1)).toBeUndefined();
    expect(withForecast(NOW + 1)).toBeDefined();
    expect(withForecast(null)).toBeDefined();
  });
});

describe('the order of a digest', () => {
  it('is worst first, and the same however the services came', () => {
    const forecast = { lowMs: NOW + 3_600_000, highMs: NOW + 7_200_000 };
    const detection = { atMs: TODAY, instance: 'i', because: 'grows', tier: 'probable' as const, forecast };
    const services = [
      factsOf('well', { verdicts: [verdictOf('healthy', TODAY)] }),
      factsOf('mended', { verdicts: [leak(YESTERDAY), verdictOf('healthy', TODAY)] }),
      factsOf('unknown'),
      factsOf('suspect', { verdicts: [verdictOf('heap-leak', TODAY, { tier: 'suspect' })] }),
      factsOf('proven', { verdicts: [leak(TODAY)] }),
      factsOf('soon-full', { detections: [detection] }),
      factsOf('stuck', { verdicts: [verdictOf('deadlock', TODAY, { tier: 'proven' })] }),
    ];
    const order = ['soon-full', 'stuck', 'proven', 'suspect', 'unknown', 'mended', 'well'];
    expect(digestRows(services, NOW).map(({ service }) => service)).toEqual(order);
    expect(digestRows(services.toReversed(), NOW).map(({ service }) => service)).toEqual(order);
  });
});

describe('a digest that is silent when all is well', () => {
  const content = (rows: DigestContent['rows'], more: Partial<DigestContent> = {}): DigestContent => ({
    id: 'd',
    key: '2026-11-26T09:00:00',
    atMs: NOW,
    zone: 'UTC',
    rows,
    withheld: 0,
    skipped: [],
    ...more,
  });
  const well = digestRows([factsOf('svc', { verdicts: [verdictOf('healthy', TODAY)] })], NOW);

  it('says nothing then, and speaks of what was skipped, late or has recovered', () => {
    expect(isSilent(content(well))).toBe(true);
    expect(isSilent(content(well, { lateMs: 61_000 }))).toBe(false);
    expect(isSilent(content(well, { skipped: [{ key: 'yesterday' }] }))).toBe(false);
    const mended = [leak(YESTERDAY), verdictOf('healthy', TODAY)];
    expect(isSilent(content(digestRows([factsOf('svc', { verdicts: mended })], NOW)))).toBe(false);
    expect(isSilent(content(digestRows([factsOf('svc')], NOW)))).toBe(false);
  });
});
