import { describe, expect, it } from 'vitest';
import { doneThenAcknowledged, once } from '../../src/entry/acknowledge.ts';

/** A promise settled from outside. */
function gate() {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}

describe('acknowledging to Slack', () => {
  it('waits until the work is done', async () => {
    const told: string[] = [];
    const work = gate();
    const all = doneThenAcknowledged(
      async () => void told.push('acknowledged'),
      async () => {
        await work.passed;
        told.push('kept');
      },
    );
    work.open();
    await all;
    expect(told).toEqual(['kept', 'acknowledged']);
  });

  it('does not wait longer than Slack would', async () => {
    const acknowledged = gate();
    const work = gate();
    const all = doneThenAcknowledged(
      async () => acknowledged.open(),
      () => work.passed,
    );
    await acknowledged.passed;
    work.open();
    await all;
  });

  it('happens once, also after work that broke', async () => {
    let times = 0;
    const acknowledge = once(async () => void times++);
    const broken = doneThenAcknowledged(acknowledge, async () => {
      await acknowledge();
      throw new Error('broke');
    });
    await expect(broken).rejects.toThrow('broke');
    expect(times).toBe(1);
    expect(acknowledge.isCalled()).toBe(true);
  });
});
