import { describe, expect, it } from 'vitest';
import { judgeDigests, type ShownDigest } from './digest-judge.ts';

const at = (second: number) => ({ digest: 'd', slot: `2026-11-26T09:00:${String(second).padStart(2, '0')}` });
const shown = (second: number, more = ''): ShownDigest => ({
  key: `digest:d:${at(second).slot}`,
  text: `Memory digest of 2026-11-26 09:00:${second} UTC: 1 is well. ${more}`,
});
const judge = (messages: readonly ShownDigest[], expected = [at(10), at(20), at(30)]) =>
  judgeDigests(expected, messages, ({ slot }) => slot.endsWith('0'));

describe('the judge of digests', () => {
  it('is content when every slot is there once, or said to be skipped', () => {
    expect(judge([shown(10), shown(20), shown(30)])).toMatchObject({ kept: true, visible: 3, skipped: 0 });
    const said = 'Skipped: 2026-11-26 09:00:10, 2026-11-26 09:00:20.';
    expect(judge([shown(30, said)])).toMatchObject({ kept: true, visible: 1, skipped: 2 });
    const many = 'Skipped: 2 from 2026-11-26 09:00:10 to 2026-11-26 09:00:20.';
    expect(judge([shown(30, many)])).toMatchObject({ kept: true, visible: 1, skipped: 2 });
    const whole = 'Skipped: 2026-11-26 09:00.';
    expect(judge([shown(10, whole)], [at(0), at(10)])).toMatchObject({ kept: true, skipped: 1 });
  });

  it('counts what is late', () => {
    expect(judge([shown(10), shown(20), shown(30, 'Late by 1 m 05 s: nobody')])).toMatchObject({ late: 1 });
  });

  it('notices what is missing, twice, both, or of no slot', () => {
    expect(judge([shown(10), shown(30)])).toMatchObject({ kept: false, missing: ['d 2026-11-26T09:00:20'] });
    expect(judge([shown(10), shown(20), shown(20), shown(30)])).toMatchObject({
      kept: false,
      duplicate: ['d 2026-11-26T09:00:20'],
    });
    expect(judge([shown(10), shown(20), shown(30, 'Skipped: 2026-11-26 09:00:20.')])).toMatchObject({
      kept: false,
      contradictory: ['d 2026-11-26T09:00:20'],
    });
    expect(judge([shown(10), shown(20), shown(25), shown(30)])).toMatchObject({
      kept: false,
      unexpected: ['digest:d:2026-11-26T09:00:25'],
    });
  });

  it('takes no reply of a thread for a digest', () => {
    const reply = { key: 'digest:d:2026-11-26T09:00:20:detail-0', text: '' };
    expect(judge([shown(10), shown(20), reply, shown(30)])).toMatchObject({ kept: true });
  });
});
