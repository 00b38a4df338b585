import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DownloadFault } from './faults.ts';
import { readBody, send, uploadedBytes } from './http.ts';
import { FILE_BYTES } from './limits.ts';
import { trueMimetype } from './mimetypes.ts';
import type { StoredFile } from './nouns.ts';
import type { World } from './world.ts';

/** The bytes of files: posted to the upload URL, and read back from the private one with the bot's token. */

/** Room for the frame a multipart form puts around the file. */
const FORM_FRAME_BYTES = 64 * 1024;

/** Answers the upload, and says how it went for the log. */
export async function receiveUpload(
  world: World,
  id: string,
  request: IncomingMessage,
): Promise<{ status: number; text: string }> {
  const file = world.files.get(id);
  if (!file || file.uploaded) return { status: 404, text: 'no such upload' };
  const body = await readBody(request, FILE_BYTES + FORM_FRAME_BYTES);
  const bytes = body && (await uploadedBytes(body, request.headers['content-type'] ?? ''));
  if (!bytes) return { status: 400, text: 'no file in the upload' };
  if (bytes.byteLength !== file.sizeBytes) {
    return { status: 400, text: `expected ${file.sizeBytes} bytes and got ${bytes.byteLength}` };
  }
  world.keepBytes(id, bytes);
  world.keepFile({ ...file, uploaded: true, mimetype: trueMimetype(file, bytes) });
  return { status: 200, text: `OK - ${bytes.byteLength}` };
}

/** A private file whose way to the app is spoiled on purpose. */
export function sendSpoiled(response: ServerResponse, fault: DownloadFault, bytes: Uint8Array): void {
  if (fault.kind === 'download-redirect') {
    send(response, 302, '', { location: fault.to });
    return;
  }
  if (fault.how === 'unavailable') {
    send(response, 503, 'service_unavailable');
    return;
  }
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' });
  if (fault.how === 'longer') {
    response.write(bytes);
    response.end(new Uint8Array(1024));
    return;
  }
  response.write(bytes.subarray(0, Math.ceil(bytes.byteLength / 2)));
  // A stalled one is ended by whoever asked.
  if (fault.how === 'cut') setTimeout(() => response.socket?.resetAndDestroy(), CUT_AFTER_MS).unref();
}

/** Time for the first half to arrive. */
const CUT_AFTER_MS = 20;

export function sendFile(response: ServerResponse, file: StoredFile, bytes: Uint8Array): void {
  const inline = file.mimetype.startsWith('image/');
  send(response, 200, bytes, {
    'content-type': inline ? file.mimetype : 'application/octet-stream',
    'content-disposition': `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  });
}
