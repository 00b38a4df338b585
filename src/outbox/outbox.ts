// Each visible message exactly once, through any single crash: absent -> intent -> posted -> sent. Between
// intent and sent nobody can know whether Slack took the message, so the next attempt looks for it by its
// key before posting again. Knows neither Slack nor Redis; both arrive as functions.

/** What is remembered of a message. `note` helps to recognise it (file ids). */
export type Posting =
  | { readonly state: 'absent' }
  | { readonly state: 'intent'; readonly sinceMs: number; readonly note?: string }
  | { readonly state: 'sent'; readonly ts: string };

export interface Ledger {
  readonly posting: (step: string) => Promise<Posting>;
  /** What is remembered, as `posting`; of a message that is absent, the right to post it is the caller's from now on. */
  readonly claim: (step: string, nowMs: number) => Promise<Posting>;
  readonly annotate: (step: string, nowMs: number, note: string) => Promise<void>;
  readonly sent: (step: string, ts: string) => Promise<void>;
  /** Told when the message of an earlier attempt was found in the thread, for those who count. */
  readonly adopted?: () => void;
  /** Takes an intent back that certainly came to nothing. */
  readonly withdraw: (step: string) => Promise<void>;
}

export interface Delivery {
  /** Posts the message and gives its timestamp. `annotate` keeps a note before the dangerous moment. */
  readonly post: (annotate: (note: string) => Promise<void>) => Promise<string>;
  /** Looks for a message posted by an earlier attempt; throws when it cannot be known now. */
  readonly find: (sinceMs: number, note: string | undefined) => Promise<string | undefined>;
  /** True for an error after which the message is certainly not there: Slack answered, and refused. */
  readonly isRefusal: (error: unknown) => boolean;
}

export interface Clock {
  readonly now: () => number;
  readonly sleep: (durationMs: number) => Promise<void>;
}

export interface Posted {
  readonly ts: string;
  /** False for a message of an earlier attempt, which may show what was true then. */
  readonly isNew: boolean;
}

/** Slack shows a posted message to look-ups within seconds; three looks over ten seconds decide. */
const LOOKS = 3;
const BETWEEN_LOOKS_MS = 5_000;

/**
 * Posts a message unless it was posted before; gives its timestamp either way.
 * @throws whatever `post` or `find` throws: then nothing is decided and the job is tried again.
 */
export async function postOnce(
  step: string,
  delivery: Delivery,
  ledger: Ledger,
  clock: Clock,
): Promise<Posted> {
  const before = await ledger.claim(step, clock.now());
  if (before.state === 'sent') return { ts: before.ts, isNew: false };
  if (before.state === 'intent') {
    const found = await lookFor(before, delivery, clock);
    if (found !== undefined) {
      await ledger.sent(step, found);
      ledger.adopted?.();
      return { ts: found, isNew: false };
    }
  }
  const ts = await post(step, delivery, ledger, clock);
  await ledger.sent(step, ts);
  return { ts, isNew: true };
}

async function post(step: string, delivery: Delivery, ledger: Ledger, clock: Clock): Promise<string> {
  try {
    return await delivery.post((note) => ledger.annotate(step, clock.now(), note));
  } catch (error) {
    // Without this every rate limit would cost the next attempt three looks into the channel.
    if (delivery.isRefusal(error)) await ledger.withdraw(step);
    throw error;
  }
}

async function lookFor(
  intent: { readonly sinceMs: number; readonly note?: string },
  delivery: Delivery,
  clock: Clock,
): Promise<string | undefined> {
  for (let look = 1; look <= LOOKS; look++) {
    const found = await delivery.find(intent.sinceMs, intent.note);
    if (found !== undefined || look === LOOKS) return found;
    await clock.sleep(BETWEEN_LOOKS_MS);
  }
  return undefined;
}
