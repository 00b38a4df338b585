// The home tab, from plain facts: what the viewer may see, a page at a time, always inside Slack's hundred blocks.
import type { HomeView } from '@slack/types';
import { formatCount } from '../model/units.ts';
import {
  actions,
  type Block,
  type ButtonWords,
  context,
  divider,
  header,
  section,
} from '../report/elements.ts';
import { code, joinMrkdwn, type Mrkdwn, markup, mrkdwn, prose, words } from '../report/foreign.ts';
import { homeTab, textField } from '../report/form.ts';
import {
  HOME_CAPTURE,
  HOME_NEXT,
  HOME_PREVIOUS,
  HOME_PROPOSE,
  HOME_SEARCH,
  SEARCH_BLOCK,
} from './actions.ts';
import { digestBlocks, proposedBlocks, recentBlocks } from './below.ts';
import type { HomeFacts } from './facts.ts';
import { serviceBlocks } from './service.ts';

/** Two blocks each: with everything around them far from a hundred. */
export const SERVICES_PER_PAGE = 10;
const NOTICE = 1_000;

export function homeView(facts: HomeFacts): HomeView {
  const blocks = [
    ...(facts.notice === undefined ? [] : [section(facts.notice), divider()]),
    ...proposedBlocks(facts),
    header('Services'),
    context([standingLine(facts)]),
    ...searchBlocks(facts),
    ...(facts.services.length === 0
      ? [section(nothingLine(facts))]
      : facts.services.flatMap((each) => serviceBlocks(each, facts.nowMs, facts.viewer.isAdmin))),
    ...pagerBlocks(facts),
    ...digestBlocks(facts),
    ...recentBlocks(facts),
    divider(),
    header('What you may do'),
    section(rightsLines(facts)),
  ];
  return homeTab(blocks, facts.state);
}

/** For whoever may see nothing: why, and nothing else. */
export function refusedHome(what: string, hint: string): HomeView {
  return homeTab(
    [
      header('goleak'),
      section(mrkdwn`${prose(what, NOTICE)} ${prose(hint, NOTICE)}`),
      context([mrkdwn`Nothing about services is shown here until then.`]),
    ],
    {},
  );
}

/** When the tab cannot be drawn now. */
export function brokenHome(why: Mrkdwn): HomeView {
  return homeTab([header('goleak'), section(why)], {});
}

function standingLine({ visible, services, found, state }: HomeFacts): Mrkdwn {
  const ill = services.filter(({ known }) => known?.standing === 'sick').length;
  const all = `${formatCount(visible)} ${visible === 1 ? 'service' : 'services'}`;
  if (state.query !== '') return mrkdwn`${formatCount(found)} of ${all} match “${words(state.query, 100)}”`;
  return ill > 0 && state.page === 0 ? mrkdwn`${all}, those that are ill first` : mrkdwn`${all}`;
}

function searchBlocks({ state, visible }: HomeFacts): Block[] {
  const first: ButtonWords[] = [
    { text: 'Capture…', actionId: HOME_CAPTURE, value: '', primary: true, says: 'Open the capture form' },
    { text: 'Propose a service…', actionId: HOME_PROPOSE, value: '' },
  ];
  const search = textField({
    blockId: SEARCH_BLOCK,
    actionId: HOME_SEARCH,
    label: 'Find a service',
    placeholder: 'A part of its name or its owner’s, then Enter',
    initial: state.query,
    most: 80,
    isOptional: true,
    isHeard: true,
  });
  return [...(visible > SERVICES_PER_PAGE || state.query !== '' ? [search] : []), actions(first)];
}

function nothingLine({ visible, state }: HomeFacts): Mrkdwn {
  if (visible > 0)
    return mrkdwn`No service matches “${words(state.query, 100)}”. An empty search shows all again.`;
  return mrkdwn`No service is registered yet. Services are registered in services.yml, or proposed here.`;
}

function pagerBlocks({ state, found }: HomeFacts): Block[] {
  const pages = Math.ceil(found / SERVICES_PER_PAGE);
  if (pages <= 1) return [];
  const from = state.page * SERVICES_PER_PAGE;
  const until = Math.min(found, from + SERVICES_PER_PAGE);
  const turn = (text: string, actionId: string, page: number, says: string): ButtonWords[] =>
    page >= 0 && page < pages ? [{ text, actionId, value: String(page), says }] : [];
  return [
    actions([
      ...turn('‹ Previous', HOME_PREVIOUS, state.page - 1, 'Previous page of services'),
      ...turn('Next ›', HOME_NEXT, state.page + 1, 'Next page of services'),
    ]),
    context([mrkdwn`${formatCount(from + 1)}–${formatCount(until)} of ${formatCount(found)}`]),
  ];
}

function rightsLines({ viewer, mayCapture, visible }: HomeFacts): Mrkdwn {
  const captures =
    mayCapture === visible
      ? mrkdwn`Capture every service you see here`
      : mrkdwn`Capture ${formatCount(mayCapture)} of the ${formatCount(visible)} services you see here`;
  const own = [
    captures,
    ...(viewer.maySetDigests ? [mrkdwn`Say when digests come`] : []),
    ...(viewer.mayStop ? [mrkdwn`End all captures with ${code('/goleak stop')} and let them run again`] : []),
    ...(viewer.isAdmin
      ? [mrkdwn`Accept proposed services, force heavy captures, read the audit: you are an admin`]
      : []),
  ];
  const guest = viewer.isGuest
    ? [mrkdwn`You are a guest here: you see what services.yml lets guests have.`]
    : [];
  return joinMrkdwn([...own.map((line) => mrkdwn`• ${markup(line)}`), ...guest], '\n');
}
