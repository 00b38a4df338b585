import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallLog } from './call-log.ts';
import type { CallFault, Faults } from './faults.ts';
import { FORM_BYTES, formOrJson, readBody, sendJson } from './http.ts';
import type { Json } from './json.ts';
import type { Api, Method } from './method.ts';
import { appMethods } from './methods/app.ts';
import { chatMethods } from './methods/chat.ts';
import { conversationMethods } from './methods/conversations.ts';
import { fileMethods } from './methods/files.ts';
import { functionMethods } from './methods/functions.ts';
import { pinMethods } from './methods/pins.ts';
import { userMethods } from './methods/users.ts';
import { viewMethods } from './methods/views.ts';
import type { Rates } from './rates.ts';
import { Refusal, refuse } from './refusal.ts';

/** `/api/<method>`: token, scopes, arguments, faults, then the method; the answer in Slack's envelope. */

const table: ReadonlyMap<string, Method> = new Map(
  [
    ...appMethods,
    ...chatMethods,
    ...conversationMethods,
    ...fileMethods,
    ...functionMethods,
    ...pinMethods,
    ...userMethods,
    ...viewMethods,
  ].map((each) => [each.name, each]),
);

export interface Tokens {
  readonly bot: string;
  readonly app: string;
}

export interface WebApi {
  readonly api: Api;
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly rates: Rates;
  readonly calls: CallLog;
}

interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly headers?: Record<string, string>;
}

/** Slack takes these everywhere; Bolt sends team_id along with every call. */
const EVERYWHERE = new Set(['token', 'team_id', 'pretty']);

export async function answerCall(
  web: WebApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = decodeURIComponent((request.url ?? '').slice('/api/'.length).split('?')[0] ?? '');
  const atMs = web.api.world.now();
  const args = await readArgs(request);
  const log = (status: number, error?: string, answer?: Json) => {
    web.calls.add({
      atMs,
      method: name,
      args: args ?? {},
      status,
      ...(error ? { error } : {}),
      ...(answer ? { answer } : {}),
    });
    web.api.world.tell({ kind: 'call' });
  };
  if (!args) {
    log(200, 'invalid_json');
    return sendJson(response, 200, { ok: false, error: 'invalid_json' });
  }
  const fault = web.faults.forCall(name, args);
  if (fault && !('accepted' in fault && fault.accepted)) {
    const passed = await spoil(fault, response, log);
    if (!passed) return;
  }
  const answer = await perform(web, name, args, request.headers.authorization);
  const code = typeof answer.body.error === 'string' ? answer.body.error : undefined;
  if (fault && 'accepted' in fault && fault.accepted) {
    await spoil(fault, response, (status, error) =>
      log(status, `${error} after ${code ?? 'ok'}`, answer.body),
    );
    return;
  }
  log(answer.status, code, answer.body);
  if (!response.destroyed)
    sendJson(response, answer.status, answer.body, { ...scopeHeaders(web, name), ...answer.headers });
}

/** True when the call should go on after the fault. */
export async function spoil(
  fault: CallFault,
  response: ServerResponse,
  log: (status: number, error: string) => void,
): Promise<boolean> {
  switch (fault.kind) {
    case 'rate-limited':
      log(429, 'ratelimited');
      sendJson(
        response,
        429,
        { ok: false, error: 'ratelimited' },
        { 'retry-after': String(fault.retryAfterSeconds) },
      );
      return false;
    case 'unavailable':
      log(503, 'service_unavailable');
      sendJson(response, 503, { ok: false, error: 'service_unavailable' });
      return false;
    case 'error':
      log(200, fault.error);
      sendJson(response, 200, { ok: false, error: fault.error });
      return false;
    case 'reset':
      log(0, 'reset');
      response.socket?.resetAndDestroy();
      return false;
    case 'hang':
      // Never answered: the client's own deadline, or closing the workspace, ends it.
      log(0, 'hang');
      return false;
    case 'latency':
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
      return true;
  }
}

async function readArgs(request: IncomingMessage): Promise<Json | undefined> {
  const query = Object.fromEntries(new URL(request.url ?? '/', 'http://localhost').searchParams);
  const body = await readBody(request, FORM_BYTES);
  const given = body && formOrJson(body, request.headers['content-type'] ?? '');
  return given && { ...query, ...given };
}

async function perform(
  web: WebApi,
  name: string,
  args: Json,
  authorization: string | undefined,
): Promise<Answer> {
  try {
    const method = table.get(name);
    if (!method) throw refuse('unknown_method', [`[ERROR] this workspace has no method ${name}`]);
    authorise(
      web,
      method,
      authorization ?? (typeof args.token === 'string' ? `Bearer ${args.token}` : undefined),
    );
    const wait = web.rates.retryAfter(method, args, web.api.world.now());
    if (wait !== undefined) {
      return {
        status: 429,
        body: { ok: false, error: 'ratelimited' },
        headers: { 'retry-after': String(wait) },
      };
    }
    return { status: 200, body: { ok: true, ...(await method.run(checkedArgs(method, args), web.api)) } };
  } catch (error) {
    if (error instanceof Refusal)
      return { status: 200, body: { ok: false, error: error.code, ...error.extra } };
    throw error;
  }
}

function authorise(web: WebApi, method: Method, authorization: string | undefined): void {
  const token = authorization?.replace(/^Bearer /, '');
  if (!token) throw refuse('not_authed');
  const { bot, app } = web.tokens;
  if (token !== bot && token !== app) throw refuse('invalid_auth');
  if ((token === app) !== (method.token === 'app')) throw refuse('not_allowed_token_type');
  const missing = method.scopes.filter((scope) => !web.api.permissions.scopes.has(scope));
  if (missing.length > 0) {
    const provided = [...web.api.permissions.scopes].join(',');
    throw new Refusal('missing_scope', { needed: missing.join(','), provided });
  }
}

function checkedArgs(method: Method, args: Json): Json {
  const own = Object.fromEntries(Object.entries(args).filter(([key]) => !EVERYWHERE.has(key)));
  const parsed = method.shape.safeParse(own);
  if (parsed.success) return parsed.data as Json;
  throw refuse(
    'invalid_arguments',
    parsed.error.issues.map((issue) =>
      issue.code === 'unrecognized_keys'
        ? `[ERROR] ${method.name} takes no argument ${issue.keys.join(', ')}`
        : `[ERROR] ${issue.path.join('.') || 'arguments'}: ${issue.message}`,
    ),
  );
}

function scopeHeaders(web: WebApi, name: string): Record<string, string> {
  const method = table.get(name);
  if (!method || method.token === 'app') return {};
  return {
    'x-oauth-scopes': [...web.api.permissions.scopes].join(','),
    'x-accepted-oauth-scopes': method.scopes.join(','),
  };
}
