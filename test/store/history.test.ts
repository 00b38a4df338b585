import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HistoryStore, openHistoryStore } from '../../src/store/history.ts';
import { rowsOf } from '../../src/watch/roll-up.ts';
import type { Sample } from '../../src/watch/sample.ts';
import { stateJson } from '../../src/watch/state.ts';
import { watch } from '../../src/watch/watcher.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';

const MIB = 1024 * 1024;
const DAY = 86_400;
const START = 1_795_000_000;

/** A service under a daily wave that is deployed every third day; noise that repeats. */
function sampleAt(t: number, instance = 'a'): Sample {
  const day = Math.floor((t - START) / (3 * DAY));
  const wave = 1 + 0.3 * Math.sin((2 * Math.PI * t) / DAY);
  const noise = 1 + 0.2 * Math.abs(Math.sin(t * 12.9898));
  const heap = 180 * MIB * wave * noise;
  return {
    t,
    instance,
    start_time: START + day * 3 * DAY - 5,
    version: `v2.${day}`,
    go_goroutines: Math.round(400 * wave * noise),
    HeapAlloc: heap,
    HeapInuse: heap * 1.1,
    HeapIdle: 90 * MIB,
    HeapReleased: 40 * MIB * noise,
    Sys: 420 * MIB,
    NextGC: 300 * MIB * wave,
    NumGC: Math.round((t - START) / 7) + 10,
    StackInuse: 3 * MIB * noise,
    RSS: 380 * MIB * noise,
    GOGC: 100,
    container_limit: 1024 * MIB,
    requests_per_s: 120 * wave * noise,
  };
}

describe.skipIf(requires('redis'))('the history of a watched instance', () => {
  let server: TestRedis;
  let history: HistoryStore;
  let count = 0;
  const fresh = () => ({ service: 'payments-svc', instance: `i-${++count}` });
  beforeAll(async () => {
    server = await openTestRedis();
    history = openHistoryStore(server.redis);
  }, 30_000);
  afterAll(() => server?.close());

  it('keeps every sample of a day, tens of minutes and hours, and when the build changed', async () => {
    const place = fresh();
    for (let t = START; t < START + 4 * DAY; t += 600) await history.append(place, sampleAt(t), {});
    const kept = await history.load(place);
    const end = START + 4 * DAY;
    expect(rowsOf(kept, 'raw', end - DAY, end).length).toBeGreaterThanOrEqual(143);
    expect(rowsOf(kept, 'tens', START, end).length).toBeGreaterThan(550);
    expect(kept.marks.map(({ what, version }) => [what, version])).toEqual([['deploy', 'v2.1']]);
  });

  it('lets the pod of a deploy know what the one before had learned', async () => {
    const service = 'renamed-svc';
    for (let t = START; t < START + DAY; t += 600)
      await history.append({ service, instance: 'old' }, sampleAt(t, 'old'), {});
    const t = START + DAY + 120;
    await history.append({ service, instance: 'new' }, { ...sampleAt(t, 'new'), start_time: t - 5 }, {});
    const [old, young] = await Promise.all(
      ['old', 'new'].map((instance) => history.state({ service, instance })),
    );
    expect(young?.hours).toEqual(old?.hours);
    expect(young?.life.run).toBe((old?.life.run ?? 0) + 1);
    // Long gone, and not asked.
    const later = START + 3 * DAY;
    await history.append({ service, instance: 'late' }, sampleAt(later, 'late'), {});
    expect((await history.state({ service, instance: 'late' }))?.hours).toEqual([]);
  });

  it('goes on in another process exactly where the last one stopped', async () => {
    const place = fresh();
    let alone: ReturnType<typeof watch>['state'] | undefined;
    for (let step = 0; step < 300; step++) {
      const sample = sampleAt(START + step * 60);
      // A worker each: what one has at hand, the other does not.
      await openHistoryStore(server.redis).append(place, sample, {});
      alone = watch(alone, sample).state;
    }
    const kept = await history.state(place);
    const plain = (state: typeof alone): unknown => state && JSON.parse(stateJson(state));
    expect(plain(kept)).toEqual(plain(alone));
    expect(rowsOf(await history.load(place), 'raw', START, START + DAY)).toHaveLength(300);
  });

  it('loses nothing when two workers sample the same instance in turn, each with its own memory', async () => {
    const place = fresh();
    const other = openHistoryStore(server.redis);
    for (let step = 0; step < 60; step++) {
      const store = step % 3 === 0 ? other : history;
      await store.append(place, sampleAt(START + step * 60), { step });
    }
    expect(rowsOf(await other.load(place), 'raw', START, START + DAY)).toHaveLength(60);
    expect(await other.known(place)).toEqual({ step: 59 });
  });

  it('passes over a sample that is no later than the last one', async () => {
    const place = fresh();
    await history.append(place, sampleAt(START + 60), {});
    await history.append(place, sampleAt(START + 60), {});
    await history.append(place, sampleAt(START), {});
    expect(rowsOf(await history.load(place), 'raw', START, START + DAY)).toHaveLength(1);
  });

  it('begins anew where its memory was damaged, and keeps the rows that can still be read', async () => {
    const place = fresh();
    for (let step = 0; step < 30; step++) await history.append(place, sampleAt(START + step * 60), {});
    const key = `{goleak}:history:${place.service}:${place.instance}`;
    await server.redis.hset(key, 'state', 'no deflate', 'tail', '{', 'marks', 'x');
    const store = openHistoryStore(server.redis);
    await store.append(place, sampleAt(START + 30 * 60), {});
    expect(rowsOf(await store.load(place), 'raw', START, START + DAY)).toHaveLength(31);
  });

  it('keeps what was said, a bounded number of it, and which instances there are', async () => {
    const service = 'leaking-svc';
    const place = { service, instance: 'a' };
    const leaking = (t: number): Sample => ({
      ...sampleAt(t),
      version: 'v1',
      start_time: START,
      RSS: 1015 * MIB,
    });
    for (let step = 0; step < 20; step++) await history.append(place, leaking(START + step * 60), {});
    const told = await history.detections(service, 0);
    expect(told.map(({ kind }) => kind)).toContain('near_limit');
    expect((await history.instances(service)).map(({ instance }) => instance)).toEqual(['a']);
    expect(await server.redis.ttl(`{goleak}:detections:${service}`)).toBeGreaterThan(89 * DAY);
  });

  it('takes no more Redis memory after a hundred days than its cap, and states the bytes of a day', async () => {
    const place = fresh();
    const key = `{goleak}:history:${place.service}:${place.instance}`;
    const used = async (): Promise<number> =>
      Number(await server.redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0'));
    const byDay: number[] = [];
    // Two samples an hour fill what is kept in hours, the last week what is kept in tens, the last day the raw samples.
    for (let day = 0; day < 100; day++) {
      const step = day >= 99 ? 30 : day >= 92 ? 600 : 1_800;
      for (let t = START + day * DAY; t < START + (day + 1) * DAY; t += step) {
        await history.append(place, sampleAt(t), { source: 'metrics' });
      }
      byDay.push(await used());
    }
    const most = Math.max(...byDay);
    console.log(
      `Redis bytes of an instance: ${byDay[0]} after a day, ${byDay[89]} after 90, ${byDay[99]} after 100; at most ${most}`,
    );
    expect(most).toBeLessThan(BYTES_OF_AN_INSTANCE);
    expect(await server.redis.ttl(key)).toBeGreaterThan(89 * DAY);
  }, 300_000);
});

/** What docs/configuration.md promises. */
const BYTES_OF_AN_INSTANCE = 160 * 1024;
