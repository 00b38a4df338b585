import type { FoundHolder, RetentionFindings } from '../../model/retention.ts';
import { formatBytes, formatBytesDelta, formatCount, formatDelta, formatPercent } from '../../model/units.ts';
import type { Clue } from '../../model/verdict.ts';
import type { Examination } from '../examine.ts';
import { rulesOf } from '../handbook.ts';
import { isRuntimeOnly } from '../retention.ts';
import { matchedWords } from '../retention-match.ts';
import { capitalised, shortName } from '../wording.ts';
import type { ClueReader } from './clue.ts';

/** Of all that is reachable: what is deep and small is in every program. */
const DEEP_SHARE = 0.05;
/** Holders that grew by this share of what grew between two files are named. */
const GREW_SHARE = 0.1;

/** Who holds the memory, by a goref file; how far that can be joined to what grows, and how it was. */
export const retention: ClueReader = (exam) => {
  const findings = exam.retention;
  if (!findings) return [];
  return [
    ...held(findings, exam),
    ...unmatched(findings),
    ...grown(findings),
    ...onGrowingStacks(findings, exam),
    ...largest(findings),
    ...deep(findings, rulesOf(exam).retentionDepth),
    ...otherMoment(findings),
    ...cutShort(findings),
  ];
};

function held({ holders, held: sites, grownBytes }: RetentionFindings, { heap }: Examination): Clue[] {
  const grew = (heap?.profiles ?? 0) > 1;
  return sites.flatMap((site) => {
    const holder = holders[site.holder];
    if (!holder) return [];
    const share = site.bytes / Math.max(1, grownBytes);
    const amount = grew
      ? `${formatPercent(share)} of the growth (${formatBytesDelta(site.bytes)}, allocated in \`${shortName(site.func)}\`)`
      : `What \`${shortName(site.func)}\` allocated (${formatBytes(site.bytes)})`;
    return [
      {
        clue: 'retention-held',
        severity: grew ? ('critical' as const) : ('warning' as const),
        text: `${amount} hangs off ${holder.label}, depth ${formatCount(holder.depth)} from ${holder.from}; matched ${matchedWords(site, holder)}${site.by.includes('amount') ? '' : ', which is likely but no proof'}.`,
        evidence: {
          root: holder.root.name,
          depth: holder.depth,
          holderBytes: holder.bytes,
          siteBytes: site.bytes,
          matchedBy: site.by.join(', '),
          ...(site.atLeast !== undefined && { atLeast: site.atLeast }),
        },
      },
    ];
  });
}

function unmatched({ unmatched: sites }: RetentionFindings): Clue[] {
  return sites.slice(0, 2).map(({ func, bytes, because }) => ({
    clue: 'retention-unmatched',
    severity: 'notice',
    text: `Who holds what \`${shortName(func)}\` allocated (${formatBytes(bytes)}) the goref file cannot tell: ${because}.`,
    evidence: { bytes },
  }));
}

/** Two files of one process: what grew is measured, whoever allocated it. */
function grown({ holders, deltaBytes }: RetentionFindings): Clue[] {
  if (deltaBytes === undefined || deltaBytes <= 0) return [];
  return holders
    .filter((holder) => (holder.deltaBytes ?? 0) >= GREW_SHARE * deltaBytes)
    .slice(0, 2)
    .map((holder) => ({
      clue: 'retention-grown',
      severity: 'warning',
      text: `Between the two goref files ${holder.label} grew ${formatBytesDelta(holder.deltaBytes ?? 0)}, ${formatPercent(Math.min(1, (holder.deltaBytes ?? 0) / deltaBytes))} of what all roots together grew.`,
      evidence: { root: holder.root.name, deltaBytes: holder.deltaBytes ?? 0, allBytes: deltaBytes },
    }));
}

/** What hangs off the stacks of goroutines that grow is theirs: it goes when they do. */
function onGrowingStacks({ holders, bytes }: RetentionFindings, { judgements }: Examination): Clue[] {
  return holders
    .flatMap((holder) => {
      const { func, kind } = holder.root;
      const growing = judgements.find(
        ({ growth, signature }) =>
          growth === 'growing' && kind !== 'runtime' && signature.frames.some((frame) => frame.func === func),
      );
      const counts = growing?.track.counts ?? [];
      const grown = (counts[counts.length - 1] ?? 0) - (counts[0] ?? 0);
      if (!growing || grown <= 0) return [];
      return [
        {
          clue: 'retention-stacks',
          severity: 'warning' as const,
          text: `${formatBytes(holder.bytes)} of ${formatBytes(bytes)} reachable hang off ${holder.from}, whose goroutines grow (${formatDelta(grown)} in the window): it goes when they end.`,
          evidence: { root: holder.root.name, bytes: holder.bytes, grown },
        },
      ];
    })
    .slice(0, 2);
}

/** Without a site that grows it is still worth knowing where most of the memory hangs. */
function largest({ holders, held: sites, bytes }: RetentionFindings): Clue[] {
  const [first] = holders;
  if (!first || sites.length > 0 || bytes <= 0) return [];
  const others = isRuntimeOnly(first) ? ' Nothing but the runtime holds anything to speak of.' : '';
  return [
    {
      clue: 'retention',
      severity: 'notice',
      text: `${capitalised(first.label)} holds ${formatBytes(first.bytes)} of ${formatBytes(bytes)} reachable, depth ${formatCount(first.depth)} from ${first.from}.${others}`,
      evidence: { root: first.root.name, depth: first.depth, bytes: first.bytes, objects: first.objects },
    },
  ];
}

/** The handbook calls it a strong signal. Deep structures live in healthy programs too, so here it accuses nobody. */
function deep({ holders, bytes }: RetentionFindings, figure: number): Clue[] {
  return holders
    .filter((holder) => isDeep(holder, bytes))
    .map((holder) => ({
      clue: 'retention-depth',
      severity: 'notice',
      text: `${formatBytes(holder.deepBytes)} hang more than ${figure} steps below ${holder.from}${holder.isCache ? ', by its name a cache' : ''}; the longest way has ${formatCount(holder.deepest)} (handbook: deeper than ${figure} with a way to a global or a cache). Deep alone is no leak.`,
      evidence: { root: holder.root.name, deepest: holder.deepest, deepBytes: holder.deepBytes, figure },
    }));
}

function isDeep({ root, isCache, deepBytes }: FoundHolder, bytes: number): boolean {
  const isGlobal = root.kind === 'variable' || root.kind === 'unnamed' || isCache;
  return isGlobal && root.kind !== 'runtime' && deepBytes > 0 && deepBytes >= DEEP_SHARE * bytes;
}

function otherMoment({ bytes, profileBytes }: RetentionFindings): Clue[] {
  if (profileBytes === undefined) return [];
  const ratio = bytes / profileBytes;
  if (ratio <= 1.5 && ratio >= 1 / 1.5) return [];
  return [
    {
      clue: 'retention-moment',
      severity: 'notice',
      text: `The goref file holds ${formatBytes(bytes)}, the heap profile beside it ${formatBytes(profileBytes)}: they are of different moments, so shares of one are not those of the other.`,
      evidence: { bytes, profileBytes },
    },
  ];
}

function cutShort({ cut }: RetentionFindings): Clue[] {
  if (cut === 0) return [];
  return [
    {
      clue: 'retention-cut',
      severity: 'notice',
      text: `The goref file holds more ways than are followed: ${formatCount(cut)} end too early, at the last step there was room for.`,
      evidence: { cut },
    },
  ];
}
