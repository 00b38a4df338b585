import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { toolPostShape } from './channel-life.ts';
import {
  actingShape,
  clickShape,
  closeShape,
  searchShape,
  shortcutShape,
  submitShape,
  typingShape,
} from './deeds.ts';
import { faultShape } from './faults.ts';
import { FORM_BYTES, formOrJson, readBody, send, sendJson } from './http.ts';
import type { Json } from './json.ts';
import { defined } from './nouns.ts';
import type { Parts } from './server.ts';
import { shownPlaces } from './shown.ts';

/** `/_control/*`: what tests and the demo do with the workspace from another process. GET reads, POST acts, JSON both ways. */

type Action = (parts: Parts, given: Json) => unknown;

const channelOnly = z.object({ channel: z.string() });

const sharing = z.enum(['org', 'external', 'pending']);
const standingShape = {
  bot: z.boolean().optional(),
  guest: z.enum(['multi-channel', 'single-channel']).optional(),
  teamId: z.string().optional(),
  stranger: z.boolean().optional(),
  deactivated: z.boolean().optional(),
};

const READS: Record<string, Action> = {
  places: ({ workspace }) => shownPlaces(workspace.world),
  messages: ({ workspace }, given) => workspace.messages(channelOnly.parse(given).channel),
  thread: ({ workspace }, given) => {
    const { channel, ts } = z.object({ channel: z.string(), ts: z.string() }).parse(given);
    return workspace.thread(channel, ts);
  },
  ephemerals: ({ workspace }, given) => {
    const { channel, user } = z
      .object({ channel: z.string().optional(), user: z.string().optional() })
      .parse(given);
    return workspace.ephemerals({ ...(channel ? { channel } : {}), ...(user ? { user } : {}) });
  },
  files: ({ workspace }) => workspace.files(),
  calls: ({ workspace }, given) =>
    workspace.calls(z.object({ method: z.string().optional() }).parse(given).method),
  deliveries: ({ workspace }) => workspace.deliveries(),
  sockets: ({ workspace }) => ({ connections: workspace.sockets.connections }),
  views: ({ workspace }) => [...workspace.world.views.values()],
  homes: ({ workspace }) => [...workspace.world.homes.values()],
};

const ACTS: Record<string, Action> = {
  'user-types': async ({ workspace }, given) => {
    const typed = await workspace.userTypes(typingShape.parse(given));
    return typed.kind === 'message' ? { kind: typed.kind, ts: typed.ts } : typed;
  },
  click: ({ workspace }, given) => workspace.click(clickShape.parse(given)),
  'submit-view': ({ workspace }, given) => workspace.submitView(submitShape.parse(given)),
  'act-in-view': ({ workspace }, given) => workspace.actInView(actingShape.parse(given)),
  'search-options': ({ workspace }, given) => workspace.searchOptions(searchShape.parse(given)),
  'take-shortcut': ({ workspace }, given) => workspace.takeShortcut(shortcutShape.parse(given)),
  'close-view': ({ workspace }, given) => {
    const { viewId, user, whole } = closeShape.parse(given);
    return workspace.closeView(viewId, user, whole);
  },
  'open-home': ({ workspace }, given) =>
    workspace.opensHome(z.strictObject({ user: z.string() }).parse(given).user),
  users: ({ workspace }, given) => {
    const { name, ...standing } = z.strictObject({ name: z.string(), ...standingShape }).parse(given);
    return workspace.addUser(name, defined(standing));
  },
  'change-user': ({ workspace }, given) => {
    const { user, ...standing } = z.strictObject({ user: z.string(), ...standingShape }).parse(given);
    return workspace.changeUser(user, defined(standing));
  },
  'user-groups': ({ workspace }, given) => {
    const { handle, members, disabled } = z
      .strictObject({
        handle: z.string(),
        members: z.array(z.string()),
        disabled: z.boolean().default(false),
      })
      .parse(given);
    const { id } = workspace.addUserGroup(handle, members, { disabled });
    return { id, handle };
  },
  'share-channel': ({ workspace }, given) => {
    const { channel, shared } = z
      .strictObject({ channel: z.string(), shared: sharing.optional() })
      .parse(given);
    const { id, name } = workspace.shareChannel(channel, shared);
    return { id, name, ...defined({ shared }) };
  },
  channels: ({ workspace }, given) => {
    const { name, kind, members, archived, shared } = z
      .strictObject({
        name: z.string(),
        kind: z.enum(['public', 'private', 'mpim']).default('public'),
        members: z.array(z.string()).optional(),
        archived: z.boolean().default(false),
        shared: sharing.optional(),
      })
      .parse(given);
    const { id } = workspace.addChannel(name, { kind, archived, ...defined({ members, shared }) });
    return { id, name };
  },
  'open-channel': ({ workspace }, given) => {
    const { id, name } = workspace.userOpens(
      z
        .strictObject({
          name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,79}$/),
          user: z.string(),
          topic: z.string().max(250).optional(),
          isPrivate: z.boolean().optional(),
        })
        .parse(given),
    );
    return { id, name };
  },
  'set-topic': ({ workspace }, given) => ({
    ts: workspace.userSetsTopic(
      z.strictObject({ channel: z.string(), user: z.string(), topic: z.string().max(250) }).parse(given),
    ),
  }),
  pin: ({ workspace }, given) =>
    workspace.userPins(
      z.strictObject({ channel: z.string(), user: z.string(), ts: z.string() }).parse(given),
    ),
  'tool-posts': ({ workspace }, given) => ({ ts: workspace.toolPosts(toolPostShape.parse(given)) }),
  faults: ({ faults }, given) => faults.add(faultShape.parse(given)),
  'clear-faults': ({ faults }) => faults.clear(),
  'rate-limits': ({ workspace }, given) =>
    workspace.rateLimits(z.strictObject({ enabled: z.boolean() }).parse(given).enabled),
  'drop-sockets': ({ workspace }) => workspace.sockets.drop(),
  'refresh-sockets': ({ workspace }) => workspace.sockets.refresh(),
  'black-hole-sockets': ({ workspace }) => workspace.sockets.blackHole(),
  reset: ({ workspace }) => workspace.reset(),
};

export async function answerControl(
  parts: Parts,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isRead = request.method === 'GET';
  if (isRead && name.startsWith('files/')) return sendBytes(parts, name.slice('files/'.length), response);
  const action = (isRead ? READS : ACTS)[name];
  if (!action) return sendJson(response, 404, { error: `no ${isRead ? 'reading' : 'action'} ${name}` });
  const given = isRead ? queryOf(request) : await bodyOf(request);
  if (!given) return sendJson(response, 400, { error: 'send a JSON object, as application/json' });
  try {
    sendJson(response, 200, (await action(parts, given)) ?? { done: true });
  } catch (error) {
    const text =
      error instanceof z.ZodError
        ? z.prettifyError(error)
        : error instanceof Error
          ? error.message
          : 'failed';
    sendJson(response, 400, { error: text });
  }
}

function sendBytes(parts: Parts, id: string, response: ServerResponse): void {
  const bytes = parts.workspace.fileBytes(id);
  if (bytes) send(response, 200, bytes, { 'content-type': 'application/octet-stream' });
  else sendJson(response, 404, { error: `no file ${id}` });
}

function queryOf(request: IncomingMessage): Json {
  return Object.fromEntries(new URL(request.url ?? '/', 'http://localhost').searchParams);
}

async function bodyOf(request: IncomingMessage): Promise<Json | undefined> {
  const contentType = request.headers['content-type'] ?? '';
  if (!contentType.startsWith('application/json')) return undefined;
  const body = await readBody(request, FORM_BYTES);
  return body && formOrJson(body, contentType);
}
