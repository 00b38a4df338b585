// A past as a message: what became of each instance in words, its hours in columns that a phone does not wrap, and what
// the watcher said.
import { formatBytes, formatCount, formatMoment } from '../model/units.ts';
import type { InstancePast, Past } from '../past/past.ts';
import { type Block, context, type SlackMessage, section } from '../report/elements.ts';
import { code, codeBlock, joinMrkdwn, type Mrkdwn, markup, mrkdwn, words } from '../report/foreign.ts';
import { SECTION_TEXT } from '../report/limits.ts';
import { aligned, bytes, count } from './columns.ts';
import { type Hour, hoursOf } from './past-hours.ts';
import { MARKS_SHOWN } from './past-text.ts';

const NAME = 80;
const SENTENCE = 300;
const HOUR_S = 3_600;

export function pastMessage(service: string, past: Past): SlackMessage {
  const { instances, more, told, source, problems } = past;
  const title = mrkdwn`*The past of ${words(service, NAME)}*`;
  const blocks: Block[] = instances.flatMap((instance) => instanceBlocks(service, instance, past.now));
  if (told.length > 0) {
    const said = source === 'prometheus' ? 'What the watcher would have said' : 'What the watcher said';
    const lines = told
      .slice(-MARKS_SHOWN)
      .map(
        ({ t, kind, instance, because }) =>
          mrkdwn`• ${moment(t)} · ${code(instance, NAME)} ${kind.replaceAll('_', ' ')}: ${words(because, SENTENCE)}`,
      );
    blocks.push(section(joinMrkdwn([mrkdwn`*${said} in the last week*`, ...lines], '\n')));
  }
  const notes = [
    ...(more > 0 ? [mrkdwn`… ${more} more instances`] : []),
    ...(source === 'prometheus' ? [mrkdwn`from Prometheus, a sample every 5 minutes`] : []),
    ...problems.map(({ text }) => mrkdwn`${words(text, SENTENCE)}`),
    mrkdwn`${code(`/goleak capture ${service}`, NAME)} looks at it now`,
  ];
  return {
    text: standsAlone(title, service, past),
    blocks: [...blocks, context([joinMrkdwn(notes, ' · ')])],
  };
}

/** For whoever is read the message, or sees a notification: what became of each instance, and what the watcher said last. */
function standsAlone(title: Mrkdwn, service: string, { instances, more, told, now }: Past): Mrkdwn {
  const shown = instances.slice(0, INSTANCES_TOLD).map(({ instance, kept, miss }) => {
    const became = becameOf(hoursOf(kept, now)) ?? mrkdwn`no ten minutes are complete yet`;
    const silent = miss ? mrkdwn` · has not answered since ${moment(miss.t)}` : mrkdwn``;
    return mrkdwn`${words(instance || service, NAME)}: ${markup(became)}${markup(silent)}`;
  });
  const left = instances.length - shown.length + more;
  const last = told.at(-1);
  return joinMrkdwn(
    [
      title,
      ...shown,
      ...(left > 0 ? [mrkdwn`… ${left} more instances`] : []),
      ...(last ? [mrkdwn`The watcher said last, ${moment(last.t)}: ${words(last.because, SENTENCE)}`] : []),
    ],
    '\n',
  );
}

const INSTANCES_TOLD = 3;

function instanceBlocks(service: string, { instance, t, kept, miss }: InstancePast, now: number): Block[] {
  const hours = hoursOf(kept, now);
  const name = code(instance || service, NAME);
  const lines = [
    mrkdwn`*${name}* · last sample ${moment(t)}`,
    ...(miss ? [mrkdwn`◆ It has not answered since ${moment(miss.t)}: ${words(miss.says, SENTENCE)}`] : []),
    ...marksOf(kept.marks),
  ];
  const became = becameOf(hours);
  if (became !== undefined) lines.push(became);
  if (hours.length === 0) lines.push(mrkdwn`No ten minutes are complete yet.`);
  const table = hours.length === 0 ? [] : [section(mrkdwn`${codeBlock(columnsOf(hours), SECTION_TEXT)}`)];
  return [section(joinMrkdwn(lines, '\n')), ...table];
}

/** `Over 12 h: resident 328 MiB → 333 MiB · goroutines 7,896 → 8,112` */
function becameOf(hours: readonly Hour[]): Mrkdwn | undefined {
  const [first, last] = [hours[0], hours.at(-1)];
  if (!first || !last || first === last) return undefined;
  const changed = (name: string, field: Exclude<keyof Hour, 't'>, show: (value: number) => string) => {
    const [before, after] = [first[field], last[field]];
    return before === undefined || after === undefined
      ? []
      : [mrkdwn`${name} ${show(before)} → ${show(after)}`];
  };
  const figures = [
    ...changed('resident', 'mostResident', formatBytes),
    ...changed('heap', 'leastHeap', formatBytes),
    ...changed('goroutines', 'leastGoroutines', formatCount),
  ];
  if (figures.length === 0) return undefined;
  const span = Math.round((last.t - first.t) / HOUR_S);
  return mrkdwn`*Over ${span} h:* ${markup(joinMrkdwn(figures, ' · '))}`;
}

/** 40 characters at most where figures are not enormous: what a phone shows of a code block without wrapping it. */
function columnsOf(hours: readonly Hour[]): string[] {
  const rows = hours.map((hour) => [
    new Date(hour.t * 1000).toISOString().slice(11, 16),
    bytes(hour.mostResident),
    bytes(hour.leastHeap),
    count(hour.leastGoroutines),
    count(hour.requestsPerSecond),
  ]);
  return aligned([['UTC', 'resident', 'heap', 'goroutines', 'req/s'], ...rows], { indent: '', gap: ' ' });
}

function marksOf(marks: InstancePast['kept']['marks']): Mrkdwn[] {
  return marks
    .slice(-MARKS_SHOWN)
    .map(({ t, what, version }) =>
      version === undefined
        ? mrkdwn`• ${moment(t)}: ${what}`
        : mrkdwn`• ${moment(t)}: ${what}, ${code(version, NAME)}`,
    );
}

function moment(t: number): string {
  return formatMoment(t * 1_000);
}
