// Long Go names, shortened so that the part people recognise survives. Full names stay in the report.

/**
 * `github.com/acme/payments/ledger.(*Writer).flush.func1` -> `ledger.(*Writer).flush.func1`; with `parents: 1`
 * `payments/ledger.(*Writer).flush.func1`. Generics keep their `[...]`, `%2e` is a dot again, a version
 * element is passed over: `github.com/acme/bus/v2.Send` -> `bus.Send`.
 */
export function shortName(func: string, parents = 0): string {
  const { path, symbol } = splitName(func);
  const elements = path.split('/').filter((element) => element !== '');
  const named = elements.length > 1 && isVersion(elements.at(-1)) ? elements.slice(0, -1) : elements;
  const home = elements.length > 1 && named.length > 1 && named[0]?.includes('.') ? named.slice(1) : named;
  const kept = home.slice(Math.max(0, home.length - 1 - parents)).join('/');
  return kept === '' ? symbol : `${unescapePath(kept)}.${symbol}`;
}

/** `/srv/build/payments/ledger/writer.go` -> `ledger/writer.go`. */
export function shortFile(file: string): string {
  return file.split(/[/\\]/).filter(Boolean).slice(-2).join('/');
}

/** `ledger/writer.go:88`; the line is left out when unknown. Empty when the file is. */
export function shortPlace(frame: { readonly file: string; readonly line: number }): string {
  const file = shortFile(frame.file);
  return file === '' || frame.line === 0 ? file : `${file}:${frame.line}`;
}

/** `chan send in github.com/acme/payments/ledger.flush` -> `chan send in payments/ledger.flush`, cut in the middle. */
export function shortLabel(label: string, width: number, parents = 1): string {
  const words = label.split(' ').map((word) => (word.includes('/') ? shortName(word, parents) : word));
  return middleCut(words.join(' '), width);
}

/** The short name, with one parent package where it still fits, cut in the middle where even that is too long. */
export function nameWithin(func: string, width: number): string {
  const roomy = shortName(func, 1);
  return roomy.length <= width ? roomy : middleCut(shortName(func), width);
}

/** From `payments/ledger.(*Writer).flush` over `ledger.(*Writer).flush` and `(*Writer).flush` to `flush`. */
export function shorterAndShorter(func: string): readonly string[] {
  const { symbol } = splitName(func);
  const method = /^(?:\([^)]*\)\.)?(.+)$/.exec(symbol)?.[1] ?? symbol;
  return [...new Set([shortName(func, 1), shortName(func), symbol, method])];
}

/** `ledger.(*Writ…lush.func1`: both ends stay, the end a little longer, for that is where names differ. */
export function middleCut(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  if (width <= 1) return '…'.slice(0, Math.max(0, width));
  const tail = Math.ceil((width - 1) * 0.55);
  const head = width - 1 - tail;
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - tail).join('')}`;
}

/**
 * The package path ends at the first dot after its last slash. Slashes and dots inside type arguments
 * (`pool.(*Pool[github.com/acme/x.Job]).run`) and receivers belong to the symbol.
 */
function splitName(func: string): { path: string; symbol: string } {
  const bracket = func.search(/[[(]/);
  const head = bracket === -1 ? func : func.slice(0, bracket);
  const slash = head.lastIndexOf('/');
  const dot = func.indexOf('.', slash + 1);
  if (dot === -1) return { path: '', symbol: shortenArguments(func) };
  return { path: func.slice(0, dot), symbol: shortenArguments(func.slice(dot + 1)) };
}

/** Type arguments carry whole import paths: `[github.com/acme/x.Job]` -> `[x.Job]`. `[...]` has none. */
function shortenArguments(symbol: string): string {
  return symbol.replace(/[\w.%~-]+(?:\/[\w.%~-]+)+/g, (path) => path.slice(path.lastIndexOf('/') + 1));
}

function isVersion(element: string | undefined): boolean {
  return element !== undefined && /^v[0-9]+$/.test(element);
}

/** The linker escapes dots (and quotes, controls) of a last path element: `gopkg.in/yaml%2ev3` is yaml.v3. */
function unescapePath(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
