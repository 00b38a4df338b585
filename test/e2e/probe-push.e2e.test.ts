// Through the doors: a Go service with a probe leaks until the kernel gives it no more memory and it dies. Nobody asked for
// anything; its thread has the last pair of snapshots and a verdict. Where an incident is open, its thread has them instead.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { portOf } from '../../demo/incident-scene.ts';
import type { Stage } from '../../demo/stage.ts';
import { requires } from '../kit/require.ts';
import { CHANNEL, finishedThread, openTestStage, rootSaying, roots, types } from '../kit/stage.ts';
import { buildProbed } from '../probe/svc.ts';

const TOKEN = 'the-token-of-orders';
/** The kernel refuses the service more than this; its probe is told of less, as a container's limit would have it. */
const KERNEL_KIB = 300 * 1024;
const LIMIT_MIB = 200;

describe.skipIf(requires('redis') || requires('go'))('a service that dies of its memory', () => {
  let stage: Stage;
  let binary: string;
  let keep: string;
  let service: ChildProcess | undefined;
  beforeAll(async () => {
    stage = await openTestStage({
      services: 'replay',
      env: { ORDERS_PUSH_TOKEN: TOKEN, ALERTS_TOKEN: TOKEN },
      rules: { incidents: { token_env: 'ALERTS_TOKEN' } },
    });
    binary = await buildProbed(stage.home);
    keep = join(stage.home, 'last-pair');
    mkdirSync(keep);
    const file = join(stage.home, 'services.yml');
    const registry = parse(readFileSync(file, 'utf8')) as { services: Record<string, unknown> };
    registry.services['orders-svc'] = {
      instances: [{ name: 'orders-svc-1', url: 'http://127.0.0.1:9' }],
      channels: [CHANNEL],
      memory_limit: `${LIMIT_MIB}MiB`,
      probe: { push_token_env: 'ORDERS_PUSH_TOKEN' },
    };
    writeFileSync(file, stringify(registry));
  }, 500_000);
  afterAll(async () => {
    service?.kill('SIGKILL');
    await stage?.close();
  });

  const door = () => `http://127.0.0.1:${portOf(stage)}/probe/orders-svc/orders-svc-1`;
  const post = (token: string, body: string | Uint8Array<ArrayBuffer>, url = door()) =>
    fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body });

  /** Resolves to how it ended and what it said at its end. */
  const leakToDeath = (): Promise<{ status: number | null; said: string }> => {
    const args = [
      '-leak=24',
      '-buffer=256',
      `-limit=${LIMIT_MIB}`,
      `-keep=${keep}`,
      `-push=${door()}`,
      '-gap=3s',
    ];
    // RLIMIT_DATA: what a process may write to, as far as it is its own. Reserved address space does not count.
    const child = spawn('sh', ['-c', `ulimit -d ${KERNEL_KIB}; exec "$0" "$@"`, binary, ...args], {
      env: { PATH: process.env.PATH ?? '', GOLEAK_PROBE_TOKEN: TOKEN },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    service = child;
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(0, 4_000);
    });
    return new Promise((resolve) => child.once('close', (status) => resolve({ status, said })));
  };

  it('has its last pair and a verdict in its thread', { timeout: 300_000 }, async () => {
    const { status, said } = await leakToDeath();
    expect(said).toMatch(/out of memory|cannot allocate memory/);
    expect(status).not.toBe(0);

    const root = await rootSaying(stage, /orders-svc.*goroutine leak/s, 120_000);
    const shown = JSON.stringify(root.blocks);
    expect(shown).toContain('settleOrder');
    expect(shown).toMatch(/orders-svc-1 pushed its last pair by itself: it held .* of its limit of 200 MiB/);
    const files = await finishedThread(stage, root.ts, 60_000);
    expect(files.filter((name) => name.includes('goroutines'))).not.toEqual([]);
    expect(JSON.stringify(stage.workspace.thread(CHANNEL, root.ts))).toContain('Taken inside the process');
  });

  it('is told once, however often the pair is delivered', { timeout: 60_000 }, async () => {
    const pair = new Uint8Array(readFileSync(join(keep, 'last-pair.tar')));
    const before = roots(stage).length;
    const answers = await Promise.all([1, 2, 3].map(() => post(TOKEN, pair).then((answer) => answer.json())));
    expect(answers).toEqual([{ duplicate: true }, { duplicate: true }, { duplicate: true }]);
    expect(roots(stage).length).toBe(before);
  });

  it('is answered for with that pair when somebody asks later', { timeout: 120_000 }, async () => {
    await types(stage, '/goleak capture orders-svc');
    const root = await rootSaying(stage, /could not be reached/, 60_000);
    expect(JSON.stringify(root.blocks)).toMatch(/Last pair\* of `orders-svc-1`.*goroutine leak/);
  });

  it('is told in the thread of its incident while one is open', { timeout: 300_000 }, async () => {
    const alert = {
      status: 'firing',
      labels: { alertname: 'MemoryHigh', service: 'orders-svc' },
      startsAt: new Date().toISOString(),
      fingerprint: 'orders-memory',
    };
    const alerts = `http://127.0.0.1:${portOf(stage)}/alerts/alertmanager`;
    expect((await post(TOKEN, JSON.stringify({ groupKey: 'orders', alerts: [alert] }), alerts)).status).toBe(
      200,
    );
    const incident = await rootSaying(stage, /MemoryHigh|1 alert/, 60_000);
    const before = roots(stage).length;
    await leakToDeath();
    await stage.workspace.waitFor(() => {
      const now = roots(stage).find(({ ts }) => ts === incident.ts);
      return /goroutine leak/.test(`${now?.text} ${JSON.stringify(now?.blocks)}`) && now;
    }, 120_000);
    expect(roots(stage).length).toBe(before);
  });

  it('lets nobody push for it without its token, and nothing that is no pair', async () => {
    const body = 'not a tar';
    expect((await post('another', body)).status).toBe(401);
    expect((await post(TOKEN, body, door().replace('orders-svc/', 'payments-svc/'))).status).toBe(401);
    expect((await post(TOKEN, body, door().replace(/orders-svc-1$/, 'orders-svc-9'))).status).toBe(404);
    expect((await post(TOKEN, body)).status).toBe(400);
    expect((await fetch(door(), { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(405);
  });
});
