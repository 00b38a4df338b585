// A Redis that was emptied (FLUSHALL, a new server in its place) has forgotten what is under way. Whoever has a request
// in its hands puts it back: what was captured is on disk, and what was posted is found by its key.
import type { Log } from '../src/log.ts';
import type { CaptureRequest } from '../src/model/request.ts';
import type { JobQueue } from '../src/queue/queue.ts';
import type { RequestStore } from '../src/store/requests.ts';

export interface PutBackWork {
  readonly requests: Pick<RequestStore, 'accept' | 'load' | 'ledger' | 'memory'>;
  readonly queue: Pick<JobQueue, 'capture' | 'deliver'>;
  readonly log: Log;
}

/**
 * Puts a request back if Redis has forgotten it; its capture goes on in a new job. True when it did.
 * @param memory of Redis when the request was read: the same memory without the request has had it taken back on purpose
 */
export async function putBack(request: CaptureRequest, memory: string, work: PutBackWork): Promise<boolean> {
  const { requests, queue, log } = work;
  const { id } = request;
  if ((await requests.memory()) === memory || (await requests.load(id))) return false;
  log.warn({ request: id }, 'Redis was emptied: a request under way is put back.');
  await requests.accept(request);
  // Its first message may be there: it is looked for before it is posted again.
  await requests.ledger(id).claim('root', request.acceptedAtMs);
  await queue.capture(request);
  await queue.deliver(id);
  return true;
}
