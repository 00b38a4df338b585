import { randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Call, CallLog } from './call-log.ts';
import type { Opening, ToolPost } from './channel-life.ts';
import { Deliveries, type Delivery, type Outcome } from './delivery.ts';
import type { Dropping } from './dropped-files.ts';
import { type Fault, Faults } from './faults.ts';
import { isLocalHost } from './http.ts';
import type { Json } from './json.ts';
import { type Permissions, permissionsFrom } from './manifest.ts';
import type { Api } from './method.ts';
import {
  type Channel,
  type Ephemeral,
  type Message,
  newId,
  type Sharing,
  type Standing,
  type StoredFile,
  type User,
  type UserGroup,
} from './nouns.ts';
import type { Draw } from './page/blocks.ts';
import { type Click, People, type Typed, type Typing } from './people.ts';
import { Rates } from './rates.ts';
import { ResponseUrls } from './response-urls.ts';
import { answer } from './routes.ts';
import { SignedHttp } from './signed-http.ts';
import { SocketMode } from './socket-mode.ts';
import { Triggers } from './triggers.ts';
import type { Entering } from './view-life.ts';
import { waitFor } from './waiting.ts';
import type { WebApi } from './web-api.ts';
import { World } from './world.ts';

/**
 * A small, strict Slack on this machine: the Web API, Socket Mode or signed HTTP, a page to look at and type in, and a
 * control surface for tests. The app reaches it by `slackApiUrl` alone. Nothing is written to disk and nothing leaves 127.0.0.1.
 */

export interface WorkspaceOptions {
  readonly port?: number;
  /** The app's manifest: its bot scopes, commands and events are what the app may do here. */
  readonly manifest?: string;
  /** Instead of the manifest's scopes, to see what happens when one was not granted. */
  readonly scopes?: readonly string[];
  /** Instead of the manifest's events. */
  readonly events?: readonly string[];
  /** Signed HTTP to this URL instead of Socket Mode. */
  readonly delivery?: { readonly http: string };
  readonly now?: () => number;
  readonly ackDeadlineMs?: number;
  readonly retryDelaysMs?: readonly number[];
  /** Slack shares an uploaded file a moment after it answered. */
  readonly fileShareDelayMs?: number;
  /** Slack's per-method rates; off by default. */
  readonly rateLimits?: boolean;
  /** In each channel; the oldest are forgotten. */
  readonly messagesKept?: number;
}

export interface NewChannel {
  readonly kind?: 'public' | 'private' | 'mpim';
  readonly members?: readonly string[];
  readonly archived?: boolean;
  readonly shared?: Sharing;
}

export interface Workspace {
  readonly url: string;
  readonly port: number;
  /** What the app needs to connect, ready for process.env. */
  env(): Record<'SLACK_BOT_TOKEN' | 'SLACK_APP_TOKEN' | 'SLACK_SIGNING_SECRET' | 'SLACK_API_URL', string>;
  readonly world: World;
  readonly faults: { add(fault: Fault): void; clear(): void; readonly pending: number };
  readonly sockets: Pick<SocketMode, 'refresh' | 'drop' | 'blackHole' | 'leaveUnanswered' | 'connections'>;
  readonly permissions: Permissions;
  addUser(name: string, standing?: Standing): User;
  /** What an administrator changes about somebody. */
  changeUser(user: string, standing: Standing): User;
  addUserGroup(handle: string, members: readonly string[], options?: { disabled?: boolean }): UserGroup;
  addChannel(name: string, options?: NewChannel): Channel;
  /** Shares a channel with others, or no longer. */
  shareChannel(channel: string, shared: Sharing | undefined): Channel;
  /** Somebody makes a channel, and is its only member. */
  userOpens(opening: Opening): Channel;
  userSetsTopic(about: { channel: string; user: string; topic: string }): string;
  userPins(about: { channel: string; user: string; ts: string }): void;
  /** An alerting tool's own app posts; gives the message's timestamp. */
  toolPosts(post: ToolPost): string;
  userTypes(typing: Typing): Promise<Typed>;
  /** Files dropped into a conversation. */
  userDrops(dropping: Dropping): Promise<Typed>;
  click(click: Click): Promise<Outcome>;
  /** Something pressed, chosen or typed in a modal or a home tab. */
  actInView(acting: { viewId: string; user: string } & Entering): Promise<Outcome>;
  /** What an external list offers for what was typed. */
  searchOptions(asked: {
    viewId: string;
    user: string;
    actionId: string;
    blockId: string;
    value: string;
  }): Promise<Json>;
  /** A global shortcut; with a message, one of that message's. */
  takeShortcut(about: {
    user: string;
    callbackId: string;
    channel?: string | undefined;
    ts?: string | undefined;
  }): Promise<Outcome>;
  /** Somebody starts the workflow that is made of one step of the app. */
  startWorkflow(about: { user: string; channel: string; callbackId: string; inputs: Json }): void;
  /** A step of a workflow is reached; gives the id of its execution. */
  runStep(about: { callbackId: string; inputs: Json }): string;
  submitView(submission: { viewId: string; user: string; values: Json }): Promise<Outcome>;
  closeView(viewId: string, user: string, whole?: boolean): Promise<void>;
  opensHome(user: string): Promise<void>;
  /** Oldest first, without replies. */
  messages(channel: string): readonly Message[];
  /** The root and its replies, oldest first. */
  thread(channel: string, ts: string): readonly Message[];
  ephemerals(filter?: { channel?: string; user?: string }): readonly Ephemeral[];
  files(): readonly StoredFile[];
  fileBytes(id: string): Uint8Array | undefined;
  calls(method?: string): readonly Call[];
  deliveries(): readonly Delivery[];
  rateLimits(enabled: boolean): void;
  /** The first thing the predicate finds, looked for at once and after every change. */
  waitFor<T>(
    predicate: (workspace: Workspace) => T | undefined | false | null,
    timeoutMs?: number,
  ): Promise<T>;
  reset(): void;
  close(): Promise<void>;
}

/** Everything a request may need; rooms below take the parts they use. */
export interface Parts extends WebApi {
  readonly workspace: Workspace;
  readonly people: People;
  /** Pages that are open and listening. */
  readonly streams: Set<ServerResponse>;
  /** Loaded when the first page asks, as React is slow to load and most tests never look. */
  draw?: Promise<Draw>;
}

const FILE_SHARE_DELAY_MS = 25;

export async function startWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  const now = options.now ?? Date.now;
  const world = new World(now, options.messagesKept);
  const faults = new Faults();
  const calls = new CallLog();
  const rates = new Rates(options.rateLimits ?? false);
  const tokens = { bot: `xoxb-local-${secret()}`, app: `xapp-local-${secret()}` };
  const signingSecret = secret();
  const permissions = { ...permissionsFrom(options.manifest), ...overridden(options) };
  const sockets = new SocketMode(() => world.tell({ kind: 'delivery' }), options.ackDeadlineMs);
  const wire = options.delivery
    ? new SignedHttp({
        url: options.delivery.http,
        secret: signingSecret,
        faults,
        ackDeadlineMs: options.ackDeadlineMs,
      })
    : sockets;
  const deliveries = new Deliveries({
    wire,
    copies: () => faults.forDelivery('duplicate-delivery')?.copies ?? 0,
    retryDelaysMs: options.retryDelaysMs,
    onDone: () => world.tell({ kind: 'delivery' }),
  });
  const triggers = new Triggers(now);
  const responseUrls = new ResponseUrls(world);
  let origin = '';
  const api: Api = {
    world,
    permissions,
    triggers,
    responseUrls,
    fileShareDelayMs: options.fileShareDelayMs ?? FILE_SHARE_DELAY_MS,
    get origin() {
      return origin;
    },
    openSocket: () => `${origin.replace('http', 'ws')}${sockets.ticket()}`,
    joins: (channel) => people.botJoins(channel),
  };
  const people = new People({ world, permissions, deliveries, triggers, responseUrls, origin: () => origin });
  const server = createServer();
  const port = await listen(server, options.port ?? 0);
  origin = `http://127.0.0.1:${port}`;

  const workspace: Workspace = {
    url: origin,
    port,
    env: () => ({
      SLACK_BOT_TOKEN: tokens.bot,
      SLACK_APP_TOKEN: tokens.app,
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_API_URL: `${origin}/api/`,
    }),
    world,
    faults,
    sockets,
    permissions,
    addUser: (name, standing = {}) => world.addUser({ id: newId('U'), name, ...standingOf(standing) }),
    changeUser: (user, standing) => world.changeUser(world.user(user)?.id ?? user, standingOf(standing)),
    addUserGroup: (handle, members, { disabled = false } = {}) =>
      world.addUserGroup({
        id: newId('S'),
        handle,
        members: new Set(members.map((member) => world.user(member)?.id ?? member)),
        disabled,
      }),
    shareChannel: (channel, shared) => world.share(idOf(world, channel), shared),
    addChannel: (name, about = {}) => addChannel(world, name, about),
    userOpens: (opening) => people.opensChannel(opening).channel,
    userSetsTopic: (about) => people.setsTopic(about).ts,
    userPins: (about) => void people.pins(about),
    toolPosts: (post) => people.toolPosts(post).ts,
    userTypes: (typing) => people.types(typing),
    userDrops: (dropping) => people.drops(dropping),
    click: (click) => people.clicks(click),
    actInView: (acting) => people.acts(acting),
    searchOptions: (asked) => people.searches(asked),
    takeShortcut: (about) => people.takesShortcut(about),
    startWorkflow: (about) => people.startsWorkflow({ ...about, token: tokens.bot }),
    runStep: (about) => people.runsStep({ ...about, token: tokens.bot }).execution,
    submitView: (submission) => people.submits(submission),
    closeView: (viewId, user, whole) => people.closes(viewId, user, whole),
    opensHome: (user) => people.opensHome(user),
    messages: (channel) => world.messages(idOf(world, channel)).filter((message) => !message.threadTs),
    thread: (channel, ts) => world.thread(idOf(world, channel), ts),
    ephemerals: (filter = {}) => ephemeralsFor(world, filter),
    files: () => [...world.files.values()].filter((file) => file.completed),
    fileBytes: (id) => world.bytes.get(id),
    calls: (method) => calls.all(method),
    deliveries: () => deliveries.log,
    rateLimits: (enabled) => {
      rates.enabled = enabled;
    },
    waitFor: (predicate, timeoutMs) => waitFor(workspace, predicate, timeoutMs),
    reset: () => {
      faults.clear();
      calls.clear();
      rates.clear();
      deliveries.clear();
      world.seed();
    },
    close: async () => {
      await deliveries.close();
      await sockets.close();
      await closeServer(server);
    },
  };
  const parts: Parts = { api, tokens, faults, rates, calls, workspace, people, streams: new Set() };
  server.on('request', (request, response) => answer(parts, request, response));
  server.on('upgrade', (request, socket, head) => {
    if (isLocalHost(request.headers.host) && request.url?.startsWith('/link/'))
      sockets.upgrade(request, socket, head);
    else socket.destroy();
  });
  return workspace;
}

function ephemeralsFor(world: World, filter: { channel?: string; user?: string }): readonly Ephemeral[] {
  const channel = filter.channel === undefined ? undefined : idOf(world, filter.channel);
  const user = filter.user === undefined ? undefined : (world.user(filter.user)?.id ?? filter.user);
  return world.ephemerals.filter(
    (each) =>
      (channel === undefined || each.channel === channel) && (user === undefined || each.user === user),
  );
}

function standingOf({ bot = false, ...standing }: Standing): Partial<User> {
  return { ...standing, ...(bot && { botId: newId('B') }) };
}

function addChannel(world: World, name: string, about: NewChannel): Channel {
  const kind = about.kind ?? 'public';
  const everyone = [...world.users.values()].filter((user) => !user.botId).map((user) => user.id);
  const members = about.members?.map((member) => world.user(member)?.id ?? member) ?? everyone;
  const id = newId(kind === 'public' ? 'C' : 'G');
  return world.addChannel({
    id,
    name,
    kind,
    members: new Set(members),
    archived: about.archived ?? false,
    ...(about.shared && { shared: about.shared }),
    topic: '',
  });
}

function idOf(world: World, channel: string): string {
  return world.channel(channel)?.id ?? channel;
}

function overridden(options: WorkspaceOptions): Partial<Permissions> {
  return {
    ...(options.scopes ? { scopes: new Set(options.scopes) } : {}),
    ...(options.events ? { events: new Set(options.events) } : {}),
  };
}

function secret(): string {
  return randomBytes(16).toString('hex');
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
