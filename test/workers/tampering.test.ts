// What somebody can do who may write to Redis and has not our key: nothing that asks a service for anything.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { readStatus, statusText } from '../../src/control/status.ts';
import { CAPTURE_QUEUE, captureJobId, DELIVER_QUEUE } from '../../src/queue/jobs.ts';
import { openCircuitStore } from '../../src/store/circuits.ts';
import { openRequestStore } from '../../src/store/requests.ts';
import { requestSeal, sealWith } from '../../src/store/seal.ts';
import { openSwitchStore } from '../../src/store/switches.ts';
import { runCapture } from '../../workers/capture.ts';
import { runDeliver } from '../../workers/deliver.ts';
import { mendRound } from '../../workers/mend.ts';
import { type FakeTarget, fakeTarget } from '../kit/fake-target.ts';
import { requires } from '../kit/require.ts';
import { openRoom, type Room, requestOf } from './room.ts';

const SERVICE = { ...serviceFromUrl('http://127.0.0.1:1'), name: 'web-svc' };
const OTHER = { ...SERVICE, name: 'secret-svc' };
const key = (id: string) => `{goleak}:request:${id}`;

describe.skipIf(requires('redis'))('somebody who may write to Redis', () => {
  let room: Room;
  let target: FakeTarget;
  let count = 0;
  beforeAll(async () => {
    room = await openRoom();
    room.services.set(SERVICE.name, SERVICE);
    room.services.set(OTHER.name, OTHER);
    room.worker(CAPTURE_QUEUE, (job, token, signal) =>
      runCapture(
        job,
        token,
        signal,
        room.captureWork((...asked) => target.fetch(...asked)),
      ),
    );
    room.worker(DELIVER_QUEUE, (job, token) => runDeliver(job, token, room.work));
  }, 60_000);
  afterAll(() => room?.close());
  beforeEach(() => {
    target = fakeTarget();
  });

  async function accepted(): Promise<string> {
    const id = `20261101-${String(++count).padStart(12, '0')}`;
    await room.requests.accept(requestOf(id, { service: SERVICE.name, windowMs: 100 }));
    return id;
  }
  const failed = (id: string) =>
    expect.poll(() => room.queue.captureState(id), { timeout: 15_000 }).toBe('failed');
  async function told(): Promise<string> {
    const { requests, queue, redis } = room;
    const ports = { requests, queue, switches: openSwitchStore(redis), circuits: openCircuitStore(redis) };
    return statusText(await readStatus(Date.now(), ports), Date.now());
  }
  const edit = async (id: string, change: object): Promise<void> => {
    const text = (await room.redis.hget(key(id), 'request')) ?? '';
    await room.redis.hset(key(id), 'request', JSON.stringify({ ...JSON.parse(text), ...change }));
  };

  it('cannot hinder what is left as it was', async () => {
    const id = await accepted();
    await room.queue.capture(requestOf(id));
    // On a busy machine the analysis, in a child of its own, takes its time.
    await expect.poll(() => room.queue.captureState(id), { timeout: 50_000 }).toBe('completed');
    expect(target.asked.length).toBeGreaterThan(0);
  }, 60_000);

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['names another service', (id) => edit(id, { service: OTHER.name })],
    ['asks all instances', (id) => edit(id, { instances: 'all' })],
    ['forces heavy questions', (id) => edit(id, { consent: 'forced' })],
    ['asks for longer', (id) => edit(id, { windowMs: 300_000 })],
    ['asks for another kind', (id) => edit(id, { kinds: ['goroutineleak'] })],
    [
      'sends the answer elsewhere',
      (id) => edit(id, { origin: { door: 'slash', user: 'U1', channel: 'C0EVIL' } }),
    ],
    ['makes somebody else the asker', (id) => edit(id, { origin: { door: 'terminal', user: 'U1' } })],
    ['makes it young again', (id) => edit(id, { acceptedAtMs: Date.now() + 1 })],
    ['takes the seal off', (id) => room.redis.hdel(key(id), 'seal')],
    ['empties the seal', (id) => room.redis.hset(key(id), 'seal', '')],
    [
      'cuts the seal',
      async (id) =>
        room.redis.hset(key(id), 'seal', String(await room.redis.hget(key(id), 'seal')).slice(0, -4)),
    ],
    [
      'seals with a key of his own',
      async (id) => {
        await edit(id, { service: OTHER.name });
        const text = (await room.redis.hget(key(id), 'request')) ?? '';
        await room.redis.hset(key(id), 'seal', sealWith(['his own key'], 'request record 1').of(text));
      },
    ],
    [
      'puts a sealed record in place of another',
      async (id) => {
        const other = await accepted();
        await room.redis.copy(key(other), key(id), 'REPLACE');
        await room.requests.close(other);
      },
    ],
    ['writes what is not JSON', (id) => room.redis.hset(key(id), 'request', '{')],
  ])('asks no service anything who %s', async (_what, tamper) => {
    const id = await accepted();
    await tamper(id);
    await room.queue.capture(requestOf(id));
    await failed(id);
    expect(target.asked).toEqual([]);
    expect(await told()).toMatch(
      new RegExp(`failed: ${id}, .* ago: The record of this request was not sealed`),
    );
    expect(await room.requests.load(id)).toBeUndefined();
    await mendRound(Date.now() + 60_000, { requests: room.requests, queue: room.queue, log: room.work.log });
    expect(await room.requests.open(Date.now() + 60_000)).not.toContain(id);
    expect(room.workspace.messages('C0EVIL')).toEqual([]);
  });

  it.each<[string, (id: string) => unknown]>([
    ['has another shape', (id) => ({ v: 1, requestId: id, service: OTHER.name })],
    ['has no version', (id) => ({ requestId: id })],
    ['has an older version', (id) => ({ v: 0, requestId: id })],
    ['has a version in words', (id) => ({ v: '2', requestId: id })],
    ['is a list', (id) => [id]],
    ['is nothing', () => null],
    ['has an endless id', (id) => ({ v: 1, requestId: id.repeat(50) })],
  ])('is told no more than that when a job %s', async (_what, payload) => {
    const id = await accepted();
    await room.jobs(CAPTURE_QUEUE).add('capture', payload(id), { jobId: captureJobId(id) });
    await failed(id);
    expect(target.asked).toEqual([]);
    expect(await told()).toContain('Somebody edited this job in Redis');
    await mendRound(Date.now() + 60_000, { requests: room.requests, queue: room.queue, log: room.work.log });
    expect(await room.requests.progress(id)).toMatchObject({
      stage: 'failed',
      what: expect.stringContaining('Somebody edited this job'),
    });
  });

  it('cannot have one request captured twice by the job of another', async () => {
    const [id, other] = [await accepted(), await accepted()];
    await room.jobs(CAPTURE_QUEUE).add('capture', { v: 1, requestId: other }, { jobId: captureJobId(id) });
    await failed(id);
    expect(target.asked).toEqual([]);
  });

  it('is no different from a newer app, whose jobs wait for a newer worker and say so in their thread', async () => {
    const id = await accepted();
    await room
      .jobs(CAPTURE_QUEUE)
      .add('capture', { v: 2, requestId: id, more: 1 }, { jobId: captureJobId(id) });
    await expect
      .poll(() => room.requests.progress(id), { timeout: 15_000 })
      .toMatchObject({ stage: 'held', why: 'this worker is older than the app: update it' });
    await expect.poll(() => room.queue.captureState(id), { timeout: 15_000 }).toBe('delayed');
    expect(target.asked).toEqual([]);
  });

  it('leaves the words in the thread when no newer worker came in time', async () => {
    const id = `20261101-${String(++count).padStart(12, '0')}`;
    const acceptedAtMs = Date.now() - 16 * 60_000;
    await room.requests.accept(requestOf(id, { service: SERVICE.name, acceptedAtMs }));
    await room.jobs(CAPTURE_QUEUE).add('capture', { v: 2, requestId: id }, { jobId: captureJobId(id) });
    await failed(id);
    expect(await room.requests.progress(id)).toMatchObject({
      stage: 'failed',
      what: expect.stringContaining('this worker is older than the app'),
      hint: 'Update the workers, then capture it again.',
    });
  });

  it('finds seals of the key before still good, and none older', async () => {
    const withKeys = (...keys: string[]) => openRequestStore(room.redis, requestSeal(keys));
    const id = `20261101-${String(++count).padStart(12, '0')}`;
    await withKeys('the first key').accept(requestOf(id));
    expect(await withKeys('the second key', 'the first key').load(id)).toMatchObject({ id });
    expect(await withKeys('the third key', 'the second key').load(id)).toBeUndefined();
    // A redelivery seals nothing anew.
    await withKeys('the third key').accept(requestOf(id));
    expect(await withKeys('the third key').load(id)).toBeUndefined();
  });
});
