// From an accepted request to work in the queue. Either the person is told that it began, and it ends in exactly
// one visible outcome; or that nothing was started, and then nothing is.
import type { CaptureRequest } from '../model/request.ts';
import { wantsSame } from '../policy/coalesce.ts';
import { type JobQueue, withinDeadline } from './queue.ts';

export interface SubmitPorts {
  readonly requests: {
    readonly accept: (request: CaptureRequest, same?: string) => Promise<string>;
    readonly withdraw: (request: CaptureRequest) => Promise<void>;
  };
  readonly queue: Pick<JobQueue, 'capture' | 'deliver'>;
  /** Rejects with a Failure when the service may not be captured now. */
  readonly mayStart?: (service: string) => Promise<void>;
}

/**
 * Safe to repeat: jobs know their request, so a redelivery enqueues nothing twice, and one whose first delivery was
 * cut off between the two steps is enqueued after all.
 * @throws Failure `queue_unavailable`, and what `mayStart` throws
 */
export async function submit(request: CaptureRequest, ports: SubmitPorts): Promise<void> {
  const { requests, queue, mayStart } = ports;
  const { id } = request;
  let isLate = false;
  let isKeeping = false;
  const enqueue = async (): Promise<void> => {
    await mayStart?.(request.service);
    if (isLate) return;
    isKeeping = true;
    const leader = await requests.accept(request, wantsSame(request));
    // Somebody's capture of the same is under way: its verdict comes to this thread too.
    await Promise.all([leader === id && queue.capture(request), queue.deliver(id)]);
  };
  const work = enqueue();
  try {
    await withinDeadline(work);
  } catch (error) {
    isLate = true;
    // A Redis that wakes up late carries out what it was sent: then it is taken back.
    if (isKeeping) void work.catch(() => {}).then(() => requests.withdraw(request).catch(() => {}));
    throw error;
  }
}
