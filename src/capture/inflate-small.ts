// What is small is inflated in place: most profiles are, and other threads cost more than they do. Everything else is for
// those who wait.
import { gunzipSync } from 'node:zlib';

/** About a millisecond. */
const MAX_INFLATED = 1024 * 1024;
const MAX_COMPRESSED = 64 * 1024;

/** Undefined when it is no whole gzip file, or not a small one; a bomb is left after the first mebibyte. */
export function inflatedSmall(bytes: Uint8Array): Buffer | undefined {
  if (bytes.byteLength > MAX_COMPRESSED) return undefined;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_INFLATED });
  } catch {
    return undefined;
  }
}
