// `vs yesterday`: a capture beside the one of the same service that was made nearest to a day before.
import type { KeptVerdict } from '../model/digest.ts';
import {
  formatBytes,
  formatBytesDelta,
  formatCount,
  formatDelta,
  formatDuration,
  formatMoment,
} from '../model/units.ts';
import type { VerdictKind } from '../model/verdict.ts';
import { type Block, type SlackMessage, section } from '../report/elements.ts';
import { code, cutList, type Mrkdwn, mrkdwn, prose, words } from '../report/foreign.ts';
import { addLines, note } from '../report/lines.ts';
import { nameWithin } from '../report/name.ts';
import type { Report } from '../report/schema.ts';
import { summaryWords, verdictTitle } from '../report/wording.ts';

const DAY_MS = 86_400_000;
const SENTENCE = 400;
const NAME = 80;
const FUNCTION_WIDTH = 48;
const ROWS_SHOWN = 6;

/** What is kept of an earlier capture: its report, or, where that is not kept here any more, the verdict. */
export interface Earlier {
  readonly atMs: number;
  readonly reportId: string;
  readonly kind: VerdictKind;
  readonly tier?: string;
  readonly summary: string;
  readonly signatures: readonly {
    readonly stableId: string;
    readonly func: string;
    readonly count: number;
  }[];
  /** Absent where only the verdict is kept: then the list of signatures may be cut as well. */
  readonly whole?: {
    readonly instances: readonly string[];
    readonly samples: Report['memory']['samples'];
  };
}

/** The kept verdict before this report that is nearest to a day before it. */
export function nearestToDayBefore(
  kept: readonly KeptVerdict[],
  report: Pick<Report, 'id' | 'window'>,
): KeptVerdict | undefined {
  const atMs = momentOf(report);
  const wanted = atMs - DAY_MS;
  return kept
    .filter((verdict) => verdict.reportId !== report.id && verdict.atMs < atMs)
    .reduce<KeptVerdict | undefined>(
      (best, verdict) =>
        best && Math.abs(best.atMs - wanted) <= Math.abs(verdict.atMs - wanted) ? best : verdict,
      undefined,
    );
}

export function earlierOfReport(report: Report): Earlier {
  const { verdict, signatures, instances, memory } = report;
  return {
    atMs: momentOf(report),
    reportId: report.id,
    kind: verdict.kind,
    ...(verdict.tier !== undefined && { tier: verdict.tier }),
    summary: verdict.summary,
    signatures: signatures.map(({ stableId, frames, state, count }) => ({
      stableId,
      func: frames[0]?.func ?? state,
      count,
    })),
    whole: { instances, samples: memory.samples },
  };
}

export function earlierOfVerdict({ atMs, reportId, kind, tier, summary, signatures }: KeptVerdict): Earlier {
  return { atMs, reportId, kind, ...(tier !== undefined && { tier }), summary, signatures };
}

export function yesterdayAnswer(report: Report, earlier: Earlier | undefined): SlackMessage {
  if (!earlier) {
    const text = mrkdwn`No earlier capture of ${code(report.service, NAME)} is kept to compare with.`;
    return { text, blocks: [section(text)] };
  }
  const now = earlierOfReport(report);
  const title = mrkdwn`*Against the capture of ${formatMoment(earlier.atMs)}* (${code(earlier.reportId, NAME)}), ${formatDuration(now.atMs - earlier.atMs)} before; of what is kept, it is nearest to a day`;
  const blocks: Block[] = [];
  addLines(blocks, title, [verdictLine('then', earlier), verdictLine('now', now)]);
  const rows = cutList(signatureRows(now, earlier), ROWS_SHOWN);
  addLines(blocks, mrkdwn`*Signatures*`, [
    ...rows.shown,
    ...note(rows.more),
    ...(earlier.whole || rows.shown.length === 0
      ? []
      : [mrkdwn`Of then only the verdict and its first signatures are kept.`]),
  ]);
  addLines(blocks, mrkdwn`*Memory and goroutines*`, figures(now, earlier));
  return {
    text: mrkdwn`Then ${verdictTitle(earlier)}, now ${verdictTitle(now)}: against the capture of ${formatMoment(earlier.atMs)}`,
    blocks,
  };
}

function verdictLine(when: 'then' | 'now', side: Earlier): Mrkdwn {
  return mrkdwn`• ${when}: *${verdictTitle(side)}*. ${prose(summaryWords(side), SENTENCE)}`;
}

/** Those that are new or more first, then those that went. */
function signatureRows(now: Earlier, then: Earlier): Mrkdwn[] {
  const before = new Map(then.signatures.map((signature) => [signature.stableId, signature]));
  const after = new Set(now.signatures.map(({ stableId }) => stableId));
  const there = now.signatures.map(({ stableId, func, count }) => {
    const name = code(nameWithin(func, FUNCTION_WIDTH), NAME);
    const known = before.get(stableId);
    if (!known) return mrkdwn`• new: ${name} ${formatCount(count)}`;
    const delta = count - known.count;
    const how = delta > 0 ? 'more' : delta < 0 ? 'fewer' : 'the same';
    return mrkdwn`• ${how}: ${name} ${formatCount(known.count)} → ${formatCount(count)}`;
  });
  const gone = then.signatures
    .filter(({ stableId }) => !after.has(stableId))
    .map(
      ({ func, count }) =>
        mrkdwn`• not listed any more: ${code(nameWithin(func, FUNCTION_WIDTH), NAME)} ${formatCount(count)}`,
    );
  return [...there, ...gone];
}

type Field = 'goroutines' | 'heapAlloc' | 'rss' | 'sys';
const FIELDS: readonly { readonly field: Field; readonly called: string; readonly bytes: boolean }[] = [
  { field: 'goroutines', called: 'goroutines', bytes: false },
  { field: 'heapAlloc', called: 'heap in use', bytes: true },
  { field: 'rss', called: 'resident memory', bytes: true },
  { field: 'sys', called: 'memory of the Go runtime', bytes: true },
];

/** Other instances have other loads: their figures are not set side by side as if they were one's. */
function figures(now: Earlier, then: Earlier): Mrkdwn[] {
  if (!now.whole || !then.whole) return [];
  const [before, after] = [then.whole.instances, now.whole.instances];
  if (before.join() !== after.join()) {
    return [
      mrkdwn`Not set side by side: then ${words(before.join(', '), SENTENCE)} was looked at, now ${words(after.join(', '), SENTENCE)}.`,
    ];
  }
  const [was, is] = [then.whole.samples, now.whole.samples];
  return FIELDS.flatMap(({ field, called, bytes }) => {
    const [from, to] = [lastOf(was, field), lastOf(is, field)];
    if (from === undefined || to === undefined) return [];
    const show = bytes ? formatBytes : formatCount;
    const change = bytes ? formatBytesDelta(to - from) : formatDelta(to - from);
    return [mrkdwn`• ${called}: ${show(from)} → ${show(to)} (${change})`];
  });
}

function lastOf(samples: Report['memory']['samples'], field: Field): number | undefined {
  for (const sample of samples.toReversed()) {
    const value = sample[field];
    if (typeof value === 'number') return value;
  }
  return undefined;
}

function momentOf({ window }: Pick<Report, 'window'>): number {
  return window.to ?? window.from ?? 0;
}
