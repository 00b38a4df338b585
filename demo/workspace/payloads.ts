import { entryFrom, entryOf, type FoundElement, holdsAnswer, optionsOf } from './entries.ts';
import type { Json } from './json.ts';
import {
  APP_ID,
  BOT,
  type Channel,
  defined,
  type Ephemeral,
  type Message,
  newId,
  TEAM,
  type User,
} from './nouns.ts';
import { shownMessage } from './shown.ts';
import type { World } from './world.ts';

/** The JSON the app is handed: https://docs.slack.dev/reference/interaction-payloads and apis/events-api */

/** Slack still sends this retired token; the app checks signatures instead. */
const VERIFICATION_TOKEN = 'local-verification-token';

export const CHANNEL_NAME: Partial<Record<Channel['kind'], string>> = {
  private: 'privategroup',
  im: 'directmessage',
};

interface WayBack {
  readonly triggerId: string;
  readonly responseUrl: string;
}

export function slashCommand(
  typed: { readonly command: string; readonly text: string },
  where: { readonly channel: Channel; readonly user: User },
  back: WayBack,
): Json {
  return {
    token: VERIFICATION_TOKEN,
    team_id: TEAM.id,
    team_domain: TEAM.domain,
    channel_id: where.channel.id,
    channel_name: CHANNEL_NAME[where.channel.kind] ?? where.channel.name,
    user_id: where.user.id,
    user_name: where.user.name,
    ...typed,
    api_app_id: APP_ID,
    is_enterprise_install: 'false',
    response_url: back.responseUrl,
    trigger_id: back.triggerId,
  };
}

export function blockActions(
  about: {
    readonly user: User;
    readonly channel: Channel;
    readonly message: Message | undefined;
    readonly ephemeral: Ephemeral | undefined;
    readonly found: FoundElement;
    readonly value: string | undefined;
  },
  back: WayBack & { readonly world: World },
): Json {
  const { user, channel, message, ephemeral } = about;
  const shown = message ?? ephemeral;
  return {
    type: 'block_actions',
    ...actor(user),
    container: {
      type: 'message',
      message_ts: shown?.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral !== undefined,
      ...defined({ thread_ts: shown?.threadTs }),
    },
    trigger_id: back.triggerId,
    channel: { id: channel.id, name: CHANNEL_NAME[channel.kind] ?? channel.name },
    ...(message ? { message: shownMessage(message, back.world, { metadata: true }) } : {}),
    state: { values: {} },
    response_url: back.responseUrl,
    actions: [actionOf(about.found, about.value, back.world.nextTs())],
  };
}

/** The same in a modal or a home tab: no channel, no message, and all that is entered so far. */
export function viewActions(
  about: { readonly user: User; readonly found: FoundElement; readonly answer: Json },
  where: { readonly view: Json; readonly viewId: string; readonly triggerId: string; readonly ts: string },
): Json {
  const { element, blockId } = about.found;
  return {
    type: 'block_actions',
    ...actor(about.user),
    container: { type: 'view', view_id: where.viewId },
    trigger_id: where.triggerId,
    view: where.view,
    actions: [
      {
        ...(element.type === 'button'
          ? defined({ text: element.text, value: element.value, style: element.style })
          : {}),
        ...about.answer,
        type: element.type,
        action_id: element.action_id,
        block_id: blockId,
        action_ts: where.ts,
      },
    ],
  };
}

/** What every interaction says about who did it. */
export function actor(user: User): Json {
  return {
    user: { id: user.id, username: user.name, name: user.name, team_id: user.teamId ?? TEAM.id },
    api_app_id: APP_ID,
    token: VERIFICATION_TOKEN,
    team: { id: TEAM.id, domain: TEAM.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

export function eventCallback(event: Json, seconds: number): Json {
  return {
    token: VERIFICATION_TOKEN,
    team_id: TEAM.id,
    api_app_id: APP_ID,
    event,
    type: 'event_callback',
    event_id: newId('Ev'),
    event_time: seconds,
    authorizations: [
      { enterprise_id: null, team_id: TEAM.id, user_id: BOT.id, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
  };
}

/** The `actions` entry of a block_actions payload. */
function actionOf({ element, blockId }: FoundElement, value: string | undefined, ts: string): Json {
  const base = { type: element.type, action_id: element.action_id, block_id: blockId, action_ts: ts };
  if (element.type === 'button') {
    return { ...base, ...defined({ text: element.text, value: element.value, style: element.style }) };
  }
  if (holdsAnswer(element)) return { ...base, ...entryOf(element, entryFrom(element, value)) };
  const chosen = optionsOf(element).find((each) => each.value === value);
  if (!chosen) throw new Error(`no option ${value} in ${String(element.action_id)}`);
  return { ...base, selected_option: chosen };
}
