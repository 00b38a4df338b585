// One service in the home tab: how it stands in a line or two, and what can be done about it.
import { formatBytes } from '../model/units.ts';
import { sparkline } from '../report/digest-message.ts';
import { actions, type Block, type ButtonWords, section } from '../report/elements.ts';
import { code, joinMrkdwn, type Mrkdwn, mrkdwn, prose, words } from '../report/foreign.ts';
import { summaryWords, verdictTitle } from '../report/wording.ts';
import { HOME_CAPTURE, HOME_UNWATCH, HOME_WATCH, HOME_WITHDRAW } from './actions.ts';
import { agoWords } from './ago.ts';
import type { HomeService } from './facts.ts';

const NAME = 80;
const SUMMARY = 300;
/** Shape carries the standing; there is no colour to miss. */
const MARKS = { sick: '▲', unclear: '◆', recovered: '✓', well: '○' } as const;

/** @param isAdmin may take back what admins accepted */
export function serviceBlocks(service: HomeService, nowMs: number, isAdmin: boolean): Block[] {
  const removing = isAdmin && service.isAccepted ? [removeButton(service.name)] : [];
  const buttons = [...usualButtons(service), ...removing];
  return [section(aboutService(service, nowMs)), ...(buttons.length > 0 ? [actions(buttons)] : [])];
}

function aboutService(service: HomeService, nowMs: number): Mrkdwn {
  const { name, owner, instances, known } = service;
  // Of a service nobody has looked at there is nothing to say with a mark.
  const mark = known && (known.verdict || known.memory) ? `${MARKS[known.standing]} ` : '';
  const curve = known?.days.some((day) => day !== undefined) ? ` ${sparkline(known.days)}` : '';
  const head = mrkdwn`${mark}*${code(name, NAME)}*${curve}`;
  const facts = [
    ...(known && !known.verdict ? [mrkdwn`not captured yet`] : []),
    mrkdwn`${instances} ${instances === 1 ? 'instance' : 'instances'}`,
    ...memoryOf(service),
    ...(owner === undefined ? [] : [mrkdwn`${words(owner, NAME)}`]),
    ...(service.isWatched ? [mrkdwn`watched`] : []),
    ...(service.isUntouchable ? [mrkdwn`not to be touched: services.yml says so`] : []),
    ...(service.may === 'light' ? [mrkdwn`you may capture it lightly`] : []),
    ...(service.may === 'no' ? [mrkdwn`you may not capture it`] : []),
  ];
  return joinMrkdwn([head, ...verdictOf(service, nowMs), joinMrkdwn(facts, ' · ')], '\n');
}

function verdictOf({ known }: HomeService, nowMs: number): Mrkdwn[] {
  if (!known?.verdict) return [];
  const { verdict } = known;
  const ago = agoWords(verdict.atMs, nowMs);
  const summary = verdict.kind === 'healthy' ? [] : [mrkdwn`${prose(summaryWords(verdict), SUMMARY)}`];
  return [joinMrkdwn([mrkdwn`*${verdictTitle(verdict)}*, ${ago}`, ...summary], ' · ')];
}

function memoryOf({ known }: HomeService): Mrkdwn[] {
  if (!known?.memory) return [];
  const of = known.limitBytes === undefined ? '' : ` of ${formatBytes(known.limitBytes)}`;
  return [mrkdwn`${formatBytes(known.memory.nowBytes)}${of}`];
}

function removeButton(name: string): ButtonWords {
  return {
    text: 'Remove…',
    actionId: HOME_WITHDRAW,
    value: name,
    danger: true,
    says: `Remove ${name}`,
    confirm: {
      title: `Remove ${name}?`,
      text: 'It is asked nothing any more, by captures, watching and digests alike. It can be proposed anew.',
      yes: 'Remove',
      no: 'Keep it',
    },
  };
}

function usualButtons({ name, may, isWatched, isUntouchable }: HomeService): ButtonWords[] {
  if (may === 'no' || isUntouchable) return [];
  const watching: ButtonWords = isWatched
    ? { text: 'Unwatch', actionId: HOME_UNWATCH, value: name, says: `Unwatch ${name}` }
    : { text: 'Watch', actionId: HOME_WATCH, value: name, says: `Watch ${name}` };
  return [{ text: 'Capture…', actionId: HOME_CAPTURE, value: name, says: `Capture ${name}` }, watching];
}
