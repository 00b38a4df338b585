// Signatures that a services.yml says are no leak: reviewed as code is, and in force wherever that file is read, in the
// workers as in `goleak check`. Each has a reason and an end, like those that people make in Slack.
import { z } from 'zod';
import { REASON_CHARACTERS, type Rule } from '../model/rule.ts';

const MOST_A_SERVICE = 100;

export const notALeakSchema = z
  .array(
    z.strictObject({
      /** What reports call `knownAs`. */
      signature: z.string().regex(/^[0-9a-f]{16}$/, 'must be the 16 digits that a report calls knownAs'),
      reason: z.string().min(1).max(REASON_CHARACTERS),
      until: z.iso.date('must be a day such as 2027-03-01'),
    }),
  )
  .max(MOST_A_SERVICE)
  .default([]);

const ID_DIGITS = 12;
const DAY_MS = 86_400_000;

/** The day named is the last one on which it holds. */
export function toRules(service: string, given: z.infer<typeof notALeakSchema>): readonly Rule[] {
  return given.map(({ signature, reason, until }) => ({
    id: signature.slice(0, ID_DIGITS),
    kind: 'not-a-leak',
    signature,
    label: `signature ${signature}`,
    service,
    scope: 'service',
    by: 'services.yml',
    reason,
    atMs: 0,
    untilMs: Date.parse(until) + DAY_MS - 1,
    request: '',
    question: '',
  }));
}
