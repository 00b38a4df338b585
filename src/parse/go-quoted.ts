// Strings as Go's strconv.Quote writes them, which is not JSON: "a\tb\x00\u00e9\U0001f600".

export interface Quoted {
  readonly value: string;
  /** Index just after the closing quote. */
  readonly end: number;
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Reads the quoted string that begins at `at`; `undefined` when none does or it does not end. */
export function readGoQuoted(text: string, at: number): Quoted | undefined {
  if (text[at] !== '"') return undefined;
  let value = '';
  let plain = at + 1;
  for (let next = plain; next < text.length; next++) {
    const char = text[next];
    if (char === '"') return { value: value + text.slice(plain, next), end: next + 1 };
    if (char !== '\\') continue;
    value += text.slice(plain, next);
    const mark = text[++next] ?? '';
    const digits = HEX_DIGITS[mark];
    if (digits === undefined) value += SIMPLE[mark] ?? mark;
    else {
      value += hexEscape(mark, text.slice(next + 1, next + 1 + digits));
      next += digits;
    }
    plain = next + 1;
  }
  return undefined;
}

/** A lone byte above ASCII was not UTF-8, or Go would not have escaped it so. */
function hexEscape(mark: string, digits: string): string {
  const code = Number.parseInt(digits, 16);
  if (Number.isNaN(code) || code > 0x10ffff) return '\ufffd';
  return mark === 'x' && code > 0x7f ? '\ufffd' : String.fromCodePoint(code);
}

/**
 * A label set in braces: `{"route":"/v1/x", "tenant":"acme"}`. What cannot be read ends the list; what
 * was read before it is kept. The object has no prototype, since a label may be called `__proto__`.
 */
export function readGoLabels(text: string, maxLabels: number): Record<string, string> {
  const labels: Record<string, string> = Object.create(null);
  let at = text.indexOf('{') + 1;
  for (let count = 0; at > 0 && count < maxLabels; count++) {
    while (text[at] === ' ' || text[at] === ',') at++;
    const key = readGoQuoted(text, at);
    if (!key) break;
    at = key.end;
    while (text[at] === ' ' || text[at] === ':') at++;
    const value = readGoQuoted(text, at);
    if (!value) break;
    labels[key.value] = value.value;
    at = value.end;
  }
  return labels;
}
