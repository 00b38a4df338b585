import type { IncomingMessage, ServerResponse } from 'node:http';
import { isJson, type Json, parsedJson } from './json.ts';

/** Reading requests and writing answers, with bounds. */

export const FORM_BYTES = 1024 * 1024;

/** The body, or undefined when it is larger than allowed. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > maxBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

export function formOrJson(body: Buffer, contentType: string): Json | undefined {
  const text = body.toString('utf8');
  if (contentType.startsWith('application/json')) {
    const parsed = text === '' ? {} : parsedJson(text);
    return isJson(parsed) ? parsed : undefined;
  }
  return Object.fromEntries(new URLSearchParams(text));
}

/** The file in an upload: the body itself, or the first file part of a form. */
export async function uploadedBytes(body: Buffer, contentType: string): Promise<Uint8Array | undefined> {
  if (!contentType.startsWith('multipart/form-data')) return body;
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': contentType },
  }).formData();
  for (const part of form.values())
    if (typeof part !== 'string') return new Uint8Array(await part.arrayBuffer());
  return undefined;
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  send(response, status, JSON.stringify(body), {
    'content-type': 'application/json; charset=utf-8',
    ...headers,
  });
}

export function send(
  response: ServerResponse,
  status: number,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
}

/** Only this machine is served, by its own name, so that a web page elsewhere cannot reach in through a DNS name of its own. */
export function isLocalHost(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host ?? '');
}

export function isSameOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  return origin === undefined || origin === `http://${host}`;
}
