import { describe, expect, it } from 'vitest';
import { blockTextLength, validateBlocks } from '../../../demo/workspace/blocks.ts';

const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const plain = (text: string) => ({ type: 'plain_text', text });
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) });
const button = (text: string, rest = {}) => ({
  type: 'button',
  action_id: `a-${text.length}`,
  text: plain(text),
  ...rest,
});
const many = <T>(count: number, one: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => one(index));
const row = (cells: number) => many(cells, () => ({ type: 'raw_text', text: 'x' }));

describe('a block at its limit is taken and one over it is refused', () => {
  const cases: [string, (size: number) => unknown[], number][] = [
    ['blocks in a message', (size) => many(size, () => ({ type: 'divider' })), 50],
    ['section text', (size) => [section('x'.repeat(size))], 3000],
    ['section fields', (size) => [{ type: 'section', fields: many(size, () => mrkdwn('x')) }], 10],
    ['field text', (size) => [{ type: 'section', fields: [mrkdwn('x'.repeat(size))] }], 2000],
    ['header text', (size) => [{ type: 'header', text: plain('x'.repeat(size)) }], 150],
    ['context elements', (size) => [{ type: 'context', elements: many(size, () => mrkdwn('x')) }], 10],
    [
      'actions',
      (size) => [
        { type: 'actions', elements: many(size, (index) => button('x', { action_id: `a${index}` })) },
      ],
      25,
    ],
    ['button text', (size) => [{ type: 'actions', elements: [button('x'.repeat(size))] }], 75],
    [
      'button value',
      (size) => [{ type: 'actions', elements: [button('x', { value: 'v'.repeat(size) })] }],
      2000,
    ],
    [
      'action_id',
      (size) => [{ type: 'actions', elements: [button('x', { action_id: 'a'.repeat(size) })] }],
      255,
    ],
    ['block_id', (size) => [{ type: 'divider', block_id: 'b'.repeat(size) }], 255],
    ['markdown', (size) => [{ type: 'markdown', text: 'x'.repeat(size) }], 12_000],
    ['table rows', (size) => [{ type: 'table', rows: many(size, () => row(2)) }], 100],
    ['table columns', (size) => [{ type: 'table', rows: [row(size)] }], 20],
    [
      'image alt text',
      (size) => [{ type: 'image', alt_text: 'x'.repeat(size), slack_file: { id: 'F1' } }],
      2000,
    ],
  ];
  it.each(cases)('%s', (_name, blocks, limit) => {
    expect(validateBlocks(blocks(limit))).toEqual([]);
    expect(validateBlocks(blocks(limit + 1)).join()).toContain(`no more than ${limit}`);
  });
});

describe('what Slack would not take is named with its place', () => {
  const cases: [string, unknown, string][] = [
    ['an unknown type', [{ type: 'bogus' }], '[ERROR] unsupported type [json-pointer:/blocks/0/type]'],
    [
      'an unknown field',
      [{ type: 'divider', colour: 'red' }],
      '[ERROR] unsupported field: colour [json-pointer:/blocks/0]',
    ],
    ['a section without words', [{ type: 'section' }], 'needs text or fields'],
    ['a header in mrkdwn', [{ type: 'header', text: mrkdwn('x') }], '/blocks/0/text/type'],
    [
      'an image from nowhere',
      [{ type: 'image', alt_text: 'x' }],
      'needs exactly one of image_url and slack_file',
    ],
    ['an image without alt text', [{ type: 'image', slack_file: { id: 'F1' } }], '/blocks/0/alt_text'],
    ['an empty text', [section('')], '/blocks/0/text/text'],
    [
      'the same block_id twice',
      [
        { type: 'divider', block_id: 'b' },
        { type: 'divider', block_id: 'b' },
      ],
      'block_id b is used more than once',
    ],
    [
      'the same action_id twice',
      [{ type: 'actions', elements: [button('x'), button('y')] }],
      'action_id a-1 is used more than once',
    ],
    [
      'two tables',
      [
        { type: 'table', rows: [row(1)] },
        { type: 'table', rows: [row(1)] },
      ],
      'only one table',
    ],
    [
      'a button with a script for a URL',
      [{ type: 'actions', elements: [button('x', { url: 'javascript:alert(1)' })] }],
      'valid http',
    ],
    [
      'a long text inside a context',
      [{ type: 'context', elements: [mrkdwn('x'.repeat(3001))] }],
      '/blocks/0/elements/0/text',
    ],
    ['something that is no list', { type: 'divider' }, 'expected array'],
  ];
  it.each(cases)('%s', (_name, blocks, said) => {
    expect(validateBlocks(blocks).join('\n')).toContain(said);
  });
});

it('takes a message as a verdict has it', () => {
  const blocks = [
    { type: 'header', text: plain('payments-svc') },
    section('*goroutine leak*'),
    { type: 'table', rows: [row(3), row(3)], column_settings: [{ is_wrapped: true }, { align: 'right' }] },
    { type: 'image', slack_file: { id: 'F1' }, alt_text: 'Heap over the window' },
    { type: 'context', elements: [mrkdwn('12 requests')] },
    { type: 'actions', block_id: 'next', elements: [button('Full stacks', { style: 'primary' })] },
  ];
  expect(validateBlocks(blocks)).toEqual([]);
});

it('counts the text of all blocks, however deep', () => {
  const rich = {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: '12345' }] }],
  };
  expect(
    blockTextLength([section('123'), rich, { type: 'table', rows: [[{ type: 'raw_text', text: '1234' }]] }]),
  ).toBe(12);
});
