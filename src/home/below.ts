// What stands around the services: what waits for an admin's word, when digests come, and what was captured lately.
import { proposalBlocks } from '../forms/propose.ts';
import { formatDuration } from '../model/units.ts';
import { type Block, context, divider, header, section } from '../report/elements.ts';
import {
  channelMention,
  code,
  cutList,
  joinMrkdwn,
  link,
  type Mrkdwn,
  mrkdwn,
  words,
} from '../report/foreign.ts';
import { verdictTitle } from '../report/wording.ts';
import { HOME_DIGEST } from './actions.ts';
import { agoWords } from './ago.ts';
import type { HomeCapture, HomeDigest, HomeFacts } from './facts.ts';

const DIGESTS_SHOWN = 12;
const PROPOSALS_SHOWN = 8;
export const CAPTURES_SHOWN = 8;
const NAME = 80;

export function digestBlocks({ digests, viewer, nowMs }: HomeFacts): Block[] {
  const { shown, more } = cutList(digests, DIGESTS_SHOWN);
  const rows = shown.map((digest) => {
    const edit = {
      text: 'Change…',
      actionId: HOME_DIGEST,
      value: digest.id,
      says: `Change the digest of ${digest.id}`,
    };
    return section(digestLine(digest, nowMs), viewer.maySetDigests ? edit : undefined);
  });
  const none = mrkdwn`No digest is set up. A digest says every day how services stand, worst first.`;
  const add = { text: 'Set one up…', actionId: HOME_DIGEST, value: '', says: 'Set up a digest' };
  return [
    divider(),
    header('Digests'),
    ...rows,
    ...(more === '' ? [] : [context([mrkdwn`${more}`])]),
    ...(digests.length === 0 ? [section(none, viewer.maySetDigests ? add : undefined)] : []),
  ];
}

function digestLine({ id, cron, zone, channel, nextMs }: HomeDigest, nowMs: number): Mrkdwn {
  const next = nextMs === undefined ? 'never due' : `next in ${formatDuration(nextMs - nowMs)}`;
  const place = channel === '' ? [] : [mrkdwn`in ${channelMention(channel)}`];
  const when = mrkdwn`*${code(id, NAME)}* ${whenWords(cron)} ${words(zone, NAME)}`;
  return joinMrkdwn([when, mrkdwn`${next}`, ...place], ' · ');
}

/** `0 9 * * *` -> `every day at 09:00`; what is less plain stays as it is. */
export function whenWords(cron: string): string {
  const [minute = '', hour = '', day, month, weekday = ''] = cron.split(' ');
  if (!/^\d+$/.test(minute) || !/^\d+$/.test(hour) || day !== '*' || month !== '*') return cron;
  const at = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (weekday === '*') return `every day at ${at}`;
  const days = weekday.split(',').map((each) => DAYS[Number(each)]);
  return days.every((each) => each !== undefined) ? `${days.join(', ')} at ${at}` : cron;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** What admins are asked to decide, above everything else: somebody waits for it. */
export function proposedBlocks({ proposals }: HomeFacts): Block[] {
  if (proposals.length === 0) return [];
  const { shown, more } = cutList(proposals, PROPOSALS_SHOWN);
  return [
    header('Proposed services'),
    ...shown.flatMap(proposalBlocks),
    ...(more === '' ? [] : [context([mrkdwn`${more}`])]),
    divider(),
  ];
}

export function recentBlocks({ recent, nowMs }: HomeFacts): Block[] {
  if (recent.length === 0) return [];
  const lines = recent.slice(0, CAPTURES_SHOWN).map((capture) => captureLine(capture, nowMs));
  return [divider(), header('Recent captures'), section(joinMrkdwn(lines, '\n'))];
}

function captureLine({ service, atMs, kind, tier, link: address }: HomeCapture, nowMs: number): Mrkdwn {
  const thread = address === undefined ? [] : [mrkdwn`${link(address, 'its thread')}`];
  const about = mrkdwn`${code(service, NAME)} ${verdictTitle({ kind, tier })}, ${agoWords(atMs, nowMs)}`;
  return joinMrkdwn([about, ...thread], ' · ');
}
