// A form that was submitted: done and closed, or left open with what is wrong beside its fields. Every form goes through here.
import type { Log } from '../log.ts';
import { plain } from '../report/foreign.ts';
import { ACKNOWLEDGE_WITHIN_MS } from './acknowledge.ts';
import { toldOf } from './slack-answer.ts';

export interface Submission {
  readonly ack: (answer?: { response_action: 'errors'; errors: Record<string, string> }) => Promise<void>;
  /** Block of the field a complaint is shown beside. */
  readonly field: string | ((error: unknown) => string);
  readonly log: Log;
  readonly id: string;
  /** Says it where the form was closed by then. */
  readonly late: (text: string) => Promise<void>;
}

/** What is wrong with the answers, by the block it is said beside. */
export type Complaints = Readonly<Record<string, string>>;

export const NOTHING_WRONG: Complaints = {};

/** Slack writes an error under its field; a few hundred characters are still read there. */
const MAX_COMPLAINT = 600;

/**
 * Does what was submitted, and closes the form; leaves it open with a sentence when it cannot be done. When that takes
 * longer than Slack waits, the form is closed, and the sentence comes after it.
 */
export async function answered(
  { ack, field, log, id, late }: Submission,
  work: () => Promise<Complaints>,
): Promise<void> {
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ACKNOWLEDGE_WITHIN_MS);
  }).then(async () => {
    isClosed = true;
    await ack();
  });
  const done = work().catch((error: unknown): Complaints => {
    const { what, hint } = toldOf(error, id, log);
    return { [typeof field === 'string' ? field : field(error)]: `${what} ${hint}` };
  });
  const wrong = Object.entries(await Promise.race([done, patience.then(() => done)]));
  clearTimeout(timer);
  if (isClosed) return wrong.length === 0 ? undefined : late(wrong.map(([, text]) => text).join(' '));
  if (wrong.length === 0) return ack();
  const errors = wrong.map(([block, text]) => [block, plain(unmarked(text), MAX_COMPLAINT)]);
  await ack({ response_action: 'errors', errors: Object.fromEntries(errors) });
}

/** Slack shows the words beside a field as they are, back-ticks and all. */
function unmarked(text: string): string {
  return text.replaceAll('`', '');
}
