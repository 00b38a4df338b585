import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../src/model/verdict.ts';
import { buildReport, triageFileName } from '../../src/report/report.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { type Health, sampleAnalysis, sampleFacts, sampleReport } from '../kit/report.ts';

describe('buildReport', () => {
  it.each<Health>(['goroutine-leak', 'heap-leak', 'healthy', 'inconclusive'])(
    'follows the schema: %s',
    (health) => {
      const report = sampleReport(health);
      expect(reportSchema.safeParse(report).error).toBeUndefined();
      expect(JSON.parse(JSON.stringify(report))).toEqual(report);
      // strictly: nothing beside what the schema names
      expect(reportSchema.parse(report)).toEqual(report);
    },
  );

  it('says nothing where nothing is known', () => {
    const report = sampleReport('inconclusive');
    expect(report).not.toHaveProperty('heap');
    expect(report.window).not.toHaveProperty('from');
    expect(report.verdict).not.toHaveProperty('tier');
  });

  it('copies: changing the report leaves the analysis alone', () => {
    const analysis = sampleAnalysis('goroutine-leak');
    const before = structuredClone(analysis);
    const report = buildReport(analysis, sampleFacts());
    report.signatures.length = 0;
    report.verdict.whyNot.length = 0;
    expect(analysis).toEqual(before);
  });

  it('keeps figures JSON cannot say out of the report', () => {
    const analysis = sampleAnalysis('goroutine-leak');
    const [first] = analysis.signatures;
    const odd: Analysis = {
      ...analysis,
      verdict: { ...analysis.verdict, confidence: 1.0000001 },
      signatures: first
        ? [
            {
              ...first,
              perMinute: Number.NaN,
              waitMinutes: { min: -1, median: -1, max: -1 },
              retainedBytes: Number.POSITIVE_INFINITY,
            },
          ]
        : [],
      memory: {
        samples: [
          {
            source: 'expvar',
            memoryLimit: Number.POSITIVE_INFINITY,
            gogc: Number.POSITIVE_INFINITY,
            heapAlloc: 1,
            gauges: { load: Number.NaN, ok: 2 },
          },
        ],
        slopes: { heapAlloc: Number.NaN, sys: 1 },
        waterfall: [],
        forecast: { limitBytes: 1, secondsToLimit: Number.POSITIVE_INFINITY },
      },
    };
    const report = buildReport(odd, sampleFacts());
    expect(reportSchema.safeParse(report).error).toBeUndefined();
    expect(report.memory).toEqual({
      samples: [{ source: 'expvar', heapAlloc: 1, gauges: { ok: 2 } }],
      slopes: { sys: 1 },
      waterfall: [],
      forecast: { limitBytes: 1, secondsToLimit: null },
    });
    expect(report.signatures[0]).not.toHaveProperty('waitMinutes');
    expect(report.signatures[0]).not.toHaveProperty('retainedBytes');
  });

  it('lists a problem once, whoever noticed it', () => {
    const problem = {
      code: 'heap-sampled',
      text: 'Heap figures are sampled (one in 512 KiB) and as of the last GC.',
    };
    const other = { code: 'instance-missing', text: 'payments-svc-3 did not answer.' };
    expect(sampleReport('goroutine-leak', { problems: [problem, other] }).problems).toEqual([problem, other]);
  });
});

describe('triageFileName', () => {
  const at = Date.UTC(2026, 10, 3, 4, 5, 59);

  it('is the minute in UTC', () => {
    expect(triageFileName(at, () => false)).toBe('triage_20261103_0405.json');
  });

  it('counts up when the name is taken', () => {
    const taken = new Set(['triage_20261103_0405.json', 'triage_20261103_0405-2.json']);
    expect(triageFileName(at, (name) => taken.has(name))).toBe('triage_20261103_0405-3.json');
  });
});
