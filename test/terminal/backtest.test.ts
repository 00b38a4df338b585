// `goleak backtest`: a recorded history in, what the watcher would have said out.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBacktest } from '../../src/terminal/backtest.ts';
import { startPrometheus } from '../kit/prometheus.ts';
import { draw } from '../watch/samples.ts';
import { folderOf, terminalOf } from './desk.ts';

const leaking = draw({ hours: 30, everySeconds: 300, live: (hour) => 200 + 4 * hour })
  .map((sample) => JSON.stringify(sample))
  .join('\n');

async function run(content: string, json = false): Promise<string[]> {
  const { terminal, printed } = terminalOf(json);
  const path = join(folderOf({ 'history.jsonl': content }), 'history.jsonl');
  expect(await runBacktest({ kind: 'backtest', path }, terminal)).toBe(0);
  return printed.join('\n').split('\n');
}

describe('backtest', () => {
  it('prints one detection a line as JSON, and nothing else', async () => {
    const lines = (await run(leaking, true)).map((line) => JSON.parse(line));
    expect(lines).toHaveLength(1);
    expect(Object.keys(lines[0])).toEqual(['t', 'instance', 'kind', 'tier', 'forecast', 'because']);
    expect(lines[0]).toMatchObject({ instance: 'pod-1', kind: 'heap_leak', tier: 'probable' });
    expect(lines[0].forecast.low).toBeGreaterThan(lines[0].t);
  });

  it('tells people when, who, what and why, and how often it would have spoken', async () => {
    const [told = '', blank, span, spoken, skipped] = await run(`${leaking}\nno sample`);
    expect(told).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\dZ {2}pod-1 {2}heap leak, probable: live heap grew by .*; the limit is reached between /,
    );
    expect(blank).toBe('');
    expect(span).toMatch(/^360 samples of 1 instance from .*: 0\.2 service-weeks\.$/);
    expect(spoken).toMatch(/^It would have spoken once, 56\d per 100 service-weeks; /);
    expect(skipped).toBe('Line 361 was skipped: it is not JSON.');
  });

  it('prints nothing as JSON when there is nothing to say', async () => {
    expect(await run('{"t":1793577600,"RSS":1}', true)).toEqual(['']);
  });

  it('draws no control sequence of a foreign name', async () => {
    const history = leaking.replaceAll('"pod-1"', '"\\u001b[31mred"');
    expect((await run(history)).join('\n')).not.toContain('\u001b');
  });

  it('refuses a file without samples and says why', async () => {
    await expect(run('nothing\n[]')).rejects.toThrow(
      /holds no samples\. Line 1 was skipped: it is not JSON\. Line 2 was skipped: it is not an object\./,
    );
  });

  it('reads a window of the Prometheus that services.yml names for the service', async () => {
    const leak = (t: number): number => (200 + (t % 1e6) / 3600) * 2 ** 20;
    const server = await startPrometheus([
      { labels: { __name__: 'process_resident_memory_bytes', job: 'pay', instance: 'a' }, at: leak },
    ]);
    const services = `services:\n  pay:\n    instances: [http://127.0.0.1:1]\n    prometheus: { url: "${server.url}" }\n  other:\n    instances: [http://127.0.0.1:1]\n`;
    const servicesFile = join(folderOf({ 'services.yml': services }), 'services.yml');
    const { terminal, printed } = terminalOf(false);
    const env = async () => ({ servicesFile, secret: () => undefined }) as never;
    const at = { ...terminal, env };
    expect(await runBacktest({ kind: 'backtest', windowMs: 2 * 86_400_000 }, at)).toBe(0);
    expect(printed.join('\n')).toMatch(/2,88\d samples of 1 instance from /);
    await expect(
      runBacktest({ kind: 'backtest', windowMs: 60_000, service: 'other' }, at),
    ).rejects.toMatchObject({ code: 'usage_wrong' });
    await expect(
      runBacktest({ kind: 'backtest', windowMs: 60_000, service: 'none' }, at),
    ).rejects.toMatchObject({ code: 'service_unknown' });
    await server.close();
  });
});
