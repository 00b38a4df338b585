// Replies in the thread of a capture: questions about it are handed on, and talk among people is left alone.
import type { App } from '@slack/bolt';
import { FOLLOW_UPS, readFollowUp, suggestFollowUp } from '../command/follow-ups.ts';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import type { Answerable, Asked, Question, ThreadPlace } from '../model/question.ts';
import type { CaptureRequest, Origin } from '../model/request.ts';
import type { Service } from '../model/target.ts';
import { questionAction } from '../policy/who-may.ts';
import { findService, requestId } from './accept.ts';
import { type Authorise, permit, permitted } from './permit.ts';
import { guarded, whisperer } from './slack-answer.ts';

export interface ThreadPorts {
  readonly services: () => readonly Service[];
  readonly authorise: Authorise;
  readonly submit: (request: CaptureRequest) => Promise<void>;
  /**
   * The latest capture with a verdict that a thread tells of; undefined in a thread that tells of none.
   * @throws Failure `verdict_missing`
   */
  readonly captureIn: (place: ThreadPlace) => Promise<CaptureRequest | undefined>;
  /** Has a question answered in its thread; false when it was asked before. */
  readonly ask: (asked: Asked) => Promise<boolean>;
  readonly fullStacks: (requestId: string) => Promise<void>;
  /** Names of the instances a request means, as services.yml has them now. */
  readonly instancesOf: (request: CaptureRequest, service: Service) => readonly string[];
  readonly now: () => number;
  readonly log: Log;
}

export interface Asking {
  readonly origin: Origin;
  /** What makes the delivery unique. */
  readonly delivery: string;
}

export function registerThreadDoor(app: App, ports: ThreadPorts): void {
  app.event('message', async ({ event, context, client }) => {
    const reply = replyIn(event, context.botUserId);
    if (!reply || !readFollowUp(reply.text)) return;
    const { channel, user, threadTs, ts, text } = reply;
    const delivery = `reply ${channel} ${ts}`;
    const origin: Origin = { door: 'mention', user, channel, threadTs };
    const answer = whisperer(client)({ channel, user, threadTs });
    await guarded(ports.log, answer, delivery, () => askInThread(text, { origin, delivery }, ports));
  });
}

interface Reply extends ThreadPlace {
  readonly user: string;
  readonly ts: string;
  readonly text: string;
}

/** What a person says in a thread to nobody in particular: a mention comes as an event of its own, and a message to the app as one of its door. */
function replyIn(event: object, botUserId: string | undefined): Reply | undefined {
  const said = event as Readonly<Record<string, unknown>>;
  const { channel, user, ts, thread_ts: threadTs, text, subtype, bot_id: bot, channel_type: kind } = said;
  if (subtype !== undefined || bot !== undefined || kind === 'im') return undefined;
  if (typeof text !== 'string' || typeof threadTs !== 'string' || threadTs === ts) return undefined;
  if (typeof channel !== 'string' || typeof user !== 'string' || typeof ts !== 'string') return undefined;
  if (botUserId !== undefined && text.includes(`<@${botUserId}`)) return undefined;
  return { channel, user, ts, threadTs, text };
}

/**
 * Hands on a question about a capture of this thread.
 * @returns false when it is no question, or the thread tells of no capture
 * @throws Failure when they may not, or it cannot be answered yet
 */
export async function askInThread(text: string, asking: Asking, ports: ThreadPorts): Promise<boolean> {
  const question = readFollowUp(text);
  const place = placeOf(asking.origin);
  if (!question || !place) return false;
  const request = await ports.captureIn(place);
  if (!request) return false;
  await handOn(question, request, asking, ports);
  return true;
}

/** Did-you-mean for whoever spoke to the app in a capture's thread; undefined elsewhere. */
export async function followUpUnknown(
  text: string,
  origin: Origin,
  { captureIn }: ThreadPorts,
): Promise<Failure | undefined> {
  const place = placeOf(origin);
  const isUnder = place && (await captureIn(place).catch(() => undefined));
  if (!isUnder) return undefined;
  const known = FOLLOW_UPS.map(({ usage }) => usage);
  return new Failure('follow_up_unknown', {
    word: text.trim().slice(0, 40),
    suggestion: suggestFollowUp(text),
    known,
  });
}

/** @returns false when the same was asked before, and is answered there */
export async function handOn(
  question: Question,
  request: CaptureRequest,
  asking: Asking,
  ports: ThreadPorts,
): Promise<boolean> {
  const { origin } = asking;
  // Uploaded files are of no registered service.
  const service = request.files ? undefined : findService(request.service, ports.services());
  const about = { origin, request: request.id, ...(service && { service }) };
  switch (question.kind) {
    case 'all-instances':
      if (!service) throw new Failure('no_other_instance', { service: request.service });
      await captureOthers(request, service, asking, ports);
      return true;
    case 'stacks':
      await permit({ ...about, actions: ['full-stacks'] }, ports.authorise);
      // The thread of an incident is not the capture's own: there they follow an answer.
      if (request.incident !== undefined) return ports.ask(asked(question, request, asking, ports.now()));
      await ports.fullStacks(request.id);
      return true;
    default:
      await permit({ ...about, actions: [questionAction(question.kind)] }, ports.authorise);
      return ports.ask(asked(question, request, asking, ports.now()));
  }
}

function asked(question: Answerable, request: CaptureRequest, asking: Asking, nowMs: number): Asked {
  const { origin, delivery } = asking;
  const { user, channel = '', threadTs = '', door } = origin;
  const through = door === 'button' || door === 'dm' ? door : 'mention';
  const id = requestId(`${question.kind} ${delivery}`, nowMs);
  return {
    id,
    request: request.id,
    question,
    origin: { door: through, user, channel, threadTs },
    atMs: nowMs,
  };
}

/** Those that the capture did not look at: by name, and only for whoever may have all of them captured. */
async function captureOthers(
  earlier: CaptureRequest,
  service: Service,
  { origin, delivery }: Asking,
  { authorise, submit, instancesOf, now }: ThreadPorts,
): Promise<void> {
  await permit({ origin, actions: ['all'], service }, authorise);
  const seen = instancesOf(earlier, service);
  const others = service.instances.map(({ name }) => name).filter((name) => !seen.includes(name));
  if (others.length === 0) throw new Failure('no_other_instance', { service: service.name });
  const nowMs = now();
  const { windowMs, kinds } = earlier;
  const request: CaptureRequest = {
    id: requestId(`others ${delivery}`, nowMs),
    service: service.name,
    instances: others,
    windowMs,
    kinds,
    origin,
    acceptedAtMs: nowMs,
  };
  await submit(await permitted(request, service, authorise));
}

function placeOf({ channel, threadTs }: Origin): ThreadPlace | undefined {
  return channel === undefined || threadTs === undefined ? undefined : { channel, threadTs };
}
