import { describe, expect, it } from 'vitest';
import { FOLLOW_UPS, readFollowUp, suggestFollowUp } from '../../src/command/follow-ups.ts';
import { helpText } from '../../src/command/usage.ts';
import type { Question } from '../../src/model/question.ts';

describe('a reply in the thread of a capture', () => {
  it.each<[string, Question]>([
    ['why?', { kind: 'why' }],
    ['Why', { kind: 'why' }],
    ['why??!', { kind: 'why' }],
    ['but why?', { kind: 'why' }],
    ['Please, explain.', { kind: 'why' }],
    ['<@U0GOLEAK> why?', { kind: 'why' }],
    ['why, <@U0GOLEAK|goleak>?', { kind: 'why' }],
    ['stack 2', { kind: 'stack', rank: 2 }],
    ['Stack #2 please', { kind: 'stack', rank: 2 }],
    ['show the stack no. 12', { kind: 'stack', rank: 12 }],
    ['stack', { kind: 'stack', rank: 1 }],
    ['full stack 3', { kind: 'stack', rank: 3 }],
    ['stacks', { kind: 'stacks' }],
    ['full stacks', { kind: 'stacks' }],
    ['who owns 1', { kind: 'owner', rank: 1 }],
    ['who owns #2?', { kind: 'owner', rank: 2 }],
    ['Who owns this?', { kind: 'owner', rank: 1 }],
    ["who's the owner of 2", { kind: 'owner', rank: 2 }],
    ['owner 3', { kind: 'owner', rank: 3 }],
    ['whose is 2?', { kind: 'owner', rank: 2 }],
    ['vs yesterday', { kind: 'yesterday' }],
    ['vs. yesterday', { kind: 'yesterday' }],
    ['compare with yesterday', { kind: 'yesterday' }],
    ['all instances', { kind: 'all-instances' }],
    ['capture the other instances', { kind: 'all-instances' }],
    ['raw', { kind: 'raw' }],
    ['raw files', { kind: 'raw' }],
    ['artifacts', { kind: 'raw' }],
    ['who holds it?', { kind: 'retention' }],
    ['Who is holding the memory?', { kind: 'retention' }],
    ['what holds on to that', { kind: 'retention' }],
    ['retention', { kind: 'retention' }],
    ['path to root', { kind: 'retention' }],
  ])('%j is a question', (text, question) => {
    expect(readFollowUp(text)).toEqual(question);
  });

  it.each([
    'why did we deploy on a Friday?',
    'I know why',
    'whyever',
    'the stack 2 looks odd to me',
    'stack overflow',
    'stack 2 3',
    'stack 100',
    'who owns the pager tonight',
    'yesterday',
    'all',
    'raw fish',
    'who holds the pager',
    'what holds us back?',
    'holding hands',
    'thanks!',
    '',
    `why ${'?'.repeat(100)}`,
    'capture payments-svc',
  ])('%j is talk', (text) => {
    expect(readFollowUp(text)).toBeUndefined();
  });

  it.each([
    ['wyh', 'why?'],
    ['stak 2', 'stack 2'],
    ['rwa', 'raw'],
    ['hello', undefined],
  ])('%j is taken for %j', (text, meant) => {
    expect(suggestFollowUp(text)).toBe(meant);
  });

  it('is understood as its help shows it, and only chat is told of it', () => {
    for (const { usage, about } of FOLLOW_UPS) {
      expect(readFollowUp(usage), usage).toBeDefined();
      expect(helpText('chat', '/goleak')).toContain(about);
      expect(helpText('terminal', 'goleak')).not.toContain(about);
    }
  });

  it('leaves help within what Slack shows of one message', () => {
    expect(helpText('chat', '/goleak').length).toBeLessThan(2_900);
  });
});
