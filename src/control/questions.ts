// What people ask about a capture in its thread: found out which one is meant, kept, and handed to whoever answers.
import { Failure } from '../failure.ts';
import type { Asked, ThreadPlace } from '../model/question.ts';
import { type CaptureRequest, isLastWord } from '../model/request.ts';
import type { JobQueue } from '../queue/queue.ts';
import type { QuestionStore } from '../store/questions.ts';
import type { RequestStore } from '../store/requests.ts';
import type { ThreadStore } from '../store/threads.ts';

export interface QuestionPorts {
  readonly threads: Pick<ThreadStore, 'capturesIn'>;
  readonly questions: Pick<QuestionStore, 'keep'>;
  readonly requests: Pick<RequestStore, 'load' | 'progress'>;
  readonly queue: Pick<JobQueue, 'deliver'>;
}

/**
 * The latest capture of a thread that has a verdict; undefined in a thread that tells of none.
 * @throws Failure `verdict_missing` while, or because, none of them has one
 */
export async function captureIn(
  place: ThreadPlace,
  { threads, requests }: QuestionPorts,
): Promise<CaptureRequest | undefined> {
  const ids = await threads.capturesIn(place);
  let isUnderWay = false;
  for (const id of ids) {
    const [request, { stage }] = await Promise.all([requests.load(id), requests.progress(id)]);
    if (request && stage === 'done') return request;
    isUnderWay ||= request !== undefined && !isLastWord(stage);
  }
  if (ids.length > 0) throw new Failure('verdict_missing', { isUnderWay });
  return undefined;
}

/** Has it answered in its thread. False when it was asked before: then it is answered there, or about to be. */
export async function ask(asked: Asked, { questions, queue }: QuestionPorts): Promise<boolean> {
  const isNew = await questions.keep(asked);
  // Kept and then cut off, the first delivery would leave it unanswered.
  await queue.deliver(asked.id, 'answer');
  return isNew;
}
