// An execution trace of a running Go service, asked for in a terminal and in Slack: recorded once, after both snapshots, read
// like an uploaded one, and told with the verdict.
import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../../demo/stage.ts';
import { type Report, reportSchema } from '../../src/report/schema.ts';
import { requires } from '../kit/require.ts';
import { CHANNEL, finishedThread, ON_CALL, openTestStage, rootSaying, types } from '../kit/stage.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const run = promisify(execFile);

/** The go statement of the demo's leak, whose goroutines nobody receives from. */
const LEAKS = { starts: 'example.com/payments/ledger.(*Writer).flush', reason: 'chan send' };

function traced(report: Report): NonNullable<Report['trace']> {
  if (!report.trace) throw new Error(report.problems.map(({ text }) => text).join('\n'));
  return report.trace;
}

function pathsOf(report: Report): string[] {
  return report.cost.requests.map(({ path }) => path.replace('/debug/pprof/', ''));
}

describe.skipIf(requires('redis') || requires('go'))('an execution trace of a running service', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openTestStage({ leakRate: 40 });
  }, 180_000);
  afterAll(() => stage?.close());

  const capture = async (...words: string[]): Promise<Report> => {
    const url = stage.instances.get('payments-svc-1') ?? '';
    const args = ['--import', 'tsx', CLI, 'capture', url, ...words, '--json'];
    const { stdout } = await run(process.execPath, args, { maxBuffer: 64 << 20, timeout: 60_000 });
    return reportSchema.parse(JSON.parse(stdout));
  };

  it('names who starts goroutines and how many of them are still blocked, beside the verdict', async () => {
    const report = await capture('--kinds', 'goroutine,heap,trace', '--for', '3s');
    const trace = traced(report);
    expect(trace.windowNs / 1e9).toBeGreaterThan(0.9);
    expect(trace.windowNs / 1e9).toBeLessThan(5);
    const [worst] = trace.statements;
    expect(worst?.starts.func).toBe(LEAKS.starts);
    expect(worst?.at.func).toBe('example.com/payments/ledger.(*Writer).Post');
    expect(worst?.blocked).toBeGreaterThan(5);
    expect(worst?.ended).toBe(0);
    const [left] = trace.stillBlocked.filter(({ reason }) => reason === LEAKS.reason);
    expect(left?.frames.map(({ func }) => func)).toContain(LEAKS.starts);
    expect(left?.createdBy.map(({ func }) => func)).toContain('example.com/payments/ledger.(*Writer).Post');
    expect(trace.latency.count).toBeGreaterThan(0);

    expect(report.verdict.kind).toBe('goroutine-leak');
    expect(report.signatures[0]?.because.join('\n')).toMatch(
      /in a trace of .*, \d+ were still blocked at its end/,
    );
    expect(report.window.snapshots).toBe(2);
    // The two snapshots are as far apart as without it.
    expect(report.window.seconds).toBeGreaterThan(2.5);
    const paths = pathsOf(report);
    expect(paths.filter((path) => path.startsWith('trace'))).toEqual(['trace?seconds=1']);
    expect(paths.indexOf('trace?seconds=1')).toBeGreaterThan(paths.lastIndexOf('heap'));
    const leaks = paths.indexOf('goroutineleak');
    if (leaks >= 0) expect(paths.indexOf('trace?seconds=1')).toBeLessThan(leaks);
  }, 90_000);

  it('is recorded at once when nothing else is wanted', async () => {
    const report = await capture('--kinds', 'trace');
    expect(traced(report).statements[0]?.starts.func).toBe(LEAKS.starts);
    expect(report.window.snapshots).toBe(1);
    expect(pathsOf(report).filter((path) => path.startsWith('trace'))).toHaveLength(1);
  }, 60_000);

  it('is given up in a sentence while somebody else records one, and the verdict stands', async () => {
    const url = stage.instances.get('payments-svc-1') ?? '';
    const other = request(`${url}/debug/pprof/trace?seconds=30`);
    other.on('error', () => {});
    other.end();
    try {
      const [head] = await Promise.all([
        new Promise((begun) => other.once('response', (response) => response.once('data', begun))),
      ]);
      expect(head).toBeDefined();
      const report = await capture('--kinds', 'goroutine,trace', '--for', '2s');
      expect(report.trace).toBeUndefined();
      expect(report.verdict.kind).toBe('goroutine-leak');
      expect(report.problems.map(({ text }) => text).join('\n')).toMatch(
        /refused .*trace\?seconds=1 with HTTP 500\. Another profile of this kind is being taken there/,
      );
    } finally {
      other.destroy();
    }
  }, 90_000);

  it('is asked for in Slack, priced in the first message, and drawn in a thread that is as short as ever', async () => {
    await types(stage, '/goleak capture payments-svc for 5s --kinds goroutine,heap,memstats,trace');
    const root = await rootSaying(stage, /goroutine leak/, 60_000);
    const files = await finishedThread(stage, root.ts);
    expect(JSON.stringify(root.revisions)).toContain('execution trace of 1 s (only up to 2,000 goroutines)');
    expect(files.filter((name) => name.endsWith('.png'))).toEqual([
      'memory-and-goroutines.png',
      'signatures.png',
      'goroutine-timeline.png',
    ]);
    const thread = stage.workspace.thread(CHANNEL, root.ts);
    expect(thread.length - 1).toBeLessThanOrEqual(5);
    expect(thread.every(({ user }) => user !== ON_CALL)).toBe(true);
    const triage = stage.workspace.files().findLast(({ name }) => name.startsWith('triage_'));
    const bytes = stage.workspace.fileBytes(triage?.id ?? '');
    const report = reportSchema.parse(JSON.parse(Buffer.from(bytes ?? []).toString()));
    expect(traced(report).statements[0]?.starts.func).toBe(LEAKS.starts);
    expect(report.artefacts.map(({ name }) => name)).toContainEqual(
      expect.stringMatching(/\/1\/trace\.out$/),
    );
  }, 120_000);
});
