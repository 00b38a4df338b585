// How a door asks whether somebody may: refusals become the Failure that the person is told.
import type { CaptureRequest, Origin } from '../model/request.ts';
import type { CaptureKind, Service } from '../model/target.ts';
import { type Action, actionsOf, consentAction, type Decision } from '../policy/who-may.ts';

export interface Asking {
  readonly at: 'door';
  readonly origin: Origin;
  readonly actions: readonly Action[];
  readonly service?: Service;
  readonly kinds?: readonly CaptureKind[];
  readonly request?: CaptureRequest['id'];
}

export type Authorise = (asking: Asking) => Promise<Decision>;

/** @throws Failure when they may not */
export async function permit(asking: Omit<Asking, 'at'>, authorise: Authorise): Promise<Decision> {
  const decision = await authorise({ at: 'door', ...asking });
  if (decision.may === 'no') throw decision.refusal;
  return decision;
}

/** The request as far as it may go: without the heavy questions where only light ones are allowed. */
export async function permitted(
  request: CaptureRequest,
  service: Service,
  authorise: Authorise,
): Promise<CaptureRequest> {
  const consent = consentAction(request);
  const actions = [...(consent ? [consent] : []), ...actionsOf(request)];
  const { origin, kinds, id } = request;
  const { may } = await permit({ origin, actions, service, kinds, request: id }, authorise);
  return may === 'light-only' ? { ...request, lightOnly: true } : request;
}
