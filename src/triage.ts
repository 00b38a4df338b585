// Alerts and channels that were heard of -> what is known of incidents, and a decision asked for. Whatever is heard twice,
// late or out of order is merged; nothing is captured or posted here.
import type { ServiceCatalog } from './config/services.ts';
import { emptyDesk, hear } from './incident/fold.ts';
import { readAlertMessage } from './incident/messages.ts';
import { mayShow, serviceOfAlert } from './incident/service.ts';
import type { ReadAlerts } from './incident/webhooks.ts';
import type { Alert, IncidentPlace } from './model/incident.ts';
import type { JobQueue } from './queue/queue.ts';
import type { IncidentStore } from './store/incidents.ts';

export interface HearPorts {
  readonly services: Pick<ServiceCatalog, 'all' | 'find' | 'incidents'>;
  readonly incidents: Pick<IncidentStore, 'changeDesk' | 'changeChannel' | 'channel' | 'plan' | 'noteHeard'>;
  readonly queue: Pick<JobQueue, 'triage'>;
  readonly now: () => number;
}

export interface Heard {
  readonly heard: number;
  readonly unknown: number;
}

/** Alerts of one delivery by webhook. They are told where services.yml says. */
export async function hearDelivery({ alerts, delivery, left }: ReadAlerts, ports: HearPorts): Promise<Heard> {
  const heard = await hearAlerts(alerts, ports, (service, { startsAtMs }) => {
    const { incidents, find } = ports.services;
    const own = find(service)?.channels;
    const general = incidents().channel;
    const isOpen = general !== undefined && mayShow(own, { id: general, name: general.replace(/^#/, '') });
    const channel = isOpen ? general : own?.[0];
    return channel === undefined ? undefined : { channel, why: 'default', sinceMs: startsAtMs };
  });
  // What nobody could be told of is heard again once services.yml knows it.
  if (heard.unknown + left === 0) await ports.incidents.noteHeard(delivery);
  return heard;
}

/** A message in a channel of alerts; what is no alert is passed over. */
export async function hearMessage(message: unknown, channel: string, ports: HearPorts): Promise<void> {
  const alert = readAlertMessage(message, channel);
  if (alert === undefined) return;
  await hearAlerts([alert], ports, (_service, { startsAtMs }) => ({
    channel,
    why: 'alerts',
    sinceMs: startsAtMs,
  }));
}

/** A channel that may be about an incident was made, joined, or said something. */
export async function hearChannel(id: string, ports: HearPorts): Promise<void> {
  const nowMs = ports.now();
  const channel = await ports.incidents.changeChannel(id, (known) => known ?? { id, sinceMs: nowMs });
  if (channel.isDone || channel.service !== undefined) return;
  await ports.incidents.plan({ what: 'channel', id }, nowMs);
  await ports.queue.triage('channel', id);
}

/** Somebody was asked which service a channel is about, and said so. */
export async function hearChoice(id: string, service: string, user: string, ports: HearPorts): Promise<void> {
  if (ports.services.find(service) === undefined) return;
  await ports.incidents.changeChannel(id, (known) =>
    known?.service !== undefined
      ? known
      : { ...(known ?? { id, sinceMs: ports.now() }), service, chosenBy: user, isDone: false },
  );
  await ports.queue.triage('channel', id);
}

async function hearAlerts(
  alerts: readonly Alert[],
  ports: HearPorts,
  placeOf: (service: string, alert: Alert) => IncidentPlace | undefined,
): Promise<Heard> {
  const { services, incidents, queue, now } = ports;
  const rules = services.incidents();
  const names = services.all().map(({ name }) => name);
  const byService = new Map<string | undefined, Alert[]>();
  for (const alert of alerts) {
    const service = serviceOfAlert(alert, names, rules);
    byService.set(service, [...(byService.get(service) ?? []), alert]);
  }
  const unknown = byService.get(undefined)?.length ?? 0;
  for (const [service, theirs] of byService) {
    if (service === undefined) continue;
    const nowMs = now();
    await incidents.changeDesk(service, (known) =>
      theirs.reduce((desk, alert) => {
        const place = placeOf(service, alert);
        const heard = { kind: 'alert', alert, ...(place && { place }) } as const;
        return hear(desk, heard, { settleMs: rules.settleMs, nowMs });
      }, known ?? emptyDesk(service)),
    );
    // Should the job be lost, whoever looks for what is due finds it.
    await incidents.plan({ what: 'service', id: service }, nowMs);
    await queue.triage('service', service);
  }
  return { heard: alerts.length - unknown, unknown };
}
