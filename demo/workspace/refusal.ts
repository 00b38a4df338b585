import type { Json } from './json.ts';

/** A call answered with `ok: false`; `code` is Slack's error string, `extra` what Slack sends beside it. */
export class Refusal extends Error {
  readonly code: string;
  readonly extra: Json;

  constructor(code: string, extra: Json = {}) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
    this.extra = extra;
  }
}

/** `response_metadata.messages`, where Slack says what exactly is wrong. */
export function refuse(code: string, messages: readonly string[] = []): Refusal {
  return new Refusal(code, messages.length > 0 ? { response_metadata: { messages } } : {});
}
