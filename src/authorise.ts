// Where every question of "may they?" is answered: the facts about who asks and from where are gathered, the policy
// decides, and whoever wants to know of each decision is told. The door asks, and the worker asks again.
import type { CaptureRequest, Origin } from './model/request.ts';
import type { CaptureKind, Service } from './model/target.ts';
import { type Admins, type Directory, groupsNamed, type Person } from './model/who.ts';
import { type Action, type Decision, subjectOf, whoMayAll } from './policy/who-may.ts';

export interface Ask {
  readonly at: 'door' | 'worker';
  readonly origin: Origin;
  readonly actions: readonly Action[];
  readonly service?: Service;
  readonly kinds?: readonly CaptureKind[];
  /** The capture that is to be cancelled was this person's own. */
  readonly own?: boolean;
  /** The request it is about, once there is one. */
  readonly request?: CaptureRequest['id'];
}

export type Authorise = (ask: Ask) => Promise<Decision>;

export interface AuthorisePorts {
  readonly directory: Directory;
  readonly admins: () => Admins;
  /** Told every decision, accepted or refused, before anybody acts on it. */
  readonly decided?: (ask: Ask, decision: Decision) => Promise<void> | void;
}

export function createAuthorise({ directory, admins, decided }: AuthorisePorts): Authorise {
  return async (ask) => {
    const named = admins();
    const { origin, actions, service, own } = ask;
    const [person, place] = await Promise.all([
      personOf(ask, named, directory),
      origin.channel === undefined || origin.door === 'terminal'
        ? undefined
        : directory.placeOf(origin.channel),
    ]);
    const decision = whoMayAll(actions, {
      person,
      admins: named,
      ...(place && { place }),
      ...(service && { service }),
      ...(own !== undefined && { own }),
    });
    await decided?.(ask, decision);
    return decision;
  };
}

async function personOf(
  { origin, service }: Ask,
  admins: Admins,
  directory: Directory,
): Promise<Person | 'terminal' | 'automatic'> {
  const subject = subjectOf(origin);
  if (subject !== 'person') return subject;
  const id = origin.user;
  const groups = groupsNamed(admins, service?.who);
  const [standing, membership] = await Promise.all([
    directory.standingOf(id),
    groups.length === 0 ? { groups: [] } : directory.groupsOf(id, groups),
  ]);
  return { id, standing, ...membership };
}
