// The tape of an hour, through the real doors, a real Redis and the real thread, on a virtual clock: however its deliveries
// are duplicated and reordered, the threads end the same.
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOT } from '../../demo/workspace/nouns.ts';
import { startWorkspace, type Workspace } from '../../demo/workspace/server.ts';
import type { Message } from '../../demo/workspace/world.ts';
import { createAuthorise } from '../../src/authorise.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { createSlackClient, createSlackPoster } from '../../src/deliver/slack.ts';
import { openSlackDirectory } from '../../src/deliver/slack-people.ts';
import { createSlackReader } from '../../src/deliver/slack-read.ts';
import { guardWebhooks } from '../../src/entry/webhook.ts';
import { createLog } from '../../src/log.ts';
import { DEFAULT_INCIDENT_RULES, type IncidentRules } from '../../src/model/incident.ts';
import { NO_PROPOSALS } from '../../src/model/proposal.ts';
import type { CaptureRequest } from '../../src/model/request.ts';
import { OWNERLESS } from '../../src/model/target.ts';
import { openButtonStore } from '../../src/store/buttons.ts';
import { openCaptureStore } from '../../src/store/captures.ts';
import { openFixStore } from '../../src/store/fixes.ts';
import { openFlameStore } from '../../src/store/flames.ts';
import { type IncidentSubject, openIncidentStore } from '../../src/store/incidents.ts';
import { openKnownStore } from '../../src/store/known.ts';
import { openMentionStore } from '../../src/store/mentions.ts';
import { openQuestionStore } from '../../src/store/questions.ts';
import { openReportStore } from '../../src/store/reports.ts';
import { openRequestStore } from '../../src/store/requests.ts';
import { openRuleStore } from '../../src/store/rules.ts';
import { incidentSeal, requestSeal } from '../../src/store/seal.ts';
import { openThreadStore } from '../../src/store/threads.ts';
import { openVerdictStore } from '../../src/store/verdicts.ts';
import { type HearPorts, hearChannel, hearChoice, hearDelivery, hearMessage } from '../../src/triage.ts';
import { triage, triageRound } from '../../workers/triage.ts';
import type { TriageWork } from '../../workers/triage-work.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { removeFolder } from '../kit/remove-folder.ts';
import { sampleReport } from '../kit/report.ts';
import { requires } from '../kit/require.ts';
import { ALERTS_CHANNEL, delivered, leaksAt, MINUTE, T0, type TapeEvent } from './tape.ts';

const MANIFEST = fileURLToPath(new URL('../../manifest.yml', import.meta.url));
const SERVICES = ['payments-svc', 'ledger-svc', 'cart-svc', 'search-svc'];
const RULES: IncidentRules = {
  ...DEFAULT_INCIDENT_RULES,
  tokenEnv: 'TOKEN',
  join: true,
  channel: 'oncall',
  alertChannels: [ALERTS_CHANNEL],
  settleMs: 5 * MINUTE,
  mappings: {
    uptime: {
      name: 'title',
      status: 'state',
      resolved: ['UP'],
      service: 'app',
      startsAt: 'since',
      endsAt: 'until',
    },
  },
};
const STEP_MS = 10_000;
const CAPTURE_MS = 40_000;
const END_MS = T0 + 90 * MINUTE;
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe.skipIf(requires('redis'))('an hour of alerts', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await openTestRedis();
  }, 60_000);
  afterAll(() => server?.close());

  it('ends in the same threads, however its deliveries are duplicated and reordered', async () => {
    const inOrder = await play(server, 0);
    // Every service has one message in each of its channels, and each says how it ended.
    expect(inOrder.roots).toEqual({
      oncall: [
        expect.stringMatching(/ledger-svc recovered.* at 12:24 UTC, after 14 min/),
        expect.stringMatching(/payments-svc recovered.* at 12:44 UTC, after 42 min/),
        expect.stringMatching(/search-svc recovered.* at 12:50 UTC, after 20 min/),
      ],
      alerts: [expect.stringMatching(/cart-svc recovered.* at 12:36 UTC, after 21 min/)],
      'inc-payments-oom': [expect.stringMatching(/payments-svc recovered.* at 12:44 UTC/)],
      'incident-shop': [
        expect.stringMatching(/cart-svc recovered.* at 12:36 UTC/),
        expect.stringMatching(/This is about `cart-svc`/),
      ],
    });
    const incident = inOrder.threads['inc-payments-oom']?.[0] ?? [];
    expect(JSON.stringify(incident)).toContain('before-and-after.png');
    for (let seed = 1; seed <= SEEDS; seed++) {
      const replayed = await play(server, seed);
      expect(replayed.threads, `seed ${seed}`).toEqual(inOrder.threads);
    }
  }, 180_000);
});

/** More by hand: `GOLEAK_TAPE_SEEDS=50`. */
const SEEDS = Number(process.env.GOLEAK_TAPE_SEEDS ?? 3);

async function play(server: TestRedis, seed: number) {
  await server.redis.flushall();
  let nowMs = T0;
  const now = () => nowMs;
  const home = mkdtempSync(join(tmpdir(), 'goleak-tape-'));
  const workspace = await startWorkspace({ now, manifest: MANIFEST, events: [], fileShareDelayMs: 0 });
  const parts = await openParts(server, workspace, home, now);
  try {
    const arriving = [...delivered(seed)];
    const opening = arriving.map(({ event }) => event).filter((event) => event.door === 'channel');
    for (; nowMs <= END_MS; nowMs += STEP_MS) {
      for (const { name, topic, atMs } of opening) {
        if (atMs <= nowMs && !workspace.world.channel(name))
          workspace.userOpens({ name, topic, user: 'U0ONCALL' });
      }
      while ((arriving[0]?.arrivesMs ?? END_MS + 1) <= nowMs) {
        const next = arriving.shift();
        if (next) await parts.deliver(next.event);
      }
      await parts.work();
    }
    return outcomeOf(workspace);
  } finally {
    await parts.close();
    await workspace.close();
    removeFolder(home);
  }
}

async function openParts({ redis }: TestRedis, workspace: Workspace, home: string, now: () => number) {
  workspace.world.addChannel({
    id: ALERTS_CHANNEL,
    name: 'alerts',
    kind: 'public',
    members: new Set([BOT.id]),
    archived: false,
    topic: '',
  });
  workspace.addChannel('oncall', { members: ['U0ONCALL', BOT.id] });
  const { SLACK_BOT_TOKEN, SLACK_API_URL } = workspace.env();
  const slack = createSlackClient(SLACK_BOT_TOKEN, SLACK_API_URL);
  const requests = openRequestStore(redis, requestSeal(['the key of the tape']));
  const reports = openReportStore(home);
  const incidents = openIncidentStore(redis, incidentSeal(['the key of the tape']));
  const log = createLog('test', 'silent');
  const known = SERVICES.map((name) => ({ ...serviceFromUrl('http://127.0.0.1:1'), name }));
  const services = {
    all: () => known,
    find: (name: string) => known.find((service) => service.name === name),
    digests: () => [],
    proposals: () => NO_PROPOSALS,
    admins: () => ({ users: [], groups: [] }),
    owners: () => OWNERLESS,
    incidents: () => RULES,
  };
  const subjects: IncidentSubject[] = [];
  const running: { readonly request: CaptureRequest; readonly endsMs: number }[] = [];
  const queue = {
    capture: async ({ id }: { readonly id: string }) => {
      const request = await requests.load(id);
      if (request) running.push({ request, endsMs: now() + CAPTURE_MS });
    },
    deliver: async () => {},
    triage: async (what: IncidentSubject['what'], id: string) => {
      if (!subjects.some((subject) => subject.what === what && subject.id === id))
        subjects.push({ what, id });
    },
  };
  const triageWork: TriageWork = {
    services,
    requests,
    reports,
    incidents,
    queue,
    log,
    now,
    captures: openCaptureStore(home),
    flames: openFlameStore(home),
    buttons: openButtonStore(redis),
    fixes: openFixStore(redis),
    mentions: openMentionStore(redis),
    rules: openRuleStore(redis),
    threads: openThreadStore(redis),
    questions: openQuestionStore(redis),
    verdicts: openVerdictStore(redis),
    known: openKnownStore(redis),
    pace: { waitMs: async () => 0, leaveAlone: async () => {}, turn: async () => 0 },
    slack: createSlackPoster(slack),
    read: createSlackReader(slack, now),
    authorise: createAuthorise({ directory: openSlackDirectory(slack, now), admins: services.admins }),
    renderChart: async () => ({ png: new Uint8Array(PNG), renderer: 'embedded' }),
  };
  const hearing: HearPorts = { services, incidents, queue, now };
  const door = await openDoor(hearing, log);
  const finishCaptures = async (): Promise<void> => {
    for (const each of running.splice(0)) {
      const { request, endsMs } = each;
      if (endsMs > now()) running.push(each);
      else {
        const health = leaksAt(request.service, request.acceptedAtMs) ? 'goroutine-leak' : 'healthy';
        await reports.save(sampleReport(health, { id: request.id, service: request.service, artefacts: [] }));
        await requests.saveProgress(request.id, { stage: 'done', reportId: request.id });
        await queue.triage('service', request.service);
      }
    }
  };
  return {
    deliver: async (event: TapeEvent): Promise<void> => {
      const id = 'name' in event ? (workspace.world.channel(event.name)?.id ?? '') : '';
      if (event.door === 'webhook') await door.post(event.source, event.body);
      else if (event.door === 'message') await hearMessage(event.message, ALERTS_CHANNEL, hearing);
      else if (event.door === 'channel') await hearChannel(id, hearing);
      else await hearChoice(id, event.service, 'U0ONCALL', hearing);
    },
    work: async (): Promise<void> => {
      await finishCaptures();
      await triageRound(now(), triageWork);
      for (let subject = subjects.shift(); subject; subject = subjects.shift())
        await triage(subject, triageWork);
    },
    close: door.close,
  };
}

async function openDoor(hearing: HearPorts, log: ReturnType<typeof createLog>) {
  const { incidents } = hearing as HearPorts & Pick<TriageWork, 'incidents'>;
  const listener = guardWebhooks((_request, response) => response.writeHead(404).end(), {
    rules: hearing.services.incidents,
    secret: () => 'the-token',
    wasHeard: incidents.wasHeard,
    hear: (read) => hearDelivery(read, hearing),
    now: hearing.now,
    log,
  });
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    post: async (source: string, body: unknown): Promise<void> => {
      const answer = await fetch(`http://127.0.0.1:${port}/alerts/${source}`, {
        method: 'POST',
        headers: { authorization: 'Bearer the-token' },
        body: JSON.stringify(body),
      });
      expect(answer.status).toBe(200);
      await answer.text();
    },
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a person would see in the end: the bot's messages with their threads, in each channel. */
function outcomeOf(workspace: Workspace) {
  const shown = (message: Message) => ({
    text: message.text,
    blocks: message.blocks.map(({ block_id: _, ...block }) => block),
    files: message.files.map((id) => workspace.world.files.get(id)?.name),
  });
  const threads: Record<string, unknown[][]> = {};
  const roots: Record<string, string[]> = {};
  for (const { id, name, kind } of workspace.world.channels.values()) {
    const own = workspace
      .messages(id)
      .filter(({ user, subtype }) => user === BOT.id && subtype === undefined);
    if (kind === 'im' || own.length === 0) continue;
    const byText = own.toSorted((a, b) => (a.text < b.text ? -1 : 1));
    roots[name] = byText.map(({ text }) => text);
    threads[name] = byText.map(({ ts }) => workspace.thread(id, ts).map(shown));
  }
  return { threads, roots };
}
