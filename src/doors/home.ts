// Wires the home tab, the forms and the shortcuts to what is kept.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Authorise } from '../authorise.ts';
import type { ServiceCatalog } from '../config/services.ts';
import type { Linked } from '../deliver/slack-links.ts';
import type { HomePorts } from '../entry/slack-home.ts';
import type { ShortcutPorts } from '../entry/slack-shortcuts.ts';
import type { Digest, ServiceFacts } from '../model/digest.ts';
import type { Service } from '../model/target.ts';
import { digestsInForce } from '../past/digest-content.ts';
import type { FactPorts } from '../past/digest-facts.ts';
import { factsReader } from '../past/digest-facts.ts';
import { type HomeFactPorts, homeFactsOf, servicesFor } from '../past/home-facts.ts';
import { watchRulesOf } from '../policy/watching.ts';
import { withinDeadline } from '../queue/queue.ts';
import type { DigestStore } from '../store/digests.ts';
import type { ProposalStore } from '../store/proposals.ts';
import type { RequestStore } from '../store/requests.ts';
import type { VerdictStore } from '../store/verdicts.ts';
import type { WatchingStore } from '../store/watching.ts';

export interface HomeStores {
  readonly services: ServiceCatalog;
  /** Not the one that writes into the audit: nothing is done here. */
  readonly authorise: Authorise;
  readonly verdicts: VerdictStore;
  readonly history: FactPorts['history'];
  readonly digests: DigestStore;
  readonly watching: WatchingStore;
  readonly requests: Pick<RequestStore, 'load' | 'ledger'>;
  readonly proposals: Pick<ProposalStore, 'waiting'>;
  readonly linkTo: (message: Linked) => Promise<string | undefined>;
}

export function homeDoors(stores: HomeStores): Pick<HomePorts, 'homeOf' | 'digestNamed'> &
  Pick<ShortcutPorts, 'servicesFor'> & {
    /** The address of a capture's thread. */
    readonly linkOf: (request: string) => Promise<string | undefined>;
  } {
  const { services, authorise, verdicts, watching } = stores;
  const inForce = async (): Promise<readonly Digest[]> =>
    digestsInForce(services.digests(), await stores.digests.setUp());
  const factsOf = factsReader({ verdicts, history: stores.history });
  const ports: HomeFactPorts = {
    services: services.all,
    authorise,
    latest: verdicts.latest,
    factsOf: (service, atMs) => patiently(service, factsOf(service, atMs), verdicts),
    digests: inForce,
    watched: async () => {
      const said = await watching.all();
      return (service) => watchRulesOf(service, said.get(service.name)) !== undefined;
    },
    linkOf: (reportId) => linkOf(reportId, stores),
    proposals: stores.proposals.waiting,
    now: Date.now,
  };
  return {
    homeOf: (user, state) => withinDeadline(homeFactsOf(user, state, ports)),
    digestNamed: async (id) => (await withinDeadline(inForce())).find((digest) => digest.id === id),
    servicesFor: (user) => servicesFor(user, ports),
    linkOf: (request) => linkOf(request, stores),
  };
}

/** A Prometheus may take its time, and somebody waits for the tab: it is drawn without that service's history then. */
const PATIENCE_MS = 1_000;

async function patiently(
  { name: service, owner, memoryLimitBytes }: Service,
  facts: Promise<ServiceFacts>,
  verdicts: Pick<VerdictStore, 'of'>,
): Promise<ServiceFacts> {
  const known = await Promise.race([facts, sleep(PATIENCE_MS, undefined, { ref: false })]);
  return (
    known ?? {
      service,
      memory: [],
      verdicts: await verdicts.of(service),
      detections: [],
      restarts: 0,
      ...(owner !== undefined && { owner }),
      ...(memoryLimitBytes !== undefined && { limitBytes: memoryLimitBytes }),
    }
  );
}

/** Reports are named as the requests they answer. */
async function linkOf(
  id: string,
  { requests, linkTo }: Pick<HomeStores, 'requests' | 'linkTo'>,
): Promise<string | undefined> {
  const request = await requests.load(id);
  const { channel, threadTs } = request?.origin ?? {};
  const root = await requests.ledger(id).posting('root');
  if (channel === undefined || root.state !== 'sent') return undefined;
  return linkTo({ channel, ts: root.ts, ...(threadTs !== undefined && { threadTs }) });
}
