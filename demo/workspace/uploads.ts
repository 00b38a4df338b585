import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, send, uploadedBytes } from './http.ts';
import { FILE_BYTES } from './limits.ts';
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

export function sendFile(response: ServerResponse, file: StoredFile, bytes: Uint8Array): void {
  const inline = file.mimetype.startsWith('image/');
  send(response, 200, bytes, {
    'content-type': inline ? file.mimetype : 'application/octet-stream',
    'content-disposition': `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  });
}

const SIGNATURES: readonly { mimetype: string; starts: readonly number[] }[] = [
  { mimetype: 'image/png', starts: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { mimetype: 'image/jpeg', starts: [0xff, 0xd8, 0xff] },
  { mimetype: 'image/gif', starts: [0x47, 0x49, 0x46, 0x38] },
];

/** A name can say .png; only bytes make it an image. */
function trueMimetype(file: StoredFile, bytes: Uint8Array): string {
  const seen = SIGNATURES.find((each) => each.starts.every((byte, index) => bytes[index] === byte))?.mimetype;
  if (seen) return seen;
  return file.mimetype.startsWith('image/') ? 'application/octet-stream' : file.mimetype;
}
