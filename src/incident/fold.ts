// Incidents as a fold of what was heard. What deliveries say is merged by their own times, never by when or how often
// they arrived: duplicated and reordered, they end in the same incidents.
import {
  type Alert,
  type AlertFact,
  beganMs,
  type Incident,
  type IncidentDesk,
  type IncidentLook,
  type IncidentPlace,
  isFiring,
  type LookOutcome,
  recoveredMs,
} from '../model/incident.ts';
import { digestOf } from './digest.ts';

/** Alerts kept of one incident; a storm of more is counted as "more than". */
export const MAX_ALERTS_KEPT = 1_000;
/** One thread in each; beyond that an incident is talked about elsewhere. */
export const MAX_PLACES = 3;
/** Looks kept: the first, and the newest. */
const MAX_LOOKS = 24;
const MAX_INCIDENTS = 8;
/** Late deliveries of an incident find it for so long after it ended. */
export const REMEMBERED_MS = 2 * 86_400_000;

/** Something heard that is about a service. */
export type Heard =
  | { readonly kind: 'alert'; readonly alert: Alert; readonly place?: IncidentPlace }
  | { readonly kind: 'channel'; readonly place: IncidentPlace };

export function emptyDesk(service: string): IncidentDesk {
  return { service, incidents: [] };
}

/** @param settleMs an incident that has been quiet for this long is over: what fires later is another */
export function hear(
  desk: IncidentDesk,
  heard: Heard,
  { settleMs, nowMs }: { readonly settleMs: number; readonly nowMs: number },
): IncidentDesk {
  const atMs = heard.kind === 'alert' ? heard.alert.startsAtMs : heard.place.sinceMs;
  const endMs = heard.kind === 'alert' ? heard.alert.endsAtMs : undefined;
  const index = desk.incidents.findLastIndex((incident) => belongs(incident, atMs, endMs, settleMs));
  if (index < 0) {
    if ((endMs ?? nowMs) < nowMs - REMEMBERED_MS) return desk;
    const opened = reopened(merge(newIncident(desk.service, heard), heard));
    const incidents = [...desk.incidents, opened].sort((a, b) => beganMs(a) - beganMs(b));
    return { ...desk, incidents: kept(incidents, nowMs) };
  }
  const incidents = desk.incidents.map((incident, at) =>
    at === index ? reopened(merge(incident, heard)) : incident,
  );
  return { ...desk, incidents };
}

export function openIncident({ incidents }: IncidentDesk): Incident | undefined {
  return incidents.findLast(({ closed }) => closed === undefined);
}

/** Puts one incident in the place of what it was before. */
export function withIncident(desk: IncidentDesk, incident: Incident): IncidentDesk {
  const incidents = desk.incidents.map((each) => (each.id === incident.id ? incident : each));
  return { ...desk, incidents };
}

/** A capture that is about to be made. */
export function planLook(incident: Incident, look: IncidentLook): Incident {
  if (incident.looks.some(({ request }) => request === look.request)) return incident;
  const looks = [...incident.looks, look].sort((a, b) => a.plannedAtMs - b.plannedAtMs);
  const [first] = looks;
  return {
    ...incident,
    looks: looks.length > MAX_LOOKS && first ? [first, ...looks.slice(1 - MAX_LOOKS)] : looks,
  };
}

/** A build is new while the incident is open; the same object when there is nothing to change. */
export function deployed(
  desk: IncidentDesk,
  build: { readonly name: string; readonly atMs: number },
): IncidentDesk {
  const incident = openIncident(desk);
  // Of a rollout the first instance: it is the one that is warm first.
  if (!incident || incident.build?.name === build.name || build.atMs < beganMs(incident)) return desk;
  return withIncident(desk, { ...incident, build });
}

/** What came of a capture; the first word about it stays. */
export function looked(incident: Incident, request: string, outcome: LookOutcome): Incident {
  const looks = incident.looks.map((look) =>
    look.request === request && look.outcome === undefined ? { ...look, outcome } : look,
  );
  return { ...incident, looks };
}

function newIncident(service: string, heard: Heard): Incident {
  const about = heard.kind === 'alert' ? heard.alert.key : heard.place.channel;
  const atMs = heard.kind === 'alert' ? heard.alert.startsAtMs : heard.place.sinceMs;
  const id = `incident-${digestOf(JSON.stringify([service, about, atMs]))}`;
  return { id, service, alerts: [], isCut: false, places: [], looks: [] };
}

function belongs(incident: Incident, startMs: number, endMs: number | undefined, settleMs: number): boolean {
  const began = beganMs(incident);
  // Older than the incident: still a part of it when it reaches into it.
  if (startMs < began - settleMs) {
    if (incident.closed !== undefined)
      return endMs !== undefined && endMs >= began - settleMs && endMs <= overMs(incident);
    return endMs === undefined || endMs >= began - settleMs;
  }
  return incident.closed === undefined
    ? startMs <= (recoveredMs(incident) ?? startMs) + settleMs || incident.looks.some(isLeak)
    : startMs <= overMs(incident) + settleMs;
}

/** Alerts are over but it still leaks: whatever fires now is part of the same. */
function isLeak({ outcome }: IncidentLook): boolean {
  return outcome?.kind === 'seen' && outcome.verdict !== 'healthy';
}

function overMs(incident: Incident): number {
  return recoveredMs(incident) ?? incident.closed?.atMs ?? Number.POSITIVE_INFINITY;
}

/** An alert that fires again within the time to settle opens its incident again. */
function reopened(incident: Incident): Incident {
  const { closed, ...open } = incident;
  const isOpenAgain = closed?.why !== 'given-up' && incident.alerts.some(isFiring);
  return closed !== undefined && isOpenAgain ? open : incident;
}

function merge(incident: Incident, heard: Heard): Incident {
  const places = heard.place === undefined ? incident.places : mergePlaces([...incident.places, heard.place]);
  if (heard.kind === 'channel') return { ...incident, places };
  const { alerts, isCut } = mergeAlerts(incident.alerts, heard.alert);
  return { ...incident, places, alerts, isCut: incident.isCut || isCut };
}

/** Incident channels first, then by age; the same whatever the order in which they were heard of. */
function mergePlaces(places: readonly IncidentPlace[]): readonly IncidentPlace[] {
  const byChannel = new Map<string, IncidentPlace>();
  for (const place of places) {
    const known = byChannel.get(place.channel);
    if (known === undefined) byChannel.set(place.channel, place);
    else {
      const why = RANK[known.why] <= RANK[place.why] ? known.why : place.why;
      byChannel.set(place.channel, { ...known, why, sinceMs: Math.min(known.sinceMs, place.sinceMs) });
    }
  }
  return [...byChannel.values()]
    .sort((a, b) => RANK[a.why] - RANK[b.why] || a.sinceMs - b.sinceMs || (a.channel < b.channel ? -1 : 1))
    .slice(0, MAX_PLACES);
}

const RANK = { incident: 0, alerts: 1, default: 2 } as const;

/** Of too many, those with the smallest keys stay: a choice that does not depend on who came first. */
function mergeAlerts(
  facts: readonly AlertFact[],
  alert: Alert,
): { readonly alerts: readonly AlertFact[]; readonly isCut: boolean } {
  const at = facts.findIndex(({ key }) => key >= alert.key);
  const known = facts[at];
  const merged = mergeAlert(known?.key === alert.key ? known : undefined, alert);
  const before = at < 0 ? facts : facts.slice(0, at);
  const after = at < 0 ? [] : facts.slice(known?.key === alert.key ? at + 1 : at);
  const alerts = [...before, merged, ...after];
  return { alerts: alerts.slice(0, MAX_ALERTS_KEPT), isCut: alerts.length > MAX_ALERTS_KEPT };
}

function mergeAlert(
  known: AlertFact | undefined,
  { key, name, severity, startsAtMs, endsAtMs }: Alert,
): AlertFact {
  const ends = [known?.lastEndMs, endsAtMs].filter((end) => end !== undefined);
  // Senders word one alert differently from time to time: the smaller word stays, whichever came first.
  const grave = [known?.severity, severity].filter((word) => word !== undefined).sort()[0];
  return {
    key,
    name: known === undefined || name < known.name ? name : known.name,
    ...(grave !== undefined && { severity: grave }),
    firstMs: Math.min(known?.firstMs ?? startsAtMs, startsAtMs),
    lastStartMs: Math.max(known?.lastStartMs ?? startsAtMs, startsAtMs),
    ...(ends.length > 0 && { lastEndMs: Math.max(...ends) }),
  };
}

/** The newest, and none that ended long ago. */
function kept(incidents: readonly Incident[], nowMs: number): readonly Incident[] {
  return incidents
    .filter(({ closed }) => closed === undefined || closed.atMs > nowMs - REMEMBERED_MS)
    .slice(-MAX_INCIDENTS);
}
