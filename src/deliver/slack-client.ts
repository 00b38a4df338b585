// Slack's client with a shorter way to the wire: one POST on a connection that is kept, no queue, no retries, no copies
// of every message for a log that is not written. What it answers and throws is what the original does.
import { stringify } from 'node:querystring';
import {
  type WebAPICallResult,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import { Agent, type Dispatcher } from 'undici';

const TIMEOUT_MS = 15_000;
/** A page of messages with everything they carry is far smaller. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Slack limits calls long before so many are under way at once. */
const CONNECTIONS = 50;

// Idle connections do not keep a process alive.
const agent = new Agent({ connections: CONNECTIONS, maxResponseSize: MAX_ANSWER_BYTES });

export interface Posting {
  readonly contentType: string;
  readonly body: string | Uint8Array;
  readonly authorization?: string;
}

export interface PostAnswer {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly text: string;
}

/** One POST, without redirects. Rejects when there was no whole answer in time. */
export function postTo(url: string, { contentType, authorization, body }: Posting): Promise<PostAnswer> {
  const { origin, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let answer: Omit<PostAnswer, 'text'> = { status: 0, headers: {} };
    let late: Error | undefined;
    let call: Dispatcher.DispatchController | undefined;
    const timer = setTimeout(() => {
      late = new Error(`no answer within ${TIMEOUT_MS / 1000} s`);
      reject(late);
      call?.abort(late);
    }, TIMEOUT_MS);
    const headers = {
      accept: 'application/json',
      'user-agent': 'goleak',
      'content-type': contentType,
      ...(authorization !== undefined && { authorization }),
    };
    // Read as it comes: an answer of a line does not need the stream that undici's own request makes of it.
    agent.dispatch(
      { origin, path: pathname + search, method: 'POST', headers, body },
      {
        onRequestStart: (controller) => {
          call = controller;
          if (late) controller.abort(late);
        },
        onResponseStart: (_, status, said) => {
          answer = { status, headers: said };
        },
        onResponseData: (_, chunk) => {
          chunks.push(chunk);
        },
        onResponseEnd: () => {
          clearTimeout(timer);
          resolve({ ...answer, text: Buffer.concat(chunks).toString() });
        },
        onResponseError: (_, error) => {
          clearTimeout(timer);
          reject(error);
        },
      },
    );
  });
}

export class DirectSlackClient extends WebClient {
  readonly #authorization: string;
  readonly #apiUrl: string;

  constructor(token: string, ...[options = {}]: [ConstructorParameters<typeof WebClient>[1]?]) {
    super(token, options);
    this.#authorization = `Bearer ${token}`;
    this.#apiUrl = this.slackApiUrl;
  }

  /** Every method of the client comes through here; `method` is never an address. */
  override async apiCall(
    method: string,
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<WebAPICallResult> {
    const answer = await postTo(this.#apiUrl + method, {
      contentType: 'application/x-www-form-urlencoded',
      body: formOf(options),
      authorization: this.#authorization,
    }).catch((error: unknown) => {
      throw new WebAPIRequestError(error instanceof Error ? error : new Error(String(error)));
    });
    return resultOf(answer);
  }
}

/** Slack takes whatever has parts as JSON in a field. */
function formOf(options: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(options).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || value === null) return [];
    return [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)]];
  });
  return stringify(Object.fromEntries(fields));
}

function resultOf({ status, headers, text }: PostAnswer): WebAPICallResult {
  if (status === 429) {
    const seconds = Number.parseInt(String(headers['retry-after']), 10);
    if (Number.isNaN(seconds)) throw new WebAPIRequestError(new Error('a rate limit that says not how long'));
    throw new WebAPIRateLimitedError(seconds);
  }
  // Whatever Slack has to say about a call comes with status 200.
  if (status !== 200) throw new WebAPIHTTPError(status, '', {}, text.slice(0, MAX_REFUSAL_CHARS));
  const { error = 'unknown_error', ...said } = parsed(text);
  const scopes = headers['x-oauth-scopes'];
  const result: WebAPICallResult = {
    ...said,
    response_metadata: {
      ...said.response_metadata,
      ...(typeof scopes === 'string' && { scopes: scopes.trim().split(/\s*,\s*/) }),
    },
  };
  if (!result.ok) throw new WebAPIPlatformError({ ...result, error });
  return result;
}

const MAX_REFUSAL_CHARS = 1_000;

function parsed(text: string): WebAPICallResult & { readonly error?: string } {
  try {
    return JSON.parse(text);
  } catch {
    return { ok: false, error: text.slice(0, MAX_REFUSAL_CHARS) };
  }
}
