// Any report the schema allows, with names as hostile as a service can print them.
import fc from 'fast-check';
import { CONTAINER_KINDS, MATCHED_BY, ROOT_KINDS, STEP_KINDS } from '../../src/model/retention.ts';
import { TIERS, VERDICT_KINDS } from '../../src/model/verdict.ts';
import type { Report } from '../../src/report/schema.ts';

/** Things that break out of Slack's markup, a terminal line, a code span or a reader's trust. */
export const HOSTILE = [
  '<!channel>',
  '<!here|here>',
  '<@U0123456>',
  '<https://evil.example|click>',
  'https://evil.example/x',
  '```',
  '`',
  '*bold*',
  '_it_',
  '~gone~',
  ':skull:',
  '&amp;',
  '\n> quote',
  '\u202e\u2066',
  '\u200b\ufeff',
  '\u001b[31mred\u001b]0;title\u0007',
  '\u0000',
  'עברית',
  'العربية',
  '👩‍👩‍👧‍👦🔥',
  'z̴̡̢̧̛̘̼͙̦̠͎͙͂̍̾̑̎͌̅',
  '\ud800',
  '%2e%0a%60',
] as const;

export function hostileText(maxLength = 1_000): fc.Arbitrary<string> {
  return fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
        { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
        {
          weight: 2,
          arbitrary: fc.constantFrom('github.com/acme/', 'ledger.', '(*Writer)', '.flush', '[...]', ' '),
        },
        { weight: 1, arbitrary: fc.string({ minLength: 100, maxLength: 400 }) },
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join('').slice(0, maxLength));
}

const count = fc.integer({ min: -1_000_000, max: 10_000_000 });
const figure = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
);
const positive = fc.double({ min: 0, max: 1e12, noNaN: true });

const frame = fc.record({ func: hostileText(), file: hostileText(200), line: fc.nat() });

/** Optional keys are left out, as exactOptionalPropertyTypes and the schema want them. */
function some<Shape extends object, Key extends keyof Shape>(
  model: { [K in keyof Shape]: fc.Arbitrary<Shape[K]> },
  optional: readonly Key[],
): fc.Arbitrary<Omit<Shape, Key> & Partial<Pick<Shape, Key>>> {
  const requiredKeys = (Object.keys(model) as (keyof Shape)[]).filter(
    (key) => !optional.includes(key as Key),
  );
  return fc.record(model, { requiredKeys: requiredKeys as never }) as never;
}

const signature = some(
  {
    id: hostileText(40),
    stableId: fc.string({ maxLength: 16 }),
    state: hostileText(60),
    waitReason: hostileText(),
    family: fc.constantFrom('chan-send', 'select', 'unknown'),
    count,
    delta: count,
    perMinute: figure,
    waitMinutes: fc.record({ min: positive, median: positive, max: positive }),
    frames: fc.array(frame, { maxLength: 5 }),
    createdBy: frame,
    labels: fc.dictionary(hostileText(30), hostileText(60), { maxKeys: 3 }),
    tier: fc.constantFrom(...TIERS),
    proof: some({ confirmed: fc.nat(), unseen: fc.nat(), because: hostileText() }, ['because']),
    score: figure,
    because: fc.array(hostileText(), { maxLength: 3 }),
    status: fc.constantFrom('new' as const, 'grown' as const, 'steady' as const),
    retainedBytes: figure,
    owner: hostileText(80),
    hint: hostileText(),
    snoozed: fc.record({ by: hostileText(40), until: positive, reason: hostileText() }),
  },
  ['waitMinutes', 'createdBy', 'labels', 'proof', 'retainedBytes', 'owner', 'hint', 'snoozed'],
);

const hiddenGroup = fc.record({
  rule: fc.stringMatching(/^[0-9a-f]{12}$/),
  signature: fc.stringMatching(/^[0-9a-f]{16}$/),
  label: hostileText(),
  count,
  delta: count,
  by: hostileText(40),
  until: figure,
  reason: hostileText(),
  scope: fc.constantFrom('service' as const, 'everywhere' as const),
});

const site = fc.record({
  frames: fc.array(frame, { maxLength: 3 }),
  inuseBytes: figure,
  inuseObjects: figure,
  allocBytes: figure,
  allocObjects: figure,
  deltaBytes: figure,
  perMinute: figure,
  shape: fc.constantFrom('leak' as const, 'churn' as const, 'cache' as const, 'steady' as const),
});

/** Long lists are repetitions of few drawn entries: 500 signatures without drawing 500 of them. */
function many<Entry>(entry: fc.Arbitrary<Entry>, max: number, drawn = 3): fc.Arbitrary<Entry[]> {
  return fc
    .tuple(fc.array(entry, { maxLength: drawn }), fc.oneof(fc.constant(1), fc.integer({ min: 1, max })))
    .map(([drawn, times]) => {
      const repeated: Entry[] = [];
      while (drawn.length > 0 && repeated.length < times) repeated.push(...drawn);
      return repeated.slice(0, max);
    });
}

const step = some(
  {
    kind: fc.constantFrom(...STEP_KINDS),
    name: hostileText(200),
    type: hostileText(400),
    times: fc.integer({ min: 1, max: 300 }),
    bytes: figure,
    objects: figure,
  },
  ['type'],
);

const holder = some(
  {
    label: hostileText(),
    from: hostileText(),
    root: some({ kind: fc.constantFrom(...ROOT_KINDS), name: hostileText(), func: hostileText() }, ['func']),
    container: some({ kind: fc.constantFrom(...CONTAINER_KINDS), name: hostileText(), type: hostileText() }, [
      'type',
    ]),
    bytes: figure,
    objects: figure,
    path: many(step, 70, 1),
    depth: fc.nat(2_000),
    deepest: fc.nat(2_000),
    deepBytes: figure,
    objectBytes: figure,
    isCache: fc.boolean(),
    deltaBytes: figure,
  },
  ['container', 'objectBytes', 'deltaBytes'],
);

const retention = some(
  {
    bytes: figure,
    objects: figure,
    roots: fc.nat(),
    cut: fc.nat(),
    holders: many(holder, 8, 1),
    deltaBytes: figure,
    profileBytes: figure,
    held: fc.array(
      some(
        {
          func: hostileText(),
          bytes: figure,
          holder: fc.nat(9),
          by: fc.array(fc.constantFrom(...MATCHED_BY), { maxLength: 5 }),
          atLeast: figure,
        },
        ['atLeast'],
      ),
      { maxLength: 1 },
    ),
    grownBytes: figure,
    unmatched: fc.array(fc.record({ func: hostileText(), bytes: figure, because: hostileText() }), {
      maxLength: 1,
    }),
  },
  ['deltaBytes', 'profileBytes'],
);

const side = fc.oneof(count, hostileText(60), fc.constant(null));

export function anyReport(): fc.Arbitrary<Report> {
  const judged = {
    kind: fc.constantFrom(...VERDICT_KINDS),
    tier: fc.constantFrom(...TIERS),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    summary: hostileText(),
  };
  const reading = some(
    {
      source: fc.constant('expvar'),
      atMs: positive,
      heapAlloc: figure,
      heapInuse: figure,
      goroutines: count,
      lastGCNanos: figure,
    },
    ['atMs', 'heapAlloc', 'heapInuse', 'goroutines', 'lastGCNanos'],
  );
  return fc
    .record({
      service: hostileText(100),
      instances: many(hostileText(80), 40),
      requestedBy: fc.oneof(fc.constant('U0ASKER99'), hostileText(60)),
      window: some({ from: positive, to: positive, seconds: positive, snapshots: fc.nat(5) }, ['from', 'to']),
      verdict: some(
        {
          ...judged,
          whyNot: many(fc.record({ kind: judged.kind, because: hostileText() }), 20),
          nextStep: hostileText(),
        },
        ['tier'],
      ),
      also: many(some(judged, ['tier']), 10),
      signatures: many(signature, 500),
      changes: many(
        fc.record({
          kind: fc.constantFrom(
            'goroutine' as const,
            'signature' as const,
            'site' as const,
            'memory' as const,
          ),
          id: hostileText(40),
          status: fc.constantFrom(
            'new' as const,
            'grown' as const,
            'gone' as const,
            'state-changed' as const,
          ),
          before: side,
          after: side,
          label: hostileText(),
        }),
        200,
      ),
      hidden: many(hiddenGroup, 30),
      proof: fc.option(
        fc.record({
          profiles: fc.nat(3),
          confirmed: fc.nat(),
          unseen: fc.nat(),
          blindSpots: fc.array(hostileText(), { maxLength: 4 }),
        }),
        { nil: undefined },
      ),
      restarts: many(fc.record({ instance: hostileText(80), because: hostileText() }), 10),
      heap: fc.option(fc.record({ sites: many(site, 100), sampleRate: positive }), { nil: undefined }),
      retention: fc.option(retention, { nil: undefined, freq: 2 }),
      samples: fc.array(reading, { maxLength: 20 }),
      slopes: fc.dictionary(hostileText(40), figure, { maxKeys: 5 }),
      waterfall: many(fc.record({ band: hostileText(40), bytes: figure, text: hostileText() }), 12),
      forecast: fc.option(
        fc.record({ limitBytes: positive, secondsToLimit: fc.option(positive, { nil: null }) }),
        { nil: undefined },
      ),
      clues: many(
        fc.record({
          clue: hostileText(40),
          severity: fc.constantFrom(
            'none' as const,
            'notice' as const,
            'warning' as const,
            'critical' as const,
          ),
          text: hostileText(),
          evidence: fc.dictionary(fc.string(), figure, { maxKeys: 2 }),
        }),
        30,
      ),
      alignment: many(
        fc.record({
          artefact: hostileText(),
          from: positive,
          to: positive,
          uncertaintyNs: positive,
          clock: fc.constantFrom('target' as const, 'collector' as const),
        }),
        30,
      ),
      requests: many(fc.record({ path: hostileText(200), ms: positive, bytes: positive }), 100),
      problems: many(fc.record({ code: fc.string(), text: hostileText() }), 100),
      artefacts: many(
        fc.record({
          name: fc.oneof(
            hostileText(80),
            hostileText(60).map((name) => `${name}.heap.pb.gz`),
          ),
          sha256: fc.string(),
          bytes: fc.nat(),
        }),
        30,
      ),
    })
    .map(({ samples, slopes, waterfall, forecast, requests, heap, proof, retention, ...rest }) => ({
      schema: 'goleak.report/v1' as const,
      id: 'any',
      load: [],
      ...rest,
      ...(heap && { heap }),
      ...(proof && { proof }),
      ...(retention && { retention }),
      memory: { samples, slopes, waterfall, ...(forecast && { forecast }) },
      cost: { requests, pauseMsEstimate: 1 },
    })) as unknown as fc.Arbitrary<Report>;
}
