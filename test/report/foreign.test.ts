import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  code,
  codeBlock,
  csv,
  cutList,
  dataBlock,
  html,
  inlined,
  markup,
  mention,
  mrkdwn,
  plain,
  prose,
  tags,
  terminal,
  visible,
  words,
} from '../../src/report/foreign.ts';
import { hostileText } from '../kit/report-arbitraries.ts';

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

describe('mrkdwn', () => {
  it.each([
    ['<!channel>', '&lt;!channel&gt;'],
    ['<@U123>', '&lt;@U123&gt;'],
    ['<https://a.example|b>', '&lt;https://a.example|b&gt;'],
    ['a & b', 'a &amp; b'],
    ['*x* ~y~ _z_ `q`', '∗x∗ ∼y∼ ˍzˍ ˋqˋ'],
    ['snake_case stays', 'snake_case stays'],
    [':skull:', '∶skull:'],
    ['http://127.0.0.1:6060: refused', 'http://127.0.0.1:6060: refused'],
    ['two\nlines\u202e', 'two\\nlines\\u{202e}'],
  ])('escapes what is put into a sentence: %j', (foreign, shown) => {
    expect(mrkdwn`${foreign}`).toBe(shown);
  });

  it('keeps markup that is escaped already, and refuses to take it as a raw string', () => {
    const name = mrkdwn`<${'a'}`;
    expect(mrkdwn`*${markup(name)}*`).toBe('*<a*');
    // @ts-expect-error text that is escaped already would be escaped twice
    mrkdwn`${name}`;
  });

  it('is no type that a raw string fits', () => {
    // @ts-expect-error a message cannot be made of a raw string
    markup('raw');
  });

  it('mentions real ids only', () => {
    expect(mention('U0ABC').markup).toBe('<@U0ABC>');
    expect(mention('S0ABC').markup).toBe('<!subteam^S0ABC>');
    expect(mention('!channel').markup).toBe('!channel');
    expect(mention('U1> <!channel').markup).toBe('U1&gt; &lt;!channel');
  });
});

describe('code', () => {
  it('cannot be left by a back-tick', () => {
    expect(code('a`b').markup).toBe('`aˋb`');
    expect(codeBlock(['x', '```', 'y'], 100).markup).toBe('```\nx\nˋˋˋ\ny\n```');
  });

  it('says how much was cut', () => {
    expect(code('abcdefghijklmnopqrstuvwxyz', 20).markup).toBe('`abcdefghi… 17 more`');
    expect(words('&&&&&&&&&&&&', 30).markup).toBe('&amp;&amp;&amp;&amp;… 8 more');
    expect(codeBlock(['first', 'second', 'third line'], 30).markup).toBe('```\nfirst\n… 2 more lines\n```');
  });

  it('counts what follows the cut as well', () => {
    const sentence = `blocked in \`${'f'.repeat(60)}\` and more after it`;
    const { markup: cut } = prose(sentence, 50);
    expect(cut).toMatch(/^blocked in `f+… (\d+) more`$/);
    const kept = (cut.match(/f/g) ?? []).length;
    expect(cut).toContain(`… ${60 - kept + ' and more after it'.length} more`);
  });
});

it('turns back-ticked names of a sentence into code spans', () => {
  expect(prose('send in `ledger.(*W).flush` at <x>', 100).markup).toBe(
    'send in `ledger.(*W).flush` at &lt;x&gt;',
  );
  expect(prose('an odd ` tick', 100).markup).toBe('an odd  tick');
});

it('shows what cannot be seen', () => {
  expect(visible('a\u202eb\u200bc\u0000d\r\n\ttab')).toBe('a\\u{202e}b\\u{200b}c\\u{0}d\\r\\n tab');
});

it('strips terminal sequences', () => {
  expect(terminal('\u001b[31mred\u001b[0m \u001b]0;title\u0007end\u001bc')).toBe('red end');
  expect(terminal('\u009b31mred')).toBe('\\u{9b}31mred');
});

it('escapes HTML in content and attributes', () => {
  expect(html(`<a href="x" onclick='y'>&`)).toBe('&lt;a href=&quot;x&quot; onclick=&#39;y&#39;&gt;&amp;');
});

it.each([
  ['=1+1', `"'=1+1"`],
  [' @cmd', `"' @cmd"`],
  ['say "hi"', '"say ""hi"""'],
  ['a,b', '"a,b"'],
])('makes a CSV field that no spreadsheet runs: %s', (foreign, field) => {
  expect(csv(foreign)).toBe(field);
});

it('says how many entries of a list were left out', () => {
  expect(cutList([1, 2, 3], 2)).toEqual({ shown: [1, 2], more: '… 1 more' });
  expect(cutList([1, 2], 2).more).toBe('');
});

describe('any text', () => {
  const bound = fc.integer({ min: 30, max: 400 });

  it('stays within its bound and leaves no markup character', () => {
    fc.assert(
      fc.property(hostileText(), bound, (foreign, max) => {
        for (const { markup: text } of [words(foreign, max), code(foreign, max), prose(foreign, max)]) {
          expect(text.length).toBeLessThanOrEqual(max);
          expect(text).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/);
          expect(text).not.toMatch(INVISIBLE);
          expect((text.match(/`/g) ?? []).length % 2).toBe(0);
        }
        expect(words(foreign, max).markup).not.toMatch(/[*`~]/);
        expect(codeBlock(foreign.split('a'), max).markup.slice(3, -3)).not.toMatch(/`/);
        expect(codeBlock(foreign.split('a'), max).markup.length).toBeLessThanOrEqual(max);
      }),
    );
  });

  it('reaches a terminal, a page, a table or a spreadsheet without control characters', () => {
    fc.assert(
      fc.property(hostileText(), (foreign) => {
        for (const text of [terminal(foreign), html(foreign), csv(foreign), plain(foreign, 200)]) {
          expect(text).not.toMatch(INVISIBLE);
        }
        expect(html(foreign)).not.toMatch(/[<>"']/);
        expect(csv(foreign).slice(1, -1).replaceAll('""', '')).not.toContain('"');
      }),
    );
  });
});

describe('a page', () => {
  it('is made of our tags only, whatever is put into them', () => {
    fc.assert(
      fc.property(hostileText(), (foreign) => {
        const { html: text } =
          tags`<p title="${foreign}">${foreign}${tags`<b>${1}</b>`}${[tags`<i>${foreign}</i>`]}</p>`;
        const inside = text.replace(/^<p title="|<b>1<\/b><i>|<\/i><\/p>$/g, '').replace('">', '');
        expect(inside).not.toMatch(/[<>"']/);
      }),
    );
  });

  it('carries values that come back as they were, and end no block', () => {
    fc.assert(
      fc.property(fc.array(hostileText()), (values) => {
        const [, text = ''] = /^<script type="application\/json" id="flames">(.*)<\/script>$/s.exec(
          dataBlock('flames', values).html,
        ) ?? [''];
        expect(text).not.toMatch(/[<>&]/);
        expect(JSON.parse(text)).toEqual(values);
      }),
    );
  });

  it('takes in no script or sheet that would end its own element', () => {
    expect(inlined('script', 'run(1 < 2)').html).toBe('<script>run(1 < 2)</script>');
    for (const text of ['a</script>b', 'a<!--b']) expect(() => inlined('script', text)).toThrow(RangeError);
  });
});
