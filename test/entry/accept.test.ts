import { describe, expect, it } from 'vitest';
import { requestId } from '../../src/entry/accept.ts';

const BEFORE_MIDNIGHT = Date.UTC(2026, 10, 27, 23, 59, 58);
const TS = `${BEFORE_MIDNIGHT / 1000}.000200`;

describe('the id of a request', () => {
  it('is the same when Slack delivers its message again after midnight', () => {
    const id = requestId(`mention C0PAYMENTS ${TS}`, BEFORE_MIDNIGHT + 500);
    expect(id).toMatch(/^20261127-[0-9a-f]{12}$/);
    expect(requestId(`mention C0PAYMENTS ${TS}`, BEFORE_MIDNIGHT + 60_000)).toBe(id);
  });

  it('has the day it was heard on where nothing tells when it was said', () => {
    expect(requestId('slash 123.456', BEFORE_MIDNIGHT)).toMatch(/^20261127-/);
    expect(requestId('slash 123.456', BEFORE_MIDNIGHT + 60_000)).toMatch(/^20261128-/);
  });

  it('does not take a day from what somebody says of the past or the future', () => {
    for (const far of ['1000000000.000000', '9999999999.000000'])
      expect(requestId(`reply C0PAYMENTS ${far}`, BEFORE_MIDNIGHT)).toMatch(/^20261127-/);
  });
});
