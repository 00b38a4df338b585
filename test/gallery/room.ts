// Where a scene is played: a workspace of its own with a clock that stands still, and the product's own way into it.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { App, LogLevel } from '@slack/bolt';
import type { HomeView, ModalView } from '@slack/types';
import { startWorkspace, type Workspace } from '../../demo/workspace/server.ts';
import { costSentence } from '../../src/capture/plan.ts';
import { chartRenderer } from '../../src/deliver/charts.ts';
import { createSlackClient, createSlackPoster, type SlackPoster } from '../../src/deliver/slack.ts';
import { bringUpToDate, postStacks, type ThreadPorts, type ThreadState } from '../../src/deliver/thread.ts';
import { contentIn } from '../../src/entry/slack-answer.ts';
import { SERVICE_SEARCH } from '../../src/forms/capture.ts';
import { BUTTON_ACTIONS, type ButtonValues } from '../../src/model/button.ts';
import { type CaptureRequest, isLastWord, type Progress } from '../../src/model/request.ts';
import { DEFAULT_KINDS, DEFAULT_PERMISSIONS, DEFAULT_WINDOW_MS } from '../../src/model/target.ts';
import type { Ledger, Posting } from '../../src/outbox/outbox.ts';
import { withoutArguments } from '../../src/report/argument-words.ts';
import type { SlackMessage } from '../../src/report/blocks.ts';
import type { Mrkdwn } from '../../src/report/foreign.ts';
import { option } from '../../src/report/form.ts';
import { CHANNEL, ON_CALL } from '../kit/stage.ts';
import type { Captured } from './captured.ts';

const MANIFEST = fileURLToPath(new URL('../../manifest.yml', import.meta.url));

/** A night in November, where a capture says no time of its own. */
export const NIGHT_MS = Date.UTC(2026, 10, 23, 3, 12, 4);

export interface GalleryRoom {
  readonly workspace: Workspace;
  readonly slack: SlackPoster;
  readonly ports: ThreadPorts;
  /** The clock stands still at this moment from now on. */
  readonly setTime: (nowMs: number) => void;
  readonly now: () => number;
  /** Posts a message as goleak would; gives its timestamp. */
  readonly post: (message: SlackMessage, threadTs?: string) => Promise<string>;
  /** The person on call says something in the channel; gives its timestamp. */
  readonly say: (text: string, threadTs?: string) => Promise<string>;
  readonly publishHome: (view: HomeView) => Promise<void>;
  /** As `/goleak` opens a form. */
  readonly openModal: (view: ModalView) => Promise<void>;
  readonly requestOf: (about?: Partial<CaptureRequest>) => CaptureRequest;
  /** What a thread about it is made of, and what makes it, with a ledger of its own. */
  readonly stateOf: (captured: Pick<Captured, 'report' | 'flames'>) => ThreadState;
  readonly portsFor: (captured: Pick<Captured, 'files'>) => ThreadPorts;
  /** An answer only the person on call can see. */
  readonly whisper: (said: Mrkdwn | SlackMessage) => Promise<void>;
  /** How far a capture has come, or its verdict with everything in its thread; gives the root's timestamp. */
  readonly show: (captured: Pick<Captured, 'report' | 'files' | 'flames'>, about?: Shown) => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface Shown {
  /** When it is shown; a moment after the capture when absent. */
  readonly atMs?: number;
  readonly progress?: Progress;
  readonly request?: Partial<CaptureRequest>;
  readonly state?: Partial<ThreadState>;
  readonly fullStacks?: boolean;
}

export async function openRoom(): Promise<GalleryRoom> {
  let nowMs = NIGHT_MS;
  const now = () => nowMs;
  const workspace = await startWorkspace({
    manifest: MANIFEST,
    now,
    events: ['function_executed'],
    fileShareDelayMs: 0,
  });
  const { SLACK_BOT_TOKEN, SLACK_API_URL } = workspace.env();
  const client = createSlackClient(SLACK_BOT_TOKEN, SLACK_API_URL);
  const slack = createSlackPoster(client);
  const ports = threadPorts(slack, now);
  let posts = 0;
  const closers: (() => Promise<unknown>)[] = [() => workspace.close()];
  const portsFor = ({ files }: Pick<Captured, 'files'>): ThreadPorts => ({
    ...ports,
    artefacts: async () => attachables(files),
    ledger: memoryLedger(),
  });
  return {
    workspace,
    slack,
    ports,
    now,
    setTime: (atMs) => {
      nowMs = atMs;
    },
    post: (message, threadTs) =>
      slack.post({ channel: CHANNEL, ...(threadTs && { threadTs }) }, message, `gallery:${posts++}`),
    whisper: async (said) => {
      await client.chat.postEphemeral({ channel: CHANNEL, user: ON_CALL, ...contentIn(said) });
    },
    say: async (text, threadTs) => {
      const said = await workspace.userTypes({
        channel: CHANNEL,
        user: ON_CALL,
        text,
        ...(threadTs && { threadTs }),
      });
      return 'ts' in said ? String(said.ts) : '';
    },
    publishHome: async (view) => {
      await client.views.publish({ user_id: ON_CALL, view });
    },
    openModal: async (view) => {
      closers.push(await openedBy(workspace, view));
    },
    requestOf: (about = {}) => ({ ...requestAt(nowMs), ...about }),
    stateOf: ({ report, flames }) => threadState(report, { state: { flames } }, nowMs),
    portsFor,
    show: async ({ report, files, flames }, about = {}) => {
      nowMs = about.atMs ?? (report.window.to ?? nowMs) + 900;
      const state = threadState(report, { ...about, state: { flames, ...about.state } }, nowMs);
      const held = portsFor({ files });
      await bringUpToDate(state, held);
      const root = await held.ledger.posting('root');
      const ts = root.state === 'sent' ? root.ts : '';
      if (about.fullStacks) await postStacks(state, ts, held);
      return ts;
    },
    close: async () => {
      for (const close of closers.reverse()) await close();
    },
  };
}

function threadState(
  report: Captured['report'],
  { progress, request, state }: Shown,
  nowMs: number,
): ThreadState {
  return {
    request: {
      ...requestAt(nowMs),
      id: report.id,
      service: report.service,
      instances: report.instances.length > 1 ? 'all' : 'one',
      windowMs: Math.round(report.window.seconds) * 1_000,
      ...request,
    },
    progress: progress ?? { stage: 'done', reportId: report.id },
    instances: report.instances,
    costSentence: costSentence(DEFAULT_KINDS, DEFAULT_WINDOW_MS, DEFAULT_PERMISSIONS),
    report,
    ...(progress && !isLastWord(progress.stage)
      ? { cancel: buttonIds(report.id).cancel_capture ?? '' }
      : { buttons: buttonIds(report.id) }),
    ...state,
  };
}

function requestAt(acceptedAtMs: number): CaptureRequest {
  return {
    id: '20261123-gallery',
    service: 'payments-svc',
    instances: 'one',
    windowMs: 30_000,
    kinds: ['goroutine', 'heap', 'memstats'],
    origin: { door: 'slash', user: ON_CALL, channel: CHANNEL },
    acceptedAtMs,
  };
}

const OPENED_WITHIN_MS = 5_000;

/** Slack opens a form only in answer to somebody: so somebody types, and a real app answers. Gives what ends the app. */
async function openedBy(workspace: Workspace, view: ModalView): Promise<() => Promise<unknown>> {
  const { SLACK_BOT_TOKEN: token, SLACK_APP_TOKEN: appToken, SLACK_API_URL: slackApiUrl } = workspace.env();
  const app = new App({
    token,
    appToken,
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl },
  });
  app.command('/goleak', async ({ ack, client, command }) => {
    await ack();
    await client.views.open({ trigger_id: command.trigger_id, view });
  });
  app.options(SERVICE_SEARCH, async ({ ack }) => {
    await ack({ options: ['payments-svc', 'ledger-svc'].map((name) => option({ text: name, value: name })) });
  });
  await app.start();
  await workspace.userTypes({ channel: CHANNEL, user: ON_CALL, text: '/goleak' });
  await workspace.waitFor(() => workspace.world.views.size > 0, OPENED_WITHIN_MS);
  await sleep(0);
  return () => app.stop();
}

/** Ids as opaque as the real ones, and the same every time. */
export function buttonIds(of: string): ButtonValues {
  return Object.fromEntries(
    BUTTON_ACTIONS.map((action) => [
      action,
      createHash('sha256').update(`${of} ${action}`).digest('base64url').slice(0, 22),
    ]),
  ) as ButtonValues;
}

function threadPorts(slack: SlackPoster, now: () => number): ThreadPorts {
  let shown: string | undefined;
  return {
    slack,
    renderChart: chartRenderer(),
    ledger: memoryLedger(),
    clock: { now, sleep: async () => {} },
    progressTurn: async () => 0,
    shown: {
      load: async () => shown,
      save: async (content) => {
        shown = content;
      },
    },
    artefacts: async () => [],
    claimName: async () => true,
    placed: async () => {},
  };
}

function memoryLedger(): Ledger {
  const steps = new Map<string, Posting>();
  const posting = async (step: string): Promise<Posting> => steps.get(step) ?? { state: 'absent' };
  return {
    posting,
    claim: async (step, sinceMs) => {
      const before = await posting(step);
      if (before.state === 'absent') steps.set(step, { state: 'intent', sinceMs });
      return before;
    },
    annotate: async () => {},
    sent: async (step, ts) => void steps.set(step, { state: 'sent', ts }),
    withdraw: async (step) => void steps.delete(step),
  };
}

/** As a worker attaches them: without arguments, and without memory readings, which the triage file has. */
function attachables(files: Captured['files']) {
  return files.flatMap(({ instance, snapshots }) =>
    snapshots.flatMap((snapshot, at) =>
      snapshot
        .filter(({ name }) => name !== 'vars.json' && !name.startsWith('memory-'))
        .map(({ name, bytes }) => ({
          name: `${instance}/${at}/${name}`,
          sizeBytes: bytes.byteLength,
          read: async () => (name.endsWith('.txt') ? withoutArguments(bytes) : bytes),
        })),
    ),
  );
}
