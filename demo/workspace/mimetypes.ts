import type { StoredFile } from './nouns.ts';

/** What a file is, as Slack says it: by its name, unless its bytes say otherwise. */

const MIMETYPES: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  json: 'application/json',
  txt: 'text/plain',
  log: 'text/plain',
  md: 'text/markdown',
  gz: 'application/gzip',
  zip: 'application/zip',
};

/** By name at first; the upload looks at the bytes and corrects what claims to be an image and is not. */
export function mimetypeOf(name: string): string {
  return MIMETYPES[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream';
}

const SIGNATURES: readonly { mimetype: string; starts: readonly number[] }[] = [
  { mimetype: 'image/png', starts: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { mimetype: 'image/jpeg', starts: [0xff, 0xd8, 0xff] },
  { mimetype: 'image/gif', starts: [0x47, 0x49, 0x46, 0x38] },
];

/** A name can say .png; only bytes make it an image. */
export function trueMimetype(file: Pick<StoredFile, 'mimetype'>, bytes: Uint8Array): string {
  const seen = SIGNATURES.find((each) => each.starts.every((byte, index) => bytes[index] === byte))?.mimetype;
  if (seen) return seen;
  return file.mimetype.startsWith('image/') ? 'application/octet-stream' : file.mimetype;
}
