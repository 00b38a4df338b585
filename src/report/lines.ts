// Titled sections of lines, within what Slack takes of one section.
import { type Block, section } from './elements.ts';
import { joinMrkdwn, type Mrkdwn, mrkdwn } from './foreign.ts';
import { SECTION_TEXT } from './limits.ts';

/** What was left out, as a line of its own where something was. */
export function note(more: string): Mrkdwn[] {
  return more === '' ? [] : [mrkdwn`${more}`];
}

/** A titled section of lines; lines beyond Slack's section length go to a further section. */
export function addLines(blocks: Block[], title: Mrkdwn, lines: readonly Mrkdwn[]): void {
  if (lines.length === 0) return;
  let current = [title];
  let length = title.length;
  for (const line of lines) {
    if (length + line.length + 1 > SECTION_TEXT) {
      blocks.push(section(joinMrkdwn(current, '\n')));
      current = [];
      length = 0;
    }
    current.push(line);
    length += line.length + 1;
  }
  blocks.push(section(joinMrkdwn(current, '\n')));
}
