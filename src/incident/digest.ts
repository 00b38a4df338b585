import { createHash } from 'node:crypto';

/** A short name for a long one: 16 hex digits. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
