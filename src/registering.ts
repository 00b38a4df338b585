// What is registered: the services of services.yml, and those that admins accepted in Slack.

import { isOnList } from './capture/allow-list.ts';
import { withAccepted } from './config/accepted.ts';
import { type ServiceCatalog, watchServices } from './config/services.ts';
import type { Running } from './lifecycle.ts';
import type { connectRedis } from './queue/connection.ts';
import { followRegistered, openProposalStore, type ProposalStore } from './store/proposals.ts';
import { proposalSeal } from './store/seal.ts';

export interface Registering {
  /** services.yml, and what admins accepted. */
  readonly services: ServiceCatalog;
  readonly proposals: ProposalStore;
  readonly refresh: () => Promise<void>;
}

/** The services of services.yml together with those that admins accepted, as every process has them. */
export function openRegistering(
  redis: ReturnType<typeof connectRedis>,
  { env, log, lifecycle }: Running,
): Registering {
  const written = watchServices(env.servicesFile, (fault) => log.error(fault.message));
  const proposals = openProposalStore(redis, proposalSeal(env.sealKeys));
  const { current, refresh, stop } = followRegistered(proposals);
  lifecycle.onEnd('the registered services', stop);
  return { services: withAccepted(written, current, isOnList), proposals, refresh };
}
