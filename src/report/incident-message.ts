// The one message of an incident in a channel: what fires and since when, what goleak makes of it, what changed since its
// first look, and when it looks again. It is edited in place and says nothing that changes by itself.
import type { ButtonValues } from '../model/button.ts';
import {
  type AlertFact,
  beganMs,
  type ClosedWhy,
  type Incident,
  isFiring,
  type LookOutcome,
  recoveredMs,
} from '../model/incident.ts';
import { formatBytes, formatCount, formatForecast } from '../model/units.ts';
import { actions, type Block, context, type SlackMessage, section, select } from './elements.ts';
import { code, cutList, joinMrkdwn, type Mrkdwn, markup, mrkdwn, prose, words } from './foreign.ts';
import { verdictActions } from './verdict-actions.ts';

export const INCIDENT_SERVICE_ACTION = 'incident_service';

const NAME = 80;
const SENTENCE = 600;
const ALERTS_SHOWN = 3;
/** Slack's limit for one select: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element */
const OPTIONS_SHOWN = 100;

export interface IncidentAbout {
  /** When it is looked at again; undefined while a capture is under way, and when nothing more comes. */
  readonly nextLookMs?: number;
  /** Opaque ids of the buttons about its last look, while it is open. */
  readonly buttons?: ButtonValues;
}

export function incidentMessage(incident: Incident, { nextLookMs, buttons }: IncidentAbout): SlackMessage {
  const title = titleOf(incident);
  const seen = seenLooks(incident);
  const last = seen.at(-1);
  const lines: Mrkdwn[] = [title, ...alertLines(incident)];
  const body: Mrkdwn[] = [];
  const first = seen[0];
  if (first !== undefined && last !== undefined) {
    const isOneStory = incident.closed === undefined || first.outcome.verdict === last.outcome.verdict;
    body.push(isOneStory ? verdictLine(last) : bothLine(first, last));
    const since = sinceFirst(first, last);
    if (since !== undefined) body.push(since);
  }
  const { build } = incident;
  if (build) body.push(mrkdwn`Build ${code(build.name, NAME)} is there since ${moment(build.atMs)}`);
  const failed = incident.looks.at(-1)?.outcome;
  if (failed?.kind === 'failed')
    body.push(mrkdwn`The last look did not succeed: ${prose(failed.what, SENTENCE)}`);
  const next = nextWords(incident, nextLookMs);
  return {
    text: joinMrkdwn([title, ...body.slice(0, 1)], ' · '),
    blocks: [
      section(joinMrkdwn(lines, '\n')),
      ...(body.length > 0 ? [section(joinMrkdwn(body, '\n'))] : []),
      ...(next === undefined ? [] : [context([next])]),
      ...(buttons && last && incident.closed === undefined ? offered(last, buttons) : []),
    ],
  };
}

/** What its thread answers is about its last look, and so are they. */
function offered({ outcome: { verdict } }: Seen, values: ButtonValues): Block[] {
  return verdictActions({ values, lists: verdict === 'goroutine-leak' || verdict === 'deadlock' });
}

/** Asked in an incident channel that does not say which service it is about. */
export function whichServiceMessage(likely: readonly string[]): SlackMessage {
  const text = mrkdwn`Which service is this about? goleak looks at it and keeps one message here up to date.`;
  const { shown } = cutList(likely, OPTIONS_SHOWN);
  return {
    text,
    blocks: [
      section(mrkdwn`:wave: ${markup(text)}`),
      actions(
        [],
        [select({ placeholder: 'Choose a service', actionId: INCIDENT_SERVICE_ACTION, options: shown })],
      ),
    ],
  };
}

/** Takes the place of the question once it is answered. */
export function serviceFoundMessage(service: string, chosenBy: Mrkdwn | undefined): SlackMessage {
  const by = chosenBy === undefined ? mrkdwn`` : mrkdwn`, says ${markup(chosenBy)}`;
  const text = mrkdwn`This is about ${code(service, NAME)}${markup(by)}.`;
  return { text, blocks: [section(text)] };
}

/** An incident channel in which the results of a service may not be shown. */
export function elsewhereMessage(service: string): SlackMessage {
  const text = mrkdwn`What goleak finds in ${code(service, NAME)} is shown in other channels only: services.yml says so.`;
  return { text, blocks: [section(text)] };
}

interface Seen {
  readonly request: string;
  readonly outcome: Extract<LookOutcome, { kind: 'seen' }>;
}

function seenLooks({ looks }: Incident): Seen[] {
  return looks.flatMap(({ request, outcome }) => (outcome?.kind === 'seen' ? [{ request, outcome }] : []));
}

function titleOf(incident: Incident): Mrkdwn {
  const service = words(incident.service, NAME);
  const { closed, alerts } = incident;
  const recovered = recoveredMs(incident);
  if (closed !== undefined) return closedTitle(incident, closed.why);
  if (recovered !== undefined) {
    const last = seenLooks(incident).at(-1)?.outcome;
    const isAlarm = last !== undefined && last.atMs > recovered && last.verdict !== 'healthy';
    return isAlarm
      ? mrkdwn`:warning: *${service}: its alerts are over since ${moment(recovered)}, but it is not well*`
      : mrkdwn`:hourglass_flowing_sand: *${service}: its alerts are over since ${moment(recovered)}*`;
  }
  const since = moment(beganMs(incident));
  if (alerts.length === 0) return mrkdwn`:rotating_light: *${service}: an incident since ${since}*`;
  return mrkdwn`:rotating_light: *${service}: ${countOf(incident, alerts.filter(isFiring).length)} firing since ${since}*`;
}

function closedTitle(incident: Incident, why: ClosedWhy): Mrkdwn {
  const service = words(incident.service, NAME);
  const began = beganMs(incident);
  switch (why) {
    case 'recovered':
    case 'unverified': {
      const atMs = recoveredMs(incident) ?? began;
      const mark = why === 'recovered' ? mrkdwn`:white_check_mark:` : mrkdwn`:grey_question:`;
      return mrkdwn`${markup(mark)} *${service} recovered* at ${moment(atMs)}, after ${formatForecast(Math.max(0, atMs - began))}`;
    }
    case 'healthy':
      return mrkdwn`:white_check_mark: *${service}: nothing found* since ${moment(began)}`;
    case 'given-up':
      return mrkdwn`:zzz: *${service}: nothing changed for a day*; \`/goleak capture ${service}\` looks again`;
    default:
      return why satisfies never;
  }
}

/** The names that fire most, each with how often; of a closed incident all that fired. */
function alertLines(incident: Incident): Mrkdwn[] {
  const isOver = incident.alerts.every((alert) => !isFiring(alert));
  const told = isOver ? incident.alerts : incident.alerts.filter(isFiring);
  const byName = new Map<string, AlertFact[]>();
  for (const alert of told) byName.set(alert.name, [...(byName.get(alert.name) ?? []), alert]);
  const groups = [...byName].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  const { shown, more } = cutList(groups, ALERTS_SHOWN);
  const lines = shown.map(([name, alerts]) => {
    const severity = alerts
      .map((alert) => alert.severity)
      .filter((word) => word !== undefined)
      .sort()[0];
    const grave = severity === undefined ? mrkdwn`` : mrkdwn` (${words(severity, 40)})`;
    const times = alerts.length > 1 ? mrkdwn` × ${formatCount(alerts.length)}` : mrkdwn``;
    return mrkdwn`• ${code(name, NAME)}${markup(grave)}${markup(times)}`;
  });
  return more === '' ? lines : [...lines, mrkdwn`${more}`];
}

function countOf({ isCut }: Incident, count: number): string {
  return isCut
    ? `more than ${formatCount(count)} alerts`
    : `${formatCount(count)} alert${count === 1 ? '' : 's'}`;
}

function verdictLine({ outcome }: Seen): Mrkdwn {
  return mrkdwn`*${words(outcome.title, NAME)}* · ${prose(outcome.summary, SENTENCE)}`;
}

function bothLine(first: Seen, last: Seen): Mrkdwn {
  const before = mrkdwn`*Before:* ${words(first.outcome.title, NAME)} · ${prose(first.outcome.summary, SENTENCE)}`;
  const after = mrkdwn`*After:* ${words(last.outcome.title, NAME)} · ${prose(last.outcome.summary, SENTENCE)}`;
  return joinMrkdwn([before, after], '\n');
}

/** Undefined while there is one look only, or nothing that both of them know. */
function sinceFirst(first: Seen, last: Seen): Mrkdwn | undefined {
  if (first === last) return undefined;
  const [before, after] = [first.outcome, last.outcome];
  const figures: Mrkdwn[] = [];
  if (before.goroutines !== undefined && after.goroutines !== undefined) {
    figures.push(mrkdwn`goroutines ${formatCount(before.goroutines)} → ${formatCount(after.goroutines)}`);
  }
  if (before.heapBytes !== undefined && after.heapBytes !== undefined) {
    figures.push(mrkdwn`heap ${formatBytes(before.heapBytes)} → ${formatBytes(after.heapBytes)}`);
  }
  const isOther =
    before.allocatedBytes !== undefined &&
    after.allocatedBytes !== undefined &&
    after.allocatedBytes < before.allocatedBytes;
  if (isOther) figures.push(mrkdwn`a new process: its counters began anew`);
  if (figures.length === 0) return undefined;
  return mrkdwn`*Since the first look:* ${markup(joinMrkdwn(figures, ' · '))}`;
}

function nextWords(incident: Incident, nextLookMs: number | undefined): Mrkdwn | undefined {
  const last = incident.looks.at(-1);
  if (incident.closed !== undefined) {
    return incident.closed.why === 'unverified'
      ? mrkdwn`Its alerts are over; it could not be looked at again.`
      : undefined;
  }
  if (last !== undefined && last.outcome === undefined) {
    return seenLooks(incident).length === 0
      ? mrkdwn`Looking at it now; the verdict takes about a minute.`
      : mrkdwn`Looking at it again now.`;
  }
  return nextLookMs === undefined
    ? undefined
    : mrkdwn`Next look at ${moment(nextLookMs)} · details are in this thread`;
}

/** `12:03 UTC`. */
function moment(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(11, 16)} UTC`;
}
