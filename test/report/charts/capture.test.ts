import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryChart } from '../../../src/report/charts/capture.ts';
import type { ChartConfig } from '../../../src/report/charts/config.ts';
import { allPictures, pictures } from '../../../src/report/charts/pictures.ts';
import { signatureChart } from '../../../src/report/charts/signatures.ts';
import type { Report } from '../../../src/report/schema.ts';
import { sampleReport } from '../../kit/report.ts';
import { anyReport } from '../../kit/report-arbitraries.ts';

interface Dataset {
  readonly label: string;
  readonly data: readonly ({ x: number; y: number } | number | null)[];
  readonly yAxisID?: string;
}

function datasets(config: ChartConfig | undefined): readonly Dataset[] {
  return (config?.data.datasets ?? []) as unknown as readonly Dataset[];
}

function dataset(config: ChartConfig | undefined, label: string): Dataset | undefined {
  return datasets(config).find((each) => each.label.startsWith(label));
}

function axes(config: ChartConfig | undefined): Record<string, { min?: number; title?: { text: string } }> {
  return (config?.options.scales ?? {}) as unknown as Record<
    string,
    { min?: number; title?: { text: string } }
  >;
}

function withLimit(limitBytes: number): Report {
  const report = sampleReport('heap-leak');
  return { ...report, memory: { ...report.memory, forecast: { limitBytes, secondsToLimit: 10 } } };
}

const MIB = 1024 * 1024;

describe('memoryChart', () => {
  const chart = memoryChart(sampleReport());

  it('draws heap in MiB and goroutines on an axis of their own, both from zero', () => {
    expect(axes(chart).bytes).toMatchObject({ min: 0, title: { text: 'MiB' } });
    expect(axes(chart).count).toMatchObject({ min: 0, title: { text: 'goroutines' } });
    expect(dataset(chart, 'heap allocated')?.data.at(0)).toEqual({ x: 0, y: 45 });
    expect(dataset(chart, 'goroutines')?.data.at(-1)).toEqual({ x: 30, y: 2_483 });
    expect(dataset(chart, 'goroutines')?.yAxisID).toBe('count');
  });

  it('marks each garbage collection of the window once', () => {
    expect(dataset(chart, 'GC')).toMatchObject({ label: 'GC (6)', yAxisID: 'marks' });
    expect(dataset(chart, 'GC')?.data.map((point) => (typeof point === 'object' ? point?.x : point))).toEqual(
      [3.188, 8.188, 13.188, 18.188, 23.188, 28.188],
    );
  });

  it('draws the memory limit only when memory is near it', () => {
    expect(dataset(memoryChart(withLimit(160 * MIB)), 'limit 160 MiB')?.data).toEqual([
      { x: 0, y: 160 },
      { x: 30, y: 160 },
    ]);
    expect(dataset(memoryChart(withLimit(4_096 * MIB)), 'limit')).toBeUndefined();
  });

  it('leaves out what was not measured', () => {
    const report = sampleReport();
    const samples = report.memory.samples.map(({ source, atMs }) => ({
      source,
      ...(atMs !== undefined && { atMs }),
    }));
    const goroutinesOnly = samples.map((sample, index) => ({ ...sample, goroutines: index }));
    const chart = memoryChart({ ...report, memory: { ...report.memory, samples: goroutinesOnly } });
    expect(datasets(chart).map(({ label }) => label)).toEqual(['goroutines (right)']);
    expect(axes(chart)).not.toHaveProperty('bytes');
    expect(memoryChart({ ...report, memory: { ...report.memory, samples } })).toBeUndefined();
    expect(memoryChart({ ...report, memory: { ...report.memory, samples: [] } })).toBeUndefined();
  });

  it('spreads readings without a time over the window', () => {
    const report = sampleReport();
    const samples = report.memory.samples.map(({ atMs: _, ...figures }) => figures);
    const chart = memoryChart({ ...report, memory: { ...report.memory, samples } });
    expect(
      dataset(chart, 'heap allocated')?.data.map((point) => (typeof point === 'object' ? point?.x : 0)),
    ).toEqual([0, 5, 10, 15, 20, 25, 30]);
  });
});

describe('signatureChart', () => {
  it('compares the first with the last snapshot and writes name and figures above the bars', () => {
    const chart = signatureChart(sampleReport())?.config;
    expect(chart?.data.labels).toEqual([
      'payments/ledger.(*Writer).flush: chan send, 12 to 1,216',
      '',
      'retry.(*Backoff[...]).waitForUpstreamAvailability: select, 17 to 48',
      '',
      'payments/notify.(*Hub).subscribe.func2: chan receive, 12 to 12',
      '',
    ]);
    expect(dataset(chart, 'first snapshot')?.data).toEqual([null, 12, null, 17, null, 12]);
    expect(dataset(chart, 'last snapshot')?.data).toEqual([null, 1_216, null, 48, null, 12]);
  });

  it('claims no earlier count when there was one snapshot', () => {
    const report = sampleReport();
    const chart = signatureChart({ ...report, window: { seconds: 0, snapshots: 1 } })?.config;
    expect(datasets(chart).map(({ label }) => label)).toEqual(['goroutines']);
  });

  it('draws nothing when nothing leaks', () => {
    expect(signatureChart(sampleReport('healthy'))).toBeUndefined();
  });
});

it('is pure JSON and draws only characters the bundled font has', () => {
  fc.assert(
    fc.property(anyReport(), (report) => {
      for (const { art, alt } of allPictures(report)) {
        expect(JSON.parse(JSON.stringify(art))).toEqual(art);
        expect(JSON.stringify(art)).toMatch(
          /^[\u0020-\u007e\u00a0-\u00ff\u2013\u2014\u2018-\u201d\u2026\u2212]*$/,
        );
        expect(alt.length).toBeLessThanOrEqual(1_000);
      }
    }),
    { numRuns: 60 },
  );
});

it('describes each picture for those who cannot see it', () => {
  expect(pictures(sampleReport()).map(({ name, alt }) => [name, alt])).toEqual([
    [
      'memory-and-goroutines.png',
      'Line chart of payments-svc, 2 snapshots over 30 s: heap allocated from 45 MiB to 59.4 MiB; goroutines from 1,247 to 2,483.',
    ],
    [
      'signatures.png',
      'Bar chart of leaking goroutines in payments-svc: payments/ledger.(*Writer).flush 1,216 goroutines, +1,204 in 30 s; gateway/retry.(*Backoff[...]).waitForUpstreamAvailability 48 goroutines, +31 in 30 s; payments/notify.(*Hub).subscribe.func2 12 goroutines, not growing.',
    ],
  ]);
});
