import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptureRequest } from '../../src/model/request.ts';
import { openRequestStore, type RequestStore } from '../../src/store/requests.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';
import { requestOf } from '../workers/room.ts';

describe.skipIf(requires('redis'))('requests that want the same', () => {
  let server: TestRedis;
  let requests: RequestStore;
  let count = 0;
  const fresh = () => `20261101-${String(++count).padStart(12, '0')}`;
  beforeAll(async () => {
    server = await openTestRedis();
    requests = openRequestStore(server.redis);
  }, 30_000);
  afterAll(() => server?.close());

  it('are one capture, however many ask at once', async () => {
    const ids = Array.from({ length: 200 }, fresh);
    const leaders = await Promise.all(ids.map((id) => requests.accept(requestOf(id), 'fifty people')));
    const [leader = ''] = new Set(leaders);
    expect(new Set(leaders).size).toBe(1);
    expect((await requests.followersOf(leader)).length).toBe(199);
    expect((await requests.open(Date.now() + 1_000)).filter((id) => ids.includes(id))).toHaveLength(200);
  });

  it('follow the same request when they are delivered again', async () => {
    const [leader, follower] = [fresh(), fresh()];
    expect(await requests.accept(requestOf(leader), 'again')).toBe(leader);
    expect(await requests.accept(requestOf(follower), 'again')).toBe(leader);
    expect(await requests.accept(requestOf(leader), 'again')).toBe(leader);
    expect(await requests.accept(requestOf(follower), 'again')).toBe(leader);
    expect(await requests.followersOf(leader)).toEqual([follower]);
  });

  it('are as far as the one they follow, at the same instances, until they have a word of their own', async () => {
    const [leader, follower] = [fresh(), fresh()];
    await requests.accept(requestOf(leader), 'progress');
    await requests.accept(requestOf(follower), 'progress');
    await requests.saveProgress(leader, { stage: 'analysing' });
    expect(await requests.progress(follower)).toEqual({ stage: 'analysing' });
    expect((await requests.load(follower))?.sameInstancesAs).toBe(leader);
    await requests.saveProgress(follower, { stage: 'cancelled', by: 'U2' });
    expect(await requests.progress(leader)).toEqual({ stage: 'analysing' });
    expect(await requests.progress(follower)).toEqual({ stage: 'cancelled', by: 'U2' });
  });

  it.each<[string, (leader: string, request: CaptureRequest) => Promise<unknown>]>([
    ['has its verdict', (leader) => requests.saveProgress(leader, { stage: 'done', reportId: leader })],
    ['failed', (leader) => requests.saveProgress(leader, { stage: 'failed', what: 'a', hint: 'b' })],
    ['was taken back', (_, request) => requests.withdraw(request)],
    ['was given up', (leader) => requests.close(leader)],
  ])('ask anew when the one before %s', async (what, end) => {
    const [leader, late] = [fresh(), fresh()];
    const request = requestOf(leader);
    await requests.accept(request, what);
    await end(leader, request);
    expect(await requests.accept(requestOf(late), what)).toBe(late);
  });

  it('are not taken back by a later delivery of the same that was refused', async () => {
    const id = fresh();
    const first = requestOf(id);
    await requests.accept(first);
    await requests.withdraw({ ...first, acceptedAtMs: first.acceptedAtMs + 40 });
    expect(await requests.load(id)).toEqual(first);
    await requests.withdraw(first);
    expect(await requests.load(id)).toBeUndefined();
  });

  it('have nobody to follow who asks for nothing comparable', async () => {
    const [one, two] = [fresh(), fresh()];
    expect(await requests.accept(requestOf(one))).toBe(one);
    expect(await requests.accept(requestOf(two))).toBe(two);
  });
});
