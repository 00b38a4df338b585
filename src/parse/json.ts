// JSON from outside, with its limits checked before V8 sees it: size and nesting are cheap to bound and dear
// to discover.
import type { Problem } from '../model/problem.ts';

/** /debug/vars is about 4 KB; services publish maps of counters beside it. */
export const MAX_JSON_BYTES = 32 << 20;
/** A log export of that size has about three million; many more are made to be dear. */
export const MAX_JSON_VALUES = 4_000_000;
/** Reliability policy: JSON depth. */
export const MAX_JSON_DEPTH = 64;

export interface Json {
  readonly value: unknown;
  readonly problem?: Problem;
}

export function parseJson(bytes: Uint8Array): Json {
  if (bytes.length > MAX_JSON_BYTES) {
    return refused('json-too-large', 'The JSON is larger than 32 MiB and was not read.');
  }
  const { deepest, commas } = jsonShape(bytes);
  if (commas >= MAX_JSON_VALUES) {
    return refused('json-too-many-values', 'The JSON holds more than 4 million values and was not read.');
  }
  if (deepest > MAX_JSON_DEPTH) {
    return refused(
      'json-too-deep',
      `The JSON is nested deeper than ${MAX_JSON_DEPTH} levels and was not read.`,
    );
  }
  try {
    return { value: JSON.parse(DECODER.decode(bytes)) };
  } catch {
    return refused('json-broken', 'The JSON is damaged or cut off.');
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const DECODER = new TextDecoder();

/** Outside of strings. */
function jsonShape(bytes: Uint8Array): { deepest: number; commas: number } {
  let commas = 0;
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let p = 0; p < bytes.length; p++) {
    const c = bytes[p];
    if (quoted) {
      if (c === 92) p += 1;
      else if (c === 34) quoted = false;
    } else if (c === 34) quoted = true;
    else if (c === 123 || c === 91) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (c === 125 || c === 93) depth -= 1;
    else if (c === 44) commas += 1;
  }
  return { deepest, commas };
}

function refused(code: string, text: string): Json {
  return { value: undefined, problem: { code, text } };
}
