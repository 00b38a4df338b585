import { code, type Mrkdwn, mrkdwn } from '../report/foreign.ts';
import type { Report } from '../report/schema.ts';

/** Said when a rank names no signature of the report. */
export function noSuchRank({ signatures, service }: Report, rank: number): Mrkdwn {
  const last = signatures.length;
  if (last === 0)
    return mrkdwn`This capture of ${code(service)} lists no leaking goroutine signature, so there is no ${rank}.`;
  return last === 1
    ? mrkdwn`This capture lists one signature, so there is no ${rank}.`
    : mrkdwn`This capture lists the signatures 1 to ${last}, and no ${rank}.`;
}
