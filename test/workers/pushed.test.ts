import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepRecord } from '../../src/model/capture.ts';
import type { ProbeSnapshot } from '../../src/model/probe.ts';
import { openPushStore } from '../../src/store/pushes.ts';
import { sealWith } from '../../src/store/seal.ts';
import { capturePushed } from '../../workers/pushed.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';

const NOW = Date.UTC(2026, 10, 26, 12);

function snapshot(at: number): ProbeSnapshot {
  const beganMs = NOW + at * 10_000;
  const clue = (ask: string, file: string, fromNs: number) => ({
    ask,
    file,
    bytes: new Uint8Array([at, fromNs % 256, 0xff]),
    inside: { beganMs, fromNs, toNs: fromNs + 500 },
  });
  return {
    beganMs,
    goroutines: 40 + at,
    clues: [clue('goroutine', 'goroutine.pb.gz', 100), clue('memory', `memory-${at}.json`, 700)],
    problems: at === 1 ? ['cut'] : [],
  };
}

const PAIR = { instance: 'orders-1', snapshots: [snapshot(0), snapshot(1)] };

/** Captures in memory; `killAfter` makes the one that follows so many records fail. */
function captures(killAfter = Number.POSITIVE_INFINITY) {
  const kept: StepRecord[] = [];
  let left = killAfter;
  return {
    kept,
    revive: () => {
      left = Number.POSITIVE_INFINITY;
    },
    records: async () => [...kept],
    keep: async (_id: string, _instance: string, record: StepRecord) => {
      if (left-- <= 0) throw new Error('killed');
      kept.push(record);
      return record;
    },
  };
}

describe.skipIf(requires('redis'))('a pair that was pushed', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await openTestRedis();
  }, 30_000);
  afterAll(() => server?.close());

  const store = (key = 'a key of this room') => openPushStore(server.redis, sealWith([key], 'push record 1'));

  it('comes back from Redis byte for byte, sealed, and is gone when it is taken', async () => {
    expect(await store().keep('one', PAIR, NOW)).toBe('kept');
    expect(await store().load('one')).toEqual(PAIR);
    expect(await store('another key').load('one')).toBeUndefined();
    await store().drop('one');
    expect(await store().load('one')).toBeUndefined();
  });

  it('has no room beside sixteen others, until they are taken or too old', async () => {
    for (let n = 0; n < 16; n++) expect(await store().keep(`many-${n}`, PAIR, NOW)).toBe('kept');
    expect(await store().keep('late', PAIR, NOW)).toBe('full');
    expect(await store().keep('many-3', PAIR, NOW)).toBe('kept');
    await store().drop('many-5');
    expect(await store().keep('late', PAIR, NOW)).toBe('kept');
    expect(await store().keep('later', PAIR, NOW + 31 * 60_000)).toBe('kept');
  });

  it('is kept as two snapshots, each clue with its own span, once however often the job runs', async () => {
    await store().keep('two', PAIR, NOW + 3_600_000);
    const work = { captures: captures(), pushes: store() };
    const { records } = await capturePushed('two', 'orders-1', work);
    expect(
      records.filter(({ file }) => file).map(({ id, snapshot, inside }) => [id, snapshot, inside?.fromNs]),
    ).toEqual([
      ['goroutine-0', 0, 100],
      ['memory-0', 0, 700],
      ['goroutine-1', 1, 100],
      ['memory-1', 1, 700],
    ]);
    expect(records.find(({ id }) => id === 'count-1')?.page).toEqual({ goroutines: 41, profiles: [] });
    expect(records.flatMap(({ problem }) => problem ?? [])).toEqual(['cut']);
    expect(records.every(({ path }) => path === undefined)).toBe(true);
    expect((await capturePushed('two', 'orders-1', work)).records).toHaveLength(records.length);
  });

  it.each([0, 1, 3, 5])('is whole after a worker was killed behind record %d', async (after) => {
    await store().keep(`killed-${after}`, PAIR, NOW + 2 * 3_600_000);
    const disk = captures(after);
    const work = { captures: disk, pushes: store() };
    await expect(capturePushed(`killed-${after}`, 'orders-1', work)).rejects.toThrow('killed');
    disk.revive();
    const { records } = await capturePushed(`killed-${after}`, 'orders-1', work);
    const ids = records.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(8);
  });

  it('that is kept no more is said to be', async () => {
    const work = { captures: captures(), pushes: store() };
    await expect(capturePushed('never', 'orders-1', work)).rejects.toMatchObject({ code: 'push_lost' });
  });
});
