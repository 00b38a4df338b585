import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BudgetAsk, decideBudget, HOUR_MS } from '../../src/policy/budget.ts';
import { type BudgetPlace, type BudgetStore, openBudgetStore } from '../../src/store/budgets.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';

const LIMITS = { light: 6, heavy: 4, service: 5 };

describe.skipIf(requires('redis'))('what was spent of a budget', () => {
  let server: TestRedis;
  let budgets: BudgetStore;
  let count = 0;
  const place = (): BudgetPlace => ({ address: `h:${++count}`, service: `svc-${count}` });
  const ask = (request: string): BudgetAsk => ({ request, weight: 'heavy', automatic: false });
  const spend = async (where: BudgetPlace, asked: BudgetAsk) =>
    (await budgets.spend(where, asked, (spending) => decideBudget(spending, LIMITS, asked))).grant;
  beforeAll(async () => {
    server = await openTestRedis();
    budgets = openBudgetStore(server.redis);
  }, 30_000);
  afterAll(() => server?.close());

  it('is never more than it allows, however many ask at once at however many instances', async () => {
    const { service } = place();
    const grants = await Promise.all(
      Array.from({ length: 40 }, (_, at) => spend({ service, address: `fleet:${at}` }, ask(`r${at}`))),
    );
    expect(grants.filter(({ kind }) => kind === 'granted')).toHaveLength(LIMITS.service);
  });

  it('counts a request once, however often it is taken up', async () => {
    const where = place();
    for (let attempt = 0; attempt < 10; attempt++) {
      expect(await spend(where, ask('same'))).toMatchObject({ weight: 'heavy' });
    }
    expect(await spend(where, ask('other'))).toMatchObject({ weight: 'heavy' });
  });

  it('is light for a capture that asked nothing heavy', async () => {
    const where = place();
    for (let at = 0; at < 4; at++) await spend(where, ask(`r${at}`));
    expect(await spend(where, ask('fifth'))).toMatchObject({ weight: 'light' });
    await budgets.lighten(where, ask('r0'));
    await budgets.lighten(where, ask('never-granted'));
    expect(await spend(where, ask('fifth'))).toMatchObject({ weight: 'heavy' });
  });

  it('is forgotten after an hour', async () => {
    const where = place();
    for (let at = 0; at < 5; at++) await spend(where, ask(`r${at}`));
    expect(await spend(where, ask('late'))).toMatchObject({ kind: 'spent', of: 'service' });
    for (const key of [`target:${where.address}`, `service:${where.service}`]) {
      for (const member of await server.redis.zrange(`{goleak}:spent:${key}`, '0', '-1')) {
        await server.redis.zincrby(`{goleak}:spent:${key}`, -HOUR_MS, member);
      }
    }
    expect(await spend(where, ask('late'))).toMatchObject({ weight: 'heavy' });
  });
});
