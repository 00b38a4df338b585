// A real Go service is captured and sampled, then killed as the kernel kills a container at its limit; whoever asks for it
// afterwards is answered from what was kept, and whoever asks for the pod that took its place is told of the last life.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGoService, type RunningService, startGoService } from '../../demo/go-service.ts';
import { createFetcher } from '../../src/capture/fetch.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import type { CaptureRequest } from '../../src/model/request.ts';
import { addressOf, type Service } from '../../src/model/target.ts';
import { CAPTURE_QUEUE, DELIVER_QUEUE } from '../../src/queue/jobs.ts';
import { submit } from '../../src/queue/submit.ts';
import { openBlackBox } from '../../src/store/black-box.ts';
import { openHistoryStore } from '../../src/store/history.ts';
import { openVerdictStore, rememberingReports } from '../../src/store/verdicts.ts';
import { openWatchingStore } from '../../src/store/watching.ts';
import { captureByItself } from '../../workers/automatic.ts';
import { runCapture } from '../../workers/capture.ts';
import { runDeliver } from '../../workers/deliver.ts';
import { createSampler } from '../../workers/sample.ts';
import { removeFolder } from '../kit/remove-folder.ts';
import { pathOf, requires } from '../kit/require.ts';
import { CHANNEL } from '../kit/stage.ts';
import { openRoom, type Room, requestOf } from './room.ts';

const MIB = 1024 * 1024;
const WINDOW_MS = 4_000;

describe.skipIf(requires('redis') || requires('go'))('an instance that is gone', () => {
  let room: Room;
  let home: string;
  let binary: string;
  let running: RunningService;
  let service: Service;
  let asked = 0;
  const fetcher = createFetcher(() => undefined);

  beforeAll(async () => {
    room = await openRoom();
    home = mkdtempSync(join(tmpdir(), 'goleak-gone-'));
    binary = await buildGoService(pathOf('go'), 'payments-svc', home);
    running = await startGoService(binary, [
      '-addr=127.0.0.1:0',
      '-instance=payments-svc-1',
      '-leak-rate=36',
    ]);
    // Reached 70 % as soon as it runs, as a container that is too small for it.
    const { instances, ...rest } = serviceFromUrl(running.url);
    service = {
      ...rest,
      name: 'payments-svc',
      instances: instances.map((instance) => ({ ...instance, name: 'payments-svc-1' })),
      memoryLimitBytes: 16 * MIB,
      watch: { everyMs: 60_000 },
    };
    room.services.set(service.name, service);
    const work = room.captureWork(fetcher.fetch);
    room.worker(CAPTURE_QUEUE, (job, token, signal) => runCapture(job, token, signal, work), {
      lockDuration: 10_000,
    });
    room.worker(DELIVER_QUEUE, (job, token) => runDeliver(job, token, room.work));
  }, 180_000);
  afterAll(async () => {
    await running?.close();
    await fetcher.close();
    await room?.close();
    removeFolder(home);
  });

  async function capture(about: Partial<CaptureRequest> = {}): Promise<CaptureRequest> {
    const request = requestOf(`20261126-${String(++asked).padStart(12, '0')}`, {
      windowMs: WINDOW_MS,
      ...about,
    });
    await submit(request, room);
    await expect
      .poll(async () => (await room.requests.progress(request.id)).stage, { timeout: 60_000 })
      .toMatch(/done|failed/);
    return request;
  }
  /** One round of the sampler, as a scheduler makes it. */
  async function sample(): Promise<void> {
    const work = room.captureWork(fetcher.fetch);
    const watching = openWatchingStore(room.redis);
    const [instance] = service.instances;
    if (instance) await room.redis.del(`{goleak}:sampled:${addressOf(instance)}`);
    const sampler = createSampler({
      ...work,
      watching,
      history: openHistoryStore(room.redis),
      raise: (raisedOf, at, raised) =>
        captureByItself(raisedOf, at, raised, {
          watching,
          submit: (request) => submit({ ...request, id: `20261126-quiet${++asked}` }, room),
          channelId: async () => undefined,
          isPutOff: async () => false,
          requestId: (delivery) => delivery,
          now: Date.now,
          log: room.work.log,
        }),
    });
    await sampler({ data: { v: 1, service: service.name, shard: 0 } });
  }
  const atRest = () =>
    expect.poll(() => room.requests.open(Date.now() + 60_000), { timeout: 60_000 }).toEqual([]);
  const rootOf = ({ id }: CaptureRequest) =>
    room.workspace.waitFor(
      () =>
        room.workspace
          .messages(CHANNEL)
          .find(({ metadata }) => JSON.stringify(metadata ?? '').includes(`${id}:root`)),
      10_000,
    );

  it('was captured for the black box by itself near its limit, and nobody was told', async () => {
    await sample();
    const box = openBlackBox(room.redis);
    const pairs = () => box.pairs('payments-svc', 'payments-svc-1');
    await expect.poll(async () => (await pairs()).length, { timeout: 60_000 }).toBe(1);
    expect(await pairs()).toMatchObject([{ isQuiet: true, kind: 'goroutine-leak' }]);
    expect(room.workspace.messages(CHANNEL).filter(({ metadata }) => metadata)).toEqual([]);
    await atRest();
  }, 90_000);

  it('had a signature that the next capture knows since the first, and so does a digest', async () => {
    const request = await capture();
    const report = await room.work.reports.load(request.id);
    expect(report?.signatures[0]?.known).toMatch(/^known since \d+ \w{3}/);
    if (!report) throw new Error('no report');
    const verdicts = openVerdictStore(room.redis);
    await rememberingReports(room.work.reports, verdicts, Date.now).save(report);
    const [verdict] = await verdicts.of('payments-svc');
    expect(verdict?.signatures[0]?.firstSeenMs).toBeLessThan(report.window.from ?? 0);
  }, 90_000);

  it('is answered for from the black box: the last pair, the last sample, and nothing as if it were fresh', async () => {
    await sleep(1_500);
    await sample();
    // What the sampler has captured by itself is over: cut off in the middle it would be tried again, and fail so often
    // that the sampler leaves the instance alone as well.
    await atRest();
    process.kill(running.pid, 'SIGKILL');
    await running.close();
    await sample();
    const request = await capture();
    const { text, blocks, ts } = await rootOf(request).then((root) =>
      room.workspace.waitFor(
        () =>
          room.workspace.thread(CHANNEL, root.ts).find(({ text: now }) => /could not be reached/.test(now)),
        10_000,
      ),
    );
    const shown = JSON.stringify(blocks);
    expect(text).toMatch(/payments-svc could not be reached\. From before, at .* goroutine leak, p/);
    expect(shown).toContain('from before, not from now');
    expect(shown).toContain('nothing listens on that port');
    expect(shown).toMatch(
      /Last pair\* of `payments-svc-1`, taken at \d+ \w+ [\d:]+ UTC, .* before this was asked/,
    );
    expect(shown).toContain('ledger.(*Writer).flush');
    expect(shown).toMatch(/Memory until the last sample\* .* resident [\d.]+ MiB of 16 MiB \(\d+ %\)/);
    expect(shown).toMatch(/before that it was [\d.]+ MiB/);
    expect(shown).toMatch(/has not answered the sampler since/);
    expect(shown).toContain('cost: none, nothing was asked of it');
    expect(shown).not.toContain('did not succeed');
    const thread = await room.workspace.waitFor(() => {
      const replies = room.workspace.thread(CHANNEL, ts);
      return replies.some(({ files }) => files.length > 1) &&
        replies.some(({ blocks: each }) => JSON.stringify(each).includes('Why not something else'))
        ? replies
        : undefined;
    }, 20_000);
    expect(thread[1]?.text).toContain('Nothing of it is newer');
    expect(await room.requests.progress(request.id)).toMatchObject({
      stage: 'failed',
      lastKnown: { pair: { kind: 'goroutine-leak' }, samples: { limitBytes: 16 * MIB } },
    });
  }, 120_000);

  it('is told of in one row once another has taken its place', async () => {
    const { host } = new URL(running.url);
    running = await startGoService(binary, [`-addr=${host}`, '-instance=payments-svc-1', '-mended']);
    const request = await capture();
    const report = await room.work.reports.load(request.id);
    expect(report?.before).toMatchObject({ instance: 'payments-svc-1', how: 'killed' });
    const root = await room.workspace.waitFor(
      () => room.workspace.messages(CHANNEL).find(({ text }) => /healthy/.test(text)),
      20_000,
    );
    expect(JSON.stringify(root.blocks)).toMatch(
      /Before the restart at .* \(it ended at its limit\): goroutine leak, p.*, in the pair of .* last sample at .* of 16 MiB/,
    );
  }, 120_000);
});
