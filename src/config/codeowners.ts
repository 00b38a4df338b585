// CODEOWNERS -> who owns a path. The patterns are gitignore's without `!` and `[…]`, and unlike there `docs/*` means the
// files in docs alone (https://docs.github.com/repositories/…/about-code-owners); sections and approvals of other hosts
// (`[Payments][2]`, `^[Docs]`) are passed over, their default owners hold for lines without any.

export interface OwnerRule {
  readonly matches: (path: string) => boolean;
  /** As written: `@acme/payments`, `@somebody`, `team@acme.example`. None: nobody owns it. */
  readonly owners: readonly string[];
}

/** GitHub reads no more than 3 MB either. */
export const MAX_CODEOWNERS_BYTES = 3 * 1024 * 1024;
const MAX_RULES = 20_000;
const MAX_PATTERN = 400;

/** Lines that are no rules are passed over: a CODEOWNERS is somebody else's file, and no reason to say nothing. */
export function readCodeowners(text: string): readonly OwnerRule[] {
  const rules: OwnerRule[] = [];
  let ofSection: readonly string[] = [];
  for (const line of text.slice(0, MAX_CODEOWNERS_BYTES).split('\n')) {
    if (rules.length >= MAX_RULES) break;
    const section = /^\s*\^?\[[^\]]*\](?:\[\d+\])?(.*)$/.exec(line);
    if (section) {
      ofSection = ownersIn(wordsOf(section[1] ?? ''));
      continue;
    }
    const [pattern, ...rest] = wordsOf(line);
    if (pattern === undefined || pattern.length > MAX_PATTERN || pattern.startsWith('!')) continue;
    const named = ownersIn(rest);
    rules.push({
      matches: matcherOf(pattern.replaceAll('\\ ', ' ').replaceAll('\\#', '#')),
      owners: named.length > 0 ? named : ofSection,
    });
  }
  return rules;
}

/** Owners by the last rule that matches, as in every host; empty when none does or nobody is named. */
export function ownersOf(rules: readonly OwnerRule[], path: string): readonly string[] {
  return rules.findLast(({ matches }) => matches(path))?.owners ?? [];
}

/** Words of a line up to its comment; a blank within a path is written `\ `. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:\\.|[^\s\\])+/g) ?? [];
  const comment = words.findIndex((word) => word.startsWith('#'));
  return comment < 0 ? words : words.slice(0, comment);
}

function ownersIn(words: readonly string[]): string[] {
  return words.filter((word) => word.includes('@'));
}

function matcherOf(pattern: string): (path: string) => boolean {
  const segments = pattern.split('/').filter((segment) => segment !== '');
  // `a/` and `a/**` are what is in it; `docs/*` is that too, but no deeper.
  const isFolder = pattern.endsWith('/') || segments.at(-1) === '**';
  if (segments.at(-1) === '**') segments.pop();
  const isAnchored = pattern.slice(0, -1).includes('/');
  const isShallow = isAnchored && segments.at(-1) === '*';
  const named = segments.map((segment) => (segment === '**' ? '**' : segmentMatcher(segment)));
  // A name alone is meant in every folder.
  const steps: readonly Step[] = isAnchored ? named : ['**', ...named];
  return (path) => {
    const parts = path.split('/').filter((part) => part !== '');
    const ends = walk(steps, parts);
    return (!isFolder && ends.has(parts.length)) || (!isShallow && [...ends].some((at) => at < parts.length));
  };
}

type Step = '**' | ((part: string) => boolean);

/** How many parts of the path the steps can take: all ways at once, so that no pattern makes it slow. */
function walk(steps: readonly Step[], parts: readonly string[]): ReadonlySet<number> {
  let reached = new Set([0]);
  for (const step of steps) {
    const next = new Set<number>();
    for (const at of reached) {
      if (step === '**') for (let to = at; to <= parts.length; to++) next.add(to);
      else if (at < parts.length && step(parts[at] ?? '')) next.add(at + 1);
    }
    reached = next;
  }
  return reached;
}

/** `*` and `?` within one name. */
function segmentMatcher(segment: string): (part: string) => boolean {
  if (!/[*?]/.test(segment)) return (part) => part === segment;
  const pieces = segment.split('*');
  const [first = '', ...others] = pieces;
  const last = others.pop();
  return (part) => {
    if (last === undefined) return part.length === first.length && startsAt(part, first, 0);
    if (part.length < first.length + last.length) return false;
    if (!startsAt(part, first, 0) || !startsAt(part, last, part.length - last.length)) return false;
    // The leftmost place for each piece leaves the most room for the rest.
    let from = first.length;
    for (const piece of others) {
      while (from + piece.length <= part.length - last.length && !startsAt(part, piece, from)) from += 1;
      if (from + piece.length > part.length - last.length) return false;
      from += piece.length;
    }
    return true;
  };
}

function startsAt(part: string, piece: string, from: number): boolean {
  for (let at = 0; at < piece.length; at++) {
    if (piece[at] !== '?' && piece[at] !== part[from + at]) return false;
  }
  return true;
}
