import { describe, expect, it } from 'vitest';
import { validateBlocks } from '../../demo/workspace/blocks.ts';
import { BUTTON_ACTIONS, type ButtonValues, LINK_VALUE } from '../../src/model/button.ts';
import { verdictMessage } from '../../src/report/root-message.ts';
import { calmMenu, type Offered, verdictActions } from '../../src/report/verdict-actions.ts';
import { sampleReport } from '../kit/report.ts';

const values: ButtonValues = Object.fromEntries(BUTTON_ACTIONS.map((action) => [action, `id-${action}`]));
const issueUrl = 'https://tracker.example/new?title=a';
const offer = { what: 'full stacks', pauseMs: 240 } as const;

interface Element {
  readonly type: string;
  readonly text?: { readonly text: string };
  readonly options?: readonly {
    readonly text: { readonly text: string };
    readonly value: string;
    readonly url?: string;
  }[];
}

function row(about: Partial<Offered> = {}): readonly Element[] {
  const blocks = verdictActions({ values, lists: true, ...about });
  expect(validateBlocks(blocks)).toEqual([]);
  const [block] = blocks as unknown as readonly { readonly elements: readonly Element[] }[];
  return block?.elements ?? [];
}
const names = (elements: readonly Element[]) => elements.map(({ type, text }) => text?.text ?? type);
const entries = (elements: readonly Element[]) =>
  elements.flatMap(({ options = [] }) => options.map(({ text }) => text.text));

describe('what is offered under a verdict', () => {
  it('is four controls, the rarer ones in a menu', () => {
    expect(names(row())).toEqual(['Capture again and compare', 'Why?', 'Full stacks', 'overflow']);
    expect(entries(row())).toEqual(['Snooze…', 'Not a leak…', 'Compare with yesterday', 'Set baseline']);
  });

  it('stays four controls when somebody can agree to a price, and five entries when issues can be filed', () => {
    const elements = row({ offer, issueUrl });
    expect(names(elements)).toEqual([
      'Capture again and compare',
      'Why?',
      'Take full stacks too (about 240 ms pause)',
      'overflow',
    ]);
    expect(entries(elements)).toEqual([
      'Full stacks',
      'Snooze…',
      'Not a leak…',
      'Compare with yesterday',
      'File an issue',
    ]);
    const link = elements.at(-1)?.options?.at(-1);
    expect(link).toMatchObject({ value: LINK_VALUE, url: issueUrl });
  });

  it('is nothing about signatures where none is listed', () => {
    const elements = row({ lists: false });
    expect(names(elements)).toEqual(['Capture again and compare', 'Why?', 'overflow']);
    expect(entries(elements)).toEqual(['Compare with yesterday', 'Set baseline']);
  });

  it('is one menu beside the line of what is healthy', () => {
    const { blocks } = verdictMessage(sampleReport('healthy'), { buttons: values, issueUrl });
    expect(validateBlocks([...blocks])).toEqual([]);
    expect(blocks.map(({ type }) => type)).toEqual(['section', 'context']);
    const [{ accessory }] = blocks as unknown as readonly [{ readonly accessory: Element }];
    expect(entries([accessory])).toEqual([
      'Capture again and compare',
      'Why?',
      'Compare with yesterday',
      'Set baseline',
      'Files and page',
    ]);
    expect(calmMenu({})).toBeUndefined();
  });

  it('is only what there is an id for', () => {
    expect(names(row({ values: { capture_again: 'x' } }))).toEqual(['Capture again and compare']);
    expect(verdictActions({ values: {}, lists: true })).toEqual([]);
  });
});
