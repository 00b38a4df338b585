// A diff for people: one sentence that says whether things got better, and the rows behind it. Nothing is judged
// that is not in the two readings themselves.
import type { Problem } from '../model/problem.ts';
import { formatBytes, formatCount } from '../model/units.ts';
import type { Change } from '../model/verdict.ts';
import { changeRows } from './changes.ts';
import { cutList, terminal } from './foreign.ts';
import { middleCut, shortName } from './name.ts';
import { INDENT, note, type Page, pageFor, type TextStyle, tableLines, titled, wrapWith } from './page.ts';
import type { TextColumn } from './table.ts';
import { counted } from './wording.ts';

/** goleak.diff/v1, as `--json` prints it. */
export interface Diff {
  readonly schema: 'goleak.diff/v1';
  readonly sentence: string;
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
}

export interface Comparison {
  readonly changes: readonly Change[];
  /** Signatures with as many goroutines as before; absent when goroutines were not compared. */
  readonly steady?: number;
  /** What both sides had to compare, in words: `goroutines`, `heap sites`, `memory`. */
  readonly compared: readonly string[];
  /** Why what is missing on one side may be there all the same: `the later dump is cut short`. */
  readonly doubt?: { readonly gone?: string; readonly fresh?: string };
  /** Said at the end of the sentence: `the verdict went from goroutine leak to healthy`. */
  readonly aside?: string;
}

export type DiffTone = 'good' | 'caution' | 'alarm' | 'dim';

/** A handful of goroutines comes and goes in every busy service; so do a tenth of a crowd. */
const LEAST_GOROUTINES = 5;
const LEAST_SHARE = 0.1;
/** Heap profiles are samples (one in 512 KiB), and live heap breathes with the collector. */
const LEAST_SITE_BYTES = 1024 * 1024;
const LEAST_SITE_SHARE = 0.2;
const LEAST_MEMORY_BYTES = 8 * 1024 * 1024;
const LEAST_MEMORY_SHARE = 0.25;
/** What goes the other way is named beside the first when it is half as large. */
const RIVAL_SHARE = 0.5;
const NAME_WIDTH = 60;
const STATE_WIDTH = 40;
const LABEL_WIDTH = 72;
const ROWS_SHOWN = 60;
const NOTES_SHOWN = 20;

export function weighDiff(comparison: Comparison): {
  readonly tone: DiffTone;
  readonly sentence: string;
} {
  const { tone, text } = weigh(comparison);
  const aside = comparison.aside === undefined ? '' : `; ${comparison.aside}`;
  return { tone, sentence: `${text}${aside}.` };
}

function weigh(comparison: Comparison): { tone: DiffTone; text: string } {
  const moves = movesOf(comparison.changes);
  const goroutines = moves.filter(({ kind, size, most }) => {
    return kind === 'signature' && size >= Math.max(LEAST_GOROUTINES, LEAST_SHARE * most);
  });
  const [lead, ...others] = goroutines;
  if (lead) return leadSentence(lead, others, comparison);
  const site = moves.find(
    ({ kind, size, most }) => kind === 'site' && size >= Math.max(LEAST_SITE_BYTES, LEAST_SITE_SHARE * most),
  );
  if (site) return { tone: site.up ? 'caution' : 'good', text: `${betterOrWorse(site)}: ${siteWords(site)}` };
  const memory = moves.find(
    ({ kind, label, size, most }) =>
      kind === 'memory' &&
      /^(rss|sys|heapInuse|stackInuse)$/.test(label) &&
      size >= Math.max(LEAST_MEMORY_BYTES, LEAST_MEMORY_SHARE * most),
  );
  if (memory) {
    const [from, to] = [formatBytes(memory.before), formatBytes(memory.after)];
    const text = `${memory.up ? 'more' : 'less'} memory: ${memory.label} went from ${from} to ${to}`;
    return { tone: 'caution', text: `${text}${steadyWords(comparison)}` };
  }
  return { tone: 'dim', text: quietWords(comparison) };
}

interface Move {
  readonly kind: Change['kind'];
  readonly label: string;
  readonly status: Change['status'];
  readonly before: number;
  readonly after: number;
  readonly up: boolean;
  readonly size: number;
  readonly most: number;
}

/** Numbers that moved, largest move of a kind first. */
function movesOf(changes: readonly Change[]): Move[] {
  return changes
    .filter(({ kind }) => kind !== 'goroutine')
    .map(({ kind, label, status, before, after }) => {
      const [was, is] = [Number(before ?? 0), Number(after ?? 0)];
      return {
        kind,
        label,
        status,
        before: was,
        after: is,
        up: is > was,
        size: Math.abs(is - was),
        most: Math.max(was, is),
      };
    })
    .sort((a, b) => b.size - a.size);
}

function leadSentence(
  lead: Move,
  others: readonly Move[],
  comparison: Comparison,
): { tone: DiffTone; text: string } {
  const doubt = lead.up ? comparison.doubt?.fresh : comparison.doubt?.gone;
  if (doubt !== undefined) return { tone: 'caution', text: `cannot tell: ${moveWords(lead)}, but ${doubt}` };
  const rival = others.find(({ up, size }) => up !== lead.up && size >= RIVAL_SHARE * lead.size);
  const rest = others.filter((move) => move !== rival);
  const first = rival ? `${moveWords(lead)}, but ${moveWords(rival)}` : moveWords(lead);
  const title = rival ? 'mixed' : betterOrWorse(lead);
  return {
    tone: rival ? 'caution' : lead.up ? 'alarm' : 'good',
    text: `${title}: ${first}${restWords(rest, comparison)}`,
  };
}

/** Waiting for a value or a lock can be stuck; reading a socket, sleeping and running is work. */
const AT_WORK = /^(IO wait|sleep|running|runnable|syscall|idle|GC |timer)/;

function betterOrWorse({ kind, label, status, up }: Move): string {
  if (kind === 'signature' && AT_WORK.test(label)) return up ? 'more' : 'fewer';
  if (up) return 'worse';
  return status === 'gone' && kind === 'signature' ? 'fixed' : 'better';
}

function moveWords(move: Move): string {
  const { before, after, up } = move;
  const { state, func } = namesIn(move.label);
  if (before === 0) return `\`${func}\` (${state}, ${counted(after, 'goroutine')}) is new`;
  if (after === 0) return `\`${func}\` (${state}, ${counted(before, 'goroutine')}) is gone`;
  return `\`${func}\` (${state}) ${up ? 'grew' : 'fell'} from ${formatCount(before)} to ${counted(after, 'goroutine')}`;
}

/** `chan send in example.com/ledger.(*Writer).flush ← main.main` */
function namesIn(label: string): { state: string; func: string } {
  const [what = ''] = label.split(' ← ');
  const at = what.indexOf(' in ');
  if (at === -1) return { state: 'goroutines', func: middleCut(shortName(what), NAME_WIDTH) };
  return {
    state: what.slice(0, at).slice(0, STATE_WIDTH),
    func: middleCut(shortName(what.slice(at + 4)), NAME_WIDTH),
  };
}

function siteWords({ label, before, after, up }: Move): string {
  const [func = ''] = label.split(' < ');
  const verb = up ? 'grew' : 'fell';
  return `heap allocated in \`${middleCut(shortName(func), NAME_WIDTH)}\` ${verb} from ${formatBytes(before)} to ${formatBytes(after)}`;
}

function restWords(rest: readonly Move[], comparison: Comparison): string {
  const grew = rest.filter(({ up }) => up).length;
  const shrank = rest.length - grew;
  const moved = [grew > 0 ? `${grew} grew` : '', shrank > 0 ? `${shrank} shrank` : ''].filter(Boolean);
  const { steady } = comparison;
  if (moved.length === 0) return steadyWords(comparison);
  return `; of the others ${[...moved, ...(steady ? [`${formatCount(steady)} are unchanged`] : [])].join(', ')}`;
}

function steadyWords({ steady }: Comparison): string {
  return steady === undefined || steady === 0 ? '' : `; ${counted(steady, 'other signature')} unchanged`;
}

function quietWords({ changes, compared, steady }: Comparison): string {
  const among = compared.length > 0 ? ` (compared: ${compared.join(', ')})` : '';
  if (changes.length === 0) return `nothing changed${among}`;
  const same =
    steady === undefined ? '' : `: ${counted(steady, 'signature')} unchanged, the rest by a little`;
  return `nothing changed that matters${same}${same === '' ? among : ''}`;
}

export function diffText({ sentence, changes, problems }: Diff, tone: DiffTone, style: TextStyle): string {
  const page = pageFor(style);
  const [first = '', ...rest] = wrapWith('', sentence, page);
  const head = style.color ? [first, ...rest].map(page.paint[tone]) : [first, ...rest];
  const parts = [head, titled('Changes', rowLines(changes, page), page), noteLines(problems, page)];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function rowLines(changes: readonly Change[], page: Page): string[] {
  const { shown, more } = cutList(changeRows(changes, LABEL_WIDTH), ROWS_SHOWN);
  if (shown.length === 0) return [];
  const rows = shown.map(({ what, status, times, label, values }) =>
    [times > 1 ? counted(times, what) : what, status, label, values].map((cell) => terminal(cell)),
  );
  return [...tableLines(COLUMNS, rows, page), ...note(more === '' ? '' : `${more}; --json has all of them`)];
}

const COLUMNS: readonly TextColumn[] = [
  { title: 'What', align: 'left' },
  { title: 'Change', align: 'left' },
  { title: 'Name', align: 'left' },
  { title: 'Before → after', align: 'left' },
];

function noteLines(problems: readonly Problem[], page: Page): string[] {
  const { shown, more } = cutList([...new Set(problems.map(({ text }) => text))], NOTES_SHOWN);
  return titled(
    'Notes',
    [...shown.flatMap((text) => wrapWith(`${INDENT}· `, text, page, 'dim')), ...note(more)],
    page,
  );
}
