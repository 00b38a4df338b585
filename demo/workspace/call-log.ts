import type { Json } from './json.ts';

/** Every Web API call, upload and response_url use, in order, so a test can say what was asked of Slack and when. */

export interface Call {
  readonly atMs: number;
  readonly method: string;
  /** Tokens are left out. */
  readonly args: Json;
  readonly status: number;
  /** Slack's error code, or what a fault did to the answer. */
  readonly error?: string;
  readonly answer?: Json;
}

const CALLS_KEPT = 10_000;

export class CallLog {
  #calls: Call[] = [];

  add(call: Call): void {
    const { token: _token, ...args } = call.args;
    this.#calls.push({ ...call, args });
    if (this.#calls.length > CALLS_KEPT) this.#calls.shift();
  }

  all(method?: string): readonly Call[] {
    return method ? this.#calls.filter((call) => call.method === method) : [...this.#calls];
  }

  clear(): void {
    this.#calls = [];
  }
}
