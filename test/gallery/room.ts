// Where a scene is played: a workspace of its own with a clock that stands still, and the product's own way into it.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { startWorkspace, type Workspace } from '../../demo/workspace/server.ts';
import { chartRenderer } from '../../src/deliver/charts.ts';
import { createSlackClient, createSlackPoster, type SlackPoster } from '../../src/deliver/slack.ts';
import { bringUpToDate, postStacks, type ThreadPorts, type ThreadState } from '../../src/deliver/thread.ts';
import { BUTTON_ACTIONS, type ButtonValues } from '../../src/model/button.ts';
import type { CaptureRequest, Progress } from '../../src/model/request.ts';
import type { Ledger, Posting } from '../../src/outbox/outbox.ts';
import { type SlackMessage, textContent } from '../../src/report/blocks.ts';
import type { Mrkdwn } from '../../src/report/foreign.ts';
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
  /** An answer only the person on call can see. */
  readonly whisper: (text: Mrkdwn) => Promise<void>;
  /** How far a capture has come, or its verdict with everything in its thread; gives the root's timestamp. */
  readonly show: (captured: Pick<Captured, 'report' | 'files'>, about?: Shown) => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface Shown {
  readonly progress?: Progress;
  readonly request?: Partial<CaptureRequest>;
  readonly state?: Partial<ThreadState>;
  readonly fullStacks?: boolean;
}

export async function openRoom(): Promise<GalleryRoom> {
  let nowMs = NIGHT_MS;
  const now = () => nowMs;
  const workspace = await startWorkspace({ manifest: MANIFEST, now, events: [], fileShareDelayMs: 0 });
  const { SLACK_BOT_TOKEN, SLACK_API_URL } = workspace.env();
  const client = createSlackClient(SLACK_BOT_TOKEN, SLACK_API_URL);
  const slack = createSlackPoster(client);
  const ports = threadPorts(slack, now);
  let posts = 0;
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
    whisper: async (text) => {
      await client.chat.postEphemeral({ channel: CHANNEL, user: ON_CALL, ...textContent(text) });
    },
    show: async ({ report, files }, about = {}) => {
      nowMs = (report.window.to ?? nowMs) + 900;
      const state = threadState(report, about, nowMs);
      const held = { ...ports, artefacts: async () => attachables(files), ledger: memoryLedger() };
      await bringUpToDate(state, held);
      const root = await held.ledger.posting('root');
      const ts = root.state === 'sent' ? root.ts : '';
      if (about.fullStacks) await postStacks(state, ts, held);
      return ts;
    },
    close: () => workspace.close(),
  };
}

function threadState(
  report: Captured['report'],
  { progress, request, state }: Shown,
  nowMs: number,
): ThreadState {
  return {
    request: {
      id: report.id,
      service: report.service,
      instances: report.instances.length > 1 ? 'all' : 'one',
      windowMs: Math.round(report.window.seconds) * 1_000,
      kinds: ['goroutine', 'heap', 'memstats'],
      origin: { door: 'slash', user: ON_CALL, channel: CHANNEL },
      acceptedAtMs: nowMs,
      ...request,
    },
    progress: progress ?? { stage: 'done', reportId: report.id },
    instances: report.instances,
    costSentence: 'two goroutine dumps and two heap profiles, each a pause of a few milliseconds',
    report,
    buttons: buttonIds(report.id),
    ...state,
  };
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

function attachables(files: Captured['files']) {
  return files.flatMap(({ instance, snapshots }) =>
    snapshots.flatMap((snapshot, at) =>
      snapshot.map(({ name, bytes }) => ({
        name: `${instance}/${at}/${name}`,
        sizeBytes: bytes.byteLength,
        read: async () => bytes,
      })),
    ),
  );
}
