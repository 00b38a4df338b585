import { TRIGGER_LIFETIME_MS } from './limits.ts';
import { newId } from './nouns.ts';
import { refuse } from './refusal.ts';

/** trigger_id: proof that a person just did something; opens one view, once, within three seconds. */

const TRIGGERS_KEPT = 1_000;

interface Trigger {
  readonly user: string;
  readonly atMs: number;
  readonly rootView?: string;
  used: boolean;
}

export class Triggers {
  readonly #issued = new Map<string, Trigger>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  issue(user: string, rootView?: string): string {
    const id = `${Math.floor(this.#now())}.${newId('')}`;
    this.#issued.set(id, { user, atMs: this.#now(), used: false, ...(rootView ? { rootView } : {}) });
    const oldest = this.#issued.keys().next();
    if (this.#issued.size > TRIGGERS_KEPT && !oldest.done) this.#issued.delete(oldest.value);
    return id;
  }

  exchange(id: string): { readonly user: string; readonly rootView?: string } {
    const trigger = this.#issued.get(id);
    if (!trigger) throw refuse('invalid_trigger_id');
    if (trigger.used) throw refuse('exchanged_trigger_id');
    if (this.#now() - trigger.atMs > TRIGGER_LIFETIME_MS) throw refuse('expired_trigger_id');
    trigger.used = true;
    return trigger;
  }
}
