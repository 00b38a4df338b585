// The webhook door: alerts by HTTP, from senders that know a token. What is sent is bounded and understood here; what
// comes of it is decided by whoever was handed the alerts.
import type { IncomingMessage, RequestListener } from 'node:http';
import { type ReadAlerts, readAlertmanager, readMapped } from '../incident/webhooks.ts';
import type { Log } from '../log.ts';
import type { IncidentRules } from '../model/incident.ts';
import { readBounded } from './body.ts';
import { guardPosts, isBearer, NO_TOKEN, openBuckets, type PostAnswer } from './posted.ts';

export const MAX_WEBHOOK_BYTES = 1024 * 1024;
const PATH = /^\/alerts\/([a-z0-9][a-z0-9-]{0,62})$/;
/** A group a second is a busy Alertmanager; a storm of groups may come at once. */
const RATE = { burst: 240, perSecond: 4 };

/** What became of the alerts of one delivery. */
export interface HeardAlerts {
  /** Alerts of registered services. */
  readonly heard: number;
  /** Alerts that name no registered service. */
  readonly unknown: number;
}

export interface WebhookPorts {
  readonly rules: () => IncidentRules;
  /** Value of an environment variable. */
  readonly secret: (name: string) => string | undefined;
  /** True when this delivery had been heard before. */
  readonly wasHeard: (delivery: string) => Promise<boolean>;
  readonly hear: (read: ReadAlerts) => Promise<HeardAlerts>;
  readonly now: () => number;
  readonly log: Log;
}

/** Puts the door before a listener, which gets everything that is not for /alerts/. */
export function guardWebhooks(listener: RequestListener, ports: WebhookPorts): RequestListener {
  const spend = openBuckets(RATE);
  return guardPosts(listener, {
    prefix: '/alerts/',
    answer: (path, request) => answerWebhook(path, request, spend, ports),
    trouble: 'a webhook could not be served',
    log: ports.log,
  });
}

async function answerWebhook(
  path: string,
  request: IncomingMessage,
  spend: ReturnType<typeof openBuckets>,
  ports: WebhookPorts,
): Promise<PostAnswer> {
  const wait = spend(request.socket.remoteAddress ?? '', ports.now());
  if (wait) return wait;
  const rules = ports.rules();
  const token = rules.tokenEnv === undefined ? undefined : ports.secret(rules.tokenEnv);
  const source = PATH.exec(path)?.[1] ?? '';
  const read = readerOf(source, rules, ports.now);
  // Without a token there is no door, and whoever has none learns nothing about which there are.
  if (token === undefined) return { status: 404, says: { error: 'No webhooks are configured.' } };
  if (!isBearer(request.headers.authorization, token)) {
    ports.log.warn({ from: request.socket.remoteAddress }, 'A webhook without the token was refused.');
    return NO_TOKEN;
  }
  if (read === undefined)
    return { status: 404, says: { error: `services.yml knows no sender "${source}".` } };
  if (request.method !== 'POST') {
    return { status: 405, says: { error: 'Alerts are posted.' }, headers: { allow: 'POST' } };
  }
  const body = await readBounded(request, MAX_WEBHOOK_BYTES);
  if (body === undefined) return { status: 413, says: { error: 'The body is larger than 1 MiB.' } };
  return heard(read(parsed(body)), ports);
}

async function heard(alerts: ReadAlerts | undefined, ports: WebhookPorts): Promise<PostAnswer> {
  if (alerts === undefined)
    return { status: 400, says: { error: 'The body is not what this sender sends.' } };
  if (await ports.wasHeard(alerts.delivery)) return { status: 200, says: { duplicate: true } };
  const { heard: known, unknown } = await ports.hear(alerts);
  if (unknown + alerts.left > 0) {
    ports.log.warn(
      { unknown, left: alerts.left },
      'Some alerts name no registered service, or are no alerts.',
    );
  }
  return { status: 200, says: { heard: known, unknown, notRead: alerts.left } };
}

function readerOf(
  source: string,
  { mappings }: IncidentRules,
  now: () => number,
): ((body: unknown) => ReadAlerts | undefined) | undefined {
  if (source === 'alertmanager' || source === 'grafana') return (body) => readAlertmanager(body, now());
  const mapping = Object.hasOwn(mappings, source) ? mappings[source] : undefined;
  return mapping && ((body) => readMapped(source, body, mapping, now()));
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
