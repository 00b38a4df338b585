// Bodies of webhooks -> alerts. Total: whatever is sent, the alerts that could be understood come back, and how many could not.
import type { Alert, AlertMapping } from '../model/incident.ts';
import { digestOf } from './digest.ts';
import { asBag, asLabels, asMoment, asText, at, MAX_NAME, MAX_SUMMARY } from './text.ts';

/** Alertmanager groups rarely hold more than dozens; a larger delivery is cut, and says so. */
export const MAX_ALERTS = 200;

export interface ReadAlerts {
  readonly alerts: readonly Alert[];
  /** Alerts that were not understood, or beyond the limit. */
  readonly left: number;
  /** The same for every delivery of the same: group, alerts, their beginning and their status. */
  readonly delivery: string;
}

/**
 * Alertmanager's webhook of version 4, https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, and
 * Grafana's superset of it. Undefined when the body is something else.
 */
export function readAlertmanager(body: unknown, nowMs: number): ReadAlerts | undefined {
  const bag = asBag(body);
  if (bag === undefined || !Array.isArray(bag.alerts)) return undefined;
  return gathered(asText(bag.groupKey, 500) ?? '', bag.alerts, (given) => alertmanagerAlert(given, nowMs));
}

/** Another sender's body, by the mapping of services.yml. */
export function readMapped(
  source: string,
  body: unknown,
  mapping: AlertMapping,
  nowMs: number,
): ReadAlerts | undefined {
  if (asBag(body) === undefined && !Array.isArray(body)) return undefined;
  const given = mapping.alerts === undefined ? [body] : at(body, mapping.alerts);
  if (!Array.isArray(given)) return undefined;
  return gathered(source, given, (each) => mappedAlert(source, each, mapping, nowMs));
}

function gathered(
  group: string,
  given: readonly unknown[],
  read: (each: unknown) => Alert | undefined,
): ReadAlerts {
  const alerts = given.slice(0, MAX_ALERTS).flatMap((each) => read(each) ?? []);
  const parts = alerts.map(({ key, startsAtMs, endsAtMs }) => `${key} ${startsAtMs} ${endsAtMs ?? 'firing'}`);
  return {
    alerts,
    left: given.length - alerts.length,
    delivery: digestOf(JSON.stringify([group, ...parts.sort()])),
  };
}

function alertmanagerAlert(given: unknown, nowMs: number): Alert | undefined {
  const bag = asBag(given);
  if (bag === undefined) return undefined;
  const labels = asLabels(bag.labels);
  const annotations = asLabels(bag.annotations);
  const name = asText(labels.alertname, MAX_NAME);
  const startsAtMs = asMoment(bag.startsAt);
  if (name === undefined || startsAtMs === undefined) return undefined;
  const isResolved = bag.status === 'resolved';
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    key: digestOf(asText(bag.fingerprint, 64) ?? JSON.stringify(sorted)),
    name,
    labels,
    ...described(labels.severity, annotations.summary ?? annotations.description),
    startsAtMs,
    ...(isResolved && { endsAtMs: Math.max(startsAtMs, asMoment(bag.endsAt) ?? nowMs) }),
  };
}

function mappedAlert(
  source: string,
  given: unknown,
  mapping: AlertMapping,
  nowMs: number,
): Alert | undefined {
  const name = asText(at(given, mapping.name), MAX_NAME);
  const status = asText(at(given, mapping.status), 80)?.toLowerCase();
  if (name === undefined || status === undefined) return undefined;
  const service = asText(at(given, mapping.service), MAX_NAME);
  const ends = asMoment(at(given, mapping.endsAt));
  const isResolved = mapping.resolved.some((word) => word.toLowerCase() === status);
  const begins = asMoment(at(given, mapping.startsAt)) ?? (isResolved ? ends : undefined) ?? nowMs;
  return {
    key: digestOf(JSON.stringify([source, asText(at(given, mapping.key), 200) ?? [name, service ?? '']])),
    name,
    labels: service === undefined ? {} : { service },
    ...described(at(given, mapping.severity), at(given, mapping.summary)),
    startsAtMs: begins,
    ...(isResolved && { endsAtMs: Math.max(begins, ends ?? nowMs) }),
  };
}

function described(severity: unknown, summary: unknown): Pick<Alert, 'severity' | 'summary'> {
  const grave = asText(severity, 40);
  const said = asText(summary, MAX_SUMMARY);
  return { ...(grave !== undefined && { severity: grave }), ...(said !== undefined && { summary: said }) };
}
