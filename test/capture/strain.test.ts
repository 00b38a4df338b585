import { describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/capture/fetch.ts';
import { planSteps } from '../../src/capture/plan.ts';
import { captureInstance } from '../../src/capture/run.ts';
import { Failure } from '../../src/failure.ts';
import type { StepRecord } from '../../src/model/capture.ts';
import type { Consent } from '../../src/model/request.ts';
import { DEFAULT_PERMISSIONS, type Instance } from '../../src/model/target.ts';

const INSTANCE: Instance = { name: 'payments-svc-1', pprofUrl: 'http://h:1/debug/pprof' };
const NOW = 1_700_000_000_000;
const BODIES: Readonly<Record<string, string>> = {
  index: `<tr><td>2107</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>`,
  vars: '{"memstats":{"HeapAlloc":1}}',
};

interface Script {
  /** Processors the service keeps busy. */
  readonly uses?: number;
  readonly upMs?: number;
  readonly cores?: number;
  readonly hasVars?: boolean;
  readonly hasMetrics?: boolean;
  readonly consent?: Consent;
}

/** A service whose metrics are played, and a clock that moves only when somebody sleeps. */
async function capture({ uses, upMs, cores = 4, hasVars = true, hasMetrics = true, consent }: Script) {
  let now = NOW;
  const asked: string[] = [];
  const kept: StepRecord[] = [];
  const metrics = (): string =>
    [
      '# TYPE go_memstats_alloc_bytes gauge',
      'go_memstats_alloc_bytes 1.5e+06',
      ...(cores > 0 ? [`go_sched_gomaxprocs_threads ${cores}`] : []),
      ...(uses === undefined ? [] : [`process_cpu_seconds_total ${100 + (uses * (now - NOW)) / 1000}`]),
      ...(upMs === undefined ? [] : [`process_start_time_seconds ${(NOW - upMs) / 1000}`]),
      '',
    ].join('\n');
  const fetch: Fetch = async (_instance, endpoint) => {
    asked.push(endpoint);
    const isThere = endpoint === 'metrics' ? hasMetrics : endpoint !== 'vars' || hasVars;
    if (!isThere) throw new Failure('target_refused', { instance: 'x', url: `h:1/${endpoint}`, status: 404 });
    const text = endpoint === 'metrics' ? metrics() : (BODIES[endpoint] ?? 'bytes');
    const span = { fromMs: now, toMs: now };
    return { bytes: Buffer.from(text), contentType: 'text/plain', span, path: `/${endpoint}` };
  };
  const outcome = await captureInstance(
    INSTANCE,
    {
      steps: planSteps(['goroutine', 'heap', 'memstats'], 2_000),
      allow: { ...DEFAULT_PERMISSIONS, dumpUpTo: 10_000 },
      ...(consent && { consent }),
    },
    {
      fetch,
      now: () => now,
      sleep: async (durationMs) => {
        now += durationMs;
      },
      earlier: [],
      keep: async (record) => {
        kept.push(record);
        return record;
      },
      progress: () => {},
      signal: new AbortController().signal,
    },
  ).catch((error: unknown) => error);
  const notes = kept.flatMap(({ problem }) => (problem ? [problem] : []));
  return { asked, kept, notes, outcome };
}

const DEAR = ['goroutine', 'goroutine-text', 'heap'];

describe('a service under strain', () => {
  it.each([true, false])(
    'is left alone before anything dear is asked of it (with /debug/vars: %s)',
    async (hasVars) => {
      const { asked, outcome } = await capture({ uses: 3.84, hasVars });
      expect(outcome).toBeInstanceOf(Failure);
      expect((outcome as Failure).code).toBe('left_alone');
      expect((outcome as Failure).message).toBe(
        'payments-svc-1 is left alone: it uses 96 % of its processors, and nothing dear is asked above 90 %. Its index page counts 2,107 goroutines.',
      );
      expect(asked.filter((endpoint) => DEAR.includes(endpoint))).toEqual([]);
      expect(asked.filter((endpoint) => endpoint === 'metrics')).toHaveLength(2);
    },
  );

  it('is captured all the same with --force, and the report says so', async () => {
    const { asked, notes, outcome } = await capture({ uses: 3.84, consent: 'forced' });
    expect(outcome).not.toBeInstanceOf(Error);
    expect(asked).toEqual(expect.arrayContaining(DEAR));
    expect(notes).toEqual([
      'payments-svc-1 used 96 % of its processors, and was captured all the same with --force.',
    ]);
  });

  it.each<[string, Script]>([
    ['that uses nine tenths of its processors', { uses: 3.6 }],
    ['that does not say how many it has', { uses: 40, cores: 0 }],
    ['that does not say what it used', {}],
    ['without /metrics', { hasMetrics: false }],
  ])('is not one %s', async (_what, script) => {
    const { asked, notes, outcome } = await capture(script);
    expect(outcome).not.toBeInstanceOf(Error);
    expect(asked).toEqual(expect.arrayContaining(DEAR));
    expect(notes).toEqual([]);
  });

  it('pays for the second look: it is in what the capture cost', async () => {
    const { kept } = await capture({ uses: 1 });
    expect(kept.filter(({ path }) => path === '/metrics').map(({ id }) => id)).toEqual([
      'process-0',
      'strain-0',
      'process-1',
    ]);
  });
});

describe('a service that has only just started', () => {
  it('is captured for a person, who is told', async () => {
    const { asked, notes } = await capture({ upMs: 40_000 });
    expect(asked).toEqual(expect.arrayContaining(DEAR));
    expect(notes).toEqual([
      'payments-svc-1 had been up for 40 s only: what a service fills at its start looks like a leak.',
    ]);
  });

  it('is none after two minutes', async () => {
    expect((await capture({ upMs: 120_000 })).notes).toEqual([]);
  });
});
