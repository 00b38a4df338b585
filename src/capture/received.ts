// What came instead of an answer, kept beside the failure so that an operator sees it: bounded, printable, and without
// anything that looks like a secret.
import { withoutSecretShapes } from './secrets.ts';

/** Failed evidence takes at most 4 KiB on disk, its JSON included. */
const MAX_HEAD_CHARS = 1_200;

/** `HTTP 502 text/html: <html>…` */
export function receivedWords(status: number, contentType: string, bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 2 * MAX_HEAD_CHARS)).toString('latin1');
  const printable = head.replace(/[^\x20-\x7e]+/g, ' ');
  const type = withoutSecretShapes(contentType.replace(/[^\x20-\x7e]+/g, ' ')).slice(0, 100);
  // Half a secret may look like none: the word that was cut goes whole.
  const whole = bytes.byteLength > head.length ? printable.replace(/\S{0,300}$/, '') : printable;
  const words = withoutSecretShapes(whole).slice(0, MAX_HEAD_CHARS);
  return `HTTP ${status}${type === '' ? '' : ` ${type}`}: ${words}`.trimEnd();
}
