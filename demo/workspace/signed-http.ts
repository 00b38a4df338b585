import { createHmac } from 'node:crypto';
import type { Attempt, Envelope, Outcome, Wire } from './delivery.ts';
import type { Faults } from './faults.ts';
import { parsedJson } from './json.ts';
import { ACK_DEADLINE_MS } from './limits.ts';

/** Delivery by HTTP, signed: https://docs.slack.dev/authentication/verifying-requests-from-slack */

const STALE_SECONDS = 6 * 60;
const ANSWER_CHARS = 1024 * 1024;

export class SignedHttp implements Wire {
  readonly #url: string;
  readonly #secret: string;
  readonly #faults: Faults;
  readonly #ackDeadlineMs: number;
  readonly #closing = new AbortController();

  constructor(options: { url: string; secret: string; faults: Faults; ackDeadlineMs?: number | undefined }) {
    this.#url = options.url;
    this.#secret = options.secret;
    this.#faults = options.faults;
    this.#ackDeadlineMs = options.ackDeadlineMs ?? ACK_DEADLINE_MS;
  }

  async send(envelope: Envelope, attempt: Attempt | undefined): Promise<Outcome> {
    const { body, contentType } = encoded(envelope);
    const startedMs = performance.now();
    try {
      const answer = await fetch(this.#url, {
        method: 'POST',
        body,
        redirect: 'error',
        headers: { 'content-type': contentType, ...this.#signature(body), ...retryHeaders(attempt) },
        signal: AbortSignal.any([AbortSignal.timeout(this.#ackDeadlineMs), this.#closing.signal]),
      });
      const text = (await answer.text()).slice(0, ANSWER_CHARS);
      if (!answer.ok) return { kind: 'unreachable', why: `the app answered ${answer.status}` };
      const said = answer.headers.get('content-type')?.startsWith('application/json')
        ? parsedJson(text)
        : text;
      return { kind: 'acked', body: said === '' ? undefined : said, ms: performance.now() - startedMs };
    } catch (error) {
      const timedOut = error instanceof Error && error.name === 'TimeoutError';
      return timedOut ? { kind: 'timeout' } : { kind: 'unreachable', why: 'the app could not be reached' };
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  #signature(body: string): Record<string, string> {
    const late = this.#faults.forDelivery('stale-signature') ? STALE_SECONDS : 0;
    const seconds = String(Math.floor(Date.now() / 1000) - late);
    const secret = this.#faults.forDelivery('bad-signature') ? `not ${this.#secret}` : this.#secret;
    const digest = createHmac('sha256', secret).update(`v0:${seconds}:${body}`).digest('hex');
    return { 'x-slack-request-timestamp': seconds, 'x-slack-signature': `v0=${digest}` };
  }
}

/** Commands are forms, interactions are JSON inside a form, events are JSON. */
function encoded(envelope: Envelope): { body: string; contentType: string } {
  const form = 'application/x-www-form-urlencoded';
  switch (envelope.type) {
    case 'slash_commands': {
      const fields = Object.entries(envelope.payload).map(([key, value]): [string, string] => [
        key,
        String(value),
      ]);
      return { body: new URLSearchParams(fields).toString(), contentType: form };
    }
    case 'interactive':
      return {
        body: new URLSearchParams({ payload: JSON.stringify(envelope.payload) }).toString(),
        contentType: form,
      };
    case 'events_api':
      return { body: JSON.stringify(envelope.payload), contentType: 'application/json' };
  }
}

function retryHeaders(attempt: Attempt | undefined): Record<string, string> {
  if (!attempt) return {};
  return { 'x-slack-retry-num': String(attempt.number), 'x-slack-retry-reason': `http_${attempt.reason}` };
}
