// How Slack reaches the app: Socket Mode, which needs no public address, or signed HTTP. Transport only; what is
// said through it is understood in slack.ts.
import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { App, HTTPReceiver, type Logger, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { doneThenAcknowledged, once } from './acknowledge.ts';
import { HEALTH_PATHS, type Health, headersOf, healthAnswer, startHealthServer } from './health.ts';
import { guardPushes, type PushPorts } from './push.ts';
import { guardSigned, MAX_BODY_BYTES } from './signed-http.ts';
import { guardWebhooks, type WebhookPorts } from './webhook.ts';

export interface SlackAppOptions {
  readonly slack: {
    readonly botToken: string;
    readonly appToken?: string;
    readonly signingSecret?: string;
    readonly apiUrl: string;
  };
  readonly port: number;
  readonly health: Health;
  /** Whether Slack answers, for the way that keeps no connection open. */
  readonly slackAnswers: () => Promise<boolean>;
  /** Remembers the signature of a request over HTTP; false when it had been seen before. */
  readonly firstTime: (signature: string) => Promise<boolean>;
  /** Alerts of other senders come to the same port. */
  readonly webhooks?: WebhookPorts;
  /** Pairs that probes push, too. */
  readonly pushes?: PushPorts;
  readonly log: Log;
}

export interface SlackApp {
  readonly app: App;
  /** Opens the way; from here on Slack may call. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Slack sends what it has at once; whoever needs longer holds connections open. */
const HTTP_PATIENCE = { headersTimeout: 5_000, requestTimeout: 10_000 };
const TIMEOUT_MS = 10_000;
/** Waits of a lost connection grow to this, and never end: a Slack that is away for an hour finds us there. */
const LONGEST_RECONNECT_MS = 10_000;
/**
 * What a silent Slack costs. The client pings three times in this span; without any pong in it, it closes at the next
 * ping, gives up waiting for the goodbye at the one after, and waits this long again before it comes back: 2 2/3 spans
 * from the silence to the new connection, 6.7 s. With the library's 5 s it was 13.3 s. Not lower: one pong that TCP has
 * to send again, or an app that gets no processor for a second, must not cost a healthy connection.
 */
const PONG_WITHIN_MS = 2_500;
/** The library would wait for five minutes; Slack gives up on whoever needs longer than this to answer anything. */
const OPENED_WITHIN_MS = 3_000;
/** Slack pings every 10 to 30 s: its silence alone says little, and ours is noticed by the pongs. */
const SLACK_PINGS_WITHIN_MS = 60_000;

/**
 * So long without a connection, /healthz says that the process should be started anew: whoever does that may mend what
 * trying again here did not. Nobody else is served by ending it, so it goes on trying.
 */
const DARK_MS = 120_000;
const LOOK_EVERY_MS = 5_000;
/** Whoever leaves lets those it has heard be acknowledged first; each is within three seconds, or not at all. */
const FINISH_MS = 3_000;

/** @throws Failure `config_missing` when neither way is configured. */
export function openSlackApp(options: SlackAppOptions): SlackApp {
  const { appToken, signingSecret } = options.slack;
  if (appToken !== undefined) return overSocket(appToken, options);
  if (signingSecret !== undefined) return overHttp(signingSecret, options);
  throw new Failure('config_missing', {
    what: 'A way for Slack to reach the app',
    how: 'Put SLACK_APP_TOKEN (xapp-…, Socket Mode) or SLACK_SIGNING_SECRET (HTTP) into .env.',
  });
}

function overSocket(
  appToken: string,
  { slack, port, health, webhooks, pushes, log }: SlackAppOptions,
): SlackApp {
  const logger = slackLogger(log);
  const receiver = new SocketModeReceiver({
    appToken,
    logger,
    clientPingTimeout: PONG_WITHIN_MS,
    serverPingTimeout: SLACK_PINGS_WITHIN_MS,
    installerOptions: {
      // Once these retries are used up, the client gives up for good and without a word.
      clientOptions: {
        ...clientOptions(slack.apiUrl),
        retryConfig: { forever: true, factor: 1.3, maxTimeout: LONGEST_RECONNECT_MS },
      },
    },
  });
  giveUpOpening(receiver.client);
  const isConnected = async (): Promise<boolean> => receiver.client.websocket?.isActive() ?? false;
  const app = openApp(slack, receiver, logger);
  const underWay = countEvents(app);
  let opened: Awaited<ReturnType<typeof startHealthServer>> | undefined;
  let connectedMs = Date.now();
  const look = setInterval(() => {
    if (receiver.client.websocket?.isActive()) connectedMs = Date.now();
  }, LOOK_EVERY_MS).unref();
  return {
    app,
    start: async () => {
      const checks = { ...health.checks, slack: isConnected };
      const alive = { slack: () => Date.now() - connectedMs < DARK_MS };
      const guard = (listener: RequestListener) => withDoors(listener, { webhooks, pushes });
      opened = await startHealthServer(port, { ...health, checks, alive }, log, guard);
      await app.start();
    },
    stop: async () => {
      clearInterval(look);
      await underWay.over(FINISH_MS);
      await app.stop();
      await opened?.close();
    },
  };
}

/** The doors for other programs, before that of Slack. */
function withDoors(
  listener: RequestListener,
  { webhooks, pushes }: { [door in 'webhooks' | 'pushes']?: SlackAppOptions[door] | undefined },
): RequestListener {
  const guarded = webhooks ? guardWebhooks(listener, webhooks) : listener;
  return pushes ? guardPushes(guarded, pushes) : guarded;
}

/** A connection that was accepted and never opened is closed, upon which the library comes again. */
function giveUpOpening(client: SocketModeReceiver['client']): void {
  client.on('connecting', () => {
    const opening = client.websocket;
    setTimeout(() => {
      if (opening?.readyState === CONNECTING) opening.disconnect();
    }, OPENED_WITHIN_MS).unref();
  });
}

/** Of a WebSocket. */
const CONNECTING = 0;

function overHttp(signingSecret: string, options: SlackAppOptions): SlackApp {
  const { slack, port, log } = options;
  const logger = slackLogger(log);
  const health = { ...options.health, checks: { ...options.health.checks, slack: options.slackAnswers } };
  const customRoutes = HEALTH_PATHS.map((path) => ({
    path,
    method: 'GET',
    handler: (_request: unknown, response: HealthResponse) => {
      void healthAnswer(path, health).then(({ status, type, body }) =>
        response.writeHead(status, headersOf(type)).end(body),
      );
    },
  }));
  const receiver = new HTTPReceiver({ signingSecret, port, customRoutes, bodyLimit: MAX_BODY_BYTES, logger });
  const { firstTime } = options;
  receiver.requestListener = guardSigned(receiver.requestListener, {
    signingSecret,
    firstTime,
    now: Date.now,
    log,
  });
  receiver.requestListener = withDoors(receiver.requestListener, options);
  const app = openApp(slack, receiver, logger);
  return {
    app,
    start: async () => {
      await receiver.start(port, HTTP_PATIENCE);
      log.info({ port }, 'Slack is listened to on this port, at /slack/events.');
    },
    stop: async () => {
      await app.stop();
    },
  };
}

interface HealthResponse {
  readonly writeHead: (
    status: number,
    headers: Record<string, string>,
  ) => { readonly end: (body: string) => unknown };
}

function openApp(
  { botToken, apiUrl }: SlackAppOptions['slack'],
  receiver: SocketModeReceiver | HTTPReceiver,
  logger: Logger,
): App {
  const app = new App({
    token: botToken,
    receiver,
    logger,
    clientOptions: { ...clientOptions(apiUrl), retryConfig: { retries: 1 } },
  });
  app.error(async (error) => logger.error(error));
  acknowledgeEventsWhenDone(app);
  return app;
}

/**
 * Bolt acknowledges events before their listeners run, and Slack does not send again what was acknowledged: a mention
 * would be lost with the process. Commands and buttons are acknowledged by their listeners, in slack.ts.
 */
function acknowledgeEventsWhenDone(app: App): void {
  const process = app.processEvent.bind(app);
  app.processEvent = async (event) => {
    if (!('event' in event.body)) return process(event);
    await doneThenAcknowledged(
      once(async () => event.ack()),
      () => process({ ...event, ack: async () => {} }),
    );
  };
}

/** Counts what is under way, so that a connection is closed between two events and not in the middle of one. */
function countEvents(app: App): { readonly over: (withinMs: number) => Promise<void> } {
  const process = app.processEvent.bind(app);
  const running = new Set<Promise<void>>();
  app.processEvent = async (event) => {
    const done = process(event);
    running.add(done);
    await done.finally(() => running.delete(done));
  };
  return {
    over: async (withinMs) => {
      const until = Date.now() + withinMs;
      while (running.size > 0 && Date.now() < until) {
        await Promise.race([
          Promise.allSettled(running),
          sleep(until - Date.now(), undefined, { ref: false }),
        ]);
      }
    },
  };
}

function clientOptions(apiUrl: string) {
  // Otherwise `apiCall('http://elsewhere')` would send the token there.
  return { slackApiUrl: apiUrl, timeout: TIMEOUT_MS, allowAbsoluteUrls: false };
}

/** Bolt's words in our log, where secrets are taken out; what it only tells its developers is dropped. */
function slackLogger(log: Log): Logger {
  const said = (words: readonly unknown[]) => {
    const err = words.find((word) => word instanceof Error);
    return err === undefined ? { from: 'bolt' } : { from: 'bolt', err };
  };
  const text = (words: readonly unknown[]): string =>
    words.map((word) => (word instanceof Error ? word.message : String(word))).join(' ');
  return {
    debug: () => {},
    info: () => {},
    warn: (...words) => log.warn(said(words), text(words)),
    error: (...words) => log.error(said(words), text(words)),
    setLevel: () => {},
    getLevel: () => LogLevel.WARN,
    setName: () => {},
  };
}
