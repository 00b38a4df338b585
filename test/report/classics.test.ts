// What becomes of each classic in every language we write; the golden file is read by people.
import { expect, it } from 'vitest';
import { mentionsIn } from '../../demo/workspace/mrkdwn.ts';
import { contentOf, section, textContent } from '../../src/report/elements.ts';
import {
  code,
  codeBlock,
  csv,
  fileName,
  html,
  joinMrkdwn,
  json,
  mrkdwn,
  plain,
  prose,
  screen,
  terminal,
  words,
} from '../../src/report/foreign.ts';
import { CLASSICS } from '../kit/classics.ts';

const WIDTH = 120;
const OURS = new RegExp(`${String.fromCharCode(27)}\\[(0|1;31|31)m`, 'g');

function told(name: string): Readonly<Record<string, string>> {
  return {
    words: words(name, WIDTH).markup,
    code: code(name, WIDTH).markup,
    prose: prose(name, WIDTH).markup,
    plain: plain(name, WIDTH),
    terminal: terminal(name, WIDTH),
    html: html(name).slice(0, WIDTH),
    csv: csv(name).slice(0, WIDTH),
    file: fileName(name),
  };
}

it('shows the classics as what they are', async () => {
  const shown = Object.fromEntries(
    Object.entries(CLASSICS).map(([what, name]) => {
      const all = Object.entries(told(name));
      const same = all.filter(([, text]) => text === told(name).plain).map(([language]) => language);
      const others = Object.fromEntries(all.filter(([language]) => !same.includes(language)));
      return [what, { [same.join(', ')]: told(name).plain, ...others }];
    }),
  );
  await expect(`${json(shown, 2)}\n`).toMatchFileSnapshot('classics.golden.json');
});

it.each(Object.entries(CLASSICS))('mentions and links nobody: %s', (_, name) => {
  const text = joinMrkdwn(
    [
      mrkdwn`${name}`,
      mrkdwn`${words(name, WIDTH)}`,
      mrkdwn`${code(name, WIDTH)}`,
      mrkdwn`${prose(name, WIDTH)}`,
      mrkdwn`${codeBlock([name, name], WIDTH)}`,
    ],
    '\n',
  );
  const short = joinMrkdwn([mrkdwn`${words(name, WIDTH)}`, mrkdwn`${codeBlock([name], WIDTH)}`], '\n');
  expect(mentionsIn(contentOf({ text: short, blocks: [section(short)] }))).toEqual([]);
  expect(mentionsIn(textContent(short))).toEqual([]);
  expect(mentionsIn({ ...textContent(text), blocks: [section(text)] })).toEqual([]);
});

it.each(Object.entries(CLASSICS))('leaves a terminal as it was: %s', (_, name) => {
  const left = screen(`${terminal(name)}\n\u001b[1;31m${name}\u001b[0m`);
  expect(left.replaceAll(OURS, '')).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/u);
});

it.each(Object.entries(CLASSICS))('is the same value as JSON, with nothing invisible: %s', (_, name) => {
  expect(JSON.parse(json({ [name]: name }, 1))).toEqual({ [name]: name });
  expect(json({ [name]: name }, 1)).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/u);
});
