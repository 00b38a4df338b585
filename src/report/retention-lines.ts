// Who holds the memory, as lines of a message.
import { code, cutList, type Mrkdwn, mrkdwn, prose } from './foreign.ts';
import { note } from './lines.ts';
import { heldWords, leadingHolder, namedHolder, RETENTION_LIMIT, wayWords } from './retention-words.ts';
import type { Report } from './schema.ts';

const SENTENCE = 400;
const STEPS_SHOWN = 12;

/** The heaviest holders, the way to what the leading one holds, and what a goref file cannot say; empty without one. */
export function holderLines({ retention }: Report, most: number): Mrkdwn[] {
  const leading = retention && leadingHolder(retention);
  if (!leading) return [];
  const { shown, more } = cutList(retention.holders, most);
  return [
    ...shown.map(
      (holder) => mrkdwn`• ${prose(namedHolder(holder), SENTENCE)}: ${heldWords(holder, retention)}`,
    ),
    ...note(more),
    ...(leading.path.length > 0 ? [mrkdwn`Way: ${code(wayWords(leading, STEPS_SHOWN), SENTENCE)}`] : []),
    mrkdwn`${RETENTION_LIMIT}`,
  ];
}
