// What one person's home tab shows: the services they may see, those that are ill first, and what is known of the few on
// the page. Of hundreds only the last verdicts are read, all at once; the rest is read for those that are shown.
import type { Authorise } from '../authorise.ts';
import { digestRows, isSick } from '../digest/content.ts';
import { openTimetable } from '../digest/slots.ts';
import type { Failure } from '../failure.ts';
import { CAPTURES_SHOWN } from '../home/below.ts';
import type {
  HomeCapture,
  HomeDigest,
  HomeFacts,
  HomeService,
  HomeState,
  MayCapture,
} from '../home/facts.ts';
import { SERVICES_PER_PAGE } from '../home/home.ts';
import { isFound } from '../home/state.ts';
import type { Digest, KeptVerdict, ServiceFacts } from '../model/digest.ts';
import type { Proposal } from '../model/proposal.ts';
import type { Origin } from '../model/request.ts';
import type { Service } from '../model/target.ts';

export interface HomeFactPorts {
  readonly services: () => readonly Service[];
  /** Asked to know what to show, not before something is done: nothing of it belongs into an audit. */
  readonly authorise: Authorise;
  readonly latest: (
    services: readonly string[],
    count: number,
  ) => Promise<ReadonlyMap<string, readonly KeptVerdict[]>>;
  readonly factsOf: (service: Service, atMs: number) => Promise<ServiceFacts>;
  readonly digests: () => Promise<readonly Digest[]>;
  /** Tells of each service whether it is sampled. */
  readonly watched: () => Promise<(service: Service) => boolean>;
  /** The address of a capture's thread. */
  readonly linkOf: (reportId: string) => Promise<string | undefined>;
  /** That wait for an admin's word. */
  readonly proposals: () => Promise<readonly Proposal[]>;
  readonly now: () => number;
}

/** What nobody is let see, and why. */
export interface Refused {
  readonly refusal: Failure;
}

/** Verdicts read of each service: recent captures may be several of one. */
const VERDICTS_EACH = 3;

interface Seen {
  readonly service: Service;
  readonly may: MayCapture;
  /** May be shown what is known of it. */
  readonly isShown: boolean;
}

export async function homeFactsOf(
  user: string,
  state: HomeState,
  ports: HomeFactPorts,
): Promise<Omit<HomeFacts, 'notice'> | Refused> {
  const origin: Origin = { door: 'button', user };
  const looking = await ports.authorise({ at: 'door', origin, actions: ['look'] });
  const seen = await seenBy(origin, looking.may === 'yes', ports);
  if (looking.may === 'no' && seen.length === 0) return { refusal: looking.refusal };
  const nowMs = ports.now();
  const shownNames = seen.filter(({ isShown }) => isShown).map(({ service }) => service.name);
  const latest = await ports.latest(shownNames, VERDICTS_EACH);
  const found = seen.filter(({ service }) => isFound(state, service)).sort(illFirst(latest));
  const pages = Math.max(1, Math.ceil(found.length / SERVICES_PER_PAGE));
  const page = Math.min(state.page, pages - 1);
  const onPage = found.slice(page * SERVICES_PER_PAGE, (page + 1) * SERVICES_PER_PAGE);
  const [services, digests, recent, viewer] = await Promise.all([
    rowsOf(onPage, nowMs, ports),
    digestsOf(shownNames, nowMs, ports),
    recentOf(latest, ports),
    viewerOf(origin, looking.may !== 'yes', ports),
  ]);
  return {
    nowMs,
    state: { ...state, page },
    services,
    found: found.length,
    visible: seen.length,
    mayCapture: seen.filter(({ may }) => may !== 'no').length,
    digests,
    recent,
    viewer,
    proposals: viewer.isAdmin ? await ports.proposals() : [],
  };
}

/** Names of the services somebody may choose among. */
export async function servicesFor(
  user: string,
  ports: Pick<HomeFactPorts, 'services' | 'authorise'>,
): Promise<readonly Service[]> {
  const origin: Origin = { door: 'button', user };
  const { may } = await ports.authorise({ at: 'door', origin, actions: ['look'] });
  return (await seenBy(origin, may === 'yes', ports)).map(({ service }) => service);
}

/** Members see what is registered; others only what services.yml lets them have captured. */
async function seenBy(
  origin: Origin,
  isMember: boolean,
  ports: Pick<HomeFactPorts, 'services' | 'authorise'>,
): Promise<readonly Seen[]> {
  const { authorise } = ports;
  const all = await Promise.all(
    ports.services().map(async (service): Promise<Seen> => {
      const ask = async (action: 'capture-heavy' | 'digest') =>
        (await authorise({ at: 'door', origin, actions: [action], service })).may;
      const [heavy, digest] = await Promise.all([ask('capture-heavy'), ask('digest')]);
      const may = heavy === 'yes' ? 'all' : heavy === 'light-only' ? 'light' : 'no';
      return { service, may, isShown: digest === 'yes' };
    }),
  );
  return isMember ? all : all.filter(({ isShown }) => isShown);
}

function illFirst(latest: ReadonlyMap<string, readonly KeptVerdict[]>): (a: Seen, b: Seen) => number {
  const isIll = ({ service }: Seen): number => (isSick(latest.get(service.name)?.at(-1)) ? 1 : 0);
  return (a, b) => isIll(b) - isIll(a) || (a.service.name < b.service.name ? -1 : 1);
}

async function rowsOf(
  onPage: readonly Seen[],
  nowMs: number,
  { factsOf, watched }: HomeFactPorts,
): Promise<readonly HomeService[]> {
  const isWatched = await watched();
  return Promise.all(
    onPage.map(async ({ service, may, isShown }): Promise<HomeService> => {
      const [row] = isShown ? digestRows([await factsOf(service, nowMs)], nowMs) : [];
      const { name, owner, instances, acceptedBy, doNotTouch = false } = service;
      return {
        name,
        instances: instances.length,
        may,
        isWatched: isWatched(service),
        isAccepted: acceptedBy !== undefined,
        isUntouchable: doNotTouch,
        ...(owner !== undefined && { owner }),
        ...(row && { known: row }),
      };
    }),
  );
}

/** Those that tell of a service the viewer may be shown. */
async function digestsOf(
  shown: readonly string[],
  nowMs: number,
  { digests }: HomeFactPorts,
): Promise<readonly HomeDigest[]> {
  const isTold = ({ services }: Digest): boolean =>
    services === 'all' ? shown.length > 0 : services.some((name) => shown.includes(name));
  return (await digests()).filter(isTold).map(({ id, cron, zone, channel }) => {
    const timetable = openTimetable({ cron, zone });
    const next = 'fault' in timetable ? undefined : timetable.next(nowMs);
    return { id, cron, zone, channel, ...(next && { nextMs: next.atMs }) };
  });
}

async function recentOf(
  latest: ReadonlyMap<string, readonly KeptVerdict[]>,
  { linkOf }: HomeFactPorts,
): Promise<readonly HomeCapture[]> {
  const all = [...latest].flatMap(([service, verdicts]) => verdicts.map((verdict) => ({ service, verdict })));
  const newest = all.sort((a, b) => b.verdict.atMs - a.verdict.atMs).slice(0, CAPTURES_SHOWN);
  return Promise.all(
    newest.map(async ({ service, verdict: { atMs, kind, tier, reportId } }) => {
      const link = await linkOf(reportId).catch(() => undefined);
      return {
        service,
        atMs,
        kind,
        ...(tier !== undefined && { tier }),
        ...(link !== undefined && { link }),
      };
    }),
  );
}

async function viewerOf(
  origin: Origin,
  isGuest: boolean,
  { authorise }: HomeFactPorts,
): Promise<HomeFacts['viewer']> {
  const may = async (action: 'digest-set' | 'stop' | 'audit'): Promise<boolean> =>
    (await authorise({ at: 'door', origin, actions: [action] })).may === 'yes';
  // The audit is for admins alone.
  const [maySetDigests, mayStop, isAdmin] = await Promise.all([may('digest-set'), may('stop'), may('audit')]);
  return { isAdmin, maySetDigests, mayStop, isGuest };
}
