// goleak.report/v1: the one contract other programs read. The JSON Schema in docs/ is generated from here.
import { z } from 'zod';
import { CONTAINER_KINDS, MATCHED_BY, ROOT_KINDS, STEP_KINDS } from '../model/retention.ts';
import { TIERS, VERDICT_KINDS } from '../model/verdict.ts';
import { traceSchema } from './trace.ts';

export const frame = z.object({
  func: z.string(),
  file: z.string(),
  line: z.number().int().nonnegative(),
  inlined: z.boolean().optional(),
});
const kind = z.enum(VERDICT_KINDS);
const tier = z.enum(TIERS);
const confidence = z.number().min(0).max(1);
export const minutes = z.object({ min: z.number(), median: z.number(), max: z.number() });

const signature = z.object({
  id: z.string(),
  stableId: z.string(),
  knownAs: z
    .string()
    .optional()
    .describe('without who started it: what memory, snoozes and rules know it by'),
  state: z.string(),
  waitReason: z.string(),
  family: z.string().describe('what the wait means, independent of the Go release'),
  count: z.number().int().describe('goroutines at the last snapshot'),
  delta: z.number().int().describe('last snapshot minus first'),
  perMinute: z.number(),
  waitMinutes: minutes.optional().describe('printed ages; absent when the dump printed none'),
  frames: z
    .array(frame)
    .describe('leaf first, leading runtime frames stripped: frames[0] is the blocked function'),
  createdBy: frame.optional(),
  labels: z.record(z.string(), z.string()).optional(),
  tier,
  proof: z
    .object({
      confirmed: z.number().int().describe('proven leaked by the runtime'),
      unseen: z.number().int().describe('neither proven nor cleared'),
      because: z.string().optional(),
    })
    .optional()
    .describe("what the runtime's leak detector says of these goroutines; absent where it was not asked"),
  score: z.number(),
  because: z.array(z.string()),
  status: z.enum(['new', 'grown', 'steady']),
  retainedBytes: z.number().optional(),
  owner: z.string().optional(),
  hint: z.string().optional(),
  known: z
    .string()
    .optional()
    .describe('what earlier captures of the service have shown of it: `known since 3 Oct (v2.13)`'),
  snoozed: z
    .object({ by: z.string(), until: z.number(), reason: z.string() })
    .optional()
    .describe('somebody knows of it and has put it off'),
  firstSeen: z
    .object({ at: z.number(), build: z.string().optional() })
    .optional()
    .describe('the first capture that showed it, this one or an earlier one'),
});

const heapSite = z.object({
  frames: z.array(frame),
  inuseBytes: z.number(),
  inuseObjects: z.number(),
  allocBytes: z.number(),
  allocObjects: z.number(),
  deltaBytes: z.number(),
  perMinute: z.number(),
  shape: z.enum(['leak', 'churn', 'cache', 'steady']),
});

const step = z.object({
  kind: z.enum(STEP_KINDS),
  name: z.string().describe('field, captured variable or function; empty for elements, keys and values'),
  type: z.string().optional(),
  times: z.number().int().positive().describe('equal steps in a row, as a linked list has them'),
  bytes: z.number().describe('held from here on'),
  objects: z.number(),
});

const holder = z.object({
  label: z.string(),
  from: z.string().describe('the root, in words'),
  root: z.object({ kind: z.enum(ROOT_KINDS), name: z.string(), func: z.string().optional() }),
  container: z
    .object({ kind: z.enum(CONTAINER_KINDS), name: z.string(), type: z.string().optional() })
    .optional()
    .describe('what everything of the path gathers in'),
  bytes: z.number().describe('all that was found to hang off the root; each object is counted once'),
  objects: z.number(),
  path: z.array(step).describe('the way to most of it, root first, without the root'),
  depth: z.number().int().describe('steps of that way, the root counted'),
  deepest: z.number().int(),
  deepBytes: z.number().describe('beyond the depth of the handbook'),
  objectBytes: z.number().optional(),
  isCache: z.boolean().describe('by its name or type'),
  deltaBytes: z.number().optional().describe('between two goref files, where two were given'),
});

const retention = z.object({
  bytes: z.number(),
  objects: z.number(),
  roots: z.number().int(),
  cut: z.number().int().describe('ways that were too many to be followed to their end'),
  holders: z.array(holder),
  deltaBytes: z.number().optional(),
  profileBytes: z.number().optional().describe('in use in the heap profile beside the goref file'),
  held: z
    .array(
      z.object({
        func: z.string(),
        bytes: z.number().describe('growth of the site; in use where there is but one heap profile'),
        holder: z.number().int().nonnegative().describe('index into holders'),
        by: z.array(z.enum(MATCHED_BY)).describe('what site and holder have in common'),
        atLeast: z.number().optional(),
      }),
    )
    .describe('allocation sites whose holder was found'),
  grownBytes: z.number().describe('growth of all sites that grow'),
  unmatched: z.array(z.object({ func: z.string(), bytes: z.number(), because: z.string() })),
});

/** Unknown figures are absent, never zero. */
export const memoryReading = z.looseObject({ source: z.string(), atMs: z.number().optional() });

const memory = z.object({
  samples: z.array(memoryReading),
  slopes: z.record(z.string(), z.number()).describe('robust slopes per second by field name'),
  waterfall: z.array(z.object({ band: z.string(), bytes: z.number(), text: z.string() })),
  baseline: z
    .object({ mean: z.number(), p95: z.number(), std: z.number(), samples: z.number().int() })
    .optional(),
  forecast: z.object({ limitBytes: z.number(), secondsToLimit: z.number().nullable() }).optional(),
});

const beforeAndAfter = z.object({ before: z.number(), after: z.number() });
const span = { from: z.number(), to: z.number() };

/** The report as published. Times are Unix milliseconds unless the name says otherwise. */
export const reportSchema = z.object({
  schema: z.literal('goleak.report/v1'),
  id: z.string(),
  service: z.string(),
  instances: z.array(z.string()),
  requestedBy: z.string(),
  window: z.object({
    from: z.number().optional(),
    to: z.number().optional(),
    seconds: z.number().nonnegative(),
    snapshots: z.number().int().nonnegative(),
  }),
  verdict: z.object({
    kind,
    tier: tier.optional(),
    confidence,
    summary: z.string(),
    whyNot: z.array(z.object({ kind, because: z.string() })),
    nextStep: z.string(),
  }),
  also: z.array(z.object({ kind, tier: tier.optional(), confidence, summary: z.string() })),
  signatures: z.array(signature),
  changes: z.array(
    z.object({
      kind: z.enum(['goroutine', 'signature', 'site', 'memory']),
      id: z.string(),
      status: z.enum(['new', 'grown', 'shrunk', 'state-changed', 'gone']),
      before: z.union([z.number(), z.string(), z.null()]),
      after: z.union([z.number(), z.string(), z.null()]),
      label: z.string(),
    }),
  ),
  comparedWith: z
    .object({ id: z.string(), at: z.number().optional() })
    .optional()
    .describe('the earlier report that `changes` starts from; absent: they span this capture'),
  load: z.array(z.object({ name: z.string(), samples: z.array(z.number()) })),
  restarts: z.array(z.object({ instance: z.string(), because: z.string() })),
  before: z
    .object({
      instance: z.string(),
      how: z.enum(['deploy', 'restart', 'killed']),
      at: z.number(),
      text: z.string(),
    })
    .optional()
    .describe('what is known of the process that this one took the place of, where that one was not well'),
  heap: z
    .object({ sites: z.array(heapSite), sampleRate: z.number(), asOfGc: z.number().optional() })
    .optional(),
  trace: traceSchema.optional().describe('what an execution trace answers, where one was given'),
  retention: retention.optional().describe('who holds the memory, where a goref file was given'),
  memory,
  fleet: z
    .array(
      z.object({
        instance: z.string(),
        verdict: kind,
        heapBytes: beforeAndAfter.optional().describe('heap allocated at the first and the last reading'),
        goroutines: beforeAndAfter.optional(),
      }),
    )
    .optional()
    .describe('a row an instance; absent where there is only one'),
  proof: z
    .object({
      profiles: z.number().int().describe('leak profiles that agree; 0: only marks of an earlier run'),
      confirmed: z.number().int(),
      unseen: z.number().int().describe('goroutines of listed signatures that proof cannot see'),
      blindSpots: z.array(z.string()),
    })
    .optional()
    .describe("what the runtime's leak detector proves, and what it can never see"),
  clues: z.array(
    z.object({
      clue: z.string(),
      severity: z.enum(['none', 'notice', 'warning', 'critical']),
      text: z.string(),
      evidence: z.record(z.string(), z.union([z.number(), z.string()])),
    }),
  ),
  alignment: z.array(
    z.object({
      artefact: z.string(),
      ...span,
      uncertaintyNs: z.number(),
      clock: z.enum(['target', 'collector']),
      inside: z
        .object({ fromNs: z.number(), toNs: z.number(), outsideNs: z.number() })
        .optional()
        .describe(
          "of clues a probe took: nanoseconds since its snapshot began, on the process's monotonic clock; and the half-width known from outside",
        ),
    }),
  ),
  hidden: z
    .array(
      z.object({
        rule: z.string(),
        signature: z.string(),
        label: z.string(),
        count: z.number().int(),
        delta: z.number().int(),
        by: z.string(),
        until: z.number(),
        reason: z.string(),
        scope: z.enum(['service', 'everywhere']),
      }),
    )
    .optional()
    .describe(
      'goroutines left out of all figures and of the verdict, because a rule says that they are no leak',
    ),
  cost: z.object({
    requests: z.array(z.object({ path: z.string(), ms: z.number(), bytes: z.number() })),
    pauseMsEstimate: z.number(),
  }),
  problems: z.array(z.object({ code: z.string(), text: z.string() })),
  artefacts: z.array(
    z.object({ name: z.string(), sha256: z.string(), bytes: z.number().int(), url: z.string().optional() }),
  ),
});

export type Report = z.infer<typeof reportSchema>;
export type ReportSignature = Report['signatures'][number];

/** The published JSON Schema (draft 2020-12), for programs that read our reports. */
export function reportJsonSchema(): object {
  return z.toJSONSchema(reportSchema, { target: 'draft-2020-12' });
}

/** A report from its JSON; undefined when it is none. */
export function readReport(json: string): Report | undefined {
  try {
    return reportSchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
