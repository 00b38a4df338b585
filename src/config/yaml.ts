// YAML from a file somebody edits, bounded before it is understood: what nests, repeats or names too much is a fault with
// its line, never a process that is gone.
import { isAlias, isScalar, Lexer, LineCounter, parseDocument, visit } from 'yaml';

const MAX_ALIASES = 50;
const MAX_DEPTH = 32;

export interface Yaml {
  readonly value: unknown;
  /** The line of what a path names, or of the nearest thing around it that is there. */
  readonly lineOf: (path: readonly string[]) => number;
}

/** Faults when it is none: sentences, each with its line. */
export function readYaml(text: string): Yaml | { readonly faults: readonly string[] } {
  const deepAt = lineNestedTooDeep(text);
  if (deepAt !== undefined) {
    return { faults: [`line ${deepAt}: it is nested deeper than ${MAX_DEPTH} levels`] };
  }
  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return { faults: document.errors.map(({ pos, message }) => `line ${lineAt(pos[0])}: ${message}`) };
  }
  const inherited = inheritedName(document);
  if (inherited !== undefined) {
    return { faults: [`line ${lineAt(inherited.at)}: "${inherited.name}" is no key`] };
  }
  try {
    const value = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { value, lineOf: (path) => lineOf(document, path, lines) };
  } catch {
    return { faults: [`line ${lineAt(firstAlias(document))}: it uses too many aliases`] };
  }
}

type Document = ReturnType<typeof parseDocument>;

function firstAlias(document: Document): number {
  let at = 0;
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node)) return undefined;
      at = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return at;
}

/** A key that every object has already: neither a schema nor a loop over keys would see it. */
function inheritedName(document: Document): { name: string; at: number } | undefined {
  let found: { name: string; at: number } | undefined;
  visit(document, {
    Pair: (_, { key }) => {
      if (!isScalar(key) || !INHERITED.has(String(key.value))) return undefined;
      found = { name: String(key.value), at: key.range?.[0] ?? 0 };
      return visit.BREAK;
    },
  });
  return found;
}

const INHERITED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Of what a path names, or of the nearest thing around it that is there. */
function lineOf(document: Document, path: readonly string[], lines: LineCounter): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/**
 * Brackets within brackets, or dashes after dashes on one line (`- - - x`): the parser would follow each of them with
 * a call of its own, until there is no stack left. Deeper nesting by indentation costs the square of its depth in bytes.
 */
function lineNestedTooDeep(text: string): number | undefined {
  let line = 1;
  let brackets = 0;
  let dashes = 0;
  let isText = false;
  for (const token of new Lexer().lex(text)) {
    if (!isText && /^[[{]$/.test(token)) brackets += 1;
    else if (!isText && /^[\]}]$/.test(token)) brackets = Math.max(0, brackets - 1);
    else if (!isText && /^[-?:]$/.test(token)) dashes += 1;
    if (brackets > MAX_DEPTH || dashes > MAX_DEPTH) return line;
    const breaks = token.split('\n').length - 1;
    if (breaks > 0) dashes = 0;
    line += breaks;
    isText = token === SCALAR_FOLLOWS;
  }
  return undefined;
}

/** The lexer's own mark before the text of a scalar. */
const SCALAR_FOLLOWS = '\u001f';
