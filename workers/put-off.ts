// Whether what is known to leak in a service has all been put off by somebody: then nothing starts a capture for it.
import { areAllPutOff, inForce } from '../src/known/rules.ts';
import type { RuleStore } from '../src/store/rules.ts';
import type { VerdictStore } from '../src/store/verdicts.ts';

export interface PutOffWork {
  readonly verdicts: Pick<VerdictStore, 'of'>;
  readonly rules: Pick<RuleStore, 'all'>;
  readonly now: () => number;
}

/** True when the last verdict that named signatures named only such as are snoozed or ruled no leak. */
export function putOffReader({ verdicts, rules, now }: PutOffWork): (service: string) => Promise<boolean> {
  return async (service) => {
    const held = inForce(await rules.all(), service, now());
    if (held.length === 0) return false;
    const last = (await verdicts.of(service)).findLast(({ signatures }) => signatures.length > 0);
    return areAllPutOff(last?.signatures.map(({ knownAs }) => knownAs) ?? [], held);
  };
}
