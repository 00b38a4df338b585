import type { Outcome } from './delivery.ts';
import type { Shortcut } from './manifest.ts';
import { type Channel, defined, type Message, type User } from './nouns.ts';
import { actor, CHANNEL_NAME } from './payloads.ts';
import type { Stage } from './people.ts';
import { shownMessage } from './shown.ts';

/** Shortcuts: from the menu beside the composer, and from the "More actions" menu of a message. */

export function takeShortcut(stage: Stage, user: User, callbackId: string): Promise<Outcome> {
  const shortcut = named(stage, 'global', callbackId);
  return stage.deliveries.once({
    type: 'interactive',
    payload: {
      type: 'shortcut',
      ...actor(user),
      callback_id: shortcut.callbackId,
      trigger_id: stage.triggers.issue(user.id),
      action_ts: stage.world.nextTs(),
    },
  });
}

export function takeMessageShortcut(
  stage: Stage,
  user: User,
  about: { readonly channel: Channel; readonly message: Message; readonly callbackId: string },
): Promise<Outcome> {
  const { channel, message } = about;
  const shortcut = named(stage, 'message', about.callbackId);
  const answering = {
    channel: channel.id,
    user: user.id,
    message,
    ...defined({ threadTs: message.threadTs }),
  };
  return stage.deliveries.once({
    type: 'interactive',
    payload: {
      type: 'message_action',
      ...actor(user),
      callback_id: shortcut.callbackId,
      trigger_id: stage.triggers.issue(user.id),
      action_ts: stage.world.nextTs(),
      message_ts: message.ts,
      response_url: stage.origin() + stage.responseUrls.issue(answering),
      channel: { id: channel.id, name: CHANNEL_NAME[channel.kind] ?? channel.name },
      message: shownMessage(message, stage.world, { metadata: true }),
    },
  });
}

function named(stage: Stage, type: Shortcut['type'], callbackId: string): Shortcut {
  const found = stage.permissions.shortcuts.find(
    (each) => each.type === type && each.callbackId === callbackId,
  );
  if (!found || !stage.permissions.scopes.has('commands'))
    throw new Error(`no ${type} shortcut ${callbackId}`);
  return found;
}
