// Never run: the type-check is the test. Each expected error is a way for a raw string out of the program; were one
// of them allowed, `@ts-expect-error` would have nothing to expect and the type-check would fail.
import type { SlackPoster, Upload } from '../../src/deliver/slack.ts';
import type { ChartConfig } from '../../src/report/charts/config.ts';
import {
  type Block,
  contentOf,
  type SlackMessage,
  section,
  table,
  textContent,
} from '../../src/report/elements.ts';
import {
  type CsvField,
  type FileName,
  type HtmlText,
  html,
  joinMrkdwn,
  type MarkdownText,
  type Markings,
  type Mrkdwn,
  markup,
  mrkdwn,
  type Plain,
  plain,
  screen,
  type TerminalText,
  tags,
  terminal,
  type Unlinked,
  words,
  type XmlText,
} from '../../src/report/foreign.ts';
import type { Terminal } from '../../src/terminal/ports.ts';

export function rawStringsHaveNoWayOut(raw: string, at: Terminal, slack: SlackPoster): void {
  // @ts-expect-error a raw string is no mrkdwn
  section(raw);
  // @ts-expect-error nor when it is put together from mrkdwn and something else
  section(mrkdwn`a` + raw);
  // @ts-expect-error a template without the tag escapes nothing
  section(`*${raw}*`);
  // @ts-expect-error
  joinMrkdwn([raw], ', ');
  // @ts-expect-error
  markup(raw);
  // @ts-expect-error cells are plain text
  table([{ title: 'a', align: 'left' }], [[raw]]);
  // @ts-expect-error
  textContent(raw);

  // @ts-expect-error the text of a message is mrkdwn
  const byText: SlackMessage = { text: raw, blocks: [] };
  // @ts-expect-error a block is made in elements.ts, not written down
  const byHand: Block = { type: 'section', text: { type: 'mrkdwn', text: raw } };
  // @ts-expect-error nor is a plain one
  const byHandToo: Block = { type: 'header', text: { type: 'plain_text', text: raw } };
  const message: SlackMessage = { text: mrkdwn`${raw}`, blocks: [section(mrkdwn`${raw}`)] };
  // @ts-expect-error what Slack is sent went through contentOf
  const notSent: { text: Unlinked } = message;
  void contentOf(message);
  // @ts-expect-error
  void slack.post({ channel: 'C1' }, { text: raw, blocks: [] }, 'key');

  // @ts-expect-error a file's name
  const byName: Upload = { name: raw, title: plain(raw, 9), bytes: new Uint8Array() };
  // @ts-expect-error a file's title
  const byTitle: Upload = { name: '' as FileName, title: raw, bytes: new Uint8Array() };
  // @ts-expect-error what a picture shows
  const byAlt: Upload = { name: '' as FileName, title: plain(raw, 9), altText: raw, bytes: new Uint8Array() };

  // @ts-expect-error a terminal obeys control sequences
  at.print(raw);
  // @ts-expect-error
  at.print(`${terminal(raw)}\n`);
  // @ts-expect-error JSON.stringify leaves a C1 control as it is
  at.print(JSON.stringify(raw));
  // @ts-expect-error
  at.progress(raw);
  at.print(screen(raw));

  // @ts-expect-error a drawing is made by chartConfig
  const drawing: ChartConfig = { type: 'bar', data: { labels: [raw] }, options: {} };

  // @ts-expect-error a page is made of tags, which escape
  const markings: Markings = raw;
  // @ts-expect-error a template without the tag escapes nothing
  tags`<p>${{ html: `<b>${raw}</b>` }}</p>`;
  // @ts-expect-error what is escaped already would be escaped twice
  tags`<p>${html(raw)}</p>`;

  // @ts-expect-error one language is not another
  const crossed: Mrkdwn = plain(raw, 9);
  // @ts-expect-error
  const crossedToo: TerminalText = html(raw);
  // @ts-expect-error
  const page: HtmlText = raw;
  // @ts-expect-error
  const cell: CsvField = raw;
  // @ts-expect-error
  const label: Plain = raw;
  // @ts-expect-error
  const junit: XmlText = raw;
  // @ts-expect-error
  const summary: MarkdownText = html(raw);
  // @ts-expect-error a workflow command is made by annotation
  at.print(`::error::${raw}`);
  // @ts-expect-error what is escaped already would be escaped twice
  words(mrkdwn`${raw}`, 9);
  void [
    drawing,
    markings,
    byText,
    byHand,
    byHandToo,
    notSent,
    byName,
    byTitle,
    byAlt,
    crossed,
    crossedToo,
    page,
    cell,
    label,
    junit,
    summary,
  ];
}
