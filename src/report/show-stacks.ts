// Groups of goroutines as blocks of lines: how many, what they wait for, where they stand, who started them.
import { formatCount } from '../model/units.ts';
import { cutList, terminal } from './foreign.ts';
import { shortName, shortPlace } from './name.ts';
import { INDENT, type Page } from './page.ts';
import type { ShowGroup } from './show-schema.ts';
import { cutToWidth, displayWidth } from './table.ts';
import { counted } from './wording.ts';

const GROUPS_SHOWN = 25;
const FRAMES_SHOWN = 12;
const IDS_SHOWN = 8;
const LABELS_SHOWN = 6;

export function groupBlocks(groups: readonly ShowGroup[], page: Page): string[] {
  const { shown } = cutList(groups, GROUPS_SHOWN);
  const digits = formatCount(shown[0]?.count ?? 0).length;
  const lines = shown.flatMap((group) => ['', ...block(group, digits, page)]);
  const rest = groups.slice(GROUPS_SHOWN);
  const left = rest.reduce((sum, { count }) => sum + count, 0);
  const words = `… ${counted(rest.length, 'more group')} with ${counted(left, 'goroutine')}; --json has them all`;
  return rest.length === 0 ? lines : [...lines, '', INDENT + cutToWidth(words, page.width - INDENT.length)];
}

/**
 *     1,204  chan send, 2 to 14 min, leaked
 *            ledger.(*Writer).flush       ledger/writer.go:88
 *            created by ledger.NewWriter  ledger/writer.go:31
 *            ids 18 19 20 21 … 1,200 more
 */
function block(group: ShowGroup, digits: number, page: Page): string[] {
  const { paint, width } = page;
  const margin = ' '.repeat(INDENT.length + digits + 2);
  const room = Math.max(1, width - margin.length);
  const words = cutToWidth(terminal(groupWords(group)), room);
  const count = formatCount(group.count).padStart(digits);
  const stack = stackLines(group, room, page).map((line) => margin + line);
  const facts = [
    ...(Object.keys(group.labels).length > 0 ? [labelWords(group.labels)] : []),
    ...(group.ids.length > 0 ? [idWords(group.ids)] : []),
  ];
  return [
    `${INDENT}${paint.title(count)}  ${group.leaked ? paint.alarm(words) : paint.caution(words)}`,
    ...stack,
    ...facts.map((fact) => margin + paint.dim(cutToWidth(fact, room))),
  ];
}

interface StackLine {
  readonly name: string;
  readonly place: string;
  /** Says something about the stack instead of naming a call. */
  readonly aside?: boolean;
}

function stackLines(group: ShowGroup, room: number, { paint }: Page): string[] {
  const { shown, more } = cutList(withoutRepeats(group.frames), FRAMES_SHOWN);
  const { createdBy } = group;
  const lines: readonly StackLine[] = [
    ...shown,
    ...(group.frames.length === 0 ? [{ name: '(no frames)', place: '', aside: true }] : []),
    ...(more === '' ? [] : [{ name: `${more} frames`, place: '', aside: true }]),
    ...(group.elidedFrames > 0 ? [{ name: '… frames left out by Go', place: '', aside: true }] : []),
    ...(createdBy
      ? [{ name: `created by ${nameOf(createdBy.func)}`, place: shortPlace(createdBy), aside: true }]
      : []),
  ];
  const widest = Math.max(0, ...lines.map(({ name }) => displayWidth(name)));
  const nameWidth = Math.min(widest, Math.floor(room * NAME_SHARE));
  return lines.map(({ name, place, aside }) => {
    const cut = cutToWidth(name, place === '' ? room : nameWidth);
    const gap = ' '.repeat(Math.max(0, nameWidth - displayWidth(cut)) + 2);
    const where = place === '' ? '' : gap + cutToWidth(terminal(place), Math.max(0, room - nameWidth - 2));
    return (aside ? paint.dim(cut + where) : cut + paint.dim(where)).trimEnd();
  });
}

/** Names take at most this part of a line; the place in the source takes the rest. */
const NAME_SHARE = 0.62;
/** A call that repeats more often in a row is counted. */
const REPEATS_SHOWN = 2;

/** Recursion fills a stack with one line; the lines that differ are the ones to read. */
function withoutRepeats(frames: ShowGroup['frames']): StackLine[] {
  const lines: StackLine[] = [];
  for (let at = 0; at < frames.length; ) {
    const frame = frames[at];
    if (!frame) break;
    const { func, file, line } = frame;
    let end = at + 1;
    while (frames[end]?.func === func && frames[end]?.line === line && frames[end]?.file === file) end += 1;
    const shown = Math.min(end - at, REPEATS_SHOWN);
    const row = { name: nameOf(func), place: shortPlace(frame) };
    for (let copy = 0; copy < shown; copy++) lines.push(row);
    const left = end - at - shown;
    if (left > 0) lines.push({ name: `… the same ${counted(left, 'more time')}`, place: '', aside: true });
    at = end;
  }
  return lines;
}

function groupWords({ state, waitMinutes, leaked, lockedToThread }: ShowGroup): string {
  return [
    state,
    ...(waitMinutes ? [ageWords(waitMinutes)] : []),
    ...(leaked ? ['leaked'] : []),
    ...(lockedToThread ? ['locked to thread'] : []),
  ].join(', ');
}

/** `14 min`; `2 to 14 min, median 9`. */
function ageWords({ min, median, max }: NonNullable<ShowGroup['waitMinutes']>): string {
  return min === max
    ? `${formatCount(max)} min`
    : `${formatCount(min)} to ${formatCount(max)} min, median ${formatCount(median)}`;
}

function labelWords(labels: ShowGroup['labels']): string {
  const { shown, more } = cutList(Object.entries(labels), LABELS_SHOWN);
  const words = shown.map(([key, value]) => terminal(`${key}=${value}`, 80));
  return `labels ${[...words, ...(more === '' ? [] : [more])].join(', ')}`;
}

function idWords(ids: readonly number[]): string {
  const more = ids.length - IDS_SHOWN;
  return `${ids.length === 1 ? 'id' : 'ids'} ${ids.slice(0, IDS_SHOWN).join(' ')}${more > 0 ? ` … ${formatCount(more)} more` : ''}`;
}

function nameOf(func: string): string {
  return terminal(shortName(func, 1));
}
