// A past as plain lines, for a terminal.
import type { Past } from '../past/past.ts';
import type { RollUp } from '../watch/roll-up.ts';
import { aligned, bytes, count, minute } from './columns.ts';
import { hoursOf } from './past-hours.ts';

export const MARKS_SHOWN = 5;

/** A past as text; pictures of it are drawn from the same. */
export function pastText(service: string, past: Past): string {
  const { instances, more, told, now, source, problems } = past;
  const parts: string[] = source === 'prometheus' ? ['From Prometheus, a sample every 5 minutes:', ''] : [];
  for (const { instance, t, kept, miss } of instances) {
    const gone = miss ? `; it has not answered since ${minute(miss.t)}: ${miss.says}` : '';
    parts.push(
      `${instance || service}, last sample ${minute(t)}${gone}`,
      ...table(kept, now),
      ...marksOf(kept),
      '',
    );
  }
  if (more > 0) parts.push(`… ${more} more instances`);
  if (told.length > 0) {
    const said = source === 'prometheus' ? 'What the watcher would have said' : 'What the watcher said';
    parts.push(`${said} in the last week:`);
  }
  parts.push(
    ...told
      .slice(-MARKS_SHOWN)
      .map(
        ({ t, kind, instance, because }) =>
          `${minute(t)}  ${instance}  ${kind.replaceAll('_', ' ')}: ${because}`,
      ),
    ...problems.map(({ text }) => text),
  );
  return parts.join('\n').trimEnd();
}

function table(kept: RollUp, now: number): string[] {
  const rows = hoursOf(kept, now).map((hour) => [
    minute(hour.t),
    bytes(hour.mostResident),
    bytes(hour.leastHeap),
    count(hour.leastGoroutines),
    count(hour.requestsPerSecond),
  ]);
  if (rows.length === 0) return ['  no ten minutes are complete yet'];
  return aligned([['hour (UTC)', 'resident, most', 'heap, least', 'goroutines', 'requests/s'], ...rows]);
}

function marksOf({ marks }: RollUp): string[] {
  return marks
    .slice(-MARKS_SHOWN)
    .map(({ t, what, version }) => `  ${minute(t)}  ${what}${version === undefined ? '' : `, ${version}`}`);
}
