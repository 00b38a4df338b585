// `node --import tsx demo/replay/record.ts`: runs the demo's Go services for real and records what
// their pprof endpoints answer, one moment every five seconds. Needs Go; takes about three minutes.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { buildGoService, type GoServiceName, startGoService } from '../go-service.ts';
import { findGo } from '../prepare/go.mjs';
import { type Moment, packMoments, RECORDED, RECORDINGS, type RecordingsOrigin } from './recording.ts';

const SPACING_SECONDS = 5;
/** Caches fill and connections open before the recording begins. */
const WARM_UP_SECONDS = 20;
const LENGTH_SECONDS = 150;

const INSTANCES: Readonly<Record<string, { service: GoServiceName; args: readonly string[] }>> = {
  'payments-svc-1': { service: 'payments-svc', args: ['-instance=payments-svc-1', '-leak-rate=12'] },
  'payments-svc-2': { service: 'payments-svc', args: ['-instance=payments-svc-2', '-leak-rate=8'] },
  'ledger-svc-1': { service: 'ledger-svc', args: ['-instance=ledger-svc-1'] },
};

async function recordAll(): Promise<void> {
  const go = await findGo();
  if (go.path === undefined) throw new Error(`recording needs Go: ${go.absent}`);
  const folder = mkdtempSync(join(tmpdir(), 'goleak-record-'));
  mkdirSync(RECORDINGS, { recursive: true });
  const origin = {
    goVersion: execFileSync(go.path, ['env', 'GOVERSION'], { encoding: 'utf8' }).trim(),
    command: 'node --import tsx demo/replay/record.ts',
    recordedAt: new Date().toISOString(),
    spacingSeconds: SPACING_SECONDS,
  };
  const instances: Record<string, { args: string; beganMs: number }> = {};
  try {
    // One instance at a time: a busy machine would show in the figures.
    for (const [instance, { service, args }] of Object.entries(INSTANCES)) {
      const binary = await buildGoService(go.path, service, folder, { leakProfile: false });
      const { beganMs, moments } = await recordInstance(binary, args);
      const packed = packMoments(moments);
      writeFileSync(join(RECORDINGS, `${instance}.br`), packed);
      instances[instance] = { args: args.join(' '), beganMs };
      console.log(`${instance}: ${packed.length} bytes`);
    }
    const described: RecordingsOrigin = { ...origin, instances };
    writeFileSync(join(RECORDINGS, 'origin.json'), `${JSON.stringify(described, null, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function recordInstance(binary: string, args: readonly string[]) {
  const service = await startGoService(binary, args);
  try {
    await sleep(WARM_UP_SECONDS * 1000);
    const beganMs = Date.now();
    const moments: Moment[] = [];
    for (let at = 0; at <= LENGTH_SECONDS; at += SPACING_SECONDS) {
      await sleep(beganMs + at * 1000 - Date.now());
      moments.push({ at, files: await recordMoment(service.url) });
    }
    return { beganMs, moments };
  } finally {
    await service.close();
  }
}

async function recordMoment(url: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const [file, path] of Object.entries(RECORDED)) {
    const response = await fetch(url + path);
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    const body = new Uint8Array(await response.arrayBuffer());
    files.set(file, file.endsWith('.pb') ? gunzipSync(body) : body);
  }
  return files;
}

await recordAll();
