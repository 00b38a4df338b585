// What the doors for programs share: who may post, how often, and how they are answered.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { type Bucket, type BucketRate, spendToken } from '../policy/bucket.ts';

const SENDERS_KEPT = 1_000;

export interface PostAnswer {
  readonly status: number;
  readonly says: Readonly<Record<string, string | number | boolean>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A door before a listener, which gets everything that is not below `prefix`. */
export function guardPosts(
  listener: RequestListener,
  door: {
    readonly prefix: string;
    readonly answer: (path: string, request: IncomingMessage) => Promise<PostAnswer>;
    /** Said in the log of what is our fault. */
    readonly trouble: string;
    readonly log: Log;
  },
): RequestListener {
  return (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (!path.startsWith(door.prefix)) return listener(request, response);
    door.answer(path, request).then(
      (answer) => send(request, response, answer),
      (error: unknown) => {
        if (error instanceof Failure) return send(request, response, unavailable(error));
        door.log.error({ err: error }, door.trouble);
        send(request, response, { status: 500, says: { error: 'This went wrong on our side.' } });
      },
    );
  };
}

/** Digests of one length are compared, so that neither length nor content of the token shows in the time it takes. */
export function isBearer(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S{1,4096})$/i.exec(header ?? '')?.[1] ?? '';
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token)) && token !== '';
}

/** Buckets by who posts; gives the answer to who has to wait, undefined to who has not. */
export function openBuckets(rate: BucketRate): (who: string, nowMs: number) => PostAnswer | undefined {
  const buckets = new Map<string, Bucket>();
  return (who, nowMs) => {
    const { bucket, waitMs } = spendToken(buckets.get(who), nowMs, rate);
    buckets.delete(who);
    buckets.set(who, bucket);
    const [oldest] = buckets.keys();
    if (oldest !== undefined && buckets.size > SENDERS_KEPT) buckets.delete(oldest);
    if (waitMs <= 0) return undefined;
    const seconds = Math.ceil(waitMs / 1000);
    return {
      status: 429,
      says: { error: `Too many deliveries; try again in ${seconds} s.` },
      headers: { 'retry-after': String(seconds) },
    };
  };
}

export const NO_TOKEN: PostAnswer = {
  status: 401,
  says: { error: 'The token is missing or wrong.' },
  headers: { 'www-authenticate': 'Bearer' },
};

/** The sender keeps what it could not deliver, and tries again. */
function unavailable(failure: Failure): PostAnswer {
  return { status: 503, says: { error: failure.message }, headers: { 'retry-after': '5' } };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, says, headers }: PostAnswer,
): void {
  const body = `${JSON.stringify(says)}\n`;
  // The connection is closed on refusal: what is left of a large body is not read to its end.
  const isRead = status === 200;
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'content-length': String(Buffer.byteLength(body)),
      ...(!isRead && { connection: 'close' }),
      ...headers,
    })
    .end(body, () => {
      if (!isRead) request.destroy();
    });
}
