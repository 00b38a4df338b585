import { afterEach, describe, expect, it } from 'vitest';
import { type Checks, startHealthServer } from '../../src/entry/health.ts';
import { Failure } from '../../src/failure.ts';
import { createLog } from '../../src/log.ts';
import { openMetrics } from '../../src/metrics.ts';
import type { Instance } from '../../src/model/target.ts';
import { measuredCapture, measuredFetch } from '../../workers/measured.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const closer of closers.splice(0)) await closer();
});

const DEPTHS = { capture: { active: 1, waiting: 41, delayed: 0, failed: 2 } };

async function health(checks: Checks, depths = async () => DEPTHS, degraded = {}, alive = {}) {
  const metrics = openMetrics(depths);
  const opened = await startHealthServer(
    0,
    { checks, degraded, alive, metrics: metrics.page },
    createLog('test', 'silent'),
  );
  closers.push(opened.close);
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${opened.port}${path}`);
    return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
  };
  return { metrics, get };
}

describe('the health port', () => {
  it('is alive whatever is away, and ready when nothing is', async () => {
    let slack = false;
    const { get } = await health({ redis: async () => true, slack: async () => slack });
    expect(await get('/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await get('/readyz')).toMatchObject({ status: 503, body: 'redis: ok\nslack: not answering\n' });
    slack = true;
    expect(await get('/readyz?verbose')).toMatchObject({ status: 200, body: 'redis: ok\nslack: ok\n' });
    expect(await get('/debug/pprof/')).toMatchObject({ status: 404 });
  });

  it('is not alive without what a new process may find again', async () => {
    let isFound = true;
    const { get } = await health({ redis: async () => true }, undefined, {}, { slack: () => isFound });
    expect(await get('/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
    isFound = false;
    expect(await get('/healthz')).toMatchObject({ status: 503, body: 'slack: lost for too long\n' });
  });

  it('is ready all the same with what turns nobody away, and says so', async () => {
    let isKept = true;
    const { get } = await health({ redis: async () => true }, undefined, { audit: () => isKept });
    expect(await get('/readyz')).toMatchObject({ status: 200, body: 'redis: ok\naudit: ok\n' });
    isKept = false;
    expect(await get('/readyz')).toMatchObject({ status: 200, body: 'redis: ok\naudit: degraded\n' });
  });

  it('is not ready when a check throws', async () => {
    const { get } = await health({ redis: () => Promise.reject(new Error('gone')) });
    expect(await get('/readyz')).toMatchObject({ status: 503 });
  });

  it('gives its figures to Prometheus', async () => {
    const { metrics, get } = await health({});
    metrics.captured('done');
    metrics.judged('goroutine-leak');
    metrics.outbox('adopted');
    metrics.asked('heap', 'ok', { bytes: 2048, ms: 30 });
    metrics.killed('too-slow');
    metrics.redisDegraded(true);
    const { type, body } = await get('/metrics');
    expect(type).toContain('version=0.0.4');
    for (const line of [
      'goleak_captures_total{outcome="done"} 1',
      'goleak_verdicts_total{kind="goroutine-leak"} 1',
      'goleak_outbox_total{event="adopted"} 1',
      'goleak_target_bytes_total{endpoint="heap"} 2048',
      'goleak_target_request_seconds_count{endpoint="heap",outcome="ok"} 1',
      'goleak_analysis_ended_total{why="too-slow"} 1',
      'goleak_redis_degraded 1',
      'goleak_queue_jobs{queue="capture",state="waiting"} 41',
    ])
      expect(body).toContain(`${line}\n`);
    expect(body).toContain('nodejs_eventloop_lag_p99_seconds');
  });

  it('gives the rest of them while Redis is away', async () => {
    const { get } = await health({}, () => Promise.reject(new Error('gone')));
    const { status, body } = await get('/metrics');
    expect(status).toBe(200);
    expect(body).toContain('goleak_redis_degraded 0');
    expect(body).not.toContain('goleak_queue_jobs{');
  });

  it('has no label that a service, a person or a target could fill', async () => {
    const { metrics, get } = await health({});
    const fetch = measuredFetch(() => {
      throw new Failure('target_timeout', { instance: 'secret-name', url: 'h:1/x', seconds: 20 });
    }, metrics);
    const instance: Instance = { name: 'secret-name', pprofUrl: 'http://h:1' };
    await fetch(instance, 'heap', new AbortController().signal).catch(() => {});
    await measuredCapture(() => Promise.reject(new Error('secret-name')), metrics).catch(() => {});
    const { body } = await get('/metrics');
    expect(body).toContain('goleak_captures_total{outcome="tried-again"} 1');
    expect(body).toContain('outcome="target_timeout"');
    expect(body).not.toContain('secret-name');
    const labels = new Set(
      [...body.matchAll(/^goleak_\w+\{(.*?)\}/gm)].flatMap(([, set]) => set?.match(/\w+(?==)/g) ?? []),
    );
    expect([...labels].sort()).toEqual(['endpoint', 'le', 'outcome', 'queue', 'state']);
  });
});
