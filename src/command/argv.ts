// A command line as somebody writes it -> the program and its arguments, without a shell: quotes and backslashes are
// understood, nothing is expanded. `hey -z 10s "http://localhost:6060/?q=a b"` -> [hey, -z, 10s, http://localhost:6060/?q=a b]

/** Outside quotes these mean something to a shell that no program is given. */
const SHELL_ONLY = /[|&;<>()$`*?[\]#~]/;
/** `NAME=value cmd` is an assignment only to a shell. */
const ASSIGNMENT = /^[A-Za-z_]\w*=/;

export type Argv =
  | { readonly argv: readonly [string, ...string[]] }
  /** What about the line only a shell would understand, or why it is none. */
  | { readonly because: string };

export function readArgv(line: string): Argv {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? '';
    if (quote === undefined && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word ??= '';
    if (quote === undefined && SHELL_ONLY.test(character) && !isPlainHere(character, word)) {
      return { because: `only a shell understands \`${character}\`` };
    }
    // Inside double quotes a shell would still expand these.
    if (quote === '"' && /[$`]/.test(character)) {
      return { because: `only a shell understands \`${character}\` in double quotes` };
    }
    if (character === '\\' && quote !== "'") {
      word += line[++at] ?? '';
    } else if (character === quote) {
      quote = undefined;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
    } else {
      word += character;
    }
  }
  if (quote !== undefined) return { because: `a quote (${quote}) is not closed` };
  if (word !== undefined) words.push(word);
  const [program, ...rest] = words;
  if (program === undefined || program === '') return { because: 'it names no program' };
  if (ASSIGNMENT.test(program)) return { because: 'only a shell sets variables before a program' };
  return { argv: [program, ...rest] };
}

/** Inside a word these are read as they stand: `http://host/?n=1`, `a#b`, `v1~2`. */
function isPlainHere(character: string, before: string): boolean {
  if (character === '?') return before.includes('://');
  return (character === '#' || character === '~') && before !== '';
}
