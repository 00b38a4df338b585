// The kill campaign: people keep typing `/goleak capture …`, while apps, workers and Redis are killed at random and
// Slack loses answers. At the end every accepted request must have exactly one outcome in its thread.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Workspace } from '../../demo/workspace/server.ts';
import { requestId } from '../../src/entry/accept.ts';
import { Random } from '../fuzz/random.ts';
import type { Player } from './cast.ts';
import { openGround, type Programs } from './ground.ts';
import { type Asked, type Judgement, judge, type Shown } from './judge.ts';
import { plain } from './scene.ts';
import type { Target } from './target.ts';

const TARGETS = 40;
const WINDOW = '1s';
/** Requests under way at once: enough that every kill hits somebody. */
const AT_ONCE = 16;
/** Kills may lag behind the commands by so many. */
const KILLS_BEHIND = 5;
/** After the last command and the last kill, what is under way may take this long. */
const SETTLE_MS = 180_000;
const LOOK_EVERY_MS = 500;

export interface Campaign {
  readonly requests: number;
  readonly kills: number;
  readonly seed: number;
  readonly ledgerFile: string;
  readonly programs: Programs;
  readonly say: (text: string) => void;
}

export async function playCampaign(campaign: Campaign): Promise<Judgement> {
  const { requests, kills, seed, say } = campaign;
  say(`Campaign of seed ${seed}: ${requests} requests, ${kills} kills of apps, workers and Redis.`);
  const startedMs = Date.now();
  const ground = await openGround(campaign.programs, { targets: TARGETS });
  const { workspace, players, targets } = ground;
  try {
    const typed: Typed[] = [];
    const killed = new Map<string, number>();
    const killsDone = (): number => [...killed.values()].reduce((sum, times) => sum + times, 0);
    const typing = typeAll(campaign, workspace, targets, { typed, killsDone });
    const killing = killAll(campaign, players, () => typed.length, killed);
    const troubling = disturbSlack(campaign, workspace, () => typed.length);
    await Promise.all([typing, killing, troubling]);
    await settle(workspace, typed, say);
    const asked = askedOf(workspace, typed);
    const shown = rootsOf(workspace);
    const judgement = judge(
      asked,
      shown,
      targets.flatMap(({ hits }) => hits),
    );
    writeLedger(campaign.ledgerFile, asked, shown, judgement);
    say(verdictText(judgement, campaign, { tookMs: Date.now() - startedMs, killed }));
    return judgement;
  } finally {
    await ground.close();
  }
}

const CHANNEL = 'C0PAYMENTS';
/** So many that whoever types again has long been told what became of the command before. */
const PEOPLE = 64;

interface Typed extends Omit<Asked, 'accepted'> {
  readonly user: string;
  readonly acked: boolean;
}

async function typeAll(
  { requests, kills, seed }: Campaign,
  workspace: Workspace,
  targets: readonly Target[],
  { typed, killsDone }: { readonly typed: Typed[]; readonly killsDone: () => number },
): Promise<void> {
  const random = new Random(seed, 1);
  // On a slow machine kills take longer than commands; those at the end would hit nobody.
  const isAheadOfKills = (nth: number): boolean =>
    nth > ((killsDone() + KILLS_BEHIND) * requests) / (kills + 1);
  const people = Array.from({ length: PEOPLE }, (_, at) => workspace.addUser(`person-${at + 1}`).id);
  const channel = workspace.world.channel(CHANNEL);
  for (const id of people) {
    const person = workspace.world.user(id);
    if (channel && person) workspace.world.join(channel, person);
  }
  for (let nth = 0; nth < requests; nth++) {
    while (isAheadOfKills(nth) || underWay(workspace, typed) >= AT_ONCE) await sleep(100);
    const atMs = Date.now();
    const user = people[nth % PEOPLE] ?? '';
    const text = `/goleak capture ${random.pick(targets).name} for ${WINDOW}`;
    const done = await workspace.userTypes({ channel: CHANNEL, user, text });
    if (done.kind !== 'command') throw new Error(`${text} was not taken as a command`);
    const id = requestId(`slash ${done.triggerId}`, atMs);
    typed.push({ requestId: id, channel: CHANNEL, atMs, user, acked: done.outcome.kind === 'acked' });
    await sleep(random.below(120));
  }
}

/** Accepted: acknowledged, and the person was not told that nothing was started. */
function askedOf(workspace: Workspace, typed: readonly Typed[]): readonly Asked[] {
  return typed.map(({ user, acked, ...one }, at) => {
    const next = typed.slice(at + 1).find((other) => other.user === user)?.atMs ?? Number.POSITIVE_INFINITY;
    const refused = workspace
      .ephemerals({ user })
      .some(({ from, atMs }) => from === 'app' && atMs >= one.atMs && atMs < next);
    return { ...one, accepted: acked && !refused };
  });
}

function underWay(workspace: Workspace, typed: readonly Typed[]): number {
  const shown = new Map(rootsOf(workspace).map((root) => [root.requestId, root.text]));
  const young = Date.now() - 20_000;
  return typed.filter(({ requestId: id, acked, atMs }) => {
    const text = shown.get(id);
    return acked && (text === undefined ? atMs > young : text.startsWith('Capturing '));
  }).length;
}

/** Kills are spread evenly over the commands; workers are hit most, as they are busiest. */
async function killAll(
  { requests, kills, seed, say }: Campaign,
  players: readonly Player[],
  typed: () => number,
  killed: Map<string, number>,
): Promise<void> {
  const random = new Random(seed, 2);
  const kind = (prefix: string) => players.filter(({ name }) => name.startsWith(prefix));
  for (let nth = 1; nth <= kills; nth++) {
    while (typed() < Math.min(requests, (nth * requests) / (kills + 1))) await sleep(20);
    await sleep(random.below(300));
    const victims = random.chance(7, 10) ? kind('worker') : random.chance(2, 3) ? kind('app') : kind('redis');
    const victim = random.pick(victims);
    const [what = ''] = victim.name.split('-');
    killed.set(what, (killed.get(what) ?? 0) + 1);
    await victim.killAndRestart();
    if (nth % 50 === 0) say(`  ${nth} kills, ${typed()} commands typed`);
  }
}

/** Answers lost after the call took effect, refusals with Retry-After, silence: on every method that shows something. */
async function disturbSlack(
  { requests, seed }: Campaign,
  workspace: Workspace,
  typed: () => number,
): Promise<void> {
  const random = new Random(seed, 3);
  const methods = ['chat.postMessage', 'chat.update', 'files.completeUploadExternal', 'upload'];
  for (let at = 0; at < requests; at += 5) {
    while (typed() < at) await sleep(50);
    const method = random.pick(methods);
    const accepted = random.chance(1, 2);
    if (random.chance(1, 4)) workspace.faults.add({ kind: 'rate-limited', method, retryAfterSeconds: 1 });
    else workspace.faults.add({ kind: random.pick(['unavailable', 'reset'] as const), method, accepted });
  }
}

async function settle(
  workspace: Workspace,
  typed: readonly Typed[],
  say: (text: string) => void,
): Promise<void> {
  workspace.faults.clear();
  const until = Date.now() + SETTLE_MS;
  say('  all typed; waiting for what is under way');
  while (Date.now() < until) {
    const { missing, unfinished } = judge(askedOf(workspace, typed), rootsOf(workspace), []);
    if (missing.length + unfinished.length === 0) return;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Root messages carry the outbox key `<request id>:root` in their metadata. */
function rootsOf(workspace: Workspace): readonly Shown[] {
  return workspace.messages(CHANNEL).flatMap(({ metadata, ts, text }) => {
    const payload = metadata?.event_payload as { key?: unknown } | undefined;
    const [id, step] = String(payload?.key ?? '').split(':');
    return id && step === 'root' ? [{ requestId: id, ts, text: plain(text) }] : [];
  });
}

function writeLedger(
  file: string,
  asked: readonly Asked[],
  shown: readonly Shown[],
  judgement: Judgement,
): void {
  mkdirSync(dirname(file), { recursive: true });
  const lines = asked.map((one) => {
    const roots = shown.filter((root) => root.requestId === one.requestId);
    return { ...one, roots: roots.map(({ ts, text }) => ({ ts, text: text.slice(0, 120) })) };
  });
  writeFileSync(file, `${[...lines, { judgement }].map((line) => JSON.stringify(line)).join('\n')}\n`);
}

function verdictText(
  judgement: Judgement,
  { seed, ledgerFile }: Campaign,
  { tookMs, killed }: { readonly tookMs: number; readonly killed: ReadonlyMap<string, number> },
): string {
  const { accepted, finished, missing, unfinished, duplicate, overlapping, kept } = judgement;
  const kills = [...killed].map(([what, times]) => `${times} of ${what}`).sort();
  return [
    `${kept ? 'kept' : 'BROKEN'}: ${accepted} accepted, ${finished} finished, ${missing.length} missing, ${unfinished.length} unfinished, ${duplicate.length} duplicate, ${overlapping.length} overlapping hits`,
    `kills: ${kills.join(', ')}`,
    `seed ${seed}, ${Math.round(tookMs / 1000)} s, ${((accepted * 1000) / tookMs).toFixed(1)} requests a second, ledger in ${ledgerFile}`,
  ].join('\n');
}
