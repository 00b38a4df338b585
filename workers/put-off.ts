// Whether what is known to leak in a service has all been put off by somebody: then nothing starts a capture for it, for a
// day after it was looked at last. What grows later may be another leak, and only a capture tells.
import { areAllPutOff, inForce } from '../src/known/rules.ts';
import type { RuleStore } from '../src/store/rules.ts';
import type { VerdictStore } from '../src/store/verdicts.ts';

export interface PutOffWork {
  readonly verdicts: Pick<VerdictStore, 'of'>;
  readonly rules: Pick<RuleStore, 'all'>;
  readonly now: () => number;
}

const FRESH_MS = 86_400_000;

/** True when the last verdict of a day that named signatures named only such as are snoozed or ruled no leak. */
export function putOffReader({ verdicts, rules, now }: PutOffWork): (service: string) => Promise<boolean> {
  return async (service) => {
    const nowMs = now();
    const held = inForce(await rules.all(), service, nowMs);
    if (held.length === 0) return false;
    const last = (await verdicts.of(service)).findLast(({ signatures }) => signatures.length > 0);
    if (!last || nowMs - last.atMs > FRESH_MS) return false;
    return areAllPutOff(
      last.signatures.map(({ knownAs }) => knownAs),
      held,
    );
  };
}
