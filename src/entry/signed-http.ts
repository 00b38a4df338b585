// What may pass from the network to Slack's HTTP door. Bolt's own check takes any time in the future, any number that
// JavaScript can read, and the same request twice; here a request is signed, of these ten minutes, and new, or it ends.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import { readBounded } from './body.ts';

/** Real requests are a few KiB; Bolt alone would read 4 MiB. */
export const MAX_BODY_BYTES = 256 * 1024;
/** https://docs.slack.dev/authentication/verifying-requests-from-slack: five minutes, here on both sides. */
const MAX_SKEW_S = 5 * 60;
/** A signature is good for at most this long, from the earliest moment it is taken to the latest. */
export const SIGNATURE_LIVES_MS = 2 * MAX_SKEW_S * 1_000;

export interface SignedHttpOptions {
  readonly signingSecret: string;
  /** Remembers a signature that was found to be good; false when it had been seen before. */
  readonly firstTime: (signature: string) => Promise<boolean>;
  readonly now: () => number;
  readonly log: Log;
}

/** Bolt reads this instead of the stream. */
type Buffered = IncomingMessage & { rawBody?: Buffer };

/**
 * Puts the guard before a listener. Nothing is posted past it, whatever the path; what is not posted is left to the
 * listener, which answers health and nothing else.
 */
export function guardSigned(listener: RequestListener, options: SignedHttpOptions): RequestListener {
  return (request: Buffered, response) => {
    if (request.method !== 'POST') return listener(request, response);
    admit(request, options).then(
      (refused) => {
        if (refused === undefined) return listener(request, response);
        options.log.warn(
          { from: request.socket.remoteAddress },
          `An HTTP request was refused: ${refused.why}.`,
        );
        refuse(request, response, refused.status);
      },
      (error: unknown) => {
        options.log.debug({ err: error }, 'an HTTP request ended before it was read');
        response.destroy();
      },
    );
  };
}

interface Refused {
  readonly status: 200 | 401 | 413;
  readonly why: string;
}

async function admit(request: Buffered, options: SignedHttpOptions): Promise<Refused | undefined> {
  const body = await readBounded(request, MAX_BODY_BYTES);
  if (!body) return { status: 413, why: `its body is larger than ${MAX_BODY_BYTES / 1024} KiB` };
  if (isCertificateCheck(request.headers, body))
    return { status: 200, why: 'it only looks at the certificate' };
  const why = faultOf(request.headers, body, options.signingSecret, options.now());
  if (why !== undefined) return { status: 401, why };
  if (!(await options.firstTime(String(request.headers['x-slack-signature'])))) {
    return { status: 401, why: 'its signature was used before' };
  }
  request.rawBody = body;
  return undefined;
}

/** Why a request is not one of Slack's from just now; undefined when it is. */
export function faultOf(
  headers: IncomingHttpHeaders,
  body: Uint8Array,
  signingSecret: string,
  nowMs: number,
): string | undefined {
  // Sent twice, a header is joined by a comma and fits neither form.
  const sentAt = headers['x-slack-request-timestamp'];
  const signature = headers['x-slack-signature'];
  if (typeof sentAt !== 'string' || typeof signature !== 'string') return 'it is not signed';
  if (!/^[1-9]\d{0,11}$/.test(sentAt)) return 'its time is not a whole number of seconds';
  const lateS = Math.floor(nowMs / 1_000) - Number(sentAt);
  if (lateS > MAX_SKEW_S) return 'its time is more than five minutes ago';
  if (lateS < -MAX_SKEW_S) return 'its time is more than five minutes ahead';
  if (!/^v0=[0-9a-f]{64}$/.test(signature)) return 'its signature is not of version v0';
  const digest = createHmac('sha256', signingSecret).update(`v0:${sentAt}:`).update(body).digest();
  return timingSafeEqual(digest, Buffer.from(signature.slice(3), 'hex'))
    ? undefined
    : 'its signature is wrong';
}

/** Slack asks this unsigned; it is answered, and nothing in it is read. */
function isCertificateCheck(headers: IncomingHttpHeaders, body: Buffer): boolean {
  if (headers['x-slack-signature'] !== undefined) return false;
  return new URLSearchParams(body.toString('latin1')).get('ssl_check') === '1';
}

/** The connection is closed: what is left of a large body is not read to its end. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close', 'content-length': '0' }).end(() => request.destroy());
}
