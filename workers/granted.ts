// Whether whoever asked may still have it, asked again before anything is asked of a service: rules, groups and people
// may have changed since the door, and what is in Redis is not taken at its word.
import type { Authorise } from '../src/authorise.ts';
import { NotYet } from '../src/investigate.ts';
import type { CaptureRequest } from '../src/model/request.ts';
import type { Service } from '../src/model/target.ts';
import { actionsOf, consentAction, type Decision } from '../src/policy/who-may.ts';
import type { Granted } from './target.ts';

const ASKED_LIGHTLY = 'whoever asked was not allowed the heavy questions when asking';

/**
 * @throws NotYet while Slack does not say who asked
 * @throws Failure when they may not
 */
export async function grant(
  request: CaptureRequest,
  service: Service,
  authorise: Authorise,
): Promise<Granted> {
  const { origin, kinds, id, lightOnly } = request;
  const ask = { at: 'worker' as const, origin, service, kinds, request: id };
  const decision = await authorise({ ...ask, actions: actionsOf(request) });
  permitted(decision);
  if (decision.may === 'light-only') return { lightBecause: decision.because };
  if (lightOnly) return { lightBecause: ASKED_LIGHTLY };
  const consent = consentAction(request);
  if (!consent || !request.consent) return {};
  // Whoever may not agree any more still has what needs no agreement.
  const { may } = await authorise({ ...ask, actions: [consent] });
  return may === 'yes' ? { consent: request.consent } : {};
}

/**
 * @throws NotYet while Slack does not say who asked, or where
 * @throws Failure when they may not
 */
export function permitted(decision: Decision): asserts decision is Exclude<Decision, { may: 'no' }> {
  if (decision.may !== 'no') return;
  const { code } = decision.refusal;
  if (code === 'person_unknown') throw new NotYet('Slack has not said yet whether whoever asked may');
  if (code === 'place_unknown') throw new NotYet('Slack has not said yet what kind of channel this is');
  throw decision.refusal;
}
