// Single figures of /metrics, for the sampler: named lines are found in the text and nothing else of it is read. What
// the page is as a whole is read elsewhere, in a child that may be killed.
// https://prometheus.io/docs/instrumenting/exposition_formats/

export interface MetricsPage {
  /** The value of a metric without regard to labels; undefined when the page does not have it. */
  readonly figure: (name: string) => number | undefined;
  /** The sum over all label sets of the first of these that is there. */
  readonly sum: (names: readonly string[]) => { readonly name: string; readonly total: number } | undefined;
  /** What the program calls its build: of a `*_build_info`, its version, else its revision. */
  readonly build: () => string | undefined;
}

/** A page of ten thousand series; more is not read. */
const MAX_CHARS = 2 * 1024 * 1024;
const MAX_LABELS = 2_000;
const MAX_SERIES = 5_000;
const MAX_BUILD_INFOS = 20;
const MAX_BUILD_CHARS = 60;

export function openMetricsPage(bytes: Uint8Array): MetricsPage {
  const { buffer, byteOffset, byteLength } = bytes;
  // One byte a character: names are ASCII, and no multi-byte sequence holds a line break, quote or brace.
  const text = `\n${Buffer.from(buffer, byteOffset, Math.min(byteLength, MAX_CHARS)).toString('latin1')}`;
  return {
    figure: (name) => series(text, name).next().value,
    sum: (names) => {
      for (const name of names) {
        const values = [...series(text, name)];
        if (values.length > 0) return { name, total: values.reduce((sum, value) => sum + value, 0) };
      }
      return undefined;
    },
    build: () => buildOf(text),
  };
}

/** The finite values of a metric, one for each set of labels. */
function* series(text: string, name: string): Generator<number, undefined> {
  let from = 0;
  for (let found = 0; found < MAX_SERIES; found++) {
    const line = text.indexOf(`\n${name}`, from);
    if (line < 0) return undefined;
    from = line + 1 + name.length;
    const value = valueAt(text, from);
    if (value !== undefined) yield value;
  }
  return undefined;
}

/** Behind the name: labels or none, then the number. Undefined when the name goes on, or the number is none. */
function valueAt(text: string, at: number): number | undefined {
  let start = at;
  if (text[at] === '{') {
    start = endOfLabels(text, at);
    if (start < 0) return undefined;
  }
  if (text[start] !== ' ' && text[start] !== '\t') return undefined;
  const word = /^[ \t]+([-+.\w]{1,40})(?=[ \t\r\n]|$)/.exec(text.slice(start, start + 60))?.[1];
  const value = Number(word);
  return word !== undefined && Number.isFinite(value) ? value : undefined;
}

/** Just behind the closing brace; -1 when there is none on the line. Values may hold braces, and escaped quotes. */
function endOfLabels(text: string, at: number): number {
  let isQuoted = false;
  for (let index = at + 1; index < text.length && index < at + MAX_LABELS; index++) {
    const char = text[index];
    if (char === '\n') return -1;
    if (isQuoted && char === '\\') index += 1;
    else if (char === '"') isQuoted = !isQuoted;
    else if (char === '}' && !isQuoted) return index + 1;
  }
  return -1;
}

const BUILD_INFO = '_build_info{';
/** What stands where nobody said anything. */
const NOTHING = /^(\(?devel\)?|dev|unknown|none|n\/a|head|latest)?$/i;

/** The program's own before that of the Go module, which mostly says "(devel)". */
function buildOf(text: string): string | undefined {
  let ofModule: string | undefined;
  let from = 0;
  for (let found = 0; found < MAX_BUILD_INFOS; found++) {
    const at = text.indexOf(BUILD_INFO, from);
    if (at < 0) break;
    from = at + BUILD_INFO.length;
    const line = text.lastIndexOf('\n', at) + 1;
    if (text[line] === '#') continue;
    const end = endOfLabels(text, from - 1);
    if (end < 0) continue;
    const build = namedIn(text.slice(from, end - 1));
    const isModule = text.slice(line, at) === 'go';
    if (build !== undefined && !isModule) return build;
    ofModule ??= build;
  }
  return ofModule;
}

function namedIn(labels: string): string | undefined {
  for (const label of ['version', 'revision', 'commit', 'vcs_revision']) {
    const said = buildName(new RegExp(`(?:^|,)\\s*${label}="([^"\\\\]{0,200})"`).exec(labels)?.[1]);
    if (said !== undefined) return /^[0-9a-f]{40}$/.test(said) ? said.slice(0, 12) : said;
  }
  return undefined;
}

/** A build as it may be shown and compared; undefined when it says nothing. */
export function buildName(text: string | undefined): string | undefined {
  if (text === undefined || NOTHING.test(text)) return undefined;
  const plain = text.replace(/[^\w.+/-]/g, '').slice(0, MAX_BUILD_CHARS);
  return plain === '' ? undefined : plain;
}
