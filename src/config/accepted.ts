// The services of services.yml, and those that admins accepted in Slack: both are registered, and services.yml wins.
import type { Registered } from '../model/proposal.ts';
import type { Service } from '../model/target.ts';
import { proposedService } from './proposals.ts';
import type { ServiceCatalog } from './services.ts';

/**
 * @param accepted as last read from where they are kept
 * @param isAllowed whether an address is inside the operator's bounds as they are now: narrowed, they hold for what was
 * accepted before
 */
export function withAccepted(
  written: ServiceCatalog,
  accepted: () => readonly Registered[],
  isAllowed: (url: string, allow: readonly string[]) => boolean,
): ServiceCatalog {
  const own = (): readonly Service[] => {
    const { allow } = written.proposals();
    const taken = new Set(written.all().map(({ name }) => name));
    return accepted().flatMap((each) =>
      taken.has(each.name) || !isAllowed(each.url, allow) ? [] : serviceOf(each),
    );
  };
  return {
    ...written,
    all: () => [...written.all(), ...own()],
    find: (name) => written.find(name) ?? own().find((service) => service.name === name),
  };
}

/** One that an older release took and this one does not understand is not registered. */
function serviceOf(registered: Registered): readonly Service[] {
  try {
    return [{ ...proposedService(registered), acceptedBy: registered.acceptedBy }];
  } catch {
    return [];
  }
}
