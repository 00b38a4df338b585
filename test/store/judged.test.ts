import { describe, expect, it } from 'vitest';
import { lastJudged } from '../../src/store/judged.ts';

describe('what was made of a text', () => {
  const counted = () => {
    const asked: string[] = [];
    const judged = lastJudged<string>();
    const of = (name: string, text: string): string =>
      judged.of(name, text, () => {
        asked.push(text);
        return text.toUpperCase();
      });
    return { asked, of };
  };

  it('is made once, until the text is another one by a single letter', () => {
    const { asked, of } = counted();
    expect([of('a', 'text'), of('a', 'text'), of('a', 'texT'), of('a', 'text')]).toEqual([
      'TEXT',
      'TEXT',
      'TEXT',
      'TEXT',
    ]);
    expect(asked).toEqual(['text', 'texT', 'text']);
  });

  it('says nothing about the same text under another name', () => {
    const { asked, of } = counted();
    of('a', 'text');
    of('b', 'text');
    expect(asked).toHaveLength(2);
  });

  it('is not remembered of long texts, nor of many', () => {
    const { asked, of } = counted();
    const long = 'x'.repeat(5_000);
    of('a', long);
    of('a', long);
    expect(asked).toHaveLength(2);
    for (let name = 0; name < 300; name++) of(`${name}`, 'text');
    of('0', 'text');
    of('299', 'text');
    expect(asked).toHaveLength(2 + 300 + 1);
  });
});
