// Wires the doors for alerts, webhooks and Slack's events, to the queue.
import type { Authorise } from '../authorise.ts';
import type { Env } from '../config/env.ts';
import type { ServiceCatalog } from '../config/services.ts';
import type { createSlackClient } from '../deliver/slack.ts';
import { createSlackReader } from '../deliver/slack-read.ts';
import { findService } from '../entry/accept.ts';
import { permit } from '../entry/permit.ts';
import type { IncidentDoorPorts } from '../entry/slack-incidents.ts';
import type { WebhookPorts } from '../entry/webhook.ts';
import type { Log } from '../log.ts';
import type { connectRedis } from '../queue/connection.ts';
import { withinDeadline } from '../queue/queue.ts';
import { openIncidentStore } from '../store/incidents.ts';
import { incidentSeal } from '../store/seal.ts';
import { type HearPorts, hearChannel, hearChoice, hearDelivery, hearMessage } from '../triage.ts';

/** What the doors for alerts are handed. */
export function incidentPorts(from: {
  readonly env: Env;
  readonly log: Log;
  readonly services: ServiceCatalog;
  readonly queue: HearPorts['queue'];
  readonly redis: ReturnType<typeof connectRedis>;
  readonly slack: ReturnType<typeof createSlackClient>;
  readonly authorise: Authorise;
}): { readonly webhooks: WebhookPorts; readonly door: IncidentDoorPorts } {
  const { env, log, services, queue, redis, slack, authorise } = from;
  const incidents = openIncidentStore(redis, incidentSeal(env.sealKeys));
  const hearing: HearPorts = { services, incidents, queue, now: Date.now };
  return {
    webhooks: {
      rules: services.incidents,
      secret: env.secret,
      wasHeard: (delivery) => withinDeadline(incidents.wasHeard(delivery)),
      hear: (read) => withinDeadline(hearDelivery(read, hearing)),
      now: Date.now,
      log,
    },
    door: {
      rules: services.incidents,
      isListenedTo: async (channel) => {
        const known = await incidents.channel(channel);
        return known !== undefined && known.isDone !== true;
      },
      nameOf: createSlackReader(slack, Date.now).nameOf,
      hearMessage: (message, channel) => hearMessage(message, channel, hearing),
      hearChannel: (channel) => hearChannel(channel, hearing),
      hearChoice: async (channel, name, user) => {
        const service = findService(name, services.all());
        const origin = { door: 'button', user, channel } as const;
        await permit({ origin, actions: ['capture-light'], service }, authorise);
        await hearChoice(channel, name, user, hearing);
      },
      log,
    },
  };
}
