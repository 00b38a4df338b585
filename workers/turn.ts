// One attempt at a capture and the places it holds. Before every single request it is asked whether they are still
// its own; once a second it says that it is there. As soon as it may not go on, `signal` ends what is running.
import { randomUUID } from 'node:crypto';
import { joinSignals } from '../src/capture/join-signals.ts';
import type { Log } from '../src/log.ts';
import type { Lease, LeaseStore } from '../src/store/leases.ts';

const BEAT_MS = 1_000;
/** Shorter than the silence after which another attempt takes over: by then no answer is read here any more. */
const UNHEARD_MS = 5_000;

/** Ends an attempt that may no longer be at its services; the request goes on in another one. */
export class PlaceLost extends Error {
  override readonly name = 'PlaceLost';
}

/** Ends an attempt whose thread has been told the last word by somebody else: it was cancelled. */
export class AlreadyTold extends Error {
  override readonly name = 'AlreadyTold';
}

export interface Turn {
  readonly signal: AbortSignal;
  /** Rejects with the reason when the attempt may not go on. */
  readonly check: () => Promise<void>;
  /** Takes a place, or gives the one that is held; undefined when others have it. */
  readonly take: (name: string, room: number) => Promise<Lease | undefined>;
  readonly give: (lease: Lease) => Promise<void>;
  /** Runs one request to a service, if it may be made. Rejects with the reason of `signal` if not. */
  readonly ask: <Value>(request: () => Promise<Value>) => Promise<Value>;
  /** Lets go of everything. */
  readonly end: () => Promise<void>;
}

export interface TurnPorts {
  readonly leases: LeaseStore;
  /** Why nothing more may be asked of the service, if that is so: it was stopped, or the capture was cancelled. */
  readonly objection: () => Promise<Error | undefined>;
  /** Somebody's turn has come at a place that was given back. */
  readonly wake: (request: string) => Promise<void>;
  readonly log: Log;
  readonly now: () => number;
}

/**
 * Begins an attempt at a request.
 * @param ends other reasons to end at once: the process leaves, the job was taken over
 */
export function beginTurn(request: string, ends: readonly AbortSignal[], ports: TurnPorts): Turn {
  const { leases, objection, wake, log, now } = ports;
  const abort = new AbortController();
  const ending = joinSignals([abort.signal, ...ends]);
  const { signal } = ending;
  const holder = { request, attempt: randomUUID() };
  const held = new Set<Lease>();
  let asking = 0;
  let heardAtMs = now();
  let isBeating = false;

  const confirm = async (): Promise<void> => {
    const claimed = [...held];
    const [stillOurs, against] = await Promise.all([leases.renew(claimed), objection()]);
    heardAtMs = now();
    if (against) abort.abort(against);
    // A place that was given back in the meantime is not missed.
    if (!stillOurs && claimed.every((lease) => held.has(lease))) abort.abort(new PlaceLost());
  };
  const beat = (): void => {
    // Without a word from Redis somebody else may have taken the place: no answer is waited for any longer.
    if (asking > 0 && now() - heardAtMs > UNHEARD_MS) abort.abort(new PlaceLost());
    if (isBeating || held.size === 0) return;
    isBeating = true;
    confirm()
      .catch((error: unknown) => log.debug({ err: error }, 'the places held could not be confirmed'))
      .finally(() => {
        isBeating = false;
      });
  };
  const timer = setInterval(beat, BEAT_MS);
  const give = async (lease: Lease): Promise<void> => {
    held.delete(lease);
    const next = await leases.give(lease);
    if (next !== undefined) await wake(next);
  };
  const check = async (): Promise<void> => {
    await unlessAborted(confirm(), signal);
    signal.throwIfAborted();
  };
  return {
    signal,
    check,
    take: async (name, room) => {
      const before = [...held].find((lease) => lease.name === name);
      if (before) return before;
      const lease = await leases.take(name, holder, room);
      heardAtMs = now();
      if (lease) held.add(lease);
      return lease;
    },
    give,
    ask: async (run) => {
      await check();
      asking += 1;
      try {
        return await run();
      } finally {
        asking -= 1;
      }
    },
    end: async () => {
      clearInterval(timer);
      abort.abort(new PlaceLost());
      ending.release();
      await Promise.all([...held].map(give));
    },
  };
}

/** A Redis that is away answers when it is back; whoever has to leave does not wait for it. */
export async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    work.catch(() => {});
  }
}
