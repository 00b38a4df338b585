import { tellEvent } from './channel-life.ts';
import type { Outcome } from './delivery.ts';
import type { Json } from './json.ts';
import type { Shortcut } from './manifest.ts';
import { APP_ID, type Channel, defined, type Message, newId, type User } from './nouns.ts';
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

/** A step of somebody's workflow is reached: the app is handed its inputs, and ends it when it can. */
export function runStep(
  stage: Stage,
  about: { readonly callbackId: string; readonly inputs: Json; readonly token: string },
): { readonly execution: string; readonly delivered: Promise<Outcome> } {
  const { world, permissions } = stage;
  const step = permissions.steps.find(({ callbackId }) => callbackId === about.callbackId);
  if (!step) throw new Error(`no step ${about.callbackId}`);
  const missing = step.required.filter((name) => about.inputs[name] === undefined);
  const strange = Object.keys(about.inputs).filter((name) => !step.inputs.includes(name));
  if (missing.length + strange.length > 0)
    throw new Error(`the step needs ${step.required.join(', ')} and takes no ${strange.join(', ')}`);
  const execution = newId('Fx');
  world.executions.set(execution, { outputs: step.outputs });
  const delivered = tellEvent(stage, 'function_executed', {
    type: 'function_executed',
    function: {
      id: newId('Fn'),
      callback_id: step.callbackId,
      title: step.title,
      type: 'app',
      app_id: APP_ID,
    },
    inputs: about.inputs,
    function_execution_id: execution,
    workflow_execution_id: newId('Wx'),
    bot_access_token: about.token,
    event_ts: world.nextTs(),
  });
  return { execution, delivered };
}

function named(stage: Stage, type: Shortcut['type'], callbackId: string): Shortcut {
  const found = stage.permissions.shortcuts.find(
    (each) => each.type === type && each.callbackId === callbackId,
  );
  if (!found || !stage.permissions.scopes.has('commands'))
    throw new Error(`no ${type} shortcut ${callbackId}`);
  return found;
}
