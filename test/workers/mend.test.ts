import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAPTURE_QUEUE, DELIVER_QUEUE } from '../../src/queue/jobs.ts';
import { runCapture } from '../../workers/capture.ts';
import { mendRequest, mendRound } from '../../workers/mend.ts';
import { requires } from '../kit/require.ts';
import { openRoom, type Room, requestOf } from './room.ts';

const LATER_MS = 60_000;

describe.skipIf(requires('redis'))('requests whose last word is not told yet', () => {
  let room: Room;
  const mending = () => ({ requests: room.requests, queue: room.queue, log: room.work.log });
  beforeAll(async () => {
    room = await openRoom();
  }, 60_000);
  afterAll(() => room?.close());

  it('get the job that a crash between accepting and enqueuing cost them', async () => {
    const id = '20261101-aaaaaaaaaaaa';
    await room.requests.accept(requestOf(id));
    await mendRound(Date.now() + LATER_MS, mending());
    expect(await room.queue.captureState(id)).toBe('prioritized');
    const deliveries = await room.jobs(DELIVER_QUEUE).getWaiting();
    expect(deliveries.map(({ data }) => data.requestId)).toContain(id);
  });

  it('are captured themselves when the request they waited for was refused after all', async () => {
    const [leader, id] = ['20261107-aaaaaaaaaaaa', '20261107-bbbbbbbbbbbb'];
    const refused = requestOf(leader);
    await room.requests.accept(refused, 'the same');
    expect(await room.requests.accept(requestOf(id), 'the same')).toBe(leader);
    await mendRequest(id, mending());
    expect(await room.queue.captureState(id)).toBe('unknown');
    await room.requests.withdraw(refused);
    await mendRequest(id, mending());
    expect(await room.queue.captureState(id)).toBe('prioritized');
  });

  it('are left alone while somebody is at work on them', async () => {
    const id = '20261102-aaaaaaaaaaaa';
    await room.requests.accept(requestOf(id));
    await room.queue.capture(requestOf(id));
    await mendRequest(id, mending());
    const deliveries = await room.jobs(DELIVER_QUEUE).getWaiting();
    expect(deliveries.map(({ data }) => data.requestId)).not.toContain(id);
  });

  it('are told the failure when their job was taken from dying workers too often', async () => {
    const id = '20261103-aaaaaaaaaaaa';
    await room.requests.accept(requestOf(id));
    await room.queue.capture(requestOf(id));
    await poison(room, id);
    await mendRound(Date.now() + LATER_MS, mending());
    expect(await room.requests.progress(id)).toMatchObject({
      stage: 'failed',
      what: expect.stringContaining('ended in the middle of it'),
    });
  }, 30_000);

  it('are given up after a day', async () => {
    const id = '20261104-aaaaaaaaaaaa';
    await room.requests.accept(requestOf(id, { acceptedAtMs: Date.now() - 90_000_000 }));
    await mendRound(Date.now(), mending());
    expect(await room.requests.open(Date.now())).not.toContain(id);
  });

  it('are answered instead of run when they waited too long', async () => {
    const id = '20261105-aaaaaaaaaaaa';
    await room.requests.accept(
      requestOf(id, { service: 'moved-svc', acceptedAtMs: Date.now() - 16 * 60_000 }),
    );
    const work = room.captureWork(() => {
      throw new Error('nothing may be asked of the service');
    });
    const job = { data: { v: 1, requestId: id }, opts: { attempts: 3 }, attemptsMade: 0 } as unknown as Job;
    await expect(runCapture(job, undefined, undefined, work)).rejects.toThrow('waited 16 min');
    expect(await room.requests.progress(id)).toMatchObject({ stage: 'failed' });
  });

  it('keep their verdict, whatever a worker says that lost the job long ago', async () => {
    const id = '20261106-aaaaaaaaaaaa';
    const request = requestOf(id);
    await room.requests.accept(request);
    await room.requests.saveProgress(id, { stage: 'failed', what: 'It broke.', hint: 'Mend it.' });
    expect(await room.requests.saveProgress(id, { stage: 'analysing' })).toBe(false);
    expect(await room.requests.saveProgress(id, { stage: 'done', reportId: id })).toBe(true);
    expect(await room.requests.saveProgress(id, { stage: 'failed', what: '', hint: '' })).toBe(false);
    expect(await room.requests.progress(id)).toEqual({ stage: 'done', reportId: id });
    await room.requests.withdraw(request);
    expect(await room.requests.saveProgress(id, { stage: 'analysing' })).toBe(false);
    expect(await room.requests.load(id)).toBeUndefined();
  });
});

/** Two workers take the job and neither renews its lock, as if both were killed; then it fails. */
async function poison(room: Room, id: string): Promise<void> {
  const dying = { lockDuration: 300, stalledInterval: 200, lockRenewTime: 600_000 };
  const stuck = async (job: Job): Promise<void> => {
    if (job.data.requestId === id) await sleep(3_000);
  };
  for (let crash = 0; crash < 2; crash++) room.worker(CAPTURE_QUEUE, stuck, { ...dying, concurrency: 10 });
  await expect.poll(() => room.queue.captureState(id), { timeout: 15_000 }).toBe('failed');
}
