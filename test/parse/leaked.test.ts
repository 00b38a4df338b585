import { describe, expect, it } from 'vitest';
import type { GoroutineDump } from '../../src/model/goroutine.ts';
import { leakedOf } from '../../src/parse/leaked.ts';
import { drawDump } from '../kit/stacks.ts';

/** As the proto tells it: groups and counts, no rows. */
function profile(text: string): GoroutineDump {
  const none = { ids: [], groupOf: [], waitMinutes: [], creatorIds: [], waitWords: [] };
  return {
    ...drawDump(text),
    source: 'proto',
    ids: Float64Array.from(none.ids),
    groupOf: Uint32Array.from(none.groupOf),
    waitMinutes: Int32Array.from(none.waitMinutes),
    creatorIds: Float64Array.from(none.creatorIds),
    waitWords: Float64Array.from(none.waitWords),
  };
}
const counts = (dump: GoroutineDump | undefined) =>
  dump?.groups.map(({ count, frames }) => `${count} ${frames[0]?.func}`);

describe('the runtime’s proof of one moment', () => {
  it('is what every leak profile found', () => {
    const first = profile('main.a ×40 [chan send]\nmain.b ×3 [select]\nmain.gone ×2 [chan receive]');
    const second = profile('main.a ×55 [chan send]\nmain.b ×3 [select]\nmain.late ×7 [chan send]');
    const { leaked, leakProfiles } = leakedOf([first, second], undefined);
    expect(counts(leaked)).toEqual(['40 main.a', '3 main.b']);
    expect({ total: leaked?.total, leakProfiles }).toEqual({ total: 43, leakProfiles: 2 });
  });

  it('counts one stack under several labels together', () => {
    const first = profile('main.a ×4 [chan send] {tenant=x}\nmain.a ×6 [chan send] {tenant=y}');
    const second = profile('main.a ×7 [chan send] {tenant=y}\nmain.a ×1 [chan send] {tenant=z}');
    expect(leakedOf([first, second], undefined).leaked?.total).toBe(8);
  });

  it('tells lines apart: another send of the same function is another story', () => {
    const first = profile('main.run:10 → main.flush ×4 [chan send]');
    const second = profile('main.run:12 → main.flush ×4 [chan send]');
    expect(leakedOf([first, second], undefined).leaked?.total).toBe(0);
  });

  it('is one profile where there is one, empty as it may be, and marks where there is none', () => {
    expect(leakedOf([profile('')], undefined)).toMatchObject({ leaked: { total: 0 }, leakProfiles: 1 });
    const dump = drawDump('main.a ×4 [chan send, leaked]\nmain.b ×6 [select]');
    const { leaked, leakProfiles } = leakedOf([], dump);
    expect({ counts: counts(leaked), leakProfiles }).toEqual({
      counts: ['4 main.a'],
      leakProfiles: undefined,
    });
    expect(leakedOf([], drawDump('main.b ×6 [select]'))).toEqual({});
  });
});
