// What people do with digests: have one now, see what it would say, say when it comes, switch it off. The same from
// Slack and from a terminal.
import type { Authorise } from '../authorise.ts';
import type { DigestCommand } from '../command/digest.ts';
import { DEFAULT_GRACE_MS } from '../digest/due.ts';
import { wallKey } from '../digest/plan.ts';
import { openTimetable } from '../digest/slots.ts';
import { Failure } from '../failure.ts';
import { ALL_SERVICES, type Digest } from '../model/digest.ts';
import type { Origin } from '../model/request.ts';
import { formatDuration } from '../model/units.ts';
import { type ContentPorts, contentOf, digestsInForce } from '../past/digest-content.ts';
import type { Action } from '../policy/who-may.ts';
import { digestPreview } from '../report/digest-message.ts';
import type { DigestStore } from '../store/digests.ts';

export interface DigestControlPorts extends ContentPorts {
  readonly written: readonly Digest[];
  readonly digests: DigestStore;
  readonly authorise: Authorise;
}

/** Who asks, and what makes this delivery unique: asked twice by one delivery, it is sent once. */
export interface DigestAsker {
  readonly origin: Origin;
  readonly delivery: string;
}

/**
 * Does it, and says in plain lines what was done.
 * @throws Failure when they may not, `service_unknown`, `usage_wrong`
 */
export async function controlDigest(
  command: DigestCommand,
  asker: DigestAsker,
  ports: DigestControlPorts,
): Promise<string> {
  const { digests, written } = ports;
  await permit(command, asker.origin, ports);
  const inForce = digestsInForce(written, await digests.setUp()).find(({ id }) => id === command.of);
  const known = inForce ?? written.find(({ id }) => id === command.of);
  const base = known ?? newDigest(command.of, ports);
  const nowMs = await digests.nowMs();
  switch (command.what) {
    case 'show':
      return inForce ? settingsText(inForce, nowMs) : `No digest of ${command.of} is set up.`;
    case 'now':
      return now(base, asker, nowMs, ports);
    case 'preview':
      return preview(base, asker.origin, nowMs, ports);
    case 'off':
      await digests.put(command.of, 'off', { key: '', atMs: nowMs });
      return inForce ? `The digest of ${command.of} is off.` : `No digest of ${command.of} was set up.`;
    case 'at': {
      const channel = asker.origin.channel ?? channelOf(base);
      const digest = { ...base, channel, cron: cronAt(command.time), zone: command.zone };
      const timetable = openTimetable(digest);
      if ('fault' in timetable) throw wrong(timetable.fault);
      await digests.put(digest.id, digest, { key: '', atMs: nowMs });
      return settingsText(digest, nowMs);
    }
    default:
      return command satisfies never;
  }
}

/** What only the asker sees needs no place; settings say where something is shown from then on. */
async function permit(
  { what, of }: DigestCommand,
  { channel, ...person }: Origin,
  { authorise, services }: DigestControlPorts,
): Promise<void> {
  const service = services.find(({ name }) => name === of);
  const actions: readonly Action[] = what === 'at' || what === 'off' ? ['digest-set', 'digest'] : ['digest'];
  const isSeenByOthers = what === 'at' || what === 'now';
  const origin = { ...person, ...(isSeenByOthers && channel !== undefined && { channel }) };
  const decision = await authorise({ at: 'door', origin, actions, ...(service && { service }) });
  if (decision.may === 'no') throw decision.refusal;
}

function newDigest(of: string, { services, written }: DigestControlPorts): Digest {
  const names = services.map(({ name }) => name);
  if (of !== ALL_SERVICES && !names.includes(of)) {
    throw new Failure('service_unknown', {
      service: of.slice(0, 80),
      known: [...names, ...written.map(({ id }) => id)],
    });
  }
  return {
    id: of,
    services: of === ALL_SERVICES ? ALL_SERVICES : [of],
    cron: cronAt('09:00'),
    zone: 'UTC',
    channel: '',
    silentWhenHealthy: false,
    graceMs: DEFAULT_GRACE_MS,
  };
}

async function now(
  base: Digest,
  { origin, delivery }: DigestAsker,
  atMs: number,
  { digests }: DigestControlPorts,
): Promise<string> {
  const { user: by, door, channel = channelOf(base) } = origin;
  if (door !== 'slash' && door !== 'mention' && door !== 'dm' && door !== 'terminal')
    throw wrong('a digest is asked for in words');
  await digests.ask({ id: delivery, digest: { ...base, channel }, by, door, atMs });
  return `The digest of ${base.id} is on its way.`;
}

async function preview(
  base: Digest,
  { channel: _, ...person }: Origin,
  atMs: number,
  ports: DigestControlPorts,
): Promise<string> {
  const occasion = { key: wallKey(atMs, base.zone), atMs, skipped: [] };
  return digestPreview(await contentOf(base, person, occasion, ports)).join('\n');
}

function settingsText(
  { id, cron, zone, channel, silentWhenHealthy, graceMs, ...digest }: Digest,
  nowMs: number,
): string {
  const timetable = openTimetable({ cron, zone });
  const next = 'fault' in timetable ? undefined : timetable.next(nowMs);
  return [
    `digest ${id}: ${cron} ${zone}, in channel ${channel}`,
    next
      ? `next ${next.key.replace('T', ' ')} ${zone}, in ${formatDuration(next.atMs - nowMs)}`
      : 'never due',
    `${silentWhenHealthy ? 'silent when all is well' : 'every time'}, at most ${formatDuration(graceMs)} late`,
    ...(digest.services === ALL_SERVICES ? [] : [`of ${digest.services.slice(0, 10).join(', ')}`]),
  ].join('\n');
}

/** A terminal is in no channel. */
function channelOf({ channel, id }: Digest): string {
  if (channel !== '') return channel;
  throw wrong(`The digest of ${id} has no channel; set it up in Slack or in services.yml`);
}

function cronAt(time: string): string {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return `${minute} ${hour} * * *`;
}

function wrong(what: string): Failure {
  return new Failure('usage_wrong', { what, usage: 'help digest' });
}
