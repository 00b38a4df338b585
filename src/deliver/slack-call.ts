// What became of a call to Slack: done, to be tried later, or refused for good. Decided here, where the fact is known.
import { ErrorCode } from '@slack/web-api';
import { Failure } from '../failure.ts';

/** Whatever a gateway says: the next attempt is not put off for longer. */
export const MAX_RETRY_AFTER_MS = 600_000;

/** Slack said to wait. Thrown instead of waiting, so that a job gives its place to others. */
export class SlackBusy extends Error {
  readonly retryAfterMs: number;
  constructor(retryAfterMs: number) {
    super(`Slack asked to wait ${Math.round(retryAfterMs / 1000)} s.`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Slack answered, and what was asked did not happen: a message refused is certainly not in the channel. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof SlackBusy) return true;
  return error instanceof Failure && (error.code === 'slack_refused' || error.code === 'not_in_channel');
}

/** Runs one call of the Web API. Throws SlackBusy, or a Failure that says whether trying again can help. */
export async function call<Answer>(method: string, run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    throw classify(method, error);
  }
}

function classify(method: string, error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === ErrorCode.RateLimitedError && error instanceof Error && 'retryAfter' in error) {
    return new SlackBusy(Math.min(MAX_RETRY_AFTER_MS, Number(error.retryAfter) * 1000));
  }
  if (code === ErrorCode.PlatformError) {
    const said = (error as { data?: { error?: string } }).data?.error ?? 'unknown_error';
    if (said === 'ratelimited') return new SlackBusy(30_000);
    if (said === 'not_in_channel' || said === 'channel_not_found') {
      return new Failure('not_in_channel', { channel: '' }, { cause: error });
    }
    if (['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'].includes(said)) {
      return new Failure('slack_unreachable', { method, reason: said }, { cause: error });
    }
    return new Failure('slack_refused', { method, error: said }, { cause: error });
  }
  return new Failure('slack_unreachable', { method, reason: reasonOf(error) }, { cause: error });
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : 'unknown error';
}
