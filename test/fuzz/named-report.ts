// A report in which every text that can come from outside is one of the names given.
import type { Frame } from '../../src/model/goroutine.ts';
import type { Report, ReportSignature } from '../../src/report/schema.ts';

export const ASKER = 'U0ASKER99';
export const OWNER = 'S0OWNERS9';

const SIGNATURES = 15;
const START_MS = Date.UTC(2026, 10, 23, 3, 12, 4);

export function namedReport(names: readonly string[]): Report {
  let at = 0;
  const name = (): string => names[at++ % names.length] ?? '';
  const frame = (): Frame => ({ func: name(), file: name(), line: 88 });
  const signatures = Array.from({ length: SIGNATURES }, (_, rank) => signatureOf(rank, name, frame));
  return {
    schema: 'goleak.report/v1',
    id: 'fuzzed',
    service: name(),
    instances: [name(), name()],
    requestedBy: ASKER,
    window: { from: START_MS, to: START_MS + 30_000, seconds: 30, snapshots: 2 },
    verdict: {
      kind: 'goroutine-leak',
      tier: 'proven',
      confidence: 0.9,
      summary: `all blocked in \`${name()}\``,
      whyNot: [{ kind: 'heap-leak', because: name() }],
      nextStep: name(),
    },
    also: [{ kind: 'heap-leak', confidence: 0.5, summary: name() }],
    signatures,
    changes: (['signature', 'site', 'goroutine', 'memory'] as const).map((kind) => ({
      kind,
      id: name(),
      status: 'grown' as const,
      before: name(),
      after: name(),
      label: name(),
    })),
    comparedWith: { id: 'before', at: START_MS - 60_000 },
    load: [],
    restarts: [{ instance: name(), because: name() }],
    heap: { sites: [siteOf(frame), siteOf(frame)], sampleRate: 524_288 },
    retention: retentionOf(name),
    memory: {
      samples: [0, 1, 2].map((at) => ({
        source: 'expvar',
        atMs: START_MS + at * 10_000,
        heapAlloc: 2 ** (25 + at),
        goroutines: 100 * (at + 1),
      })),
      slopes: { goroutines: 10, [name()]: 3 },
      waterfall: [{ band: name(), bytes: 2 ** 20, text: name() }],
    },
    clues: (['critical', 'warning', 'notice'] as const).map((severity) => ({
      clue: name(),
      severity,
      text: severity === 'critical' ? name() : `held by \`${name()}\` and \`${name()}\``,
      evidence: {},
    })),
    alignment: [{ artefact: name(), from: START_MS, to: START_MS + 5, uncertaintyNs: 1e6, clock: 'target' }],
    cost: { requests: [{ path: name(), ms: 3, bytes: 100 }], pauseMsEstimate: 1 },
    problems: [{ code: 'odd', text: name() }],
    artefacts: [0, 1].map((snapshot) => ({
      name: `${name()}/${snapshot}/heap.pb.gz`,
      sha256: 'a'.repeat(64),
      bytes: 10,
    })),
  };
}

function signatureOf(rank: number, name: () => string, frame: () => Frame): ReportSignature {
  return {
    id: name(),
    stableId: 's',
    state: 'chan send',
    waitReason: name(),
    family: 'chan-send',
    count: 1_000 - rank,
    delta: 900 - rank,
    perMinute: 10,
    waitMinutes: { min: 1, median: 2, max: 14 },
    frames: [frame()],
    createdBy: frame(),
    ...(rank < 3 && { labels: { [name()]: name() }, owner: rank === 0 ? OWNER : `${name()} ` }),
    tier: 'proven',
    score: 1,
    because: [],
    status: 'grown',
    ...(rank === 0 && { hint: name() }),
  };
}

function siteOf(frame: () => Frame): NonNullable<Report['heap']>['sites'][number] {
  return {
    frames: [frame()],
    inuseBytes: 2 ** 20,
    inuseObjects: 10,
    allocBytes: 2 ** 21,
    allocObjects: 20,
    deltaBytes: 2 ** 19,
    perMinute: 5,
    shape: 'leak',
  };
}

function retentionOf(name: () => string): NonNullable<Report['retention']> {
  const held = { bytes: 2 ** 20, objects: 10 };
  const steps = (['field', 'element', 'closure', 'call', 'map-value', 'skipped'] as const).map((kind) => ({
    kind,
    name: name(),
    type: name(),
    times: 2,
    ...held,
  }));
  const holder = () => ({
    label: `the map \`${name()}\` of \`${name()}\``,
    from: `the package variable \`${name()}\``,
    root: { kind: 'variable' as const, name: name() },
    container: { kind: 'map' as const, name: name(), type: name() },
    path: steps,
    depth: 7,
    deepest: 9,
    deepBytes: 0,
    isCache: false,
    ...held,
  });
  return {
    bytes: 2 ** 21,
    objects: 20,
    roots: 2,
    cut: 0,
    holders: [holder(), holder()],
    held: [{ func: name(), bytes: 2 ** 19, holder: 0, by: ['function'] }],
    grownBytes: 2 ** 19,
    unmatched: [{ func: name(), bytes: 2 ** 19, because: name() }],
  };
}
