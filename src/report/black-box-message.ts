// What is told when nobody is there to be asked: the last pair and the last samples, each with its moment, and plainly
// that none of it is from now.

import type { Ending, KeptPair, LastKnown, LastLife, LastSamples } from '../model/black-box.ts';
import { type ButtonValues, CAPTURE_AGAIN_ACTION } from '../model/button.ts';
import { formatBytes, formatForecast, formatPercent } from '../model/units.ts';
import { actions, type Block, context, type SlackMessage, section } from './elements.ts';
import { code, joinMrkdwn, type Mrkdwn, markup, mention, mrkdwn, prose, words } from './foreign.ts';
import type { Report } from './schema.ts';
import { confidenceWords, counted, summaryWords, verdictTitle } from './wording.ts';

const SENTENCE = 700;
const NAME = 80;
const CAUSE = 400;

export interface LastKnownAbout {
  readonly service: string;
  /** Why it could not be captured now, and what to do when nothing better is known. */
  readonly what: string;
  readonly hint: string;
  readonly lastKnown: LastKnown;
  /** When it was asked for, Unix milliseconds: what is told is so much older. */
  readonly askedAtMs: number;
  readonly requestedBy: string;
  readonly because?: string;
  readonly buttons?: ButtonValues;
}

export function lastKnownMessage(about: LastKnownAbout): SlackMessage {
  const { lastKnown, askedAtMs, buttons } = about;
  const { pair, samples, instance } = lastKnown;
  const service = words(about.service, NAME);
  const title = mrkdwn`:card_index_dividers: *${service} could not be reached: what follows is from before, not from now*`;
  const body: Block[] = [
    section(joinMrkdwn([title, mrkdwn`${prose(about.what, SENTENCE)}`], '\n')),
    section(pair ? pairWords(pair, instance, askedAtMs) : mrkdwn`No pair of snapshots of it was kept.`),
    section(samples ? samplesSection(lastKnown, samples, askedAtMs) : unwatched(about.service)),
    section(mrkdwn`*Next:* ${prose(pair?.nextStep ?? about.hint, SENTENCE)}`),
  ];
  const other = otherWords(about);
  if (other) body.push(section(other));
  body.push(
    context([mrkdwn`cost: none, nothing was asked of it but whether it is there · ${markup(asker(about))}`]),
  );
  if (buttons) {
    const { [CAPTURE_AGAIN_ACTION]: value } = buttons;
    if (value !== undefined)
      body.push(actions([{ text: 'Capture again', actionId: CAPTURE_AGAIN_ACTION, value }]));
  }
  return {
    text: mrkdwn`${service} could not be reached. ${prose(lastKnownWords(lastKnown), 2 * SENTENCE)}`,
    blocks: body,
  };
}

/** What stands above the details of a pair that is not from now. */
export function recalledDetails(report: Report): SlackMessage {
  const text = mrkdwn`The evidence below is of the pair of ${momentOf(report.window.to ?? 0)}, before it was gone. Nothing of it is newer.`;
  return { text, blocks: [section(text)] };
}

/** `From before, at 26 Nov 03:09:12 UTC: goroutine leak, proven. … Last sample at 26 Nov 03:12:30 UTC: resident 498 MiB.` */
export function lastKnownWords({ pair, samples }: LastKnown): string {
  return [
    ...(pair ? [`From before, at ${momentOf(pair.atMs)}: ${verdictTitle(pair)}. ${summaryWords(pair)}`] : []),
    ...(samples ? [`Last sample at ${momentOf(samples.atMs)}: ${figureWords(samples)}.`] : []),
  ].join(' ');
}

/** `Before the restart at 03:14:00 UTC: goroutine leak, proven (03:09:12 UTC); resident 498 MiB of 512 MiB (97 %).` */
export function lastLifeWords({ how, atMs, pair, samples }: LastLife): string {
  const said = [
    ...(pair ? [`${verdictTitle(pair)}, in the pair of ${momentOf(pair.atMs)}`] : []),
    ...(samples ? [`last sample at ${momentOf(samples.atMs)}: ${figureWords(samples)}`] : []),
  ];
  return `Before the ${ENDINGS[how].noun} at ${momentOf(atMs)}${ENDINGS[how].more}: ${said.join('; ')}`;
}

const ENDINGS: Readonly<
  Record<Ending, { readonly noun: string; readonly more: string; readonly after: string }>
> = {
  deploy: { noun: 'deploy', more: '', after: 'a deploy' },
  restart: { noun: 'restart', more: '', after: 'a restart' },
  killed: { noun: 'restart', more: ' (it ended at its limit)', after: 'the one before ended at its limit' },
};

function pairWords(pair: KeptPair, instance: string, askedAtMs: number): Mrkdwn {
  const { atMs, confidence } = pair;
  const head = mrkdwn`*Last pair* of ${code(instance, NAME)}, taken at ${momentOf(atMs)}, ${agoWords(askedAtMs - atMs)} this was asked: *${verdictTitle(pair)}* (${confidenceWords(confidence)})`;
  return joinMrkdwn([head, mrkdwn`${prose(summaryWords(pair), SENTENCE)}`], '\n');
}

function samplesSection(
  { silentSinceMs, instance }: LastKnown,
  samples: LastSamples,
  askedAtMs: number,
): Mrkdwn {
  const { atMs, earlier, residentBytes, forecast, began, build } = samples;
  const head = mrkdwn`*Memory until the last sample* of ${code(instance, NAME)} at ${momentOf(atMs)}, ${agoWords(askedAtMs - atMs)} this was asked: ${figureWords(samples)}`;
  const lines: Mrkdwn[] = [head];
  if (earlier && residentBytes !== undefined) {
    lines.push(
      mrkdwn`• ${formatForecast(atMs - earlier.atMs)} before that it was ${formatBytes(earlier.residentBytes)}`,
    );
  }
  if (forecast) lines.push(mrkdwn`• ${forecastWords(forecast)}`);
  if (began) {
    lines.push(
      mrkdwn`• this process was first seen at ${momentOf(began.atMs)}: ${ENDINGS[began.after].after}`,
    );
  }
  if (build !== undefined) lines.push(mrkdwn`• build ${code(build, NAME)}`);
  if (silentSinceMs !== undefined) {
    lines.push(mrkdwn`• it has not answered the sampler since ${momentOf(silentSinceMs)}`);
  }
  return joinMrkdwn(lines, '\n');
}

/** `resident 498 MiB of 512 MiB (97 %), heap 410 MiB, 12,345 goroutines`. */
function figureWords({ residentBytes, limitBytes, heapBytes, goroutines }: LastSamples): string {
  const of =
    residentBytes === undefined || limitBytes === undefined
      ? ''
      : ` of ${formatBytes(limitBytes)} (${formatPercent(residentBytes / limitBytes)})`;
  const said = [
    ...(residentBytes === undefined ? [] : [`resident ${formatBytes(residentBytes)}${of}`]),
    ...(heapBytes === undefined ? [] : [`heap ${formatBytes(heapBytes)}`]),
    ...(goroutines === undefined ? [] : [counted(goroutines, 'goroutine')]),
  ];
  return said.length === 0 ? 'nothing of its memory is known' : said.join(', ');
}

function forecastWords({ saidMs, lowMs, highMs }: NonNullable<LastSamples['forecast']>): string {
  const when =
    highMs === null ? `not before ${momentOf(lowMs)}` : `between ${momentOf(lowMs)} and ${momentOf(highMs)}`;
  return `the watcher had said at ${momentOf(saidMs)} that it reaches its limit ${when}`;
}

function unwatched(service: string): Mrkdwn {
  return mrkdwn`It was not watched, so what its memory did is not known; ${code(`/goleak watch ${service}`, NAME)} keeps that from now on.`;
}

function otherWords({ service, lastKnown: { other } }: LastKnownAbout): Mrkdwn | undefined {
  if (!other) return undefined;
  const ask = `/goleak capture ${service} --instance ${other.instance}`;
  return mrkdwn`${code(other.instance, NAME)} answered at ${momentOf(other.atMs)}: ${code(ask, 2 * NAME)} asks that one.`;
}

function asker({ requestedBy, because }: LastKnownAbout): Mrkdwn {
  if (because !== undefined) return mrkdwn`by itself: ${prose(because, CAUSE)}`;
  return requestedBy === '' ? mrkdwn`by itself` : mrkdwn`asked by ${mention(requestedBy)}`;
}

/** `4 min before`. */
function agoWords(agoMs: number): string {
  return agoMs < 1_000 ? 'at the moment' : `${formatForecast(agoMs)} before`;
}

/** `26 Nov 03:09:12 UTC`: what is from before may be from another day. */
function momentOf(atMs: number): string {
  const text = new Date(atMs).toISOString();
  return `${Number(text.slice(8, 10))} ${MONTHS[Number(text.slice(5, 7)) - 1]} ${text.slice(11, 19)} UTC`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
