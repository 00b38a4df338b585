// `goleak backtest`: a recorded history in, what the watcher would have said out.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backtestPath } from '../../src/terminal/backtest.ts';
import { draw } from '../watch/samples.ts';
import { folderOf, terminalOf } from './desk.ts';

const leaking = draw({ hours: 30, everySeconds: 300, live: (hour) => 200 + 4 * hour })
  .map((sample) => JSON.stringify(sample))
  .join('\n');

async function run(content: string, json = false): Promise<string[]> {
  const { terminal, printed } = terminalOf(json);
  const path = join(folderOf({ 'history.jsonl': content }), 'history.jsonl');
  expect(await backtestPath({ kind: 'backtest', path }, terminal)).toBe(0);
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
});
