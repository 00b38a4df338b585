// A Go service with a probe, asked from the command line: found by its token, and every clue stamped inside the process.
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningService, startGoService } from '../../demo/go-service.ts';
import { insideClues } from '../../src/report/inside.ts';
import type { Report } from '../../src/report/schema.ts';
import { removeFolder } from '../kit/remove-folder.ts';
import { requires } from '../kit/require.ts';
import { buildProbed } from './svc.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const TOKEN = 'a-token-for-tests';

async function goleak(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'tsx', CLI, ...args], {
    env: { ...process.env, ...env },
  });
  const [out] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return out;
}

describe.skipIf(requires('go'))('a service with a probe, in a terminal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goleak-probe-'));
  let service: RunningService;
  beforeAll(async () => {
    process.env.GOLEAK_PROBE_TOKEN = TOKEN;
    service = await startGoService(await buildProbed(folder), ['-leak=40', '-buffer=4']);
  }, 420_000);
  afterAll(async () => {
    delete process.env.GOLEAK_PROBE_TOKEN;
    await service?.close();
    removeFolder(folder);
  });

  const capture = async (token: string): Promise<Report> =>
    JSON.parse(
      await goleak(['capture', service.url, '--for', '4s', '--json'], { GOLEAK_PROBE_TOKEN: token }),
    );

  it('tells its leak, with the span of every clue on the process’s own clock', {
    timeout: 120_000,
  }, async () => {
    const report = await capture(TOKEN);
    expect(report.verdict.kind).toBe('goroutine-leak');
    expect(report.signatures[0]?.frames[0]?.func).toBe('main.settleOrder');
    const asked = report.cost.requests.map(({ path }) => path);
    expect(asked.filter((path) => path === '/debug/goleak').length).toBeGreaterThanOrEqual(2);
    expect(asked.filter((path) => /pprof\/(heap|goroutine)/.test(path))).toEqual([]);
    const clues = insideClues(report);
    expect(new Set(clues.map(({ artefact }) => artefact)).size).toBeGreaterThanOrEqual(6);
    for (const { fromNs, toNs, gapNs = 0 } of clues) {
      expect(toNs).toBeGreaterThanOrEqual(fromNs);
      expect(gapNs).toBeGreaterThanOrEqual(0);
    }
    const dump = clues.find(({ artefact }) => artefact === 'goroutines.txt');
    expect(dump).toMatchObject({ handbookNs: 500 });
    expect(dump?.outsideNs).toBeGreaterThan(0);
  });

  it('comes to the same verdict where its probe does not know the token', { timeout: 120_000 }, async () => {
    const report = await capture('another-token');
    expect(report.verdict.kind).toBe('goroutine-leak');
    expect(insideClues(report)).toEqual([]);
    expect(report.cost.requests.map(({ path }) => path)).toContain('/debug/pprof/goroutine?debug=2');
    expect(report.problems.map(({ text }) => text).join(' ')).not.toContain('probe');
  });
});
