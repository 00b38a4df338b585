import type { Json } from './json.ts';
import { EVENT_RETRY_DELAYS_MS } from './limits.ts';

/** Handing something to the app, over whichever wire, and what Slack does when the app stays silent. */

export interface Envelope {
  readonly type: 'slash_commands' | 'interactive' | 'events_api';
  readonly payload: Json;
}

export interface Attempt {
  readonly number: number;
  readonly reason: string;
}

export type Outcome =
  | { readonly kind: 'acked'; readonly body: unknown; readonly ms: number }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'unreachable'; readonly why: string };

export interface Wire {
  send(envelope: Envelope, attempt: Attempt | undefined): Promise<Outcome>;
  close(): Promise<void>;
}

export interface Delivery {
  readonly atMs: number;
  readonly type: Envelope['type'];
  readonly payload: Json;
  readonly attempt: number;
  readonly outcome: Outcome['kind'];
}

const DELIVERIES_KEPT = 5_000;

export class Deliveries {
  readonly #wire: Wire;
  readonly #copies: () => number;
  readonly #retryDelaysMs: readonly number[];
  readonly #onDone: () => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #log: Delivery[] = [];

  constructor(options: {
    readonly wire: Wire;
    /** How many extra copies the next delivery gets. */
    readonly copies: () => number;
    readonly retryDelaysMs?: readonly number[] | undefined;
    readonly onDone: () => void;
  }) {
    this.#wire = options.wire;
    this.#copies = options.copies;
    this.#retryDelaysMs = options.retryDelaysMs ?? EVENT_RETRY_DELAYS_MS;
    this.#onDone = options.onDone;
  }

  get log(): readonly Delivery[] {
    return this.#log;
  }

  /** Commands and interactions are sent once; a person is waiting and can try again. */
  async once(envelope: Envelope): Promise<Outcome> {
    const copies = Array.from({ length: this.#copies() }, () => this.#send(envelope, undefined));
    const outcome = await this.#send(envelope, undefined);
    await Promise.all(copies);
    return outcome;
  }

  /** Events are tried again, with the reason told. */
  async event(envelope: Envelope): Promise<Outcome> {
    const copies = Array.from({ length: this.#copies() }, () => this.#send(envelope, undefined));
    let outcome = await this.#send(envelope, undefined);
    for (const [index, delayMs] of this.#retryDelaysMs.entries()) {
      if (outcome.kind === 'acked') break;
      const reason = outcome.kind === 'timeout' ? 'timeout' : 'connection_failed';
      await this.#pause(delayMs);
      outcome = await this.#send(envelope, { number: index + 1, reason });
    }
    await Promise.all(copies);
    return outcome;
  }

  clear(): void {
    this.#log = [];
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#wire.close();
  }

  async #send(envelope: Envelope, attempt: Attempt | undefined): Promise<Outcome> {
    const atMs = Date.now();
    const outcome = await this.#wire.send(envelope, attempt);
    const { type, payload } = envelope;
    this.#log = [
      ...this.#log,
      { atMs, type, payload, attempt: attempt?.number ?? 0, outcome: outcome.kind },
    ].slice(-DELIVERIES_KEPT);
    this.#onDone();
    return outcome;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, ms);
      this.#timers.add(timer.unref());
    });
  }
}
