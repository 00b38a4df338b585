import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGoService, startGoService } from '../../demo/go-service.ts';
import { RECORDED } from '../../demo/replay/recording.ts';
import { pathOf, requires } from '../kit/require.ts';

/** Compiles Go's standard library the first time. */
const BUILD_MS = 300_000;

describe.skipIf(requires('go'))('the Go services of the demo', () => {
  let folder: string;
  let payments: string;
  let ledger: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'goleak-go-'));
    payments = await buildGoService(pathOf('go'), 'payments-svc', folder);
    ledger = await buildGoService(pathOf('go'), 'ledger-svc', folder);
  }, BUILD_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const goroutines = async (url: string) => (await fetch(`${url}/debug/pprof/goroutine?debug=1`)).text();
  const stuck = (text: string) =>
    Number(/^(\d+) @ .*\n#.*ledger\.\(\*Writer\)\.flush\+.*\n\n/m.exec(text)?.[1] ?? 0);

  it('payments-svc leaks about as fast as it is told to, ledger-svc not at all', async () => {
    const services = [
      await startGoService(payments, ['-leak-rate=20', '-load=60']),
      await startGoService(ledger),
    ];
    const [sick, well] = services;
    if (!sick || !well) throw new Error('both services were started');
    try {
      await sleep(3_000);
      const before = { sick: stuck(await goroutines(sick.url)), well: await goroutines(well.url) };
      await sleep(3_000);
      const after = { sick: stuck(await goroutines(sick.url)), well: await goroutines(well.url) };
      expect(after.sick - before.sick).toBeGreaterThan(25);
      expect(after.sick - before.sick).toBeLessThan(90);
      const total = (text: string) => Number(/total (\d+)/.exec(text)?.[1]);
      expect(Math.abs(total(after.well) - total(before.well))).toBeLessThan(15);
    } finally {
      for (const service of services) await service.close();
    }
  });

  it('answers every URL that a recording is made from', async () => {
    const service = await startGoService(ledger);
    try {
      for (const path of Object.values(RECORDED)) expect((await fetch(service.url + path)).status).toBe(200);
    } finally {
      await service.close();
    }
  });

  it('restarts on the same port when it is full', { timeout: 60_000 }, async () => {
    const service = await startGoService(payments, ['-leak-rate=30', '-load=60', '-leak-cap=60']);
    try {
      const timeouts = async () => {
        const vars = await fetch(`${service.url}/debug/vars`).then(
          (answer) => answer.json(),
          () => undefined,
        );
        return vars === undefined
          ? undefined
          : Number((vars as Record<string, unknown>).payments_timeouts_total);
      };
      let most = 0;
      let fell = false;
      for (let asked = 0; asked < 100 && !fell; asked++) {
        const now = (await timeouts()) ?? most;
        fell = now < most;
        most = Math.max(most, now);
        await sleep(200);
      }
      expect(fell).toBe(true);
    } finally {
      await service.close();
    }
  });

  it.skipIf(process.platform !== 'linux')('ends when its parent is killed', async () => {
    const parent = spawn(process.execPath, [
      '-e',
      `const child = require('node:child_process').spawn(${JSON.stringify(ledger)}, { stdio: ['pipe', 'inherit', 'inherit'] });
       console.log('pid ' + child.pid); setInterval(() => {}, 1000);`,
    ]);
    const printed = await new Promise<string>((resolve) => {
      let all = '';
      parent.stdout.on('data', (chunk) => {
        all += chunk;
        if (/pid \d+\n/.test(all) && all.includes('listening')) resolve(all);
      });
    });
    const pid = Number(/pid (\d+)/.exec(printed)?.[1]);
    parent.kill('SIGKILL');
    let alive = true;
    for (let asked = 0; asked < 50 && alive; asked++) {
      await sleep(100);
      alive = isAlive(pid);
    }
    expect(alive).toBe(false);
  });

  it('refuses to listen beyond loopback', async () => {
    await expect(startGoService(ledger, ['-addr=0.0.0.0:0'])).rejects.toThrow(
      '0.0.0.0:0 is not a loopback address',
    );
  });
});

function isAlive(pid: number): boolean {
  try {
    // Ended, but not yet collected by its new parent, counts as ended.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
