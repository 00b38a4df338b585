import { randomBytes } from 'node:crypto';
import type { Json } from './json.ts';
import {
  BOT,
  type Change,
  type Channel,
  defined,
  type Ephemeral,
  type Execution,
  type Message,
  SEED_CHANNELS,
  SEED_USERS,
  type StoredFile,
  type User,
  type UserGroup,
  type View,
} from './nouns.ts';

/**
 * Everything the workspace remembers: people, channels, messages with their edits, what was shown to one person only,
 * files, views. In memory and bounded. It knows Slack's nouns, not its protocol: no HTTP, no sockets, no checks of arguments.
 */

export type { Channel, Ephemeral, Message, Revision, StoredFile, User, View } from './nouns.ts';

export type Draft = Pick<Message, 'channel' | 'user' | 'text'> &
  Partial<Pick<Message, 'blocks' | 'attachments' | 'files' | 'broadcast'>> & {
    readonly threadTs?: string | undefined;
    readonly metadata?: Json | undefined;
    readonly subtype?: string | undefined;
    readonly clientMsgId?: string | undefined;
  };

export interface Edit {
  readonly text?: string | undefined;
  readonly blocks?: readonly Json[] | undefined;
  readonly attachments?: readonly Json[] | undefined;
  readonly metadata?: Json | undefined;
  readonly broadcast?: boolean | undefined;
}

const MESSAGES_PER_CHANNEL = 5_000;
const EPHEMERALS = 2_000;
const FILES = 2_000;
const FILE_BYTES_IN_MEMORY = 512 * 1024 * 1024;
const REVISIONS_PER_MESSAGE = 500;
const VIEWS = 200;

export class World {
  readonly users = new Map<string, User>();
  readonly userGroups = new Map<string, UserGroup>();
  readonly channels = new Map<string, Channel>();
  readonly files = new Map<string, StoredFile>();
  readonly bytes = new Map<string, Uint8Array>();
  readonly views = new Map<string, View>();
  readonly homes = new Map<string, View>();
  readonly executions = new Map<string, Execution>();
  readonly #pins = new Map<string, { readonly ts: string; readonly by: string }[]>();
  ephemerals: readonly Ephemeral[] = [];
  readonly now: () => number;
  readonly #messages = new Map<string, Message[]>();
  readonly #listeners = new Set<(change: Change) => void>();
  #lastTsMicros = 0;

  readonly #messagesKept: number;

  constructor(now: () => number, messagesKept = MESSAGES_PER_CHANNEL) {
    this.now = now;
    this.#messagesKept = messagesKept;
    this.seed();
  }

  seed(): void {
    for (const each of [
      this.users,
      this.userGroups,
      this.channels,
      this.files,
      this.bytes,
      this.views,
      this.homes,
      this.executions,
      this.#messages,
      this.#pins,
    ]) {
      each.clear();
    }
    this.ephemerals = [];
    for (const user of [BOT, ...SEED_USERS]) this.users.set(user.id, user);
    const everyone = SEED_USERS.map((user) => user.id);
    for (const channel of SEED_CHANNELS) {
      const members = new Set(channel.name === 'payments-oncall' ? [...everyone, BOT.id] : everyone);
      this.addChannel({ ...channel, kind: 'public', members, archived: false });
    }
    for (const user of SEED_USERS) this.#openIm(user);
    this.tell({ kind: 'reset' });
  }

  addUser(user: User): User {
    this.users.set(user.id, user);
    this.#openIm(user);
    return user;
  }

  /** What Slack's administrators do to somebody: a guest, a leaver, another company's. */
  changeUser(id: string, change: Partial<Omit<User, 'id'>>): User {
    const user = this.users.get(id);
    if (!user) throw new Error(`no user ${id}`);
    const changed = { ...user, ...change };
    this.users.set(id, changed);
    return changed;
  }

  addUserGroup(group: UserGroup): UserGroup {
    this.userGroups.set(group.id, group);
    return group;
  }

  share(channelId: string, shared: Channel['shared']): Channel {
    const channel = this.channels.get(channelId);
    if (!channel) throw new Error(`no channel ${channelId}`);
    const { shared: _, ...alone } = channel;
    const changed = { ...alone, ...(shared && { shared }) };
    this.channels.set(channelId, changed);
    this.tell({ kind: 'channel', channel: channelId });
    return changed;
  }

  addChannel(channel: Channel): Channel {
    this.channels.set(channel.id, channel);
    this.#messages.set(channel.id, []);
    this.tell({ kind: 'channel', channel: channel.id });
    return channel;
  }

  /** A channel with something about it changed; who is in it stays. */
  replaceChannel(channel: Channel): void {
    this.channels.set(channel.id, channel);
    this.tell({ kind: 'channel', channel: channel.id });
  }

  /** How many are pinned then. */
  pin(channel: string, ts: string, by: string): number {
    const others = this.pins(channel).filter((pin) => pin.ts !== ts);
    this.#pins.set(channel, [...others, { ts, by }]);
    this.tell({ kind: 'channel', channel });
    return others.length + 1;
  }

  pins(channel: string): readonly { readonly ts: string; readonly by: string }[] {
    return this.#pins.get(channel) ?? [];
  }

  join(channel: Channel, user: User): void {
    if (channel.members.has(user.id)) return;
    channel.members.add(user.id);
    this.post({
      channel: channel.id,
      user: user.id,
      text: `<@${user.id}> has joined the channel`,
      subtype: 'channel_join',
    });
    this.tell({ kind: 'channel', channel: channel.id });
  }

  leave(channel: Channel, user: User): void {
    if (!channel.members.delete(user.id)) return;
    this.post({
      channel: channel.id,
      user: user.id,
      text: `<@${user.id}> has left the channel`,
      subtype: 'channel_leave',
    });
    this.tell({ kind: 'channel', channel: channel.id });
  }

  /** By id, `name`, `#name` or `@name`, as people write them. */
  channel(nameOrId: string): Channel | undefined {
    const name = nameOrId.replace(/^[#@]/, '');
    return (
      this.channels.get(nameOrId) ?? [...this.channels.values()].find((channel) => channel.name === name)
    );
  }

  user(nameOrId: string): User | undefined {
    const name = nameOrId.replace(/^@/, '');
    return this.users.get(nameOrId) ?? [...this.users.values()].find((user) => user.name === name);
  }

  im(user: User): Channel | undefined {
    return this.channels.get(`D${user.id.slice(1)}`);
  }

  /** Oldest first, replies among them. */
  messages(channel: string): readonly Message[] {
    return this.#messages.get(channel) ?? [];
  }

  message(channel: string, ts: string): Message | undefined {
    return this.messages(channel).find((message) => message.ts === ts);
  }

  thread(channel: string, ts: string): readonly Message[] {
    return this.messages(channel).filter((message) => message.ts === ts || message.threadTs === ts);
  }

  post(draft: Draft): Message {
    const { threadTs, metadata, subtype, clientMsgId, ...rest } = draft;
    const text = draft.text;
    const blocks = (draft.blocks ?? []).map(withIds);
    const message: Message = {
      attachments: [],
      files: [],
      broadcast: false,
      ...rest,
      blocks,
      ts: this.nextTs(),
      reactions: [],
      editedMark: false,
      ...defined({ threadTs, metadata, subtype, clientMsgId }),
      revisions: [{ atMs: this.now(), text, blocks }],
    };
    const list = this.#messages.get(draft.channel);
    if (!list) throw new Error(`no channel ${draft.channel}`);
    list.push(message);
    if (list.length > this.#messagesKept) list.shift();
    this.#tellMessage(message);
    return message;
  }

  /** `text` without `blocks` takes the blocks away; without either, both stay: methods/chat.update. */
  edit(message: Message, edit: Edit): Message {
    const text = edit.text ?? message.text;
    const blocks = edit.blocks?.map(withIds) ?? (edit.text === undefined ? message.blocks : []);
    const changed: Message = {
      ...message,
      text,
      blocks,
      ...defined({ attachments: edit.attachments, metadata: edit.metadata, broadcast: edit.broadcast }),
      editedMark: message.editedMark || (blocks.length === 0 && text !== message.text),
      revisions: [...message.revisions, { atMs: this.now(), text, blocks }].slice(-REVISIONS_PER_MESSAGE),
    };
    return this.#replace(changed);
  }

  react(message: Message, name: string, user: string): Message {
    const others = message.reactions.filter((reaction) => reaction.name !== name);
    const users = message.reactions.find((reaction) => reaction.name === name)?.users ?? [];
    return this.#replace({ ...message, reactions: [...others, { name, users: [...users, user] }] });
  }

  remove(message: Message): void {
    const list = this.#messages.get(message.channel) ?? [];
    const at = list.findIndex((each) => each.ts === message.ts);
    if (at >= 0) list.splice(at, 1);
    this.#tellMessage(message);
  }

  whisper(
    draft: Omit<Ephemeral, 'ts' | 'atMs' | 'threadTs'> & { readonly threadTs?: string | undefined },
  ): Ephemeral {
    const { threadTs, ...rest } = draft;
    const whispered: Ephemeral = {
      ...rest,
      ...defined({ threadTs }),
      blocks: draft.blocks.map(withIds),
      ts: this.nextTs(),
      atMs: this.now(),
    };
    this.ephemerals = [...this.ephemerals, whispered].slice(-EPHEMERALS);
    this.tell({ kind: 'ephemeral', channel: draft.channel, user: draft.user, ...defined({ threadTs }) });
    return whispered;
  }

  replaceEphemeral(old: Ephemeral, next: Pick<Ephemeral, 'text' | 'blocks'> | undefined): void {
    const changed = next ? [{ ...old, text: next.text, blocks: next.blocks.map(withIds) }] : [];
    this.ephemerals = this.ephemerals.flatMap((each) => (each.ts === old.ts ? changed : [each]));
    this.tell({ kind: 'ephemeral', channel: old.channel, user: old.user });
  }

  keepFile(file: StoredFile): StoredFile {
    this.files.set(file.id, file);
    const oldest = this.files.keys().next();
    if (this.files.size > FILES && !oldest.done) this.#dropFile(oldest.value);
    this.tell({ kind: 'file' });
    return file;
  }

  keepBytes(fileId: string, bytes: Uint8Array): void {
    this.bytes.set(fileId, bytes);
    let total = [...this.bytes.values()].reduce((sum, each) => sum + each.byteLength, 0);
    for (const [id, each] of this.bytes) {
      if (total <= FILE_BYTES_IN_MEMORY || id === fileId) break;
      total -= each.byteLength;
      this.bytes.delete(id);
    }
  }

  keepView(view: View): View {
    this.views.set(view.id, view);
    const oldest = this.views.keys().next();
    if (this.views.size > VIEWS && !oldest.done) this.views.delete(oldest.value);
    this.tell({ kind: 'view', user: view.user });
    return view;
  }

  endExecution(id: string, end: NonNullable<Execution['end']>): void {
    const execution = this.executions.get(id);
    if (execution) this.executions.set(id, { ...execution, end });
    this.tell({ kind: 'delivery' });
  }

  dropView(view: View): void {
    this.views.delete(view.id);
    this.tell({ kind: 'view', user: view.user });
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(change: Change): void {
    for (const listener of [...this.#listeners]) listener(change);
  }

  /** Seconds, a dot, and six digits that make it unique in the workspace. */
  nextTs(): string {
    this.#lastTsMicros = Math.max(this.#lastTsMicros + 1, Math.floor(this.now()) * 1000);
    return `${Math.floor(this.#lastTsMicros / 1e6)}.${String(this.#lastTsMicros % 1e6).padStart(6, '0')}`;
  }

  #openIm(user: User): void {
    const id = `D${user.id.slice(1)}`;
    const members = new Set([user.id, BOT.id]);
    this.addChannel({ id, name: `dm-${user.name}`, kind: 'im', members, archived: false, topic: '' });
  }

  #replace(message: Message): Message {
    const list = this.#messages.get(message.channel) ?? [];
    const at = list.findIndex((each) => each.ts === message.ts);
    if (at >= 0) list[at] = message;
    this.#tellMessage(message);
    return message;
  }

  #dropFile(id: string): void {
    this.files.delete(id);
    this.bytes.delete(id);
  }

  #tellMessage(message: Message): void {
    const { channel, ts, threadTs } = message;
    this.tell({ kind: 'message', channel, ts, ...defined({ threadTs }) });
  }
}

/** Slack gives every block an id, and every interactive element one too, when the app did not. */
export function withIds(block: Json): Json {
  const elements =
    Array.isArray(block.elements) && block.type === 'actions' ? block.elements.map(withActionId) : undefined;
  const accessory = block.accessory ? { accessory: withActionId(block.accessory) } : {};
  const element = block.type === 'input' ? { element: withActionId(block.element) } : {};
  return {
    ...block,
    ...(elements ? { elements } : {}),
    ...accessory,
    ...element,
    block_id: block.block_id ?? shortId(),
  };
}

function withActionId(element: unknown): unknown {
  const known = element as Json;
  return known.type === 'image' ? known : { ...known, action_id: known.action_id ?? shortId() };
}

function shortId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5);
}
