import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Rule } from '../../src/model/rule.ts';
import { openRuleStore, type RuleStore } from '../../src/store/rules.ts';
import { ruleSeal } from '../../src/store/seal.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';

const NOW = Date.UTC(2026, 10, 26);
const DAY_MS = 86_400_000;
const rule = (about: Partial<Rule> = {}): Rule => ({
  id: '0123456789ab',
  kind: 'not-a-leak',
  signature: 'a'.repeat(16),
  label: 'chan send\nin "flush"',
  service: 'payments-svc',
  scope: 'service',
  by: 'U0ONCALL',
  reason: 'by design\nand on purpose',
  atMs: NOW,
  untilMs: NOW + DAY_MS,
  request: '20261126-abcdef',
  question: '20261126-123456',
  ...about,
});

describe.skipIf(requires('redis'))('rules', () => {
  let server: TestRedis;
  let rules: RuleStore;
  beforeAll(async () => {
    server = await openTestRedis();
    rules = openRuleStore(server.redis, ruleSeal(['a key']));
  }, 30_000);
  beforeEach(() => server.redis.flushall());
  afterAll(() => server?.close());

  it('are kept as they were made, and replaced when they are made again', async () => {
    await rules.put(rule());
    await rules.put(rule({ reason: 'another one', atMs: NOW + 1 }));
    await rules.put(rule({ id: 'ffffffffffff' }));
    expect((await rules.all()).map(({ reason }) => reason)).toEqual([
      'another one',
      'by design\nand on purpose',
    ]);
    expect(await rules.find('ffffffffffff')).toEqual(rule({ id: 'ffffffffffff' }));
  });

  it('that ended long ago make room for others', async () => {
    await rules.put(rule({ id: '000000000001', untilMs: NOW - 31 * DAY_MS }));
    await rules.put(rule({ id: '000000000002', removed: { by: 'U1', atMs: NOW - DAY_MS } }));
    await rules.put(rule());
    expect((await rules.all()).map(({ id }) => id).toSorted()).toEqual(['000000000002', '0123456789ab']);
  });

  it('that were written by somebody who can only write to Redis hide nothing', async () => {
    await openRuleStore(server.redis, ruleSeal(['another key'])).put(rule());
    await openRuleStore(server.redis).put(rule({ id: 'ffffffffffff' }));
    await server.redis.hset('{goleak}:rules', 'eeeeeeeeeeee', 'no rule at all');
    expect(await rules.all()).toEqual([]);
  });

  it('count what they hid once a capture', async () => {
    for (const report of ['a', 'a', 'b', 'a'])
      await rules.hid('0123456789ab', { report, count: report === 'a' ? 90 : 7 });
    expect((await rules.tallies(['0123456789ab', 'ffffffffffff'])).get('0123456789ab')).toEqual({
      captures: 2,
      last: 7,
      most: 90,
    });
    expect((await rules.tallies(['ffffffffffff'])).size).toBe(0);
  });

  it('remember of the captures they counted only those that may be told again', async () => {
    const remembered = '{goleak}:rule-captures:0123456789ab';
    const fourDaysAgo = Math.floor(Date.now() / 1000) - 4 * 86_400;
    await server.redis.zadd(remembered, fourDaysAgo, 'four days ago');
    await rules.hid('0123456789ab', { report: 'now', count: 1 });
    expect(await server.redis.zrange(remembered, '0', '-1')).toEqual(['now']);
  });
});
