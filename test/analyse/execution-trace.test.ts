// A trace beside dumps: one more clue to what they show, and never an accusation of its own.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analyse/analyse.ts';
import { formatCount } from '../../src/model/units.ts';
import { assembleSeries } from '../../src/parse/snapshot.ts';
import type { Shape } from '../../src/report/charts/drawing.ts';
import { latencyShapes } from '../../src/report/charts/latency.ts';
import { timelinePicture } from '../../src/report/charts/trace.ts';
import { buildReport } from '../../src/report/report.ts';
import { readReport } from '../../src/report/schema.ts';
import { reportText } from '../../src/report/text.ts';
import { CONTEXT } from './series.ts';

const CAPTURES = new URL('../captures/', import.meta.url);

function analysed(...folders: string[][]) {
  const read = folders.map((names) =>
    names.map((name) => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, CAPTURES))) })),
  );
  return analyse([assembleSeries(read, { instance: 'a' }).series], CONTEXT);
}

const DUMP = (name: string) => `samples/${name}.goroutine-debug2.txt.gz`;
const LEAK = analysed(
  [DUMP('leak-send.t035')],
  [DUMP('leak-send.t065')],
  [DUMP('leak-send.t095'), 'traces/leak-send.trace5s.out'],
);

describe('an execution trace beside dumps', () => {
  it('is one more reason for what the dumps accuse', () => {
    const [leak] = LEAK.signatures;
    expect(leak?.frames[0]?.func).toBe('main.slowQuery');
    expect(leak?.because.at(-1)).toBe(
      'of 25 goroutines started there in a trace of 5 s, 25 were still blocked at its end, 24 of them here',
    );
  });

  it('changes no verdict', () => {
    const { verdict } = analysed(
      [DUMP('leak-send.t035')],
      [DUMP('leak-send.t065')],
      [DUMP('leak-send.t095')],
    );
    expect(LEAK.verdict).toEqual(verdict);
    const healthy = [[DUMP('ok-keepalive.t035')], [DUMP('ok-keepalive.t065')]];
    const traced = [...healthy.slice(0, 1), [...(healthy[1] ?? []), 'traces/ok-keepalive.trace5s.out']];
    expect(analysed(...traced).verdict).toEqual(analysed(...healthy).verdict);
  });

  it('accuses nobody alone, however many it sees blocked', () => {
    for (const name of ['leak-send.trace5s.out', 'go1.26.8.trace.gz', 'flightrecorder-go1.26.trace']) {
      const { verdict, signatures, clues } = analysed([`traces/${name}`]);
      expect([verdict.kind, signatures.length]).toEqual(['inconclusive', 0]);
      const severities = clues
        .filter(({ clue }) => clue === 'execution-trace')
        .map(({ severity }) => severity);
      expect(severities.length).toBeGreaterThan(0);
      expect(severities.every((severity) => severity === 'notice' || severity === 'none')).toBe(true);
    }
  });

  it('says who was left behind, and where', () => {
    const texts = LEAK.clues.filter(({ clue }) => clue === 'execution-trace').map(({ text }) => text);
    expect(texts[0]).toBe(
      'Of the goroutines that `main.handleTimeout` started within 5 s of trace, 24 were still blocked at its end: chan send in `main.slowQuery`.',
    );
  });
});

describe('the report of an execution trace', () => {
  const report = buildReport(LEAK, {
    id: 'r',
    service: 'payments-svc',
    requestedBy: '',
    cost: { requests: [], pauseMsEstimate: 0 },
    artefacts: [],
    problems: [],
  });

  it('holds its answers in its JSON', () => {
    const again = readReport(JSON.stringify(report));
    expect(again?.trace).toEqual(report.trace);
    expect(again?.trace?.statements[0]).toMatchObject({
      starts: { func: 'main.slowQuery' },
      created: 25,
      blocked: 25,
    });
    expect(JSON.stringify(report.trace).length).toBeLessThan(64 << 10);
  });

  it('tells them in a terminal', () => {
    const text = reportText(report, { width: 100, color: false });
    expect(text).toMatch(/main\.slowQuery +prog\/main\.go:34 +25 +5\.0\/s +0 +25/);
    expect(text).toContain('Waiting for a processor: 6.5 µs at the median, 278 µs at 99 %, 2.2 ms at most.');
  });

  it('is drawn as lanes with a histogram of waits under them', () => {
    const lanes = timelinePicture(report);
    expect(lanes?.alt).toContain('main.slowQuery 916 to 941');
    for (const shape of lanes?.drawing.shapes ?? []) {
      if (shape.kind !== 'box') continue;
      expect(shape.x).toBeGreaterThanOrEqual(0);
      expect(shape.x + shape.width).toBeLessThanOrEqual(520);
      expect(shape.y + shape.height).toBeLessThanOrEqual(lanes?.drawing.height ?? 0);
    }
    expect(lanes?.alt).toContain(
      'a histogram of how long runnable ones waited for a processor: median 6.5 µs, 99 % within 278 µs, longest 2.2 ms.',
    );
    const said = lanes?.drawing.shapes.flatMap((shape) =>
      shape.kind === 'words' ? [String(shape.text)] : [],
    );
    expect(said).toContain('median 6.5 µs, 99 % within 278 µs, longest 2.2 ms');
    expect(said).toContain(`Waiting for a processor, ${formatCount(report.trace?.latency.count ?? 0)} times`);
  });

  it('has a bar for each class of waits that is not empty, and none where nothing waited', () => {
    const { latency } = report.trace ?? {};
    if (!latency) throw new Error('no trace');
    const bars = (shapes: readonly Shape[]) =>
      shapes.filter((shape) => shape.kind === 'box' && shape.tone === 'leads').length;
    expect(bars(latencyShapes(latency, 0))).toBe(latency.classes.filter(({ count }) => count > 0).length);
    expect(latencyShapes({ ...latency, count: 0 }, 0)).toEqual([]);
  });
});
