// What is kept of watched instances, in Redis: their histories in pieces, what the watcher remembers, and what it said.
// A sample rewrites the open piece and a short tail; the watcher's memory, which is larger, only every ten minutes, and
// what was sampled since is folded in again. One writer at a time: whoever comes second with an old version is refused.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Redis } from 'ioredis';
import { decodeRows, encodeRow, START } from '../watch/columns.ts';
import { EMPTY_ROLL_UP, GRAINS, type Piece, type RollUp, rollUp } from '../watch/roll-up.ts';
import type { Detection, Sample } from '../watch/sample.ts';
import { type InstanceState, stateFrom, stateJson } from '../watch/state.ts';
import { predecessorOf, succeed, type Watched, watch } from '../watch/watcher.ts';
import { clockMs } from './clock.ts';
import { scriptOf } from './script.ts';

const PREFIX = '{goleak}:history:';
const INSTANCES_PREFIX = '{goleak}:watched:';
const MISSED_PREFIX = '{goleak}:missed:';
const DETECTIONS_PREFIX = '{goleak}:detections:';
/** As long as hours are kept. */
const KEEP_SECONDS = 90 * 86_400;
/** More than are ever watched of one service; those that came and went long ago make room. */
const MAX_INSTANCES = 2_000;
const MAX_DETECTIONS = 200;
/** Samples between two writings of the watcher's memory: ten minutes at two a minute, and room. */
const MAX_TAIL = 40;
/** Of instances at hand, so that a sample need not read what the last one wrote. */
const MAX_AT_HAND = 2_000;
/** Instances seen last that are asked what they know of a service. */
const MAX_PREDECESSORS = 4;
/** No memory of ours is larger; a damaged one is not inflated without end. */
const MAX_STATE_BYTES = 1024 * 1024;

export interface Place {
  readonly service: string;
  readonly instance: string;
}

export interface WatchedInstance {
  readonly instance: string;
  /** Unix seconds of the last sample. */
  readonly t: number;
}

/** An instance that does not answer. */
export interface Miss {
  /** Unix seconds. */
  readonly t: number;
  readonly says: string;
}

export interface HistoryStore {
  /**
   * Lets the watcher see a sample and keeps what comes of it.
   * @param known what the sampler learnt of the instance, for its next sample
   */
  readonly append: (place: Place, sample: Sample, known: unknown) => Promise<Watched>;
  /** What the sampler said it knew. */
  readonly known: (place: Place) => Promise<unknown>;
  /** All that is kept of an instance; empty when it was never watched. */
  readonly load: (place: Place) => Promise<RollUp>;
  /** Where the watcher stands with an instance, its last sample included. */
  readonly state: (place: Place) => Promise<InstanceState | undefined>;
  /** Instances of a service that have a history, the latest first. */
  readonly instances: (service: string) => Promise<readonly WatchedInstance[]>;
  /** What was said of a service since a moment (unix seconds), oldest first. */
  readonly detections: (service: string, since: number) => Promise<readonly Detection[]>;
  /** An instance did not answer; the first time since it last did is what is kept. */
  readonly missed: (place: Place, miss: Miss) => Promise<void>;
  /** Instances of a service that have not answered since. */
  readonly missing: (service: string) => Promise<ReadonlyMap<string, Miss>>;
  /** Redis's clock, Unix seconds with fractions: histories are kept by it. */
  readonly now: () => Promise<number>;
}

/** What is at hand of an instance between two samples. Of closed pieces only when they began. */
interface AtHand {
  readonly version: string;
  readonly state: InstanceState | undefined;
  readonly tail: readonly Sample[];
  readonly rollUp: RollUp;
  readonly known: unknown;
}

type Grain = keyof typeof GRAINS;
const GRAIN_NAMES = Object.keys(GRAINS) as readonly Grain[];

export function openHistoryStore(redis: Redis): HistoryStore {
  const atHand = new Map<string, AtHand>();
  const resume = async (place: Place): Promise<AtHand> => {
    const key = keyOf(place);
    const kept = atHand.get(key) ?? (await read(redis, key));
    hold(atHand, key, kept);
    return kept;
  };
  return {
    append: async (place, sample, known) => {
      // Whoever wrote in between is read again; a third writer at the same instance there is not.
      for (let attempt = 0; attempt < 3; attempt++) {
        const before = await resume(place);
        const other = before.state ? undefined : await predecessor(redis, place, sample);
        const watched = other ? succeed(other, sample) : watch(before.state, sample);
        const after = next(before, watched, sample, known);
        if (await write(redis, place, before, after, watched.detections)) {
          hold(atHand, keyOf(place), slim(after));
          return watched;
        }
        atHand.delete(keyOf(place));
      }
      throw new Error('the history of an instance is written to by others all the time');
    },
    known: async (place) => {
      // Another worker may have sampled it since.
      const version = await redis.hget(keyOf(place), 'version');
      if (atHand.get(keyOf(place))?.version !== (version ?? '0')) atHand.delete(keyOf(place));
      return (await resume(place)).known;
    },
    load: async (place) => rollUpIn(await redis.hgetallBuffer(keyOf(place))),
    state: async (place) => (await read(redis, keyOf(place))).state,
    instances: async (service) => {
      const flat = await redis.zrevrange(INSTANCES_PREFIX + service, 0, -1, 'WITHSCORES');
      return pairs(flat).map(([instance, t]) => ({ instance, t: Number(t) }));
    },
    detections: async (service, since) =>
      (await redis.zrangebyscore(DETECTIONS_PREFIX + service, since, '+inf')).flatMap(detectionIn),
    missed: async ({ service, instance }, miss) => {
      const key = MISSED_PREFIX + service;
      await redis.multi().hsetnx(key, instance, JSON.stringify(miss)).expire(key, KEEP_SECONDS).exec();
    },
    missing: async (service) => {
      const kept = Object.entries(await redis.hgetall(MISSED_PREFIX + service));
      return new Map(kept.map(([instance, text]) => [instance, JSON.parse(text) as Miss]));
    },
    now: async () => (await clockMs(redis)) / 1_000,
  };
}

/** Pods of a deploy have new names: what was learned of the ones before is theirs. */
async function predecessor(redis: Redis, place: Place, sample: Sample): Promise<InstanceState | undefined> {
  const { service, instance } = place;
  const latest = await redis.zrevrange(INSTANCES_PREFIX + service, 0, MAX_PREDECESSORS);
  const others = latest.filter((name) => name !== instance);
  const states = await Promise.all(
    others.map(async (name) => (await read(redis, keyOf({ service, instance: name }))).state),
  );
  return predecessorOf(
    states.filter((state) => state !== undefined),
    sample,
  );
}

function keyOf({ service, instance }: Place): string {
  return `${PREFIX}${service}:${instance}`;
}

/** The one that was not asked for longest makes room. */
function hold(atHand: Map<string, AtHand>, key: string, kept: AtHand): void {
  atHand.delete(key);
  atHand.set(key, kept);
  const [oldest] = atHand.keys();
  if (atHand.size > MAX_AT_HAND && oldest !== undefined) atHand.delete(oldest);
}

function next(before: AtHand, watched: Watched, sample: Sample, known: unknown): AtHand {
  const isStale = before.state !== undefined && sample.t <= before.state.last.t;
  if (isStale) return { ...before, known };
  const isSaved =
    watched.ten !== undefined ||
    watched.mark !== undefined ||
    watched.detections.length > 0 ||
    watched.captures.length > 0 ||
    before.state === undefined ||
    before.tail.length >= MAX_TAIL;
  return {
    version: String(Number(before.version) + 1),
    state: watched.state,
    tail: isSaved ? [] : [...before.tail, sample],
    rollUp: rollUp(before.rollUp, { ...watched, sample }),
    known,
  };
}

/** Closed pieces are in Redis; of thousands of instances they would fill this process. */
function slim(kept: AtHand): AtHand {
  const { raw, tens, hours, marks } = kept.rollUp;
  const openOnly = (pieces: readonly Piece[]): readonly Piece[] =>
    pieces.some(({ bytes }, at) => at < pieces.length - 1 && bytes.length > 0)
      ? pieces.map((piece, at) => (at < pieces.length - 1 ? closed(piece.from) : piece))
      : pieces;
  return { ...kept, rollUp: { raw: openOnly(raw), tens: openOnly(tens), hours: openOnly(hours), marks } };
}

async function write(
  redis: Redis,
  place: Place,
  before: AtHand,
  after: AtHand,
  detections: readonly Detection[],
): Promise<boolean> {
  if (after.version === before.version) return true;
  const set: (string | Buffer)[] = ['known', JSON.stringify(after.known ?? null)];
  const tail = after.tail.length === 0 ? '' : JSON.stringify(after.tail);
  set.push('tail', tail);
  if (after.tail.length === 0 && after.state) set.push('state', packed(after.state));
  if (after.rollUp.marks !== before.rollUp.marks) set.push('marks', JSON.stringify(after.rollUp.marks));
  const gone: string[] = [];
  for (const grain of GRAIN_NAMES) {
    const [was, is] = [before.rollUp[grain], after.rollUp[grain]];
    if (was === is) continue;
    const open = is.at(-1);
    if (open) set.push(fieldOf(grain, open), Buffer.from(open.bytes));
    const kept = new Set(is.map(({ from }) => from));
    gone.push(...was.filter(({ from }) => !kept.has(from)).map((piece) => fieldOf(grain, piece)));
  }
  const { service, instance } = place;
  const keys = [
    keyOf(place),
    ...[INSTANCES_PREFIX, DETECTIONS_PREFIX, MISSED_PREFIX].map((key) => key + service),
  ];
  const told = detections.flatMap((detection) => [detection.t, JSON.stringify(detection)]);
  const counts = [set.length, gone.length, told.length];
  const t = after.state?.last.t ?? 0;
  const about = [before.version, KEEP_SECONDS, instance, t, MAX_INSTANCES, MAX_DETECTIONS];
  const args = [...about, ...counts, ...set, ...gone, ...told];
  return (await WRITE(redis, keys, args)) === 1;
}

const WRITE = scriptOf(`
  local version = redis.call('HGET', KEYS[1], 'version') or '0'
  if version ~= ARGV[1] then return 0 end
  local keep, at = ARGV[2], 10
  redis.call('HSET', KEYS[1], 'version', tonumber(version) + 1)
  for field = at, at + ARGV[7] - 1, 2 do redis.call('HSET', KEYS[1], ARGV[field], ARGV[field + 1]) end
  at = at + ARGV[7]
  for field = at, at + ARGV[8] - 1 do redis.call('HDEL', KEYS[1], ARGV[field]) end
  at = at + ARGV[8]
  redis.call('EXPIRE', KEYS[1], keep)
  redis.call('ZADD', KEYS[2], ARGV[4], ARGV[3])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[4] - keep)
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -ARGV[5] - 1)
  redis.call('EXPIRE', KEYS[2], keep)
  redis.call('HDEL', KEYS[4], ARGV[3])
  for told = at, at + ARGV[9] - 1, 2 do
    redis.call('ZADD', KEYS[3], ARGV[told], ARGV[told + 1])
    redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -ARGV[6] - 1)
    redis.call('EXPIRE', KEYS[3], keep)
  end
  return 1`);

const NEVER_WATCHED: AtHand = {
  version: '0',
  state: undefined,
  tail: [],
  rollUp: EMPTY_ROLL_UP,
  known: undefined,
};

const FIXED = ['version', 'state', 'tail', 'known', 'marks'] as const;

/** What is needed to go on: of each grain the open piece, of the others only when they began. */
async function read(redis: Redis, key: string): Promise<AtHand> {
  const fields = await redis.hkeys(key);
  // Most instances are not watched, and every capture looks.
  if (fields.length === 0) return NEVER_WATCHED;
  const begun = (grain: Grain): readonly number[] =>
    fields
      .flatMap((field) => {
        const [name, from] = field.split('@');
        return name === grain ? [Number(from)] : [];
      })
      .sort((a, b) => a - b);
  const open = GRAIN_NAMES.map((grain) => `${grain}@${begun(grain).at(-1)}`);
  const [version, state, tail, known, marks, ...bytes] = await redis.hmgetBuffer(key, ...FIXED, ...open);
  const pieces = (grain: Grain, at: number): readonly Piece[] =>
    begun(grain).map((from, index, all) =>
      index < all.length - 1 ? closed(from) : pieceOf(grain, from, bytes[at]),
    );
  const samples = listIn<Sample>(tail);
  return {
    version: version?.toString() ?? '0',
    state: samples.reduce<InstanceState | undefined>(
      (memory, sample) => watch(memory, sample).state,
      unpacked(state),
    ),
    tail: samples,
    known: jsonIn(known),
    rollUp: {
      raw: pieces('raw', 0),
      tens: pieces('tens', 1),
      hours: pieces('hours', 2),
      marks: listIn(marks),
    },
  };
}

const NOTHING = new Uint8Array();

function rollUpIn(fields: Readonly<Record<string, Buffer>>): RollUp {
  const pieces = (wanted: Grain): readonly Piece[] =>
    Object.entries(fields)
      .flatMap(([field, bytes]) => {
        const [grain, from] = field.split('@');
        return grain === wanted ? [pieceOf(wanted, Number(from), bytes)] : [];
      })
      .sort((a, b) => a.from - b.from);
  return {
    ...EMPTY_ROLL_UP,
    raw: pieces('raw'),
    tens: pieces('tens'),
    hours: pieces('hours'),
    marks: listIn(fields.marks),
  };
}

function fieldOf(grain: Grain, { from }: Piece): string {
  return `${grain}@${from}`;
}

/** Of a piece nothing is added to any more. */
function closed(from: number): Piece {
  return { from, rows: 0, bytes: NOTHING, tail: START };
}

/** As it was when its last row was added. What cannot be read of it is lost. */
function pieceOf(grain: Grain, from: number, bytes: Buffer | null | undefined): Piece {
  const { columns } = GRAINS[grain];
  let tail = START;
  const rows = decodeRows(columns, new Uint8Array(bytes ?? NOTHING)).value.map((row) => {
    const encoded = encodeRow(columns, tail, row);
    tail = encoded.tail;
    return encoded.bytes;
  });
  return { from, rows: rows.length, bytes: Uint8Array.from(rows.flat()), tail };
}

function packed(state: InstanceState): Buffer {
  return deflateRawSync(stateJson(state), { level: 4 });
}

/** One that cannot be read is begun anew: the history beside it is still there. */
function unpacked(bytes: Buffer | null | undefined): InstanceState | undefined {
  if (!bytes) return undefined;
  try {
    return stateFrom(inflateRawSync(bytes, { maxOutputLength: MAX_STATE_BYTES }).toString());
  } catch {
    return undefined;
  }
}

function jsonIn(bytes: Buffer | string | null | undefined): unknown {
  try {
    return bytes ? JSON.parse(bytes.toString()) : undefined;
  } catch {
    return undefined;
  }
}

function listIn<Entry>(bytes: Buffer | null | undefined): readonly Entry[] {
  const list = jsonIn(bytes);
  return Array.isArray(list) ? (list as Entry[]) : [];
}

function detectionIn(text: string): readonly Detection[] {
  const detection = jsonIn(text);
  return detection === undefined ? [] : [detection as Detection];
}

function pairs(flat: readonly string[]): readonly (readonly [string, string])[] {
  return flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? ''] as const] : []));
}
