// What is known of an incident: which alerts fired, where it is talked about, and what goleak saw when it looked.
import type { VerdictKind } from './verdict.ts';

/** One alert as a sender described it. Every text in it is foreign. */
export interface Alert {
  /** The same for every delivery about this alert, firing or resolved. */
  readonly key: string;
  readonly name: string;
  readonly severity?: string;
  readonly summary?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAtMs: number;
  /** Set once it is resolved. */
  readonly endsAtMs?: number;
}

/** An alert in an incident: what all deliveries about it say together, in whatever order they came. */
export interface AlertFact {
  readonly key: string;
  readonly name: string;
  readonly severity?: string;
  readonly firstMs: number;
  readonly lastStartMs: number;
  readonly lastEndMs?: number;
}

/** A channel in which an incident has its thread. */
export interface IncidentPlace {
  /** A channel's id, or a name from services.yml that still has to be looked up. */
  readonly channel: string;
  readonly why: 'incident' | 'alerts' | 'default';
  readonly sinceMs: number;
}

/** One capture for an incident. */
export interface IncidentLook {
  readonly request: string;
  readonly plannedAtMs: number;
  readonly outcome?: LookOutcome;
}

export type LookOutcome =
  | { readonly kind: 'failed'; readonly atMs: number; readonly what: string }
  | {
      readonly kind: 'seen';
      readonly atMs: number;
      readonly report: string;
      readonly verdict: VerdictKind;
      readonly title: string;
      readonly summary: string;
      /** Figures at its end; unknown ones are absent. */
      readonly goroutines?: number;
      readonly heapBytes?: number;
      /** Bytes ever allocated: fewer than before means another process. */
      readonly allocatedBytes?: number;
    };

/** Why it ended: it got well; it got well and could not be looked at; nothing was found; nothing changed for a day. */
export type ClosedWhy = 'recovered' | 'unverified' | 'healthy' | 'given-up';

export interface Incident {
  readonly id: string;
  readonly service: string;
  /** Ordered by key. */
  readonly alerts: readonly AlertFact[];
  /** There were more alerts than are kept. */
  readonly isCut: boolean;
  readonly places: readonly IncidentPlace[];
  readonly looks: readonly IncidentLook[];
  readonly closed?: { readonly why: ClosedWhy; readonly atMs: number };
  /** The last build that was deployed while it was open. */
  readonly build?: { readonly name: string; readonly atMs: number };
}

export function beganMs({ alerts, places }: Incident): number {
  return Math.min(...alerts.map(({ firstMs }) => firstMs), ...places.map(({ sinceMs }) => sinceMs));
}

export function isFiring({ lastStartMs, lastEndMs }: AlertFact): boolean {
  return lastEndMs === undefined || lastStartMs > lastEndMs;
}

/** When the last of its alerts ended; undefined while one is firing, and when there are none. */
export function recoveredMs({ alerts }: Incident): number | undefined {
  if (alerts.length === 0 || alerts.some(isFiring)) return undefined;
  return Math.max(...alerts.map(({ lastEndMs = 0 }) => lastEndMs));
}

/** The incidents of one service, oldest first; at most the last one is open. */
export interface IncidentDesk {
  readonly service: string;
  readonly incidents: readonly Incident[];
}

/** A channel that may be about an incident. */
export interface IncidentChannel {
  readonly id: string;
  readonly sinceMs: number;
  /** Found or chosen. */
  readonly service?: string;
  /** Slack id of whoever chose it. */
  readonly chosenBy?: string;
  /** Asked in the channel, because nothing in it says which service it is about. */
  readonly asked?: readonly string[];
  /** Nothing more is done about it: it is another channel, or has been silent for too long. */
  readonly isDone?: boolean;
}

/** Where the fields of another sender's alerts are, as dotted paths. */
export interface AlertMapping {
  /** List of alerts; absent: the body is one alert. */
  readonly alerts?: string;
  readonly name: string;
  readonly status: string;
  /** Values of `status` that mean resolved. */
  readonly resolved: readonly string[];
  readonly key?: string;
  readonly service?: string;
  readonly startsAt?: string;
  readonly endsAt?: string;
  readonly severity?: string;
  readonly summary?: string;
}

/** What services.yml says of incidents. */
export interface IncidentRules {
  /** Environment variable with the bearer token of the webhooks; absent: there are none. */
  readonly tokenEnv?: string;
  /** Labels whose value may name a service, the first that does wins. */
  readonly labels: readonly string[];
  /** Words (`*` for anything) that mean a service. */
  readonly match: readonly { readonly text: string; readonly service: string }[];
  /** Names of channels that are incidents. */
  readonly channelPatterns: readonly string[];
  /** Joins such public channels by itself. */
  readonly join: boolean;
  /** Channels whose messages are read as alerts. */
  readonly alertChannels: readonly string[];
  /** Where alerts that came by webhook are told. */
  readonly channel?: string;
  readonly mappings: Readonly<Record<string, AlertMapping>>;
  readonly windowMs: number;
  readonly lookEveryMs: number;
  readonly settleMs: number;
}

export const DEFAULT_INCIDENT_RULES: IncidentRules = {
  labels: ['service', 'service_name', 'app', 'job'],
  match: [],
  channelPatterns: ['inc-*', 'incident-*'],
  join: false,
  alertChannels: [],
  mappings: {},
  windowMs: 30_000,
  lookEveryMs: 15 * 60_000,
  settleMs: 10 * 60_000,
};
