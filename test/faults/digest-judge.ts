// The judge of digests: the slots there were, against the messages that the channel shows. Pure.

export interface ExpectedSlot {
  readonly digest: string;
  /** `2026-11-26T09:00:00` */
  readonly slot: string;
}

/** One message of ours, by its outbox key. */
export interface ShownDigest {
  readonly key: string;
  readonly text: string;
}

export interface DigestJudgement {
  readonly expected: number;
  readonly visible: number;
  readonly late: number;
  readonly skipped: number;
  /** Neither visible nor said to be skipped. */
  readonly missing: readonly string[];
  readonly duplicate: readonly string[];
  /** Said to be skipped, and there all the same. */
  readonly contradictory: readonly string[];
  /** Of a slot that is in no timetable. */
  readonly unexpected: readonly string[];
  readonly kept: boolean;
}

const ROOT = /^digest:([a-z0-9-]+):(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)$/;
const SKIPPED = /Skipped: (?:\d[\d,]* from )?([\d :,-]+?)(?: to ([\d :-]+))?\./;

/** @param known true for a slot of the timetable, whenever it is */
export function judgeDigests(
  expected: readonly ExpectedSlot[],
  shown: readonly ShownDigest[],
  known: (slot: ExpectedSlot) => boolean,
): DigestJudgement {
  const seen = new Map<string, number>();
  const skips: { readonly digest: string; readonly isSkipped: (slot: string) => boolean }[] = [];
  const unexpected: string[] = [];
  let late = 0;
  for (const { key, text } of shown) {
    const [, digest, slot] = ROOT.exec(key) ?? [];
    if (digest === undefined || slot === undefined) continue;
    if (!known({ digest, slot })) unexpected.push(key);
    const name = `${digest} ${slot}`;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    if (text.includes('Late by ')) late += 1;
    const isSkipped = skippedIn(text);
    if (isSkipped) skips.push({ digest, isSkipped });
  }
  const wasSkipped = ({ digest, slot }: ExpectedSlot): boolean =>
    skips.some((said) => said.digest === digest && said.isSkipped(slot));
  const isSeen = ({ digest, slot }: ExpectedSlot): boolean => seen.has(`${digest} ${slot}`);
  const named = (slots: readonly ExpectedSlot[]): string[] =>
    slots.map(({ digest, slot }) => `${digest} ${slot}`);
  const missing = named(expected.filter((slot) => !isSeen(slot) && !wasSkipped(slot)));
  const contradictory = named(expected.filter((slot) => isSeen(slot) && wasSkipped(slot)));
  const duplicate = [...seen].filter(([, times]) => times > 1).map(([name]) => name);
  return {
    expected: expected.length,
    visible: expected.filter(isSeen).length,
    late,
    skipped: expected.filter((slot) => !isSeen(slot) && wasSkipped(slot)).length,
    missing,
    duplicate,
    contradictory,
    unexpected,
    kept: [missing, duplicate, contradictory, unexpected].every((list) => list.length === 0),
  };
}

/** Slots are written as people read them: `2026-11-26 09:00`, with seconds where there are any. */
function skippedIn(text: string): ((slot: string) => boolean) | undefined {
  const [, first = '', last] = SKIPPED.exec(text) ?? [];
  if (first === '') return undefined;
  if (last !== undefined) return (slot) => slot >= slotOf(first) && slot <= slotOf(last);
  const named = new Set(first.split(', ').map(slotOf));
  return (slot) => named.has(slot);
}

function slotOf(words: string): string {
  const [day = '', time = ''] = words.trim().split(' ');
  return `${day}T${time.length === 5 ? `${time}:00` : time}`;
}
