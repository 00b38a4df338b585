// Shortcuts: the form from anywhere in Slack, and a capture for the alert somebody is looking at.
import type { App } from '@slack/bolt';
import { wordsOfMessage } from '../incident/messages.ts';
import { servicesIn } from '../incident/service.ts';
import type { IncidentRules } from '../model/incident.ts';
import type { Origin } from '../model/request.ts';
import { DEFAULT_KINDS, DEFAULT_WINDOW_MS, type Service } from '../model/target.ts';
import { toRequest } from './accept.ts';
import { doneThenAcknowledged, once } from './acknowledge.ts';
import { permitted } from './permit.ts';
import { ephemeral, guarded } from './slack-answer.ts';
import { type FormPorts, openCaptureForm } from './slack-form.ts';

export interface ShortcutPorts extends FormPorts {
  readonly rules: () => Pick<IncidentRules, 'labels' | 'match'>;
}

const CAPTURE_GLOBAL = 'capture_global';
const CAPTURE_MESSAGE = 'capture_message';

export function registerShortcuts(app: App, ports: ShortcutPorts): void {
  app.shortcut({ type: 'shortcut', callback_id: CAPTURE_GLOBAL }, async ({ ack, shortcut, client }) => {
    await doneThenAcknowledged(once(ack), () => openCaptureForm(client, shortcut.trigger_id, {}));
  });

  app.shortcut(
    { type: 'message_action', callback_id: CAPTURE_MESSAGE },
    async ({ ack, shortcut, client, respond }) => {
      const { channel, message, user, trigger_id: triggerId } = shortcut;
      const threadTs = typeof message.thread_ts === 'string' ? message.thread_ts : shortcut.message_ts;
      const origin: Origin = { door: 'shortcut', user: user.id, channel: channel.id, threadTs };
      await doneThenAcknowledged(once(ack), () =>
        guarded(ports.log, ephemeral(respond, threadTs), triggerId, async () => {
          const meant = meantIn(message, ports);
          const [only] = meant;
          if (meant.length === 1 && only)
            return capture(only, { origin, delivery: `shortcut ${triggerId}` }, ports);
          // None or several: who asks says which.
          await openCaptureForm(client, triggerId, { channel: channel.id, threadTs });
        }),
      );
    },
  );
}

/** The services a message names, in whatever part of it. */
function meantIn(message: unknown, { services, rules }: ShortcutPorts): readonly Service[] {
  const all = services();
  const named = servicesIn(
    wordsOfMessage(message).join('\n'),
    all.map(({ name }) => name),
    rules(),
  );
  return all.filter(({ name }) => named.includes(name));
}

async function capture(
  service: Service,
  { origin, delivery }: { readonly origin: Origin; readonly delivery: string },
  { authorise, submit, now }: ShortcutPorts,
): Promise<void> {
  const command = {
    kind: 'capture',
    target: service.name,
    instances: 'one',
    windowMs: DEFAULT_WINDOW_MS,
    kinds: DEFAULT_KINDS,
  } as const;
  const request = toRequest(command, service, { origin, delivery, nowMs: now() });
  await submit(await permitted(request, service, authorise));
}
