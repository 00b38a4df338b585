// The campaign of digests: several side by side, a slot every few seconds, while workers and the app are killed and Slack
// loses answers. At the end every slot there was is in the channel once, or said to be skipped.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BOT } from '../../demo/workspace/nouns.ts';
import { openTimetable, type Timetable } from '../../src/digest/slots.ts';
import { connectRedis } from '../../src/queue/connection.ts';
import { type DigestStore, openDigestStore } from '../../src/store/digests.ts';
import { Random } from '../fuzz/random.ts';
import { type DigestJudgement, type ExpectedSlot, judgeDigests, type ShownDigest } from './digest-judge.ts';
import { type Ground, openGround, type Programs, writeServices } from './ground.ts';
import { keyOf } from './scene.ts';

const DIGESTS = 10;
/** Seconds between two slots; all of them divide a minute. */
const PERIODS = [10, 12, 15, 20];
const CHANNELS = 5;
const BEGUN_MS = 60_000;
const SETTLE_MS = 120_000;
const LOOK_EVERY_MS = 500;
const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns'];

export interface DigestCampaign {
  /** It ends when there were so many. */
  readonly slots: number;
  readonly seed: number;
  readonly ledgerFile: string;
  readonly programs: Programs;
  readonly say: (text: string) => void;
}

interface Planned {
  readonly id: string;
  readonly channel: string;
  readonly cron: string;
  readonly zone: string;
  readonly timetable: Timetable;
}

export async function playDigests(campaign: DigestCampaign): Promise<DigestJudgement> {
  const { slots, seed, say } = campaign;
  say(`Digests of seed ${seed}: ${slots} slots of ${DIGESTS} digests, 3 workers and an app that are killed.`);
  const startedMs = Date.now();
  const ground = await openGround(campaign.programs, { apps: 1, workers: 3, targets: 2 });
  const redis = connectRedis(ground.redisUrl, 'worker');
  try {
    await ground.whole();
    const store = openDigestStore(redis);
    const planned = setUp(ground);
    const fromMs = await begun(store, planned);
    const over = new AbortController();
    const killed = new Map<string, number>();
    const disturbing = Promise.all([
      killAll(ground, new Random(seed, 2), over.signal, killed),
      loseAnswers(ground, new Random(seed, 3), over.signal),
    ]);
    const untilMs = await passed(slots, planned, store, fromMs);
    over.abort();
    await disturbing;
    ground.workspace.faults.clear();
    const expected = slotsWithin(planned, fromMs, untilMs);
    const judgement = await settled(ground, planned, expected, say);
    writeLedger(campaign.ledgerFile, expected, shownIn(ground, planned), judgement);
    say(verdictText(judgement, campaign, { tookMs: Date.now() - startedMs, killed }));
    return judgement;
  } finally {
    redis.disconnect();
    await ground.close();
  }
}

/** Digests in channels of their own: Slack takes one message a second in a channel. */
function setUp({ workspace, home, targets }: Ground): readonly Planned[] {
  const channels = Array.from({ length: CHANNELS }, (_, at) => {
    const channel = workspace.addChannel(`digests-${at + 1}`);
    workspace.world.join(channel, BOT);
    return channel.id;
  });
  const planned = Array.from({ length: DIGESTS }, (_, at): Planned => {
    const cron = `*/${PERIODS[at % PERIODS.length]} * * * * *`;
    const zone = ZONES[at % ZONES.length] ?? 'UTC';
    const timetable = openTimetable({ cron, zone });
    if ('fault' in timetable) throw new Error(timetable.fault);
    return { id: `digest-${at + 1}`, channel: channels[at % CHANNELS] ?? '', cron, zone, timetable };
  });
  const services = Object.fromEntries(
    targets.map(({ name, url }) => [name, { instances: [url], metrics: false }]),
  );
  const digests = Object.fromEntries(
    planned.map(({ id, channel, cron, zone }) => [id, { services: 'all', channel, cron, zone }]),
  );
  writeServices(home, { services, digests });
  return planned;
}

/** The moment from which every digest is counted. */
async function begun(store: DigestStore, planned: readonly Planned[]): Promise<number> {
  const by = Date.now() + BEGUN_MS;
  for (;;) {
    const states = await Promise.all(planned.map(({ id }) => store.state(id)));
    if (states.every((state) => state !== undefined)) return store.nowMs();
    if (Date.now() > by) throw new Error('not every digest was taken up within a minute');
    await sleep(LOOK_EVERY_MS);
  }
}

async function passed(
  slots: number,
  planned: readonly Planned[],
  store: DigestStore,
  fromMs: number,
): Promise<number> {
  for (;;) {
    const nowMs = await store.nowMs();
    if (slotsWithin(planned, fromMs, nowMs).length >= slots) return nowMs;
    await sleep(LOOK_EVERY_MS);
  }
}

function slotsWithin(planned: readonly Planned[], fromMs: number, untilMs: number): readonly ExpectedSlot[] {
  return planned.flatMap(({ id, timetable }) =>
    timetable
      .slots(fromMs, untilMs, Number.MAX_SAFE_INTEGER)
      .map(({ key }): ExpectedSlot => ({ digest: id, slot: key })),
  );
}

async function killAll(
  { apps, workers }: Ground,
  random: Random,
  over: AbortSignal,
  killed: Map<string, number>,
): Promise<void> {
  const restarting = new Map<string, Promise<void>>();
  while (!over.aborted) {
    await sleep(2_000 + random.below(3_000));
    // One that is not back yet cannot be killed in the middle of anything.
    const up = (random.chance(9, 10) ? workers : apps).filter(({ name }) => !restarting.has(name));
    if (over.aborted || up.length === 0) continue;
    const victim = random.pick(up);
    const [what = ''] = victim.name.split('-');
    killed.set(what, (killed.get(what) ?? 0) + 1);
    const back = victim.killAndRestart().finally(() => restarting.delete(victim.name));
    restarting.set(victim.name, back);
  }
  await Promise.all(restarting.values());
}

/** Answers lost after Slack has the message, and before. */
async function loseAnswers({ workspace }: Ground, random: Random, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await sleep(4_000 + random.below(8_000));
    const kind = random.pick(['unavailable', 'reset'] as const);
    workspace.faults.add({ kind, method: 'chat.postMessage', accepted: random.chance(1, 2) });
  }
}

async function settled(
  ground: Ground,
  planned: readonly Planned[],
  expected: readonly ExpectedSlot[],
  say: (text: string) => void,
): Promise<DigestJudgement> {
  say('  so many slots have passed; waiting for what is under way');
  const by = Date.now() + SETTLE_MS;
  const known = ({ digest, slot }: ExpectedSlot): boolean => {
    const second = Number(slot.slice(-2));
    const every = planned.find(({ id }) => id === digest)?.cron.match(/\d+/)?.[0];
    return every !== undefined && second % Number(every) === 0;
  };
  for (;;) {
    const judgement = judgeDigests(expected, shownIn(ground, planned), known);
    if (judgement.missing.length === 0 || Date.now() > by) return judgement;
    await sleep(LOOK_EVERY_MS);
  }
}

function shownIn({ workspace }: Ground, planned: readonly Planned[]): readonly ShownDigest[] {
  return [...new Set(planned.map(({ channel }) => channel))].flatMap((channel) =>
    workspace.messages(channel).map((message) => ({ key: keyOf(message), text: message.text })),
  );
}

function writeLedger(
  file: string,
  expected: readonly ExpectedSlot[],
  shown: readonly ShownDigest[],
  judgement: DigestJudgement,
): void {
  mkdirSync(dirname(file), { recursive: true });
  const lines = expected.map(({ digest, slot }) => ({
    digest,
    slot,
    shown: shown
      .filter(({ key }) => key === `digest:${digest}:${slot}`)
      .map(({ text }) => text.slice(0, 200)),
  }));
  writeFileSync(file, `${[...lines, { judgement }].map((line) => JSON.stringify(line)).join('\n')}\n`);
}

function verdictText(
  { kept, expected, visible, late, skipped, missing, duplicate, contradictory, unexpected }: DigestJudgement,
  { seed, ledgerFile }: DigestCampaign,
  { tookMs, killed }: { readonly tookMs: number; readonly killed: ReadonlyMap<string, number> },
): string {
  const kills = [...killed].map(([what, times]) => `${times} of ${what}`).sort();
  return [
    `${kept ? 'kept' : 'BROKEN'}: ${expected} slots, ${visible} visible (${late} said to be late), ${skipped} said to be skipped, ${missing.length} missing, ${duplicate.length} duplicate, ${contradictory.length} both, ${unexpected.length} of no slot`,
    `kills: ${kills.join(', ')}`,
    `seed ${seed}, ${Math.round(tookMs / 1000)} s, ledger in ${ledgerFile}`,
  ].join('\n');
}
