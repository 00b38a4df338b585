import type { Json } from './json.ts';
import { CALLS_PER_MINUTE } from './limits.ts';
import type { Method } from './method.ts';

/**
 * Slack's own rate limits: calls of a method in the last minute by its tier, and about one chat.postMessage a second in
 * a channel, with short bursts. Off unless asked for, as a test may do in seconds what a workspace does in an hour.
 */

const MINUTE_MS = 60_000;
const POST_BURST = 10;
const POST_BURST_WINDOW_MS = POST_BURST * 1000;

export class Rates {
  readonly #recent = new Map<string, number[]>();
  enabled: boolean;

  constructor(enabled: boolean) {
    this.enabled = enabled;
  }

  /** Seconds to wait when the call is one too many, undefined when it may go. */
  retryAfter(method: Method, args: Json, nowMs: number): number | undefined {
    if (!this.enabled) return undefined;
    if (method.name === 'chat.postMessage') {
      return this.#count(`${method.name} ${String(args.channel)}`, POST_BURST, POST_BURST_WINDOW_MS, nowMs);
    }
    return this.#count(method.name, CALLS_PER_MINUTE[method.tier], MINUTE_MS, nowMs);
  }

  clear(): void {
    this.#recent.clear();
  }

  #count(key: string, max: number, windowMs: number, nowMs: number): number | undefined {
    const recent = (this.#recent.get(key) ?? []).filter((at) => at > nowMs - windowMs);
    const oldest = recent[0];
    if (recent.length >= max && oldest !== undefined) {
      this.#recent.set(key, recent);
      return Math.max(1, Math.ceil((oldest + windowMs - nowMs) / 1000));
    }
    this.#recent.set(key, [...recent, nowMs]);
    return undefined;
  }
}
