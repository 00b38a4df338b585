// What an execution trace answers, in the page: the lanes, the go statements, and who is still blocked with both stacks.
import { formatCount } from '../model/units.ts';
import { timelinePicture } from '../report/charts/trace.ts';
import { type Markings, tags } from '../report/foreign.ts';
import { formatNs } from '../report/inside.ts';
import type { Report } from '../report/schema.ts';
import type { ReportTrace } from '../report/trace.ts';
import { place } from '../report/wording.ts';
import { drawingSvg } from './drawing-svg.ts';
import { NOTHING, table } from './parts.ts';
import { cut } from './tables.ts';

const FRAMES_SHOWN = 8;

export function tracePart(report: Report): Markings | undefined {
  const { trace } = report;
  if (!trace) return undefined;
  const lanes = timelinePicture(report);
  return tags`${lanes ? tags`<figure>${drawingSvg(lanes.drawing, lanes.alt)}</figure>` : NOTHING}${statements(trace)}${stillBlocked(trace)}${waits(trace)}`;
}

function statements({ statements, windowNs }: ReportTrace): Markings {
  if (statements.length === 0) return NOTHING;
  const rows = statements.map(({ starts, at, created, createdPerSecond, ended, blocked }) => [
    cut(starts.func),
    cut(`${at.func} ${place(at)}`),
    formatCount(created),
    createdPerSecond.toFixed(1),
    formatCount(ended),
    formatCount(blocked),
  ]);
  const columns = [
    { title: 'started' },
    { title: 'by the go in' },
    { title: 'count', number: true },
    { title: 'a second', number: true },
    { title: 'ended', number: true },
    { title: 'blocked at the end', number: true },
  ];
  return table(columns, rows, { caption: `Goroutines started within ${formatNs(windowNs)} of trace` });
}

function stillBlocked({ stillBlocked }: ReportTrace): Markings {
  if (stillBlocked.length === 0) return NOTHING;
  const rows = stillBlocked.map(({ count, reason, frames, createdBy, longestNs }) => [
    formatCount(count),
    reason,
    formatNs(longestNs),
    stack(frames),
    stack(createdBy),
  ]);
  const columns = [
    { title: 'count', number: true },
    { title: 'blocked on' },
    { title: 'longest', number: true },
    { title: 'where, innermost first' },
    { title: 'started by, innermost first' },
  ];
  return table(columns, rows, { caption: 'Born within the trace and blocked at its end' });
}

function waits({ waits }: ReportTrace): Markings {
  if (waits.length === 0) return NOTHING;
  const rows = waits.map(({ reason, count, totalNs, longestNs }) => [
    reason === '' ? 'not said' : cut(reason),
    formatCount(count),
    formatNs(totalNs),
    formatNs(longestNs),
  ]);
  const columns = [
    { title: 'waited for' },
    { title: 'times', number: true },
    { title: 'in all', number: true },
    { title: 'longest', number: true },
  ];
  return table(columns, rows, { caption: 'Waits that ended within the trace' });
}

function stack(frames: ReportTrace['stillBlocked'][number]['frames']): string {
  const shown = frames.slice(0, FRAMES_SHOWN).map(({ func }) => cut(func));
  return shown.join(' ← ') + (frames.length > FRAMES_SHOWN ? ' ← …' : '');
}
