import { describe, expect, it } from 'vitest';
import { stacks } from './stacks.ts';

describe('a drawing of goroutines', () => {
  it('reads root first and keeps stacks leaf first', () => {
    const dump = stacks`main.main → main.run → main.worker:31 ×40 [chan receive, 12m]`;
    expect(dump.total).toBe(40);
    expect(dump.groups).toHaveLength(1);
    const [group] = dump.groups;
    expect(group?.frames.map(({ func }) => func)).toEqual(['main.worker', 'main.run', 'main.main']);
    expect(group?.frames[0]).toEqual({ func: 'main.worker', file: 'main/main.go', line: 31 });
    expect(group).toMatchObject({ state: 'chan receive', family: 'chan-receive', count: 40 });
    expect([...new Set(dump.waitMinutes)]).toEqual([12]);
  });

  it('numbers goroutines on from the line before, or from the id it is given', () => {
    const dump = stacks`
      main.main [IO wait]
      main.handle go main.slowQuery ×3 #100 [chan send, 3m..9m, chan 1, by 7]
      example.com/x/pool.(*Pool[...]).run ×2 [select, locked, leaked] {tenant=acme}
    `;
    expect([...dump.ids]).toEqual([10, 100, 101, 102, 103, 104]);
    expect([...dump.waitMinutes]).toEqual([-1, 3, 6, 9, -1, -1]);
    expect([...dump.creatorIds]).toEqual([0, 7, 7, 7, 0, 0]);
    expect(new Set(dump.waitWords.subarray(1, 4)).size).toBe(1);
    expect(dump.groups[1]?.createdBy?.func).toBe('main.handle');
    expect(dump.groups[2]).toMatchObject({
      leaked: true,
      lockedToThread: true,
      labels: { tenant: 'acme' },
      frames: [{ func: 'example.com/x/pool.(*Pool[...]).run' }],
    });
  });

  it('refuses a line it cannot read', () => {
    expect(() => stacks`[chan send]`).toThrow('needs a frame');
  });
});
