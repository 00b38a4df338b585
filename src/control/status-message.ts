// What `status` tells, as a message: rows that a phone wraps well, each with the command that does something about it.
import { formatDuration, formatForecast } from '../model/units.ts';
import { standingOf } from '../policy/circuit.ts';
import { type Block, context, type SlackMessage } from '../report/elements.ts';
import { code, joinMrkdwn, type Mrkdwn, mention, mrkdwn, words } from '../report/foreign.ts';
import { addLines } from '../report/lines.ts';
import { EVERYTHING } from '../store/switches.ts';
import { type Status, stageWords } from './status.ts';

const NAME = 80;
const REASON = 200;
/** Stopped services and addresses left alone beyond these are counted. */
const MOST_LISTED = 20;
const MOST_IN_TEXT = 3;

export function statusMessage(status: Status, nowMs: number): SlackMessage {
  const { open, more, stops, failures } = status;
  const ago = (atMs: number) => `${spanWords(Math.max(0, nowMs - atMs))} ago`;
  const count = open.length + more;
  const title =
    count === 0
      ? mrkdwn`*No capture is under way.*`
      : mrkdwn`*${count} capture${count === 1 ? ' is' : 's are'} under way*`;
  const blocks: Block[] = [];
  const running = open.map(
    ({ request: { id, service, acceptedAtMs }, progress }) =>
      mrkdwn`• *${words(service, NAME)}*: ${words(stageWords(progress), REASON)} · asked ${ago(acceptedAtMs)} · ${code(`/goleak cancel ${id}`, NAME)} ends it`,
  );
  const rest = more > 0 ? [mrkdwn`… ${more} more`] : [];
  addLines(blocks, title, count === 0 ? [NOTHING_TO_SAY] : [...running, ...rest]);
  const stopped = stops.map(({ service, atMs, by }) => {
    const isAll = service === EVERYTHING;
    const what = isAll ? mrkdwn`*Every service*` : mrkdwn`*${words(service, NAME)}*`;
    const command = code(isAll ? '/goleak resume' : `/goleak resume ${service}`, NAME);
    return joinMrkdwn([mrkdwn`◆`, what, mrkdwn`by ${mention(by)}, ${ago(atMs)} · ${command} lifts it`], ' ');
  });
  addLines(blocks, mrkdwn`*Stopped*`, cut(stopped));
  const alone = [...status.circuits].flatMap(([address, circuit]) => {
    const standing = standingOf(circuit, nowMs);
    if (standing.kind !== 'open') return [];
    const left = formatForecast(standing.untilMs - nowMs);
    return [mrkdwn`◆ ${code(address, NAME)} failed ${circuit.failures} times · asked again in ${left}`];
  });
  addLines(blocks, mrkdwn`*Left alone for now*`, cut(alone));
  addLines(
    blocks,
    mrkdwn`*What did not succeed lately*`,
    failures.map(
      ({ requestId, reason, atMs }) =>
        mrkdwn`• ${code(requestId, NAME)} ${ago(atMs)}: ${words(reason, REASON)}`,
    ),
  );
  const queues = Object.entries(status.counts).map(
    ([name, { active, waiting, delayed, failed }]) =>
      mrkdwn`${words(name, NAME)}: ${active} running, ${waiting} waiting, ${delayed} held back, ${failed} failed`,
  );
  // Notifications and screen readers have the text alone.
  const text = joinMrkdwn(
    [title, ...running.slice(0, MOST_IN_TEXT), ...stopped.slice(0, MOST_IN_TEXT), ...queues],
    '\n',
  );
  return { text, blocks: [...blocks, ...(queues.length === 0 ? [] : [context(queues)])] };
}

/** Whole seconds below a minute; beyond, no finer than anybody reads. */
function spanWords(ms: number): string {
  return ms < 59_500 ? formatDuration(Math.round(ms / 1_000) * 1_000) : formatForecast(ms);
}

const NOTHING_TO_SAY = mrkdwn`${code('/goleak capture <service>')} starts one.`;

function cut(lines: readonly Mrkdwn[]): Mrkdwn[] {
  const left = lines.length - MOST_LISTED;
  return left > 0 ? [...lines.slice(0, MOST_LISTED), mrkdwn`… ${left} more`] : [...lines];
}
