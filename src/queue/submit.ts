// From an accepted request to work in the queue. Either the person is told that it began, and it ends in exactly
// one visible outcome; or that nothing was started, and then nothing is.
import type { CaptureRequest } from '../model/request.ts';
import { wantsSame } from '../policy/coalesce.ts';
import { type JobQueue, withinDeadline } from './queue.ts';

export interface SubmitPorts {
  readonly requests: {
    readonly accept: (request: CaptureRequest, same?: string) => Promise<string>;
    readonly withdraw: (id: string) => Promise<void>;
  };
  readonly queue: Pick<JobQueue, 'capture' | 'deliver'>;
}

/**
 * Safe to repeat: jobs know their request, so a redelivery enqueues nothing twice, and one whose first delivery was
 * cut off between the two steps is enqueued after all.
 * @throws Failure `queue_unavailable`
 */
export async function submit(request: CaptureRequest, { requests, queue }: SubmitPorts): Promise<void> {
  const { id } = request;
  const enqueue = async (): Promise<void> => {
    const leader = await requests.accept(request, wantsSame(request));
    // Somebody's capture of the same is under way: its verdict comes to this thread too.
    await Promise.all([leader === id && queue.capture(id), queue.deliver(id)]);
  };
  const work = enqueue();
  try {
    await withinDeadline(work);
  } catch (error) {
    // A Redis that wakes up late carries out what it was sent: then it is taken back.
    void work.catch(() => {}).then(() => requests.withdraw(id).catch(() => {}));
    throw error;
  }
}
