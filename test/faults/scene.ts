// One variant's own corner of the ground: a channel, people and targets that nobody else uses, and what was asked there.
import type { Outcome } from '../../demo/workspace/delivery.ts';
import type { Fault } from '../../demo/workspace/faults.ts';
import { BOT, type Message } from '../../demo/workspace/nouns.ts';
import type { Workspace } from '../../demo/workspace/server.ts';
import { requestId } from '../../src/entry/accept.ts';
import { Random } from '../fuzz/random.ts';
import type { Player } from './cast.ts';
import type { Ground } from './ground.ts';
import { type Asked, type Hit, type Shown, UNDER_WAY } from './judge.ts';
import type { Target } from './target.ts';
import { Broken } from './variants.ts';

/** A command that was typed. */
export interface Typed {
  readonly id: string;
  readonly user: string;
  readonly target: Target;
  readonly atMs: number;
  readonly outcome: Outcome;
}

type Look<Value> = Value | undefined | false | null;

export interface Scene {
  readonly ground: Ground;
  readonly workspace: Workspace;
  readonly random: Random;
  readonly channel: string;
  /** Somebody who has asked for nothing yet in this scene. */
  readonly person: () => string;
  /** A target that nobody else uses. */
  readonly target: () => Target;
  /** Types `/goleak capture <target> for <window>`; resolves when Slack has its acknowledgement, or has none. */
  readonly asks: (about?: { target?: Target; user?: string; words?: string }) => Promise<Typed>;
  /** Keeps a request that was made in another way (a button, a mention) for the judge. */
  readonly keeps: (request: { id: string; user: string; target: Target; outcome: Outcome }) => Typed;
  /** Trouble for calls about this scene's channel. */
  readonly troubles: (fault: Extract<Fault, { method?: string | undefined }>) => void;
  /** All root messages of a request; more than one is one too many. */
  readonly roots: (request: { readonly id: string }) => readonly Message[];
  /** Resolves with the root message once its words match. Broken when that takes longer. */
  readonly root: (request: Typed, words: RegExp, withinMs?: number) => Promise<Message>;
  /** Resolves with the root message once it holds a last word and, after a verdict, the thread its files. */
  readonly finished: (request: Typed, withinMs?: number) => Promise<Message>;
  /** What the app told a person alone, since then. */
  readonly told: (user: string, sinceMs?: number) => readonly string[];
  /** The worker that has a request's capture now; Broken when nobody takes it. */
  readonly workerOf: (request: Typed, withinMs?: number) => Promise<Player>;
  /** Waits until something is so; Broken, with these words, when it does not become so in time. */
  readonly until: <Value>(
    what: string | (() => string),
    look: () => Look<Value> | Promise<Look<Value>>,
    withinMs?: number,
  ) => Promise<Value>;
  readonly asked: () => readonly Asked[];
  readonly shown: () => readonly Shown[];
  readonly hits: () => readonly Hit[];
}

export const SETTLE_MS = 60_000;
const LOOK_EVERY_MS = 25;
const WINDOW = '1s';

/** @param nth of the scenes of this ground, from 0 */
export function openScene(ground: Ground, nth: number, seed: number): Scene {
  const { workspace } = ground;
  const channel = workspace.addChannel(`proving-${nth}`);
  workspace.world.join(channel, BOT);
  const typed: Typed[] = [];
  const targets: Target[] = [];
  const person = (): string => {
    const user = workspace.addUser(`person-${nth}-${channel.members.size}`);
    workspace.world.join(channel, user);
    return user.id;
  };
  const target = (): Target => {
    const next = ground.targets.find((each) => !taken.has(each));
    if (!next) throw new Error('the ground has no target left');
    taken.add(next);
    targets.push(next);
    return next;
  };
  const taken = takenOn(ground);
  const until: Scene['until'] = async (what, look, withinMs = SETTLE_MS) => {
    const by = Date.now() + withinMs;
    for (;;) {
      const seen = await look();
      if (seen) return seen;
      const missed = typeof what === 'string' ? what : what();
      if (Date.now() > by) throw new Broken(`${missed}: not within ${withinMs / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  };
  const roots: Scene['roots'] = ({ id }) =>
    workspace.messages(channel.id).filter((message) => keyOf(message) === `${id}:root`);
  const keeps: Scene['keeps'] = (request) => {
    const kept = { ...request, atMs: Date.now() };
    typed.push(kept);
    return kept;
  };
  const told: Scene['told'] = (user, sinceMs = 0) =>
    workspace
      .ephemerals({ user })
      .filter(({ from, atMs }) => from === 'app' && atMs >= sinceMs)
      .map(({ text }) => text);
  const situation = (request: Typed): string => {
    const words = [...told(request.user, request.atMs), ...roots(request).map(({ text }) => text)];
    return `${request.outcome.kind}; seen: ${words.map((each) => each.slice(0, 160)).join(' / ') || 'nothing'}`;
  };
  return {
    ground,
    workspace,
    random: new Random(seed, nth),
    channel: channel.id,
    person,
    target,
    asks: async (about = {}) => {
      const { target: whom = target(), user = person(), words = `for ${WINDOW}` } = about;
      const atMs = Date.now();
      const text = `/goleak capture ${whom.name} ${words}`;
      const done = await workspace.userTypes({ channel: channel.id, user, text });
      if (done.kind !== 'command') throw new Error(`${text} was not taken as a command`);
      const id = requestId(`slash ${done.triggerId}`, atMs);
      const one = { id, user, target: whom, atMs, outcome: done.outcome };
      typed.push(one);
      return one;
    },
    keeps,
    troubles: (fault) => {
      const where = {
        ...fault.where,
        [fault.method?.startsWith('files.') ? 'channel_id' : 'channel']: channel.id,
      };
      workspace.faults.add({ ...fault, where });
    },
    roots,
    root: (request, words, withinMs) =>
      until(
        () => `a root message saying ${words} (${situation(request)})`,
        () => roots(request).find(({ text }) => words.test(text)),
        withinMs,
      ),
    finished: (request, withinMs) =>
      until(
        () => `the last word on ${request.target.name} (${situation(request)})`,
        () => roots(request).find((root) => isFinished(workspace, channel.id, root)),
        withinMs,
      ),
    told,
    workerOf: (request, withinMs) =>
      until('a worker at work', () => ground.workers.find(({ log }) => hasJob(log, request.id)), withinMs),
    until,
    asked: () =>
      typed.map(({ id, user, atMs, outcome }) => ({
        requestId: id,
        channel: channel.id,
        atMs,
        accepted: outcome.kind === 'acked' && told(user, atMs).length === 0,
      })),
    shown: () =>
      typed.flatMap((request) =>
        roots(request).map(({ ts, text }) => ({ requestId: request.id, ts, text: plain(text) })),
      ),
    hits: () => targets.flatMap(({ hits }) => hits),
  };
}

const takenTargets = new WeakMap<Ground, Set<Target>>();

function takenOn(ground: Ground): Set<Target> {
  const taken = takenTargets.get(ground) ?? new Set();
  takenTargets.set(ground, taken);
  return taken;
}

/** Messages of ours carry their outbox key, `<request id>:<step>`. */
export function keyOf({ metadata }: Message): string {
  const payload = metadata?.event_payload as { key?: unknown } | undefined;
  return String(payload?.key ?? '');
}

export function plain(text: string): string {
  return text.replace(/^:\w+: /, '');
}

/** A verdict is finished when the last thing of its thread, the triage file, is there; anything else at once. */
function isFinished(workspace: Workspace, channel: string, root: Message): boolean {
  if (UNDER_WAY.test(plain(root.text))) return false;
  if (!VERDICT.test(root.text)) return true;
  const ids = new Set(workspace.thread(channel, root.ts).flatMap(({ files }) => files));
  return workspace.files().some(({ id, name }) => ids.has(id) && name.startsWith('triage_'));
}

/** `ledger-svc: healthy (confidence 92%). …` */
const VERDICT = /\(confidence \d+\s?%\)\. /;

/** The last thing a worker said of a request is that it begins with it. */
function hasJob(log: readonly string[], id: string): boolean {
  const last = log.findLast((line) => line.includes(`"request":"${id}"`));
  return last?.includes('A capture begins.') ?? false;
}
