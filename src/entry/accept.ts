// From a command somebody typed to a request that can be queued: one id per delivery, however often Slack
// or an impatient finger sends it.
import { createHash } from 'node:crypto';
import type { Command } from '../command/command.ts';
import { suggest } from '../command/suggest.ts';
import { Failure } from '../failure.ts';
import type { CaptureRequest, Origin } from '../model/request.ts';
import type { Service } from '../model/target.ts';

export type CaptureCommand = Extract<Command, { kind: 'capture' }>;

/**
 * @param delivery what makes this delivery unique: a trigger id, an event id
 * @throws Failure `instance_unknown`
 */
export function toRequest(
  command: CaptureCommand,
  service: Service,
  asked: {
    readonly origin: Origin;
    readonly delivery: string;
    readonly nowMs: number;
  },
): CaptureRequest {
  checkInstances(command, service);
  return {
    id: requestId(asked.delivery, asked.nowMs),
    service: service.name,
    instances: command.instances,
    windowMs: command.windowMs,
    kinds: command.kinds,
    origin: asked.origin,
    acceptedAtMs: asked.nowMs,
    ...(command.force && { consent: 'forced' as const }),
  };
}

const DAY_MS = 86_400_000;
/** A message's own time ends the name of its delivery. */
const MESSAGE_TS = / (\d{10})\.\d{6}$/;

/**
 * `20261123-3f9c0d1e2a4b`: the day first, so that what is kept can be found and expired by it. Of a message the day is its
 * own: Slack may deliver it again after midnight.
 */
export function requestId(delivery: string, nowMs: number): string {
  const saidMs = Number(MESSAGE_TS.exec(delivery)?.[1]) * 1000;
  const atMs = Math.abs(nowMs - saidMs) < DAY_MS ? saidMs : nowMs;
  const day = new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '');
  return `${day}-${createHash('sha256').update(delivery).digest('hex').slice(0, 12)}`;
}

/** @throws Failure `service_unknown`, `url_in_slack` */
export function findService(target: string, services: readonly Service[]): Service {
  // Slack turns addresses into <http://…|…>; either way they are not taken from chat.
  if (/^<?[a-z][a-z0-9+.-]*:\/\//i.test(target))
    throw new Failure('url_in_slack', { word: target.slice(0, 80) });
  const service = services.find(({ name }) => name === target.toLowerCase());
  if (service) return service;
  const known = services.map(({ name }) => name);
  throw new Failure('service_unknown', {
    service: target.slice(0, 80),
    suggestion: suggest(target, known),
    known,
  });
}

function checkInstances(command: CaptureCommand, service: Service): void {
  if (typeof command.instances === 'string') return;
  const known = service.instances.map(({ name }) => name);
  const unknown = command.instances.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Failure('instance_unknown', { service: service.name, instance: unknown.slice(0, 80), known });
  }
}
