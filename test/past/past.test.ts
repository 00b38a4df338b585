import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateBlocks } from '../../demo/workspace/blocks.ts';
import { startWorkspace, type Workspace } from '../../demo/workspace/server.ts';
import { openPrometheus } from '../../src/capture/prometheus.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { pastMessage } from '../../src/control/past-message.ts';
import { pastText } from '../../src/control/past-text.ts';
import { renderChart } from '../../src/deliver/charts.ts';
import { createSlackClient, createSlackPoster } from '../../src/deliver/slack.ts';
import { Failure } from '../../src/failure.ts';
import type { Service } from '../../src/model/target.ts';
import { recordedHistory } from '../../src/past/digest-history.ts';
import { drawnHistory, type PastPorts, pastOf } from '../../src/past/past.ts';
import { showHistory } from '../../src/past/picture.ts';
import { type PrometheusStub, type StubSeries, startPrometheus } from '../kit/prometheus.ts';
import { CHANNEL, ON_CALL } from '../kit/stage.ts';

const MIB = 1024 * 1024;
const DAY = 86_400;
const NOW = Math.floor(Date.now() / 1000);
const RESTART = NOW - 2 * DAY;
const MANIFEST = fileURLToPath(new URL('../manifest.yml', import.meta.url));

/** Grows by 40 MiB a day and began anew two days ago. */
function podSeries(instance: string): StubSeries[] {
  const age = (t: number): number => (t < RESTART ? t - (NOW - 9 * DAY) : t - RESTART) / DAY;
  const gauge = (name: string, at: StubSeries['at']): StubSeries => ({
    labels: { __name__: name, job: 'payments-svc', instance },
    at,
  });
  return [
    gauge('process_resident_memory_bytes', (t) => (100 + 40 * age(t)) * MIB),
    gauge('go_memstats_heap_alloc_bytes', (t) => (60 + 30 * age(t)) * MIB),
    gauge('go_goroutines', () => 80),
    gauge('process_start_time_seconds', (t) => (t < RESTART ? NOW - 9 * DAY : RESTART)),
  ];
}

describe('the past of a service that names a Prometheus', () => {
  let server: PrometheusStub;
  let workspace: Workspace;
  let service: Service;
  const leaving = new AbortController();
  const prometheus = openPrometheus(() => undefined, leaving.signal);
  beforeAll(async () => {
    server = await startPrometheus([...podSeries('10.0.0.1:6060'), ...podSeries('10.0.0.2:6060')]);
    workspace = await startWorkspace({ manifest: MANIFEST });
    service = {
      ...serviceFromUrl('http://10.0.0.1:6060'),
      name: 'payments-svc',
      memoryLimitBytes: 512 * MIB,
      prometheus: { url: server.url, match: 'job="payments-svc"', instanceLabel: 'instance' },
    };
  });
  afterAll(async () => {
    await prometheus.close();
    await server?.close();
    await workspace?.close();
  });
  const nothing: PastPorts['history'] = {
    instances: async () => [],
    missing: async () => new Map(),
    now: async () => NOW,
    load: async () => {
      throw new Error('the store was read');
    },
    detections: async () => [],
  };
  const past = () => pastOf(service, { history: nothing, prometheus: prometheus.read });

  it('is read from there, as a table with its restarts', async () => {
    const text = pastText('payments-svc', await past());
    expect(text).toContain('From Prometheus');
    expect(text).toMatch(/10\.0\.0\.1:6060, last sample/);
    expect(text).toMatch(/hour \(UTC\) +resident, most +heap, least +goroutines/);
    expect(text).toMatch(/\d\d:00Z +17\d MiB +1\d\d MiB +80/);
    expect(text).toMatch(/Z {2}restart/);
  });

  it('is a message, whose columns a phone does not wrap', async () => {
    const { blocks } = pastMessage('payments-svc', await past());
    expect(validateBlocks([...blocks])).toEqual([]);
    const text = JSON.stringify(blocks);
    expect(text).toMatch(/\*Over \d+ h:\* resident .* → /);
    expect(text).toMatch(/: restart/);
    expect(text).toMatch(/from Prometheus.*\/goleak capture payments-svc/);
    const lines = (/UTC +resident.*?```/.exec(text)?.[0] ?? '').replace('\\n```', '').split('\\n');
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(42);
  });

  it('is told to whoever hears only its text', async () => {
    const { text } = pastMessage('payments-svc', await past());
    expect(text).toMatch(/^\*The past of payments-svc\*\n/);
    expect(text).toMatch(/\*Over \d+ h:\* resident .* → /);
  });

  it('is drawn: a line an instance, from zero, days back to now, and when processes began anew', async () => {
    const drawn = drawnHistory(service, await past());
    expect(drawn).toMatchObject({ service: 'payments-svc', limitBytes: 512 * MIB, more: 0 });
    expect(drawn?.instances.map(({ instance }) => instance).sort()).toEqual([
      '10.0.0.1:6060',
      '10.0.0.2:6060',
    ]);
    expect(drawn?.marks.map(({ what }) => what)).toEqual(['restart', 'restart']);
    expect(drawn?.instances[0]?.resident.length).toBeGreaterThan(900);
    expect(drawn?.from).toBeGreaterThanOrEqual(NOW - 7 * DAY);
  });

  it('is shown as a picture in the channel where it was asked for, and only where it may be', async () => {
    const drawn = drawnHistory(service, await past());
    if (!drawn) throw new Error('nothing to draw');
    const { SLACK_BOT_TOKEN, SLACK_API_URL } = workspace.env();
    const slack = createSlackPoster(createSlackClient(SLACK_BOT_TOKEN, SLACK_API_URL));
    const asked: string[] = [];
    const ports = (may: boolean) => ({
      slack,
      renderChart: async (...drawing: Parameters<typeof renderChart>) => ({
        png: await renderChart(...drawing),
        renderer: 'embedded' as const,
      }),
      authorise: async ({ actions }: { readonly actions: readonly string[] }) => {
        asked.push(...actions);
        return may
          ? ({ may: 'yes' } as const)
          : ({ may: 'no', refusal: new Failure('place_unknown', { service: 'payments-svc' }) } as const);
      },
    });
    const origin = { door: 'slash', user: ON_CALL, channel: CHANNEL } as const;
    expect(await showHistory(drawn, service, origin, ports(false))).toBe(false);
    expect(workspace.files()).toEqual([]);
    expect(await showHistory(drawn, service, origin, ports(true))).toBe(true);
    const [file] = await workspace.waitFor(
      () =>
        workspace.files().filter(({ shares }) => shares.some(({ channel }) => channel === CHANNEL))[0] &&
        workspace.files(),
      5_000,
    );
    expect(file).toMatchObject({ name: 'history.png', title: 'payments-svc: history' });
    const bytes = Buffer.from(workspace.fileBytes(file?.id ?? '') ?? []);
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(asked).toEqual(['digest', 'digest']);
  });

  it('tells a digest of its memory and its restarts; a server that is away leaves what was sampled', async () => {
    const sampled = {
      memory: async () => [{ atMs: 1, bytes: 2 }],
      detections: async () => [],
      changes: async () => ({ restarts: 7 }),
    };
    const of = (at: Service) => recordedHistory(sampled, { find: () => at, prometheus: prometheus.read });
    const memory = await of(service).memory('payments-svc', (NOW - 5 * DAY) * 1000);
    expect(memory.length).toBeGreaterThan(5 * 24 - 2);
    expect((memory.at(-1)?.bytes ?? 0) / MIB).toBeGreaterThan(170);
    expect(memory.at(-1)).toMatchObject({ goroutines: 80 });
    expect(await of(service).changes('payments-svc', (NOW - 5 * DAY) * 1000)).toEqual({ restarts: 2 });
    const away = {
      ...service,
      prometheus: { url: 'http://127.0.0.1:1', match: 'a="b"', instanceLabel: 'i' },
    };
    expect(await of(away).memory('payments-svc', 0)).toEqual([{ atMs: 1, bytes: 2 }]);
    expect(await of(away).changes('payments-svc', 0)).toEqual({ restarts: 7 });
  });
});
