// What was made of a text that is read again and again: seals are checked and schemas held against it once, for as long as
// it stays letter for letter the same.

/** Those that jobs of one worker are about at the same time, and some. */
const REMEMBERED = 256;
/** What is longer is judged each time. */
const MAX_CHARS = 4_096;

export interface Judged<Judgement> {
  /** The judgement of a text, from `judge` unless that was asked about the very same text under this name before. */
  readonly of: (name: string, text: string, judge: () => Judgement) => Judgement;
}

/** Judgements must be values that nobody changes. */
export function lastJudged<Judgement>(): Judged<Judgement> {
  const known = new Map<string, { readonly text: string; readonly judgement: Judgement }>();
  return {
    of: (name, text, judge) => {
      const before = known.get(name);
      if (before?.text === text) return before.judgement;
      known.delete(name);
      const judgement = judge();
      if (text.length <= MAX_CHARS) known.set(name, { text, judgement });
      const [oldest] = known.keys();
      if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
      return judgement;
    },
  };
}
