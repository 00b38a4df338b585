// What becomes known of a capture is told in the threads of all who wait for it.
import type { Progress } from '../model/request.ts';
import type { JobQueue } from './queue.ts';

export interface TellPorts {
  readonly requests: {
    readonly saveProgress: (id: string, progress: Progress) => Promise<boolean>;
    readonly followersOf: (id: string) => Promise<readonly string[]>;
  };
  readonly queue: Pick<JobQueue, 'deliver'>;
}

/** Followers read the progress of the request they follow, so only their threads have to be woken. */
export async function tellThreads(
  id: string,
  progress: Progress,
  { requests, queue }: TellPorts,
): Promise<void> {
  if (!(await requests.saveProgress(id, progress))) return;
  const [followers] = await Promise.all([requests.followersOf(id), queue.deliver(id)]);
  await Promise.all(followers.map((thread) => queue.deliver(thread)));
}
