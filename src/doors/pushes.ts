// Wires the door for probes to the queue: a pair that was pushed becomes a capture of the service, told where captures of
// it are told, or in the thread of the incident that is open.
import type { Env } from '../config/env.ts';
import type { ServiceCatalog } from '../config/services.ts';
import type { createSlackClient } from '../deliver/slack.ts';
import { createSlackReader, type SlackReader } from '../deliver/slack-read.ts';
import { requestId } from '../entry/accept.ts';
import type { Pushed, PushPorts } from '../entry/push.ts';
import { openIncident, planLook, withIncident } from '../incident/fold.ts';
import { mayShow } from '../incident/service.ts';
import type { Log } from '../log.ts';
import type { CaptureRequest } from '../model/request.ts';
import { DEFAULT_KINDS, type Service } from '../model/target.ts';
import type { connectRedis } from '../queue/connection.ts';
import { withinDeadline } from '../queue/queue.ts';
import { type SubmitPorts, submit } from '../queue/submit.ts';
import { pushWords } from '../report/push-words.ts';
import { type IncidentStore, openIncidentStore } from '../store/incidents.ts';
import { openPushStore, type PushStore } from '../store/pushes.ts';
import { incidentSeal, pushSeal } from '../store/seal.ts';

/** Who "asks" for what was pushed. */
const ASKER = 'probe';

interface PushDoor extends SubmitPorts {
  readonly services: ServiceCatalog;
  readonly pushes: PushStore;
  readonly incidents: Pick<IncidentStore, 'desk' | 'changeDesk'>;
  readonly idOf: SlackReader['idOf'];
  readonly now: () => number;
  readonly log: Log;
}

/** What the door for probes is handed. */
export function pushPorts(
  from: SubmitPorts & {
    readonly env: Env;
    readonly log: Log;
    readonly services: ServiceCatalog;
    readonly redis: ReturnType<typeof connectRedis>;
    readonly slack: ReturnType<typeof createSlackClient>;
    readonly read: PushPorts['read'];
  },
): PushPorts {
  const { env, redis, slack, read, services, log } = from;
  const pushes = openPushStore(redis, pushSeal(env.sealKeys));
  const door: PushDoor = {
    ...from,
    pushes,
    incidents: openIncidentStore(redis, incidentSeal(env.sealKeys)),
    idOf: createSlackReader(slack, Date.now).idOf,
    now: Date.now,
  };
  return {
    find: services.find,
    secret: env.secret,
    wasHeard: (digest) => withinDeadline(pushes.wasHeard(digest)),
    read,
    take: (pushed) => take(pushed, door),
    now: Date.now,
    log,
  };
}

/** Safe to repeat: the same bytes are the same request. */
async function take(pushed: Pushed, door: PushDoor): Promise<'taken' | 'large' | 'full'> {
  const { pushes, now, log } = door;
  const { service, instance, snapshots, digest } = pushed;
  const nowMs = now();
  const id = requestId(`push ${service.name} ${instance} ${digest}`, nowMs);
  const kept = await withinDeadline(pushes.keep(id, { instance, snapshots }, nowMs));
  if (kept !== 'kept') return kept;
  const channel = await channelOf(service, door);
  const incident = await incidentFor(service.name, { request: id, plannedAtMs: nowMs }, door);
  const [first, second] = snapshots;
  const request: CaptureRequest = {
    id,
    service: service.name,
    instances: [instance],
    windowMs: Math.round((second?.beganMs ?? 0) - (first?.beganMs ?? 0)),
    kinds: DEFAULT_KINDS,
    origin: { door: 'webhook', user: ASKER, ...(channel !== undefined && { channel }) },
    acceptedAtMs: nowMs,
    pushed: true,
    because: pushWords(instance, second?.because),
    ...(incident !== undefined && { incident }),
    ...(channel === undefined && incident === undefined && { quiet: true }),
  };
  await submit(request, door);
  await withinDeadline(pushes.noteHeard(digest));
  log.info({ service: service.name, instance, request: id }, 'A probe pushed its last pair.');
  return 'taken';
}

/** The first of the service's own channels, else the one for everything that may be shown there. */
async function channelOf({ channels }: Service, { services, idOf }: PushDoor): Promise<string | undefined> {
  const general = services.incidents().channel;
  const isOpen = general !== undefined && mayShow(channels, { id: general, name: general.replace(/^#/, '') });
  const name = channels?.[0] ?? (isOpen ? general : undefined);
  return name === undefined ? undefined : idOf(name);
}

/** The open incident that this belongs to, which then waits for its verdict as for that of any look. */
async function incidentFor(
  service: string,
  look: { readonly request: string; readonly plannedAtMs: number },
  { incidents }: PushDoor,
): Promise<string | undefined> {
  const known = await withinDeadline(incidents.desk(service));
  if (!known || (openIncident(known)?.places.length ?? 0) === 0) return undefined;
  const desk = await withinDeadline(
    incidents.changeDesk(service, (kept = known) => {
      const open = openIncident(kept);
      return open ? withIncident(kept, planLook(open, look)) : kept;
    }),
  );
  return openIncident(desk)?.id;
}
