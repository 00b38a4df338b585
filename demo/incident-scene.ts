// What `npm run demo -- --incident` plays: an incident channel is opened, an alert fires, and the channel holds the verdict
// before anybody has asked; a second alert edits the same message; a mended build is deployed, and the thread closes itself.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage, StageOptions } from './stage.ts';
import { ThreadPrinter } from './thread-printer.ts';

export interface Scene {
  /** What the stage has beside the usual. */
  readonly stage?: Pick<StageOptions, 'env' | 'rules'>;
  /** True when it went as it should. */
  readonly play: (stage: Stage) => Promise<boolean>;
  /** What somebody may do when it stays open. */
  readonly hint: string;
}

export const NAME = 'inc-payments-oom';
const ON_CALL = 'U0ONCALL';
const TOKEN = 'the-token-of-the-demo';
const VERDICT_WITHIN_MS = 60_000;
const PATIENCE_MS = 120_000;
/** The leak needs a moment to have leaked something. */
const WARM_UP_MS = 2_000;
/** A new process needs a moment until it is as it will be. */
const SETTLE = '15s';

export const INCIDENT: Scene = {
  stage: {
    env: { GOLEAK_WEBHOOK_TOKEN: TOKEN },
    rules: {
      incidents: {
        token_env: 'GOLEAK_WEBHOOK_TOKEN',
        match: [{ text: 'payments', service: 'payments-svc' }],
        join: true,
        window: '15s',
        look_every: '30s',
        settle: SETTLE,
      },
    },
  },
  play: (stage) => playIncident(stage, { say: (line) => console.log(line) }),
  hint: 'look at #inc-payments-oom, or open a channel of your own',
};

export interface Audience {
  readonly say: (line: string) => void;
  /** Called when the channel shows it; the play waits. */
  readonly shown?: (moment: 'verdict' | 'second alert' | 'recovered') => Promise<void>;
}

/** True when the channel ends with one root message, closed, and its picture. */
export async function playIncident(stage: Stage, { say, shown }: Audience): Promise<boolean> {
  const { workspace } = stage;
  await sleep(WARM_UP_MS);
  say(`\non-call opens #${NAME}`);
  const { id: channel } = workspace.userOpens({ name: NAME, user: ON_CALL });
  const printer = new ThreadPrinter(workspace, channel, say);
  try {
    const startedMs = Date.now();
    const began = new Date(startedMs);
    say('Alertmanager: GoHeapGrowing of payments-svc is firing');
    await post(stage, [{ name: 'GoHeapGrowing', began }]);
    await root(stage, channel, /goroutine leak/, VERDICT_WITHIN_MS);
    say(`verdict in #${NAME} after ${Math.round((Date.now() - startedMs) / 1000)} s`);
    await shown?.('verdict');

    say('\nAlertmanager: Goroutines of payments-svc is firing too');
    await post(stage, [
      { name: 'GoHeapGrowing', began },
      { name: 'Goroutines', began: new Date() },
    ]);
    await root(stage, channel, /2 alerts firing/, PATIENCE_MS);
    await shown?.('second alert');

    say('\nthe mended build is deployed, and the alerts end');
    for (const name of ['payments-svc-1', 'payments-svc-2']) await stage.deployMended(name);
    const ended = new Date();
    await post(stage, [
      { name: 'GoHeapGrowing', began, ended },
      { name: 'Goroutines', began, ended },
    ]);
    await root(stage, channel, /recovered/, PATIENCE_MS);
    await workspace.waitFor(
      () =>
        workspace.files().some(({ name, shares }) => name === 'before-and-after.png' && shares.length > 0),
      PATIENCE_MS,
    );
    printer.flush();
    await shown?.('recovered');
    return rootsIn(stage, channel).length === 1;
  } finally {
    printer.stop();
  }
}

interface DemoAlert {
  readonly name: string;
  readonly began: Date;
  readonly ended?: Date;
}

/** As Alertmanager's webhook has it. */
async function post(stage: Stage, alerts: readonly DemoAlert[]): Promise<void> {
  const body = {
    version: '4',
    groupKey: '{}:{service="payments-svc"}',
    status: alerts.some(({ ended }) => ended === undefined) ? 'firing' : 'resolved',
    alerts: alerts.map(({ name, began, ended }) => ({
      status: ended === undefined ? 'firing' : 'resolved',
      labels: { alertname: name, service: 'payments-svc', severity: 'critical' },
      annotations: { summary: `${name} of payments-svc` },
      startsAt: began.toISOString(),
      endsAt: ended?.toISOString() ?? '0001-01-01T00:00:00Z',
      fingerprint: Buffer.from(name).toString('hex').slice(0, 16),
    })),
  };
  const answer = await fetch(`http://127.0.0.1:${portOf(stage)}/alerts/alertmanager`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`the webhook was answered with ${answer.status}: ${await answer.text()}`);
}

/** The app says on which port it listens. */
export function portOf({ app }: Stage): number {
  const line = app.log.find((each) => each.includes('Health port open.')) ?? '{}';
  return (JSON.parse(line) as { port?: number }).port ?? 0;
}

function rootsIn({ workspace }: Stage, channel: string) {
  return workspace.messages(channel).filter(({ metadata }) => metadata !== undefined);
}

function root(stage: Stage, channel: string, words: RegExp, timeoutMs: number): Promise<unknown> {
  return stage.workspace.waitFor(
    () => rootsIn(stage, channel).find(({ text }) => words.test(text)),
    timeoutMs,
  );
}
