// Wires the door for files that people upload to the queue.
import { aboutRequest, auditedRefusals } from '../audit/audited.ts';
import type { Trail } from '../audit/trail.ts';
import type { Authorise } from '../authorise.ts';
import type { UploadPorts } from '../entry/slack-uploads.ts';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import type { CaptureRequest } from '../model/request.ts';
import type { CaptureBudget } from '../model/target.ts';
import { decideBudget, momentWords } from '../policy/budget.ts';
import type { connectRedis } from '../queue/connection.ts';
import { type JobQueue, withinDeadline } from '../queue/queue.ts';
import { submit } from '../queue/submit.ts';
import { type BudgetStore, openBudgetStore } from '../store/budgets.ts';
import type { RequestStore } from '../store/requests.ts';
import { openThreadStore } from '../store/threads.ts';

/**
 * Messages with files an hour: of one person, and of all. Each may bring ten files, and each file may be an archive: far
 * more than somebody with an incident has, and little enough that nobody keeps the workers from capturing.
 */
const UPLOAD_BUDGET: CaptureBudget = { light: 30, heavy: 0, service: 300 };

/** What the door for uploads is handed. */
export function uploadPorts(from: {
  readonly redis: ReturnType<typeof connectRedis>;
  readonly requests: RequestStore;
  readonly queue: JobQueue;
  readonly trail: Pick<Trail, 'write'>;
  readonly authorise: Authorise;
  readonly log: Log;
}): UploadPorts {
  const { redis, requests, queue, trail, authorise, log } = from;
  const budgets = openBudgetStore(redis);
  const threads = openThreadStore(redis);
  return {
    authorise,
    read: (request) =>
      auditedRefusals(aboutRequest(request), trail, () =>
        submit(request, { requests, queue, mayStart: () => spend(request, budgets) }),
      ),
    isOurThread: async (channel, threadTs) =>
      (await withinDeadline(threads.capturesIn({ channel, threadTs }))).length > 0,
    now: Date.now,
    log,
  };
}

/** @throws Failure `uploads_spent` */
async function spend({ id, origin }: CaptureRequest, budgets: BudgetStore): Promise<void> {
  const place = { address: `uploads:${origin.user}`, service: 'uploads:all' };
  const ask = { request: id, weight: 'light' as const, automatic: false };
  const { grant, nowMs } = await budgets.spend(place, ask, (spending) =>
    decideBudget(spending, UPLOAD_BUDGET, ask),
  );
  if (grant.kind === 'granted') return;
  throw new Failure('uploads_spent', { limit: grant.limit, frees: momentWords(grant.freesAtMs, nowMs) });
}
