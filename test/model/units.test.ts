import { describe, expect, it } from 'vitest';
import {
  byteScale,
  formatBytes,
  formatBytesDelta,
  formatCount,
  formatDay,
  formatDelta,
  formatDuration,
  formatForecast,
  formatMoment,
  formatPercent,
  parseBytes,
  parseDuration,
} from '../../src/model/units.ts';

const MIB = 2 ** 20;
const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];

describe('figures as people read them', () => {
  it.each([
    [formatBytes(0), '0 B'],
    [formatBytes(12 * MIB), '12 MiB'],
    [formatBytesDelta(3.5 * MIB), '+3.5 MiB'],
    [formatBytesDelta(-1024), '-1 KiB'],
    [byteScale(300 * MIB).unit, 'MiB'],
    [formatCount(1_234_567), '1,234,567'],
    [formatDelta(1204), '+1,204'],
    [formatDelta(-3), '-3'],
    [formatPercent(0.934), '93 %'],
    [formatPercent(0.004), '0.4 %'],
    [formatDay(Date.UTC(2026, 10, 25, 9, 46)), '2026-11-25'],
    [formatMoment(Date.UTC(2026, 10, 25, 9, 46)), '2026-11-25 09:46 UTC'],
    [formatMoment(1e300), 'a moment that is not known'],
  ])('%s is %s', (said, expected) => expect(said).toBe(expected));

  it.each([
    [640, '640 ms'],
    [12.34 * SECOND, '12.3 s'],
    [125 * SECOND, '2 m 05 s'],
    [2 * HOUR + 10 * MINUTE, '2 h 10 m'],
    [76 * HOUR, '3 d 4 h'],
  ])('a duration of %d ms is %s', (ms, expected) => expect(formatDuration(ms)).toBe(expected));

  it.each([
    [300, '10 s'],
    [44 * SECOND, '40 s'],
    [14 * MINUTE + 46 * SECOND, '15 min'],
    [59.8 * MINUTE, '1 h'],
    [HOUR + 58 * MINUTE, '2 h'],
    [2 * HOUR + 12 * MINUTE, '2 h 10 m'],
    [76 * HOUR, '3 d 4 h'],
  ])('a forecast of %d ms is about %s', (ms, expected) => expect(formatForecast(ms)).toBe(expected));
});

describe('figures as people write them', () => {
  it.each([
    ['30s', 30],
    ['30 s', 30],
    ['2m', 120],
    ['1h30m', 5400],
    ['45', 45],
    ['soon', undefined],
    ['', undefined],
  ])('%j lasts %s seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds === undefined ? undefined : seconds * SECOND);
  });

  it.each([
    ['512MiB', 512 * MIB],
    ['2GB', 2048 * MIB],
    ['1024', 1024],
    ['plenty', undefined],
  ])('%j is %s bytes', (text, bytes) => expect(parseBytes(text)).toBe(bytes));
});
