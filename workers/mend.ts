// Looks after accepted requests whose last word is not in their thread yet: what a crash between two steps left
// lying is picked up again. Every step is safe to repeat, so any number of workers may do this at once.
import { explain, Failure } from '../src/failure.ts';
import type { Log } from '../src/log.ts';
import { isLastWord } from '../src/model/request.ts';
import type { JobQueue } from '../src/queue/queue.ts';
import { tellThreads } from '../src/queue/tell.ts';
import type { RequestStore } from '../src/store/requests.ts';

export interface MendWork {
  readonly requests: RequestStore;
  readonly queue: Pick<JobQueue, 'capture' | 'deliver' | 'captureState' | 'captureFailure'>;
  readonly log: Log;
}

/** What BullMQ says of a job whose workers did not come back. */
const STALLED = 'job stalled';
/** Longer than it takes to accept and enqueue. */
const GRACE_MS = 10_000;
/** A thread that could not be told for a whole day will not be. */
const GIVE_UP_AFTER_MS = 86_400_000;

export async function mendRound(nowMs: number, work: MendWork): Promise<void> {
  for (const id of await work.requests.open(nowMs - GRACE_MS)) {
    const request = await work.requests.load(id);
    if (request && nowMs - request.acceptedAtMs < GIVE_UP_AFTER_MS) {
      await mendRequest(id, work);
      continue;
    }
    const why = request ? 'Its thread could not be told for a day.' : await work.requests.whyNot(id);
    work.log.error({ request: id }, `A request is given up. ${why}`);
    await work.requests.close(id);
  }
}

/** Makes sure that somebody is at work on a request, or that its thread is told how it ended. */
export async function mendRequest(id: string, { requests, queue, log }: MendWork): Promise<void> {
  const request = await requests.load(id);
  if (!request) return;
  if (isLastWord((await requests.progress(id)).stage)) return queue.deliver(id);
  const leader = await requests.leaderOf(id);
  if (leader !== undefined) {
    if (await requests.load(leader)) return;
    // It was refused after this one had begun to wait for it.
    await requests.unfollow(id);
  }
  const state = await queue.captureState(id);
  if (state === 'unknown') {
    log.warn({ request: id }, 'An accepted request had no job; it has one now.');
    await queue.capture(request);
  } else if (state === 'failed' || state === 'completed') {
    // The job ended without a word: its worker was killed too often or between two steps, or it was not as we write it.
    const { service } = request;
    const reason = (await queue.captureFailure(id)) ?? '';
    const isLost = reason === '' || reason.startsWith(STALLED);
    const failure = isLost
      ? request.files
        ? new Failure('upload_workers_lost', {})
        : new Failure('workers_lost', { service })
      : new Failure('job_refused', { service, reason });
    const progress = { stage: 'failed', ...explain(failure, id) } as const;
    return tellThreads(id, progress, { requests, queue });
  } else {
    return;
  }
  await queue.deliver(id);
}
