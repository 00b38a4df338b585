import {
  joinChannel,
  type Opening,
  openChannel,
  pinMessage,
  setTopic,
  type ToolPost,
  tellEvent,
  toolPostShape,
  toolPosts,
} from './channel-life.ts';
import type { Deliveries, Outcome } from './delivery.ts';
import { type Dropping, filesInEvent, keepDropped, refuseFiles, shareDropped } from './dropped-files.ts';
import { findElement } from './entries.ts';
import { isJson, type Json } from './json.ts';
import type { Permissions, SlashCommand } from './manifest.ts';
import { shownView } from './methods/views.ts';
import { escapeMrkdwn } from './mrkdwn.ts';
import { BOT, type Channel, defined, type StoredFile, type User, type View } from './nouns.ts';
import { blockActions, slashCommand } from './payloads.ts';
import { Refusal } from './refusal.ts';
import type { Occasion, ResponseUrls } from './response-urls.ts';
import { runStep, takeMessageShortcut, takeShortcut } from './shortcuts.ts';
import { shownMessage } from './shown.ts';
import type { Triggers } from './triggers.ts';
import { linked } from './typed-text.ts';
import { actInView, askOptions, closeView, type Entering, submitView } from './view-life.ts';
import { type Starting, startWorkflow } from './workflows.ts';
import type { World } from './world.ts';

/** What people do: type, click, submit, open the home tab; and what the app is told about it. */

export interface Typing {
  readonly channel: string;
  readonly user: string;
  readonly text: string;
  readonly threadTs?: string | undefined;
}

export type Typed =
  | { readonly kind: 'message'; readonly ts: string; readonly delivered?: Promise<Outcome> }
  | { readonly kind: 'command'; readonly outcome: Outcome; readonly triggerId: string }
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'builtin' };

export interface Click {
  readonly channel: string;
  readonly ts: string;
  readonly actionId: string;
  readonly user: string;
  /** Which option, for elements that offer several. */
  readonly value?: string | undefined;
}

export interface Stage {
  readonly world: World;
  readonly permissions: Permissions;
  readonly deliveries: Deliveries;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  origin(): string;
}

export class People {
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async types(typing: Typing): Promise<Typed> {
    const { channel, user } = this.#speaker(typing.channel, typing.user);
    const text = typing.text.trim();
    if (text.startsWith('/')) return this.#command(channel, user, text, typing.threadTs);
    return this.#message(channel, user, text, { threadTs: typing.threadTs });
  }

  /** Files dropped into a conversation, with or without words. */
  async drops(dropping: Dropping): Promise<Typed> {
    const { channel, user } = this.#speaker(dropping.channel, dropping.user);
    refuseFiles(dropping.files);
    const files = keepDropped(dropping.files, user, this.#stage.world);
    return this.#message(channel, user, dropping.text?.trim() ?? '', { threadTs: dropping.threadTs, files });
  }

  /** A button pressed or an option chosen, in a message or in something only this person sees. */
  async clicks(click: Click): Promise<Outcome> {
    const { world } = this.#stage;
    const user = this.#user(click.user);
    if (user.deactivated) throw new Error(`${user.name} is deactivated`);
    const channel = this.#channel(click.channel);
    const message = world.message(channel.id, click.ts);
    const ephemeral = world.ephemerals.find((each) => each.ts === click.ts && each.user === user.id);
    const shown = message ?? ephemeral;
    if (!shown) throw new Error(`nothing at ${click.ts} for ${user.name} to click`);
    const found = findElement(shown.blocks, click.actionId);
    if (!found) throw new Error(`no element ${click.actionId} at ${click.ts}`);
    const occasion: Occasion = { channel: channel.id, user: user.id, ...defined({ message, ephemeral }) };
    const outcome = await this.#stage.deliveries.once({
      type: 'interactive',
      payload: blockActions(
        { user, channel, message, ephemeral, found, value: click.value },
        {
          world,
          triggerId: this.#stage.triggers.issue(user.id),
          responseUrl: this.#stage.origin() + this.#stage.responseUrls.issue(occasion),
        },
      ),
    });
    this.#tellFailure(outcome, 'This action', channel, user, shown.threadTs);
    return outcome;
  }

  /** Something pressed, chosen or typed in a modal or in the home tab. */
  async acts(acting: { viewId: string; user: string } & Entering): Promise<Outcome> {
    const { view, user } = this.#view(acting.viewId, acting.user);
    return actInView(this.#stage, view, user, acting);
  }

  async searches(asked: {
    viewId: string;
    user: string;
    actionId: string;
    blockId: string;
    value: string;
  }): Promise<Json> {
    const { view, user } = this.#view(asked.viewId, asked.user);
    return askOptions(this.#stage, view, user, asked);
  }

  /** Values by block_id and action_id, as in a view's state. */
  async submits(submission: { viewId: string; user: string; values: Json }): Promise<Outcome> {
    const { view, user } = this.#view(submission.viewId, submission.user);
    return submitView(this.#stage, view, user, submission.values);
  }

  async closes(viewId: string, userName: string, whole = false): Promise<void> {
    const { view, user } = this.#view(viewId, userName);
    await closeView(this.#stage, view, user, whole);
  }

  runsStep(about: { callbackId: string; inputs: Json; token: string }) {
    return runStep(this.#stage, about);
  }

  /** A workflow made of one step of the app, as somebody starts it from the menu beside the composer. */
  startsWorkflow(
    about: Pick<Starting, 'callbackId' | 'inputs' | 'token'> & Record<'user' | 'channel', string>,
  ) {
    const { channel, user } = this.#speaker(about.channel, about.user);
    const tell = (text: string) => this.#slackbot(channel, user, text, undefined);
    startWorkflow(this.#stage, { ...about, channel, user, tell });
  }

  /** A shortcut from the menu beside the composer, or with a message from that message's menu. */
  async takesShortcut(about: {
    user: string;
    callbackId: string;
    channel?: string | undefined;
    ts?: string | undefined;
  }): Promise<Outcome> {
    const user = this.#user(about.user);
    if (about.channel === undefined || about.ts === undefined)
      return takeShortcut(this.#stage, user, about.callbackId);
    const channel = this.#channel(about.channel);
    const message = this.#stage.world.message(channel.id, about.ts);
    if (!message) throw new Error(`no message ${about.ts} in ${channel.name}`);
    const outcome = await takeMessageShortcut(this.#stage, user, {
      channel,
      message,
      callbackId: about.callbackId,
    });
    this.#tellFailure(outcome, 'This action', channel, user, message.threadTs);
    return outcome;
  }

  async opensHome(userName: string): Promise<void> {
    const user = this.#user(userName);
    const im = this.#stage.world.im(user);
    const home = this.#stage.world.homes.get(user.id);
    await this.#event('app_home_opened', {
      type: 'app_home_opened',
      user: user.id,
      channel: im?.id ?? '',
      tab: 'home',
      event_ts: this.#stage.world.nextTs(),
      ...(home ? { view: shownView(home) } : {}),
    });
  }

  opensChannel(opening: Opening): { readonly channel: Channel; readonly delivered?: Promise<Outcome> } {
    return openChannel(this.#stage, this.#user(opening.user), opening);
  }

  /** The bot joins by itself, as conversations.join has it. */
  botJoins(channel: Channel): void {
    void joinChannel(this.#stage, channel, BOT);
  }

  setsTopic(about: { readonly channel: string; readonly user: string; readonly topic: string }) {
    return setTopic(this.#stage, this.#channel(about.channel), this.#user(about.user), about.topic);
  }

  pins(about: { readonly channel: string; readonly user: string; readonly ts: string }) {
    return pinMessage(this.#stage, this.#channel(about.channel), this.#user(about.user), about.ts);
  }

  toolPosts(post: ToolPost) {
    const read = toolPostShape.parse(post);
    return toolPosts(this.#stage, this.#channel(read.channel), read);
  }

  #message(
    channel: Channel,
    user: User,
    text: string,
    { threadTs, files = [] }: { threadTs: string | undefined; files?: readonly StoredFile[] },
  ): Typed {
    const { world, permissions } = this.#stage;
    const said = linked(text, world, false);
    const ids = files.map(({ id }) => id);
    const subtype = files.length > 0 ? 'file_share' : undefined;
    const posted = world.post({
      channel: channel.id,
      user: user.id,
      text: said,
      threadTs,
      subtype,
      files: ids,
    });
    shareDropped(files, posted, world);
    const mentionsBot = said.includes(`<@${BOT.id}>`);
    const isMember = channel.members.has(BOT.id);
    if (mentionsBot && !isMember) {
      this.#slackbot(
        channel,
        user,
        `<@${BOT.id}> is not in this channel. Type \`/invite @${BOT.name}\` to add it.`,
        threadTs,
      );
      return { kind: 'message', ts: posted.ts };
    }
    const events = this.#eventsFor(channel, mentionsBot).filter((each) =>
      permissions.events.has(each.subscription),
    );
    if (!isMember || events.length === 0) return { kind: 'message', ts: posted.ts };
    const delivered = Promise.all(
      events.map((each) =>
        this.#event(each.subscription, {
          ...shownMessage(posted, world),
          ...(files.length > 0 && { files: filesInEvent(ids, channel, world, this.#stage.origin()) }),
          // A mention is no kind of message: it has no subtype.
          ...(each.type === 'app_mention' && { subtype: undefined }),
          type: each.type,
          channel: channel.id,
          ...(each.type === 'message' ? { channel_type: CHANNEL_TYPE[channel.kind] } : {}),
          event_ts: posted.ts,
        }),
      ),
    ).then((outcomes) => outcomes[0] ?? { kind: 'unreachable' as const, why: 'not sent' });
    return { kind: 'message', ts: posted.ts, delivered };
  }

  #eventsFor(channel: Channel, mentionsBot: boolean): { subscription: string; type: string }[] {
    const message = { subscription: `message.${MESSAGE_EVENT[channel.kind]}`, type: 'message' };
    // In a direct message even a mention arrives as message.im only.
    return mentionsBot && channel.kind !== 'im'
      ? [{ subscription: 'app_mention', type: 'app_mention' }, message]
      : [message];
  }

  async #command(channel: Channel, user: User, typed: string, threadTs: string | undefined): Promise<Typed> {
    const [, name = '', rest = ''] = /^(\/\S+)\s*([\s\S]*)$/.exec(typed) ?? [];
    if (threadTs) return this.#refuse(channel, user, `${name} is not supported in threads. Sorry!`, threadTs);
    if (['/invite', '/remove', '/kick'].includes(name)) return this.#membership(channel, user, name, rest);
    const command = this.#stage.permissions.commands.find((each) => each.command === name);
    if (!command || !this.#stage.permissions.scopes.has('commands')) {
      return this.#refuse(channel, user, `${name} is not a valid command. Is there a typo?`, undefined);
    }
    return this.#slashCommand(channel, user, command, rest, typed);
  }

  async #slashCommand(
    channel: Channel,
    user: User,
    command: SlashCommand,
    rest: string,
    typed: string,
  ): Promise<Typed> {
    const { world, triggers, responseUrls, deliveries } = this.#stage;
    const occasion: Occasion = { channel: channel.id, user: user.id, typed };
    const triggerId = triggers.issue(user.id);
    const outcome = await deliveries.once({
      type: 'slash_commands',
      payload: slashCommand(
        { command: command.command, text: command.shouldEscape ? linked(rest, world, true) : rest },
        { channel, user },
        { triggerId, responseUrl: this.#stage.origin() + responseUrls.issue(occasion) },
      ),
    });
    if (outcome.kind === 'acked') await this.#showAck(occasion, outcome.body);
    else this.#tellFailure(outcome, command.command, channel, user, undefined);
    return { kind: 'command', outcome, triggerId };
  }

  /** An acknowledgement may carry the first answer: text, or a message in JSON. */
  async #showAck(occasion: Occasion, body: unknown): Promise<void> {
    const said = typeof body === 'string' && body.trim() ? { text: body } : body;
    if (!isJson(said) || Object.keys(said).length === 0) return;
    try {
      await this.#stage.responseUrls.answerOccasion(occasion, said);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const user = this.#user(occasion.user);
      this.#slackbot(
        this.#channel(occasion.channel),
        user,
        `the command failed with the error "${error.code}"`,
        undefined,
      );
    }
  }

  #membership(channel: Channel, user: User, verb: string, rest: string): Typed {
    const { world } = this.#stage;
    const whom = world.user(rest.trim());
    if (!whom)
      return this.#refuse(channel, user, `${verb}: there is nobody called ${rest.trim()} here.`, undefined);
    if (verb === '/invite') void joinChannel(this.#stage, channel, whom, user);
    else world.leave(channel, whom);
    return { kind: 'builtin' };
  }

  #refuse(channel: Channel, user: User, text: string, threadTs: string | undefined): Typed {
    this.#slackbot(channel, user, escapeMrkdwn(text), threadTs);
    return { kind: 'refused', text };
  }

  #slackbot(channel: Channel, user: User, text: string, threadTs: string | undefined): void {
    this.#stage.world.whisper({
      channel: channel.id,
      user: user.id,
      from: 'slackbot',
      text,
      blocks: [],
      threadTs,
    });
  }

  #tellFailure(
    outcome: Outcome,
    what: string,
    channel: Channel,
    user: User,
    threadTs: string | undefined,
  ): void {
    if (outcome.kind === 'acked') return;
    const error = outcome.kind === 'timeout' ? 'operation_timeout' : 'dispatch_failed';
    this.#slackbot(channel, user, `${what} failed with the error "${error}"`, threadTs);
  }

  #event(subscription: string, event: Json): Promise<Outcome> {
    return tellEvent(this.#stage, subscription, event);
  }

  /** Somebody who may say something there. */
  #speaker(channelName: string, userName: string): { channel: Channel; user: User } {
    const channel = this.#channel(channelName);
    const user = this.#user(userName);
    if (user.deactivated) throw new Error(`${user.name} is deactivated`);
    if (!channel.members.has(user.id)) throw new Error(`${user.name} is not a member of ${channel.name}`);
    return { channel, user };
  }

  #channel(nameOrId: string): Channel {
    const channel = this.#stage.world.channel(nameOrId);
    if (!channel) throw new Error(`no channel ${nameOrId}`);
    return channel;
  }

  #user(nameOrId: string): User {
    const user = this.#stage.world.user(nameOrId);
    if (!user) throw new Error(`no user ${nameOrId}`);
    return user;
  }

  #view(id: string, userName: string): { view: View; user: User } {
    const user = this.#user(userName);
    const { views, homes } = this.#stage.world;
    const view = views.get(id) ?? [...homes.values()].find((home) => home.id === id);
    if (!view || view.user !== user.id) throw new Error(`no view ${id} open for ${user.name}`);
    return { view, user };
  }
}

const CHANNEL_TYPE = { public: 'channel', private: 'group', im: 'im', mpim: 'mpim' } as const;
const MESSAGE_EVENT = { public: 'channels', private: 'groups', im: 'im', mpim: 'mpim' } as const;
