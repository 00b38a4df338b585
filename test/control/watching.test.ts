import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { tendWatched, type WatchedCommand } from '../../src/control/watching.ts';
import { Failure } from '../../src/failure.ts';
import { baselineClues, usualNow } from '../../src/past/usual.ts';
import { openBaselineStore } from '../../src/store/baselines.ts';
import { type HistoryStore, openHistoryStore } from '../../src/store/history.ts';
import { openKnownStore } from '../../src/store/known.ts';
import { openWatchingStore } from '../../src/store/watching.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';

const MIB = 1024 * 1024;
const SERVICE = { ...serviceFromUrl('http://127.0.0.1:6060'), name: 'payments-svc' };
const INSTANCE = '127.0.0.1:6060';

describe.skipIf(requires('redis'))('watching', () => {
  let server: TestRedis;
  let history: HistoryStore;
  const tend = async (command: WatchedCommand, may: 'yes' | 'no' = 'yes') =>
    (await answered(command, may)).text;
  const answered = (command: WatchedCommand, may: 'yes' | 'no' = 'yes') =>
    tendWatched(
      command,
      { door: 'slash', user: 'U1', channel: 'C1' },
      {
        services: [SERVICE],
        authorise: async () =>
          may === 'yes' ? { may } : { may, refusal: new Failure('rule_refused', { what: 'capture it' }) },
        watching: openWatchingStore(server.redis),
        history,
        baselines: openBaselineStore(server.redis),
        prometheus: async () => ({ value: [], problems: [] }),
        now: Date.now,
      },
    );
  beforeAll(async () => {
    server = await openTestRedis();
    history = openHistoryStore(server.redis);
  }, 30_000);
  afterAll(() => server?.close());

  it('says what there is not yet, and how to begin', async () => {
    expect(await tend({ kind: 'history', service: SERVICE.name })).toContain(
      '`watch payments-svc` begins one',
    );
    expect(await tend({ kind: 'baseline', service: SERVICE.name })).toContain('two hours of samples');
    await expect(tend({ kind: 'watch', service: 'other' })).rejects.toMatchObject({
      code: 'service_unknown',
    });
  });

  it('is switched on and off by those who may', async () => {
    const watching = openWatchingStore(server.redis);
    expect(await tend({ kind: 'watch', service: SERVICE.name })).toContain('is watched');
    await expect(tend({ kind: 'unwatch', service: SERVICE.name }, 'no')).rejects.toMatchObject({
      code: 'rule_refused',
    });
    expect(await watching.said(SERVICE.name)).toMatchObject({ on: true, by: 'U1' });
    await tend({ kind: 'unwatch', service: SERVICE.name });
    expect(await watching.said(SERVICE.name)).toMatchObject({ on: false });
  });

  it('shows a history, what is usual, and how far a reading is from it', async () => {
    const now = Math.floor(await history.now());
    for (let t = now - 4 * 3600; t < now; t += 300) {
      const noise = 1 + 0.02 * Math.sin(t);
      await history.append(
        { service: SERVICE.name, instance: INSTANCE },
        {
          t,
          RSS: 200 * MIB * noise,
          HeapAlloc: 80 * MIB * noise,
          go_goroutines: 50,
          version: t > now - 7200 ? 'v2' : 'v1',
        },
        {},
      );
    }
    const shown = await tend({ kind: 'history', service: SERVICE.name });
    expect(shown).toContain('resident, most');
    expect(shown).toMatch(/deploy, v2/);
    expect(await tend({ kind: 'baseline', service: SERVICE.name, action: 'set' })).toContain('is set');
    expect(await tend({ kind: 'baseline', service: SERVICE.name })).toContain('set on');
    expect(await tend({ kind: 'baseline', service: SERVICE.name, action: 'clear' })).toContain('cleared');

    const usuals = await usualNow(SERVICE.name, [INSTANCE], { history });
    const at = (rss: number) =>
      baselineClues(
        {
          memory: { samples: [{ source: 'prometheus', atMs: now * 1000, rss }], slopes: {}, waterfall: [] },
          window: { seconds: 30, snapshots: 2 },
        },
        usuals,
      );
    expect(at(600 * MIB)).toMatchObject([
      { clue: 'baseline', severity: 'notice', text: expect.stringContaining('3.0 times') },
    ]);
    expect(at(200 * MIB)).toMatchObject([{ severity: 'none', text: expect.stringContaining('as usual') }]);
  });

  it('remembers a signature: since when, gone with a build, back with another', async () => {
    const known = openKnownStore(server.redis);
    const shown = [{ stableId: 's1', label: 'chan send in a.b', count: 3 }];
    const look = (day: number, build: string, isThere: boolean) =>
      known.note('web', {
        atMs: day * 86_400_000,
        build,
        reportId: `r${day}`,
        shown: isThere ? shown : [],
        isWhole: true,
      });
    await look(1, 'v1', true);
    await look(1, 'v1', true);
    await look(2, 'v1', false);
    await look(3, 'v2', false);
    const kept = (await look(4, 'v3', true)).get('s1');
    expect(kept).toMatchObject({
      first: { build: 'v1' },
      back: { gone: { build: 'v2' }, at: { build: 'v3' } },
    });
    expect((await known.all('web')).get('s1')).toEqual(kept);
  });
});
