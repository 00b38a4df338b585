import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerControl } from './control.ts';
import { isSeenByBot } from './dropped-files.ts';
import { FORM_BYTES, formOrJson, isLocalHost, isSameOrigin, readBody, send, sendJson } from './http.ts';
import { answerPage } from './page/routes.ts';
import { Refusal } from './refusal.ts';
import type { Parts } from './server.ts';
import { receiveUpload, sendFile, sendSpoiled } from './uploads.ts';
import { answerCall, spoil } from './web-api.ts';

/** Which part of the workspace answers a request. */

export function answer(parts: Parts, request: IncomingMessage, response: ServerResponse): void {
  route(parts, request, response).catch((error: unknown) => fail(response, error));
}

async function route(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (!isLocalHost(request.headers.host))
    return send(response, 421, 'this workspace answers to 127.0.0.1 and localhost only');
  if (request.method !== 'GET' && !isSameOrigin(request))
    return send(response, 403, 'cross-origin requests are refused');
  if (path.startsWith('/api/')) return answerCall(parts, request, response);
  if (path.startsWith('/upload/v1/'))
    return upload(parts, path.slice('/upload/v1/'.length), request, response);
  if (path.startsWith('/response/'))
    return respond(parts, path.slice('/response/'.length), request, response);
  if (path.startsWith('/files-pri/')) return privateFile(parts, path, request, response);
  if (path.startsWith('/_control/'))
    return answerControl(parts, path.slice('/_control/'.length), request, response);
  return answerPage(parts, path, request, response);
}

async function upload(
  parts: Parts,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const log = (status: number, error?: string) => {
    const atMs = parts.api.world.now();
    parts.calls.add({ atMs, method: 'upload', args: { file: id }, status, ...(error ? { error } : {}) });
  };
  const fault = parts.faults.forCall('upload', { file: id });
  const late = fault !== undefined && 'accepted' in fault && fault.accepted;
  if (fault && !late && !(await spoil(fault, response, log))) return;
  const { status, text } = await receiveUpload(parts.api.world, id, request);
  if (fault && late) {
    await spoil(fault, response, log);
    return;
  }
  log(status, status === 200 ? undefined : text);
  send(response, status, text);
}

async function respond(
  parts: Parts,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, FORM_BYTES);
  const given = body && formOrJson(body, request.headers['content-type'] ?? '');
  const log = (status: number, error?: string) => {
    const atMs = parts.api.world.now();
    parts.calls.add({ atMs, method: 'response_url', args: given ?? {}, status, ...(error ? { error } : {}) });
    parts.api.world.tell({ kind: 'call' });
  };
  const fault = parts.faults.forCall('response_url', given ?? {});
  if (fault && !(await spoil(fault, response, log))) return;
  try {
    await parts.api.responseUrls.use(key, given);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const gone = ['used_url', 'expired_url', 'invalid_url'].includes(error.code);
    log(gone ? 404 : 400, error.code);
    return sendJson(response, gone ? 404 : 400, { ok: false, error: error.code, ...error.extra });
  }
  log(200);
  send(response, 200, 'ok');
}

function privateFile(parts: Parts, path: string, request: IncomingMessage, response: ServerResponse): void {
  const id = path.split('/')[3] ?? '';
  const file = parts.api.world.files.get(id);
  const bytes = parts.api.world.bytes.get(id);
  // Slack sends a browser without a session to its sign-in page instead of saying no.
  if (request.headers.authorization !== `Bearer ${parts.tokens.bot}`)
    send(response, 302, '', { location: '/' });
  else if (!parts.api.permissions.scopes.has('files:read')) send(response, 403, 'missing_scope');
  else if (!file?.completed || !bytes || !isSeenByBot(file, parts.api.world))
    send(response, 404, 'file_not_found');
  else {
    const fault = parts.faults.forDownload();
    parts.calls.add({ atMs: parts.api.world.now(), method: 'download', args: { file: id }, status: 200 });
    parts.api.world.tell({ kind: 'call' });
    if (fault) sendSpoiled(response, fault, bytes);
    else sendFile(response, file, bytes);
  }
}

function fail(response: ServerResponse, error: unknown): void {
  const text = error instanceof Error ? error.message : 'something broke in the workspace';
  if (!response.headersSent) sendJson(response, 500, { ok: false, error: 'internal_error', text });
  else response.destroy();
}
