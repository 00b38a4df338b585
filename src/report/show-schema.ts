// goleak.show/v1: what one artefact holds, added up and not judged. The JSON Schema in docs/ is generated from here.
import { z } from 'zod';
import { frame, memoryReading, minutes } from './schema.ts';

const group = z.object({
  state: z.string().describe('the words between the brackets without flags, age and labels'),
  waitReason: z.string(),
  family: z.string().describe('what the wait means, independent of the Go release'),
  count: z.number().int(),
  ids: z.array(z.number()).describe('in the order printed; empty for counts by stack (debug=1, proto)'),
  waitMinutes: minutes.optional().describe('printed ages; absent when the dump printed none'),
  lockedToThread: z.boolean(),
  leaked: z.boolean().describe("marked by the runtime's leak detector"),
  labels: z.record(z.string(), z.string()),
  frames: z
    .array(frame)
    .describe(
      'leaf first; leading runtime frames (gopark, chansend1, …) stripped unless there is nothing else',
    ),
  elidedFrames: z.number().int().describe('frames Go left out of the stack'),
  createdBy: frame.optional(),
});

/** One reading of all goroutines. Unknown is absent, never zero. */
const moment = {
  goVersionRange: z.string().optional().describe('Go releases that print this grammar'),
  goroutines: z.number().int().nonnegative().optional(),
  source: z.enum(['debug2', 'signal', 'panic', 'debug1', 'proto']).optional(),
  truncated: z.boolean().optional().describe('the dump ends in the middle, or at the 64 MiB limit of Go'),
  preamble: z.string().optional().describe('what stood before the goroutines in a crash or signal log'),
  groups: z.array(group).describe('agreeing in state, stack, creator and labels; most goroutines first'),
};

const profile = z.object({
  kind: z.string(),
  sampleTypes: z.array(z.object({ type: z.string(), unit: z.string() })),
  defaultSampleType: z.string(),
  totals: z.record(z.string(), z.number()).describe('sum by sample type'),
  stacks: z.number().int().describe('distinct stacks, all of them in `top` unless `problems` says otherwise'),
  period: z.number().describe('heap: mean bytes between samples; 0 when unknown'),
  delta: z.boolean().describe('values are differences'),
  atMs: z.number().optional(),
  seconds: z.number().optional(),
  binary: z.string().optional(),
});

export const showSchema = z.object({
  schema: z.literal('goleak.show/v1'),
  artefact: z.object({
    name: z.string(),
    sha256: z.string(),
    bytes: z.number().int(),
    files: z.number().int(),
  }),
  ...moment,
  leaked: z.array(group).optional().describe("groups of the runtime's leak profile beside the dump"),
  profiles: z.array(profile),
  top: z
    .array(
      z.object({
        profile: z.string().describe('kind of the profile'),
        frames: z.array(frame).describe('leaf first, as in the profile'),
        values: z.record(z.string(), z.number()).describe('by sample type'),
      }),
    )
    .describe(
      'stacks with their own values, largest default sample type first; goroutine: without the request that took it',
    ),
  memstats: memoryReading.optional().describe('last reading'),
  memoryReadings: z.array(memoryReading).optional().describe('all readings, when there are several'),
  snapshots: z
    .array(z.object({ ...moment, takenMs: z.number().optional() }))
    .optional()
    .describe('every moment in time order, when there are several; the fields above describe the last'),
  problems: z.array(z.object({ code: z.string(), text: z.string() })),
});

export type Show = z.infer<typeof showSchema>;
export type ShowGroup = z.infer<typeof group>;
export type ShowProfile = z.infer<typeof profile>;
export type ShowMoment = Omit<NonNullable<Show['snapshots']>[number], 'takenMs'>;

/** The published JSON Schema (draft 2020-12), for programs that read this. */
export function showJsonSchema(): object {
  return z.toJSONSchema(showSchema, { target: 'draft-2020-12' });
}
