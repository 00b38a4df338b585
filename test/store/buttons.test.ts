import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUTTON_ACTIONS } from '../../src/model/button.ts';
import { type ButtonStore, openButtonStore } from '../../src/store/buttons.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';

describe.skipIf(requires('redis'))('buttons', () => {
  let server: TestRedis;
  let buttons: ButtonStore;
  let count = 0;
  const about = () => ({
    request: `20261126-${++count}`,
    channel: 'C1',
    owner: 'U1',
    actions: BUTTON_ACTIONS,
  });
  beforeAll(async () => {
    server = await openTestRedis();
    buttons = openButtonStore(server.redis);
  }, 30_000);
  afterAll(() => server?.close());

  it('keep their ids however often, and by however many, their thread is drawn', async () => {
    const capture = about();
    const drawn = await Promise.all(Array.from({ length: 20 }, (_, at) => buttons.idsOf(capture, at)));
    for (const ids of drawn) expect(ids).toEqual(drawn[0]);
  });

  it('have ids that tell nothing and are alike nowhere', async () => {
    const captures = Array.from({ length: 200 }, about);
    const ids = (await Promise.all(captures.map((capture) => buttons.idsOf(capture, 0)))).flatMap((each) =>
      Object.values(each),
    );
    expect(new Set(ids).size).toBe(200 * BUTTON_ACTIONS.length);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('mean what they were made for, for fourteen days', async () => {
    const { actions, ...capture } = about();
    const ids = await buttons.idsOf({ ...capture, actions }, 1_000);
    for (const action of BUTTON_ACTIONS) {
      const button = await buttons.find(ids[action]);
      expect(button).toEqual({ ...capture, action, expiresAtMs: 1_000 + 14 * 86_400_000 });
    }
  });

  it('under an incident are others for each of its looks, and know its message', async () => {
    const thread = 'payments-svc-1.C1';
    const [first, second] = [about(), about()];
    const ids = await buttons.idsOf({ ...first, thread }, 0);
    const later = await buttons.idsOf({ ...second, thread }, 0);
    expect(new Set([...Object.values(ids), ...Object.values(later)]).size).toBe(2 * BUTTON_ACTIONS.length);
    expect(await buttons.idsOf({ ...first, thread }, 9)).toEqual(ids);
    expect(await buttons.find(later.why)).toMatchObject({ request: second.request, thread });
  });

  it.each([
    ['', 'nothing'],
    ['20261126-1', 'the id of a capture'],
    ['A'.repeat(22), 'an id of the right shape'],
    ['A'.repeat(100_000), 'a very long one'],
    ['{goleak}:open', 'the name of a key'],
    ['../../etc/passwd', 'a path'],
  ])('are not found by %s', async (id) => {
    expect(await buttons.find(id)).toBeUndefined();
  });

  it('that somebody changed in Redis are no buttons', async () => {
    const { full_stacks: id } = await buttons.idsOf(about(), 0);
    const key = `{goleak}:button:${id}`;
    await server.redis.set(key, JSON.stringify({ action: 'delete_everything', request: 'x' }));
    expect(await buttons.find(id)).toBeUndefined();
  });
});
