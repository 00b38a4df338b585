import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapeMrkdwn, mentionsIn, unescapeMrkdwn } from '../../../demo/workspace/mrkdwn.ts';

const found = (payload: unknown) => mentionsIn(payload).map((each) => `${each.kind} ${each.target}`);

it('sees every way a message can notify or link', () => {
  expect(found({ text: 'hi <@U0ONCALL|on-call> <!here> <!subteam^S1|@pay> <#C1|general>' })).toEqual([
    'user U0ONCALL',
    'broadcast here',
    'usergroup S1',
    'channel C1',
  ]);
  expect(found({ text: 'see <https://a.example|here> and https://b.example/x' })).toEqual([
    'link https://a.example',
    'link https://b.example/x',
  ]);
  expect(found({ blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '<!channel>' } }] })).toEqual([
    'broadcast channel',
  ]);
  expect(
    found([{ type: 'markdown', text: '[a](https://c.example) ![b](https://d.example/i.png) <!everyone>' }]),
  ).toEqual(['link https://c.example', 'image https://d.example/i.png', 'broadcast everyone']);
  const inline = [
    { type: 'broadcast', range: 'channel' },
    { type: 'user', user_id: 'U1' },
    { type: 'link', url: 'https://e.example' },
  ];
  expect(found([{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: inline }] }])).toEqual(
    ['broadcast channel', 'user U1', 'link https://e.example'],
  );
  expect(found([{ type: 'actions', elements: [{ type: 'button', url: 'https://f.example' }] }])).toEqual([
    'link https://f.example',
  ]);
});

it('says where it found it', () => {
  expect(
    mentionsIn({ blocks: [{ type: 'context', elements: [{ type: 'mrkdwn', text: '<@U1>' }] }] }),
  ).toEqual([{ kind: 'user', target: 'U1', at: '/blocks/0/elements/0/text' }]);
});

it('sees nothing in plain text, raw cells and metadata, where Slack reads no mrkdwn', () => {
  expect(
    found({
      blocks: [{ type: 'header', text: { type: 'plain_text', text: '<!channel> https://x.example' } }],
    }),
  ).toEqual([]);
  expect(found([{ type: 'table', rows: [[{ type: 'raw_text', text: '<!channel>' }]] }])).toEqual([]);
  expect(found({ text: 'x', metadata: { event_payload: { text: '<!channel>' } } })).toEqual([]);
});

it('takes a bare URL for text only where the text object is verbatim', () => {
  expect(
    found([{ type: 'section', text: { type: 'mrkdwn', text: 'https://x.example', verbatim: true } }]),
  ).toEqual([]);
  expect(found([{ type: 'section', text: { type: 'mrkdwn', text: 'https://x.example' } }])).toEqual([
    'link https://x.example',
  ]);
});

it('finds no mention in anything that was escaped', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const kinds = mentionsIn({ text: escapeMrkdwn(text) }).map((each) => each.kind);
      expect(kinds.filter((kind) => kind !== 'link')).toEqual([]);
      expect(unescapeMrkdwn(escapeMrkdwn(text))).toBe(text);
    }),
  );
});
