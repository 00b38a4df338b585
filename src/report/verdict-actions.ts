// What is offered under a verdict: the next steps as buttons, at most four in sight, and the rarer ones in a menu.
import {
  AGREE_ACTION,
  type ButtonAction,
  type ButtonValues,
  CAPTURE_AGAIN_ACTION,
  FULL_STACKS_ACTION,
  LINK_VALUE,
  MORE_ACTION,
  NOT_A_LEAK_ACTION,
  RAW_ACTION,
  SET_BASELINE_ACTION,
  SNOOZE_ACTION,
  WHY_ACTION,
  YESTERDAY_ACTION,
} from '../model/button.ts';
import type { Offer } from '../model/capture.ts';
import { formatDuration } from '../model/units.ts';
import {
  actions,
  type Block,
  type ButtonWords,
  type MenuEntry,
  type OverflowMenu,
  overflow,
} from './elements.ts';

export interface Offered {
  readonly values: ButtonValues;
  /** Signatures are listed: they can be shown, put off and said to be no leak. */
  readonly lists: boolean;
  /** What was left out because nobody had agreed to its price. */
  readonly offer?: Offer;
  /** Where an issue is filed about it, filled in; absent where services.yml names no tracker. */
  readonly issueUrl?: string;
}

/** Slack takes five entries in such a menu: https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element */
const MOST_ENTRIES = 5;

/** Nothing where no button may be shown. */
export function verdictActions({ values, lists, offer, issueUrl }: Offered): Block[] {
  const stacks: Named | undefined = lists ? { text: 'Full stacks', action: FULL_STACKS_ACTION } : undefined;
  const offered: readonly (Named | undefined)[] = [
    { text: 'Capture again and compare', action: CAPTURE_AGAIN_ACTION, primary: true },
    { text: 'Why?', action: WHY_ACTION, says: 'Why this verdict' },
    offer ? { text: offerWords(offer), action: AGREE_ACTION } : stacks,
  ];
  const buttons = offered.flatMap((button) => shown(button, values));
  const entries: readonly (Named | undefined)[] = [
    offer ? stacks : undefined,
    lists ? { text: 'Snooze…', action: SNOOZE_ACTION } : undefined,
    lists ? { text: 'Not a leak…', action: NOT_A_LEAK_ACTION } : undefined,
    { text: 'Compare with yesterday', action: YESTERDAY_ACTION },
    issueUrl === undefined || offer === undefined
      ? { text: 'Set baseline', action: SET_BASELINE_ACTION }
      : undefined,
  ];
  const known = menuOf(entries, values);
  const link: MenuEntry[] =
    issueUrl === undefined ? [] : [{ text: 'File an issue', value: LINK_VALUE, url: issueUrl }];
  const menu = [...known.slice(0, MOST_ENTRIES - link.length), ...link];
  if (buttons.length + menu.length === 0) return [];
  return [actions(buttons, menu.length === 0 ? [] : [overflow(MORE_ACTION, menu)])];
}

/** Of what is healthy: nobody has to act, so what can be done is behind three dots, beside the one line. */
export function calmMenu(values: ButtonValues): OverflowMenu | undefined {
  const named: readonly Named[] = [
    { text: 'Capture again and compare', action: CAPTURE_AGAIN_ACTION },
    { text: 'Why?', action: WHY_ACTION },
    { text: 'Compare with yesterday', action: YESTERDAY_ACTION },
    { text: 'Set baseline', action: SET_BASELINE_ACTION },
    { text: 'Files and page', action: RAW_ACTION },
  ];
  const entries = menuOf(named, values);
  return entries.length === 0 ? undefined : overflow(MORE_ACTION, entries);
}

function menuOf(named: readonly (Named | undefined)[], values: ButtonValues): MenuEntry[] {
  return named.flatMap((entry) => shown(entry, values).map(({ text, value }) => ({ text, value })));
}

interface Named {
  readonly text: string;
  readonly action: ButtonAction;
  readonly primary?: boolean;
  readonly says?: string;
}

function shown(named: Named | undefined, values: ButtonValues): ButtonWords[] {
  if (!named) return [];
  const { action, ...words } = named;
  const value = values[action];
  return value === undefined ? [] : [{ ...words, actionId: action, value }];
}

const OFFERED: Readonly<Record<Offer['what'], string>> = {
  'full stacks': 'Take full stacks too',
  'leak detector': 'Run the leak detector too',
  'execution trace': 'Record the trace too',
};

function offerWords({ what, pauseMs }: Offer): string {
  return `${OFFERED[what]} (about ${formatDuration(pauseMs)} pause)`;
}
