// The judge: what was accepted, against what the threads show and what the targets felt. Pure.

/** One command somebody typed. */
export interface Asked {
  readonly requestId: string;
  readonly channel: string;
  readonly atMs: number;
  /** Slack was told "got it" and the person was not told that nothing was started. */
  readonly accepted: boolean;
}

/** One root message of ours. */
export interface Shown {
  readonly requestId: string;
  readonly ts: string;
  readonly text: string;
}

/** One HTTP request a target answered. */
export interface Hit {
  readonly target: string;
  readonly capture: string;
  readonly path: string;
  readonly atMs: number;
}

export interface Judgement {
  readonly accepted: number;
  readonly finished: number;
  /** Accepted, and no root message. */
  readonly missing: readonly string[];
  /** Accepted, with a root message that never came to an end. */
  readonly unfinished: readonly string[];
  /** More than one root message. */
  readonly duplicate: readonly string[];
  /** Captures of one target that lay across each other in time. */
  readonly overlapping: readonly string[];
  readonly kept: boolean;
}

/** A root message still on its way says what it is doing; every other one is a last word. */
export const UNDER_WAY = /^Capturing /;

export function judge(asked: readonly Asked[], shown: readonly Shown[], hits: readonly Hit[]): Judgement {
  const roots = new Map<string, Shown[]>();
  for (const root of shown) roots.set(root.requestId, [...(roots.get(root.requestId) ?? []), root]);
  const accepted = asked.filter((one) => one.accepted);
  const missing = accepted.filter(({ requestId }) => !roots.has(requestId)).map(({ requestId }) => requestId);
  const duplicate = [...roots].filter(([, all]) => all.length > 1).map(([requestId]) => requestId);
  const unfinished = accepted
    .filter(({ requestId }) => roots.get(requestId)?.every(({ text }) => UNDER_WAY.test(text)))
    .map(({ requestId }) => requestId);
  const overlapping = overlaps(hits);
  return {
    accepted: accepted.length,
    finished: accepted.length - missing.length - unfinished.length,
    missing,
    unfinished,
    duplicate,
    overlapping,
    kept: [missing, unfinished, duplicate, overlapping].every((list) => list.length === 0),
  };
}

/** `a b a` at one target: capture b hit it while a was not done. */
function overlaps(hits: readonly Hit[]): string[] {
  const found: string[] = [];
  for (const [target, own] of byTarget(hits)) {
    // Whoever cannot be told from others cannot be shown to have waited for them.
    if (own.some(({ capture }) => capture === '')) found.push(`${target}: asked by a capture without a name`);
    const inTime = own.toSorted((a, b) => a.atMs - b.atMs);
    const lastOf = new Map(inTime.map((hit) => [hit.capture, hit.atMs]));
    let current: Hit | undefined;
    for (const hit of inTime) {
      if (current && hit.capture !== current.capture && (lastOf.get(current.capture) ?? 0) > hit.atMs) {
        found.push(`${target}: ${hit.capture} while ${current.capture}`);
      }
      current = hit;
    }
  }
  return [...new Set(found)];
}

function byTarget(hits: readonly Hit[]): ReadonlyMap<string, readonly Hit[]> {
  const grouped = new Map<string, Hit[]>();
  for (const hit of hits) {
    const own = grouped.get(hit.target);
    if (own) own.push(hit);
    else grouped.set(hit.target, [hit]);
  }
  return grouped;
}
