// The webhook door: alerts by HTTP, from senders that know a token. What is sent is bounded and understood here; what
// comes of it is decided by whoever was handed the alerts.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Failure } from '../failure.ts';
import { type ReadAlerts, readAlertmanager, readMapped } from '../incident/webhooks.ts';
import type { Log } from '../log.ts';
import type { IncidentRules } from '../model/incident.ts';
import { type Bucket, spendToken } from '../policy/bucket.ts';
import { readBounded } from './body.ts';

export const MAX_WEBHOOK_BYTES = 1024 * 1024;
const PATH = /^\/alerts\/([a-z0-9][a-z0-9-]{0,62})$/;
/** A group a second is a busy Alertmanager; a storm of groups may come at once. */
const RATE = { burst: 240, perSecond: 4 };
const SENDERS_KEPT = 1_000;

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

interface Answer {
  readonly status: number;
  readonly says: Readonly<Record<string, string | number | boolean>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Puts the door before a listener, which gets everything that is not for /alerts/. */
export function guardWebhooks(listener: RequestListener, ports: WebhookPorts): RequestListener {
  const senders = new Map<string, Bucket>();
  return (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (!path.startsWith('/alerts/')) return listener(request, response);
    answerWebhook(path, request, senders, ports).then(
      (answer) => send(request, response, answer),
      (error: unknown) => {
        if (error instanceof Failure) return send(request, response, unavailable(error));
        ports.log.error({ err: error }, 'a webhook could not be served');
        send(request, response, { status: 500, says: { error: 'This went wrong on our side.' } });
      },
    );
  };
}

async function answerWebhook(
  path: string,
  request: IncomingMessage,
  senders: Map<string, Bucket>,
  ports: WebhookPorts,
): Promise<Answer> {
  const waitMs = spend(request.socket.remoteAddress ?? '', senders, ports.now());
  if (waitMs > 0) {
    const seconds = Math.ceil(waitMs / 1000);
    return {
      status: 429,
      says: { error: `Too many deliveries; try again in ${seconds} s.` },
      headers: { 'retry-after': String(seconds) },
    };
  }
  const rules = ports.rules();
  const token = rules.tokenEnv === undefined ? undefined : ports.secret(rules.tokenEnv);
  const source = PATH.exec(path)?.[1] ?? '';
  const read = readerOf(source, rules, ports.now);
  // Without a token there is no door, and whoever has none learns nothing about which there are.
  if (token === undefined) return { status: 404, says: { error: 'No webhooks are configured.' } };
  if (!isBearer(request.headers.authorization, token)) {
    ports.log.warn({ from: request.socket.remoteAddress }, 'A webhook without the token was refused.');
    return {
      status: 401,
      says: { error: 'The token is missing or wrong.' },
      headers: { 'www-authenticate': 'Bearer' },
    };
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

async function heard(alerts: ReadAlerts | undefined, ports: WebhookPorts): Promise<Answer> {
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

/** Digests of one length are compared, so that neither length nor content of the token shows in the time it takes. */
function isBearer(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S{1,4096})$/i.exec(header ?? '')?.[1] ?? '';
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token)) && token !== '';
}

function spend(sender: string, senders: Map<string, Bucket>, nowMs: number): number {
  const { bucket, waitMs } = spendToken(senders.get(sender), nowMs, RATE);
  senders.delete(sender);
  senders.set(sender, bucket);
  const [oldest] = senders.keys();
  if (oldest !== undefined && senders.size > SENDERS_KEPT) senders.delete(oldest);
  return waitMs;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The sender keeps what it could not deliver, and tries again. */
function unavailable(failure: Failure): Answer {
  return { status: 503, says: { error: failure.message }, headers: { 'retry-after': '5' } };
}

function send(request: IncomingMessage, response: ServerResponse, { status, says, headers }: Answer): void {
  const body = `${JSON.stringify(says)}\n`;
  // The connection is closed on refusal: what is left of a large body is not read to its end.
  const isRead = status === 200;
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'content-length': String(Buffer.byteLength(body)),
      ...(!isRead && { connection: 'close' }),
      ...headers,
    })
    .end(body, () => {
      if (!isRead) request.destroy();
    });
}
