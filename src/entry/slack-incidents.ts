// Slack's events about incidents: channels that are made, joined or talked in, messages of alerting tools, and the answer
// to the question which service a channel is about. Everything is handed over; nothing is decided here.
import type { App, BlockAction } from '@slack/bolt';
import { fits } from '../incident/service.ts';
import type { Log } from '../log.ts';
import type { IncidentRules } from '../model/incident.ts';
import { INCIDENT_SERVICE_ACTION } from '../report/blocks.ts';
import { doneThenAcknowledged, once } from './acknowledge.ts';
import { ephemeral, guarded } from './slack-answer.ts';

export interface IncidentDoorPorts {
  readonly rules: () => IncidentRules;
  /** True for a channel that was heard of, and is not settled yet. */
  readonly isListenedTo: (channel: string) => Promise<boolean>;
  /** A channel's name, for rules that name channels. */
  readonly nameOf: (channel: string) => Promise<string | undefined>;
  readonly hearMessage: (message: unknown, channel: string) => Promise<void>;
  readonly hearChannel: (channel: string) => Promise<void>;
  /** @throws Failure when they may not say so */
  readonly hearChoice: (channel: string, service: string, user: string) => Promise<void>;
  readonly log: Log;
}

/** What people and tools say; edits, deletions and joins are none of it. */
const SAID: ReadonlySet<string> = new Set(['bot_message', 'channel_topic', 'group_topic', 'file_share']);

export function registerIncidentDoor(app: App, ports: IncidentDoorPorts): void {
  app.event('channel_created', async ({ event }) => {
    const { id, name } = event.channel;
    if (ports.rules().channelPatterns.some((pattern) => fits(pattern, name))) await ports.hearChannel(id);
  });

  app.event('member_joined_channel', async ({ event, context }) => {
    if (event.user === context.botUserId) await ports.hearChannel(event.channel);
  });

  app.event('message', async ({ event }) => {
    const { channel, channel_type: kind, subtype } = event;
    if (kind === 'im') return;
    if (subtype !== undefined && !SAID.has(subtype)) return;
    if (await isAlertChannel(channel, ports)) await ports.hearMessage(event, channel);
    else if (await ports.isListenedTo(channel)) await ports.hearChannel(channel);
  });

  app.event('pin_added', async ({ event }) => {
    if (await ports.isListenedTo(event.channel_id)) await ports.hearChannel(event.channel_id);
  });

  app.action<BlockAction>(INCIDENT_SERVICE_ACTION, async ({ ack, body, respond }) => {
    const [action] = body.actions;
    const chosen = action?.type === 'static_select' ? action.selected_option?.value : undefined;
    const channel = body.channel?.id;
    if (chosen === undefined || channel === undefined) return ack();
    await doneThenAcknowledged(once(ack), () =>
      guarded(ports.log, ephemeral(respond), body.trigger_id, () =>
        ports.hearChoice(channel, chosen, body.user.id),
      ),
    );
  });
}

async function isAlertChannel(id: string, { rules, nameOf }: IncidentDoorPorts): Promise<boolean> {
  const { alertChannels } = rules();
  if (alertChannels.length === 0) return false;
  if (alertChannels.includes(id)) return true;
  const name = await nameOf(id);
  return name !== undefined && alertChannels.some((channel) => fits(channel.replace(/^#/, ''), name));
}
