// A real Go service leaks, is asked for, and is deployed again: mended, and then with the leak back. Its thread says so.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGoService, type RunningService, startGoService } from '../../demo/go-service.ts';
import { createFetcher } from '../../src/capture/fetch.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import type { CaptureRequest } from '../../src/model/request.ts';
import { addressOf, type Service } from '../../src/model/target.ts';
import { CAPTURE_QUEUE, DELIVER_QUEUE } from '../../src/queue/jobs.ts';
import { submit } from '../../src/queue/submit.ts';
import { openFixStore } from '../../src/store/fixes.ts';
import { openHistoryStore } from '../../src/store/history.ts';
import { openIncidentStore } from '../../src/store/incidents.ts';
import { openWatchingStore } from '../../src/store/watching.ts';
import { runCapture } from '../../workers/capture.ts';
import { runDeliver } from '../../workers/deliver.ts';
import { fixRound, planLook } from '../../workers/fixes.ts';
import { createSampler } from '../../workers/sample.ts';
import { removeFolder } from '../kit/remove-folder.ts';
import { pathOf, requires } from '../kit/require.ts';
import { CHANNEL } from '../kit/stage.ts';
import { openRoom, type Room, requestOf } from './room.ts';

const WINDOW_MS = 4_000;
const WARM_UP_MS = 600_000;

describe.skipIf(requires('redis') || requires('go'))('a leak with a thread', () => {
  let room: Room;
  let home: string;
  let binary: string;
  let running: RunningService;
  let service: Service;
  let leak: CaptureRequest;
  const submitted: CaptureRequest[] = [];
  const triaged: string[] = [];
  const fetcher = createFetcher(() => undefined);

  beforeAll(async () => {
    room = await openRoom();
    home = mkdtempSync(join(tmpdir(), 'goleak-fixes-'));
    binary = await buildGoService(pathOf('go'), 'payments-svc', home);
    // What the service calls its instance stands for what it would call its build.
    running = await startGoService(binary, ['-addr=127.0.0.1:0', '-instance=v2.13', '-leak-rate=36']);
    const { instances, ...rest } = serviceFromUrl(running.url);
    service = {
      ...rest,
      name: 'payments-svc',
      instances: instances.map((instance) => ({ ...instance, name: 'payments-svc-1' })),
      watch: { everyMs: 60_000, buildVar: 'instance' },
    };
    room.services.set(service.name, service);
    const work = room.captureWork(fetcher.fetch);
    room.worker(CAPTURE_QUEUE, (job, token, signal) => runCapture(job, token, signal, work), {
      lockDuration: 10_000,
    });
    room.worker(DELIVER_QUEUE, (job, token) => runDeliver(job, token, room.work));
    leak = requestOf('20261126-000000000001', { windowMs: WINDOW_MS });
  }, 180_000);
  afterAll(async () => {
    await running?.close();
    await fetcher.close();
    await room?.close();
    removeFolder(home);
  });

  const fixes = () => openFixStore(room.redis);
  const newBuilds = () => ({
    fixes: fixes(),
    incidents: openIncidentStore(room.redis),
    triage: async (name: string) => {
      triaged.push(name);
    },
    submit: async (request: CaptureRequest) => {
      submitted.push(request);
      await submit({ ...request, windowMs: WINDOW_MS }, room);
    },
    now: Date.now,
    warmUpMs: () => WARM_UP_MS,
    log: room.work.log,
  });
  async function sample(): Promise<void> {
    const [instance] = service.instances;
    if (instance) await room.redis.del(`{goleak}:sampled:${addressOf(instance)}`);
    const sampler = createSampler({
      ...room.captureWork(fetcher.fetch),
      watching: openWatchingStore(room.redis),
      history: openHistoryStore(room.redis),
      raise: async (raisedOf, at, { mark }) => {
        if (mark) await planLook(raisedOf, at, mark, newBuilds());
      },
    });
    await sampler({ data: { v: 1, service: service.name, shard: 0 } });
  }
  async function deploy(build: string, ...flags: readonly string[]): Promise<void> {
    const { host } = new URL(running.url);
    await running.close();
    running = await startGoService(binary, [
      `-addr=${host}`,
      `-instance=${build}`,
      '-leak-rate=36',
      ...flags,
    ]);
    await expect.poll(() => sample().then(() => 1)).toBe(1);
  }
  const root = () =>
    room.workspace.messages(CHANNEL).find(({ metadata }) => JSON.stringify(metadata ?? '').includes(leak.id));
  const thread = () => room.workspace.thread(CHANNEL, root()?.ts ?? '');
  const rootSays = (words: RegExp) =>
    expect.poll(() => JSON.stringify(root()?.blocks ?? ''), { timeout: 60_000 }).toMatch(words);
  const files = () =>
    room.workspace.files().filter(({ shares }) => shares.some(({ threadTs }) => threadTs === root()?.ts));

  it('is followed once somebody has asked and there is a verdict', async () => {
    await sample();
    await submit(leak, room);
    await rootSays(/goroutine leak, p/);
    await expect
      .poll(() => fixes().followed('payments-svc', Date.now()), { timeout: 20_000 })
      .toMatchObject({ request: leak.id, state: 'open', kind: 'goroutine-leak' });
  }, 90_000);

  it('is closed after the build that mends it has warmed up, with a picture of before and after', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await deploy('v2.14', '-mended');
    await sample();
    await fixRound(Date.now(), newBuilds());
    expect(submitted).toEqual([]);
    const later = Date.now() + WARM_UP_MS + 1_000;
    expect(await fixes().due(later)).toMatchObject([{ build: 'v2.14', request: leak.id }]);
    await fixRound(later, {
      ...newBuilds(),
      submit: (request) => newBuilds().submit({ ...request, acceptedAtMs: Date.now() }),
    });
    expect(submitted).toMatchObject([
      { quiet: true, lightOnly: true, origin: { door: 'schedule', user: '' } },
    ]);
    expect(await fixes().due(later)).toEqual([]);
    await rootSays(/:white_check_mark: \*Fixed in build `v2\.14`\*/);
    expect(thread().filter(({ text }) => /Fixed in build/.test(text)).length).toBeGreaterThanOrEqual(1);
    const said = thread().find(({ ts, text }) => ts !== root()?.ts && /Fixed in build/.test(text));
    expect(JSON.stringify(said?.blocks)).toMatch(/\*Before:\* goroutine leak/);
    expect(JSON.stringify(said?.blocks)).toMatch(/goroutines [\d,]+ → [\d,]+/);
    await expect
      .poll(() => files().map(({ name }) => name), { timeout: 20_000 })
      .toContain('before-and-after.png');
    expect(room.workspace.messages(CHANNEL).filter(({ metadata }) => metadata)).toHaveLength(1);
    expect(await fixes().followed('payments-svc', Date.now())).toMatchObject({ state: 'fixed' });
    await expect.poll(() => room.requests.open(Date.now() + 60_000), { timeout: 10_000 }).toEqual([]);
  }, 120_000);

  it('is opened again when a later build has it back', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await deploy('v2.16');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const later = Date.now() + WARM_UP_MS + 1_000;
    await fixRound(later, {
      ...newBuilds(),
      submit: (request) => newBuilds().submit({ ...request, acceptedAtMs: Date.now() }),
    });
    await rootSays(/:rotating_light: \*Back since build `v2\.16`\*/);
    expect(thread().filter(({ ts, text }) => ts !== root()?.ts && /Back since/.test(text))).toHaveLength(1);
    await expect
      .poll(() => fixes().followed('payments-svc', Date.now()), { timeout: 20_000 })
      .toMatchObject({ state: 'open', request: leak.id });
    // Whoever brings the thread up to date later takes nothing back.
    await room.queue.deliver(leak.id);
    await rootSays(/Back since build/);
  }, 120_000);

  it('has an open incident of its service decided about anew', async () => {
    const incidents = openIncidentStore(room.redis);
    const place = { channel: CHANNEL, why: 'incident', sinceMs: Date.now() - 60_000 } as const;
    const open = {
      id: 'incident-1',
      service: 'payments-svc',
      alerts: [],
      isCut: false,
      places: [place],
      looks: [],
    };
    await incidents.changeDesk('payments-svc', () => ({ service: 'payments-svc', incidents: [open] }));
    expect(triaged).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await deploy('v2.17');
    expect((await incidents.desk('payments-svc'))?.incidents[0]?.build?.name).toBe('v2.17');
    expect(triaged).toEqual(['payments-svc']);
  }, 60_000);
});
