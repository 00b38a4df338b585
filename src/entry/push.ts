// The door for probes: a service that comes near its end pushes its last pair of snapshots. Each service has a token of its
// own, and can push for nobody else. What is sent is bounded, read, and rid of credentials here; what comes of it is decided
// by whoever was handed the pair.
import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Log } from '../log.ts';
import type { ProbeSnapshot } from '../model/probe.ts';
import type { Service } from '../model/target.ts';
import { readBounded } from './body.ts';
import { guardPosts, isBearer, NO_TOKEN, openBuckets, type PostAnswer } from './posted.ts';

/** As much as a probe sends (probe/push.go). */
export const MAX_PUSH_BYTES = 8 * 1024 * 1024;
const PATH = /^\/probe\/([a-z0-9][a-z0-9-]{0,62})\/([a-z0-9][a-z0-9-]{0,62})$/;
/** A fleet that comes to its limit together. */
const SENDER_RATE = { burst: 60, perSecond: 1 };
/** A probe pushes once a minute at most; whoever restarts in a circle is told of three times, then rarely. */
const SERVICE_RATE = { burst: 3, perSecond: 1 / 120 };
/** A probe pushes what it finds of an earlier process for a day, and clocks may differ. */
const OLDEST_MS = 25 * 3_600_000;
const AHEAD_MS = 10 * 60_000;
/** Longer apart, two snapshots say nothing of how it ended. */
const WIDEST_MS = 30 * 60_000;

/** A pair that was let in. */
export interface Pushed {
  readonly service: Service;
  readonly instance: string;
  readonly snapshots: readonly ProbeSnapshot[];
  /** Of its bytes. */
  readonly digest: string;
}

export interface PushPorts {
  readonly find: (service: string) => Service | undefined;
  /** Value of an environment variable. */
  readonly secret: (name: string) => string | undefined;
  /** True when these bytes had been heard before. */
  readonly wasHeard: (digest: string) => Promise<boolean>;
  /** The snapshots in a body, without credentials; undefined when it is something else. */
  readonly read: (body: Uint8Array) => Promise<readonly ProbeSnapshot[] | undefined>;
  /** Takes a pair in; `full` when there is no room for it now. */
  readonly take: (pushed: Pushed) => Promise<'taken' | 'large' | 'full'>;
  readonly now: () => number;
  readonly log: Log;
}

interface Spend {
  readonly sender: ReturnType<typeof openBuckets>;
  readonly service: ReturnType<typeof openBuckets>;
}

/** Puts the door before a listener, which gets everything that is not for /probe/. */
export function guardPushes(listener: RequestListener, ports: PushPorts): RequestListener {
  const spend: Spend = { sender: openBuckets(SENDER_RATE), service: openBuckets(SERVICE_RATE) };
  return guardPosts(listener, {
    prefix: '/probe/',
    answer: (path, request) => answerPush(path, request, spend, ports),
    trouble: 'a push could not be taken',
    log: ports.log,
  });
}

async function answerPush(
  path: string,
  request: IncomingMessage,
  spend: Spend,
  ports: PushPorts,
): Promise<PostAnswer> {
  const sender = request.socket.remoteAddress ?? '';
  const early = spend.sender(sender, ports.now());
  if (early) return early;
  const [, name = '', instance = ''] = PATH.exec(path) ?? [];
  const service = ports.find(name);
  const token = service?.pushTokenEnv === undefined ? undefined : ports.secret(service.pushTokenEnv);
  // Whoever has no token learns nothing about which services there are.
  if (!isBearer(request.headers.authorization, token ?? '') || !service) {
    ports.log.warn({ from: sender }, 'A push without the token was refused.');
    return NO_TOKEN;
  }
  if (request.method !== 'POST') {
    return { status: 405, says: { error: 'Pairs are posted.' }, headers: { allow: 'POST' } };
  }
  if (!service.instances.some((each) => each.name === instance)) {
    return { status: 404, says: { error: 'services.yml knows no such instance of this service.' } };
  }
  const body = await readBounded(request, MAX_PUSH_BYTES);
  if (body === undefined) return TOO_LARGE;
  const digest = createHash('sha256').update(body).digest('hex');
  if (await ports.wasHeard(digest)) return { status: 200, says: { duplicate: true } };
  const late = spend.service(name, ports.now());
  if (late) return late;
  const snapshots = await ports.read(body);
  if (!snapshots || !isPair(snapshots, ports.now())) {
    return { status: 400, says: { error: 'The body is no pair of snapshots of the last day.' } };
  }
  const became = await ports.take({ service, instance, snapshots, digest });
  if (became === 'large') return TOO_LARGE;
  if (became === 'taken') return { status: 200, says: { taken: true } };
  return { status: 503, says: { error: 'Too many pairs wait already.' }, headers: { 'retry-after': '30' } };
}

const TOO_LARGE: PostAnswer = { status: 413, says: { error: 'The pair is too large.' } };

function isPair([first, second, ...more]: readonly ProbeSnapshot[], nowMs: number): boolean {
  if (!first || !second || more.length > 0) return false;
  const apartMs = second.beganMs - first.beganMs;
  const ageMs = nowMs - second.beganMs;
  return apartMs > 0 && apartMs <= WIDEST_MS && ageMs <= OLDEST_MS && ageMs >= -AHEAD_MS;
}
