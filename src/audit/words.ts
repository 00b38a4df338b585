// The audit in plain words: a line a decision, for a terminal or a chat, which escape it in their own ways.
import { Failure } from '../failure.ts';
import { formatBytes, formatDuration } from '../model/units.ts';
import type { Decision, Entry } from './line.ts';
import { segmentNames, surveySegment } from './segment.ts';
import { auditFolder } from './trail.ts';
import type { Verified } from './verify.ts';

const DAY_MS = 86_400_000;

export interface Wanted {
  readonly sinceMs?: number;
  readonly service?: string;
  readonly most: number;
}

type Decided = Decision & { readonly at: string };

/** The last decisions of all processes, oldest first. */
export function readDecisions(folder: string, { sinceMs = 0, service, most }: Wanted): readonly Decided[] {
  const since = new Date(sinceMs).toISOString();
  const day = since.slice(0, 10).replaceAll('-', '');
  return segmentNames(folder)
    .filter((name) => name.slice(0, 8) >= day)
    .flatMap((name) => surveySegment(folder, name)?.lines ?? [])
    .flatMap((line) => (typeof line === 'object' && isDecision(line.entry) ? [line.entry] : []))
    .filter((each) => each.at >= since && (service === undefined || each.service === service))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .slice(-most);
}

export function decisionsText(decisions: readonly Decided[]): string {
  if (decisions.length === 0) return 'Nothing was decided in that time.';
  return decisions.map(decisionText).join('\n');
}

const MOST_IN_CHAT = 20;

/**
 * For a message: the latest first, because what does not fit is cut off at its end.
 * @throws Failure `usage_wrong`
 */
export function auditText(
  home: string,
  { verify, sinceMs: agoMs, service }: { verify: boolean; sinceMs?: number; service?: string },
  nowMs: number,
): string {
  // It reads whole files, and a process that people wait for must not.
  if (verify) {
    throw new Failure('usage_wrong', {
      what: 'The audit is verified in a terminal',
      usage: 'goleak audit verify',
    });
  }
  const wanted = {
    most: MOST_IN_CHAT,
    sinceMs: nowMs - (agoMs ?? DAY_MS),
    ...(service !== undefined && { service }),
  };
  return decisionsText(readDecisions(auditFolder(home), wanted).toReversed());
}

export function verifiedText({ files, lines, faults, notes }: Verified): string {
  const told = faults.map(
    ({ file, line, what }) => `${file}${line === undefined ? '' : `, line ${line}`}: ${what}.`,
  );
  const counted = `${countOf(lines, 'line')} in ${countOf(files, 'file')}`;
  const sum =
    faults.length === 0
      ? `The audit is unbroken: ${counted}.`
      : `The audit is broken: ${countOf(faults.length, 'fault')}; ${counted}.`;
  return [...told, ...notes, sum].join('\n');
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function decisionText(each: Decided): string {
  const { at, who, what, door, channel, service, kinds, request, why, verdict, cost, artefacts } = each;
  const from = [door, channel].filter((word) => word !== undefined).join(' ');
  const facts = [
    ...(request === undefined ? [] : [request]),
    ...(each.with === undefined ? [] : [`answered by ${each.with}`]),
    ...(kinds === undefined ? [] : [kinds.join(', ')]),
    ...(verdict === undefined ? [] : [verdict]),
    ...(cost === undefined
      ? []
      : [
          `${cost.requests} requests, ${formatBytes(cost.bytes)}, pauses about ${formatDuration(cost.pauseMs)}`,
        ]),
    ...(artefacts === undefined ? [] : [`files ${artefacts.slice(0, 12)}`]),
    ...(why === undefined ? [] : [why]),
  ];
  const moment = at.slice(0, 19).replace('T', ' ');
  const named = service === undefined ? '' : ` ${service}`;
  return `${moment}  ${who}${from === '' ? '' : ` (${from})`}  ${what}${named}${facts.length > 0 ? `  ${facts.join(' · ')}` : ''}`;
}

function isDecision(entry: Entry): entry is Decided {
  return entry.what !== 'begin';
}
