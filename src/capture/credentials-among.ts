// Which of many short texts hold a credential.
import { setImmediate } from 'node:timers/promises';
import { redact } from '../model/secrets.ts';

/** Looked at in one go: a long dump must not hold the event loop, or locks and deadlines would be missed. */
export const CHUNK = 64 * 1024;

/** Index of each text that holds a credential, and what is left of it. Innocent ones are passed by in bulk. */
export async function credentialsAmong(texts: readonly string[]): Promise<Map<number, string>> {
  const bad = new Map<number, string>();
  let from = 0;
  while (from < texts.length) {
    let to = from;
    for (let length = 0; to < texts.length && length < CHUNK; to++) length += (texts[to] ?? '').length + 1;
    const together = texts.slice(from, to).join('\n');
    if (redact(together) !== together) {
      for (let index = from; index < to; index++) {
        const struck = redact(texts[index] ?? '');
        if (struck !== texts[index]) bad.set(index, struck);
      }
    }
    from = to;
    await setImmediate();
  }
  return bad;
}
