import type { IncomingMessage } from 'node:http';

/** A little more than is kept is read and dropped: a client that still writes hears no answer. */
const READ_BEYOND = 4;

/** The body of a request; undefined when it is larger than that. */
export async function readBounded(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > READ_BEYOND * maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // Leaving a `for await` loop would destroy the connection before it is answered.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    sizeBytes += (chunk as Buffer).byteLength;
    if (sizeBytes > READ_BEYOND * maxBytes) return undefined;
    if (sizeBytes <= maxBytes) chunks.push(chunk as Buffer);
  }
  return sizeBytes > maxBytes ? undefined : Buffer.concat(chunks);
}
