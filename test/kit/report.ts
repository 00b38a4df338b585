// Reports to draw and to print: hand-made analyses of one service in different health, through buildReport.
import type { Frame } from '../../src/model/goroutine.ts';
import type { MemoryReading } from '../../src/model/memory.ts';
import type { Analysis, LeakSignature, Verdict } from '../../src/model/verdict.ts';
import { buildReport, type ReportFacts } from '../../src/report/report.ts';
import type { Report } from '../../src/report/schema.ts';

export type Health = 'goroutine-leak' | 'heap-leak' | 'healthy' | 'inconclusive';

const START_MS = Date.UTC(2026, 10, 23, 3, 12, 4);
const MIB = 1024 * 1024;
const HOME = 'github.com/acme/payments';

export function sampleReport(health: Health = 'goroutine-leak', facts: Partial<ReportFacts> = {}): Report {
  const report = buildReport(sampleAnalysis(health), { ...sampleFacts(), ...facts });
  const [first, second, ...rest] = report.signatures;
  if (!first || !second) return report;
  const owned = [first, second].map((signature) => ({ ...signature, owner: '@payments-team' }));
  return { ...report, signatures: [...owned, ...rest] };
}

export function sampleFacts(): ReportFacts {
  return {
    id: '9f2c1d7ab4e0',
    service: 'payments-svc',
    requestedBy: 'U0ONCALL',
    cost: {
      requests: [
        { path: '/debug/pprof/', ms: 0.6, bytes: 2_633 },
        { path: '/debug/pprof/heap', ms: 3.1, bytes: 18_220 },
        { path: '/debug/pprof/goroutine?debug=2', ms: 14.2, bytes: 711_204 },
        { path: '/debug/vars', ms: 0.9, bytes: 5_310 },
        { path: '/debug/pprof/heap', ms: 3.4, bytes: 18_740 },
        { path: '/debug/pprof/goroutine?debug=2', ms: 22.7, bytes: 1_244_900 },
      ],
      pauseMsEstimate: 11.4,
    },
    artefacts: [
      { name: 'payments-svc-1.0.heap.pb.gz', sha256: 'a'.repeat(64), bytes: 18_220 },
      { name: 'payments-svc-1.1.heap.pb.gz', sha256: 'b'.repeat(64), bytes: 18_740 },
      { name: 'payments-svc-1.1.goroutine.pb.gz', sha256: 'c'.repeat(64), bytes: 4_102 },
    ],
    problems: [],
  };
}

export function sampleAnalysis(health: Health): Analysis {
  const base: Analysis = {
    instances: ['payments-svc-1', 'payments-svc-2'],
    window: { from: START_MS, to: START_MS + 30_000, seconds: 30, snapshots: 2 },
    verdict: VERDICTS[health],
    also: [],
    signatures: [],
    changes: [],
    load: [{ name: 'requests_in_flight', samples: [40, 41, 39, 42, 40, 41, 40] }],
    restarts: [],
    memory: memory(health),
    clues: [],
    alignment: [
      {
        artefact: 'heap (first)',
        span: { fromMs: START_MS, toMs: START_MS + 3 },
        uncertaintyNs: 1_600_000,
        clock: 'target',
      },
      {
        artefact: 'goroutine dump (first)',
        span: { fromMs: START_MS + 4, toMs: START_MS + 18 },
        uncertaintyNs: 7_100_000,
        clock: 'collector',
      },
    ],
    problems: [],
  };
  if (health === 'goroutine-leak') return { ...base, ...goroutineLeak() };
  if (health === 'heap-leak') return { ...base, ...heapLeak() };
  if (health === 'inconclusive') {
    return {
      ...base,
      window: { seconds: 0, snapshots: 1 },
      memory: { samples: [], slopes: {}, waterfall: [] },
      problems: [
        {
          code: 'goroutine-dump-truncated',
          text: 'The goroutine dump of payments-svc-1 ends in the middle of a goroutine.',
        },
        { code: 'memstats-missing', text: 'No memory statistics were found at /debug/vars or /metrics.' },
      ],
    };
  }
  return base;
}

const VERDICTS: Readonly<Record<Health, Verdict>> = {
  'goroutine-leak': {
    kind: 'goroutine-leak',
    tier: 'proven',
    confidence: 0.98,
    summary:
      '+1,204 goroutines in 30 s, all blocked on chan send in `ledger.(*Writer).flush`, created by `ledger.NewWriter`; heap follows; memory limit reached in about 2 h 10 m.',
    whyNot: [
      {
        kind: 'heap-leak',
        because: 'in-use heap grows only as fast as the goroutines that hold it (10.2 KiB each).',
      },
      { kind: 'scales-with-load', because: '`requests_in_flight` stayed at 40 through the window.' },
      { kind: 'churn', because: 'allocation rate is flat at 3.1 MiB/s.' },
    ],
    nextStep:
      'Give the send in `ledger.(*Writer).flush` (ledger/writer.go:88) a way out: select on ctx.Done(), or a buffer of 1.',
  },
  'heap-leak': {
    kind: 'heap-leak',
    tier: 'probable',
    confidence: 0.86,
    summary:
      'in-use heap grows 2.6 MiB/s and 83 % of the growth is held by `cache.(*Store).Put`; goroutines are flat.',
    whyNot: [
      { kind: 'goroutine-leak', because: 'the goroutine count stayed at 212.' },
      { kind: 'fragmentation', because: 'HeapInuse - HeapAlloc is 3.1 MiB.' },
    ],
    nextStep: 'Bound the map that `cache.(*Store).Put` fills, or let entries expire.',
  },
  healthy: {
    kind: 'healthy',
    confidence: 0.95,
    summary: '212 goroutines and 41 MiB of live heap, both flat for 30 s.',
    whyNot: [],
    nextStep: 'Nothing to do.',
  },
  inconclusive: {
    kind: 'inconclusive',
    confidence: 0.2,
    summary: 'only one goroutine dump could be read, and it is cut off, so growth cannot be judged.',
    whyNot: [],
    nextStep: 'Capture again with `--for 60s`.',
  },
};

function goroutineLeak(): Partial<Analysis> {
  const flush: LeakSignature = {
    id: '4be0a7719c33d012',
    stableId: '77aa01c2e9934f10',
    state: 'chan send',
    waitReason: 'chan send',
    family: 'chan-send',
    count: 1_216,
    delta: 1_204,
    perMinute: 2_408,
    waitMinutes: { min: 0, median: 6, max: 14 },
    frames: [
      frame('ledger.(*Writer).flush', 'ledger/writer.go', 88),
      frame('ledger.(*Writer).Append.func1', 'ledger/writer.go', 61),
    ],
    createdBy: frame('ledger.NewWriter', 'ledger/writer.go', 41),
    labels: { route: '/v1/charge' },
    tier: 'proven',
    score: 0.99,
    because: [
      'the runtime itself reports these goroutines as leaked',
      '1,204 more than 30 s before',
      'oldest has waited 14 min',
    ],
    status: 'grown',
    retainedBytes: 12.1 * MIB,
    hint: 'A send on an unbuffered channel blocks for ever when the receiver has gone: give it a buffer of 1 or select on ctx.Done().',
  };
  const retry: LeakSignature = {
    ...flush,
    id: '9910cc3fa0b1e7d2',
    stableId: '1b77aa01c2e99341',
    state: 'select',
    waitReason: 'select',
    family: 'select',
    count: 48,
    delta: 31,
    perMinute: 62,
    waitMinutes: { min: 1, median: 3, max: 9 },
    frames: [
      frame('gateway/retry.(*Backoff[...]).waitForUpstreamAvailability', 'gateway/retry/backoff.go', 132),
    ],
    createdBy: frame('gateway/retry.(*Backoff[...]).Start', 'gateway/retry/backoff.go', 77),
    tier: 'probable',
    score: 0.7,
    because: ['31 more than 30 s before'],
    retainedBytes: 0.4 * MIB,
  };
  const reader: LeakSignature = {
    id: 'c1c1c1c1c1c1c1c1',
    stableId: 'd2d2d2d2d2d2d2d2',
    state: 'chan receive',
    waitReason: 'chan receive',
    family: 'chan-receive',
    count: 12,
    delta: 0,
    perMinute: 0,
    frames: [frame('notify.(*Hub).subscribe.func2', 'notify/hub.go', 203)],
    tier: 'suspect',
    score: 0.4,
    because: ['12 goroutines have waited on one channel for more than 2 h'],
    status: 'steady',
  };
  return {
    signatures: [flush, retry, reader],
    also: [{ kind: 'gc-pressure', tier: 'suspect', confidence: 0.4, summary: 'GC ran 9 times in 30 s.' }],
    clues: [
      {
        clue: 'runtime-proof',
        severity: 'critical',
        text: 'the runtime reports 1,216 leaked goroutines at `ledger.(*Writer).flush`.',
        evidence: { leaked: 1_216 },
      },
      {
        clue: 'goroutine-growth',
        severity: 'critical',
        text: '1,247 -> 2,482 goroutines in 30 s (+41/s); 97 % of the growth is one signature.',
        evidence: { before: 1_247, after: 2_482 },
      },
      {
        clue: 'heap-growth',
        severity: 'warning',
        text: 'in-use heap +12.4 MiB, 10.2 KiB per leaked goroutine.',
        evidence: { deltaBytes: 13_002_342 },
      },
      {
        clue: 'memory-gap',
        severity: 'none',
        text: 'HeapInuse - HeapAlloc is 3.1 MiB.',
        evidence: { gapBytes: 3_250_585 },
      },
    ],
    changes: [
      {
        kind: 'signature',
        id: flush.id,
        status: 'grown',
        before: 12,
        after: 1_216,
        label: `${HOME}/ledger.(*Writer).flush`,
      },
      {
        kind: 'signature',
        id: retry.id,
        status: 'grown',
        before: 17,
        after: 48,
        label: `${HOME}/gateway/retry.(*Backoff[...]).waitForUpstreamAvailability`,
      },
      {
        kind: 'site',
        id: 'site-1',
        status: 'grown',
        before: 1.2 * MIB,
        after: 13.6 * MIB,
        label: `${HOME}/ledger.NewWriter`,
      },
      {
        kind: 'goroutine',
        id: '4411',
        status: 'gone',
        before: 'select',
        after: null,
        label: 'net/http.(*conn).serve',
      },
    ],
    heap: {
      sites: [
        site('ledger.NewWriter', 41, 13.6, 12.4, 'leak'),
        site('cache.(*Store).Put', 19, 6.1, 0.1, 'cache'),
      ],
      sampleRate: 524_288,
      asOfGc: 412,
    },
    problems: [
      { code: 'heap-sampled', text: 'Heap figures are sampled (one in 512 KiB) and as of the last GC.' },
    ],
  };
}

function heapLeak(): Partial<Analysis> {
  return {
    clues: [
      {
        clue: 'heap-growth',
        severity: 'critical',
        text: 'in-use heap +78 MiB in 30 s, 83 % of it from `cache.(*Store).Put`.',
        evidence: { deltaBytes: 78 * MIB },
      },
      {
        clue: 'goroutine-growth',
        severity: 'none',
        text: 'goroutines are flat at 212.',
        evidence: { before: 212, after: 212 },
      },
    ],
    heap: {
      sites: [site('cache.(*Store).Put', 19, 402, 64.7, 'leak'), site('codec.Decode', 230, 21, 4.1, 'churn')],
      sampleRate: 524_288,
    },
  };
}

function frame(func: string, file: string, line: number): Frame {
  return { func: `${HOME}/${func}`, file: `/build/payments/${file}`, line };
}

function site(
  func: string,
  line: number,
  inuseMib: number,
  deltaMib: number,
  shape: 'leak' | 'cache' | 'churn',
) {
  return {
    frames: [frame(func, `${func.split('.')[0]}/file.go`, line)],
    inuseBytes: inuseMib * MIB,
    inuseObjects: inuseMib * 90,
    allocBytes: inuseMib * 3 * MIB,
    allocObjects: inuseMib * 400,
    deltaBytes: deltaMib * MIB,
    perMinute: deltaMib * 2 * MIB,
    shape,
  };
}

function memory(health: Health): Analysis['memory'] {
  const samples: MemoryReading[] = [];
  for (let step = 0; step < 7; step++) {
    const saw = (step * 37) % 11;
    const leaked = health === 'goroutine-leak' ? step * 2.07 : health === 'heap-leak' ? step * 13 : 0;
    const live = 41 + leaked;
    samples.push({
      source: 'expvar',
      atMs: START_MS + step * 5_000 + 12,
      heapLive: live * MIB,
      heapAlloc: (live + 4 + saw) * MIB,
      heapInuse: (live + 8 + saw) * MIB,
      nextGC: 2 * live * MIB,
      sys: 160 * MIB,
      numGC: 400 + step * 2,
      lastGCNanos: (START_MS + step * 5_000 - 1_800) * 1e6,
      goroutines: health === 'goroutine-leak' ? 1_247 + step * 206 : 212 + (step % 2),
    });
  }
  const growing = health === 'goroutine-leak' ? 0.41 : health === 'heap-leak' ? 2.6 : 0;
  return {
    samples,
    slopes: { heapAlloc: growing * MIB, goroutines: health === 'goroutine-leak' ? 41.1 : 0 },
    waterfall: [
      { band: 'live', bytes: 53.4 * MIB, text: 'reachable after the last GC' },
      { band: 'garbage', bytes: 9.2 * MIB, text: 'waiting for the next GC' },
      { band: 'idle-unreturned', bytes: 22 * MIB, text: 'free, not yet given back to the system' },
      { band: 'stacks', bytes: 19.5 * MIB, text: 'goroutine stacks' },
      { band: 'runtime', bytes: 8.1 * MIB, text: 'the runtime itself' },
    ],
    baseline: { mean: 58 * MIB, p95: 66 * MIB, std: 4 * MIB, samples: 7 },
    ...(health !== 'healthy' && {
      forecast: { limitBytes: 512 * MIB, secondsToLimit: health === 'goroutine-leak' ? 7_800 : 172 },
    }),
  };
}
