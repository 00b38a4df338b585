// What a trace answers, as the report keeps it: a page's worth of rows, figures rounded to what they are good for.
import { z } from 'zod';
import type { Frame } from '../model/goroutine.ts';
import { TRACE_STATUSES, type TraceAnswers, type WaitAnswer } from '../model/trace.ts';

const ROWS = 10;
const LANES = 10;
const FRAMES = 30;
const HEAP_POINTS = 120;

const frame = z.object({
  func: z.string(),
  file: z.string(),
  line: z.number().int().nonnegative(),
});
const wait = z.object({
  reason: z.string(),
  where: frame.optional(),
  count: z.number(),
  totalNs: z.number(),
  longestNs: z.number(),
});

/** Times are nanoseconds, from the beginning of the trace. */
export const traceSchema = z.object({
  format: z.string().describe('of the wire format: 1.26 is written by Go 1.26 and 1.27'),
  windowNs: z.number(),
  events: z.number(),
  goroutines: z.number().int().describe('alive at the end'),
  statements: z
    .array(
      z.object({
        starts: frame,
        at: frame,
        created: z.number().int(),
        createdPerSecond: z.number(),
        ended: z.number().int(),
        blocked: z.number().int(),
      }),
    )
    .describe('go statements: how many goroutines each started, how many of those are blocked at the end'),
  stillBlocked: z
    .array(
      z.object({
        count: z.number().int(),
        reason: z.string(),
        frames: z.array(frame),
        starts: frame,
        createdBy: z.array(frame),
        longestNs: z.number(),
        shortestNs: z.number(),
      }),
    )
    .describe('born in the window and blocked at its end, with both stacks'),
  waits: z.array(wait).describe('waits that ended, by reason'),
  network: z.array(wait).describe('by place'),
  syscalls: z.array(wait).describe('by place'),
  latency: z
    .object({
      count: z.number(),
      totalNs: z.number(),
      longestNs: z.number(),
      p50Ns: z.number(),
      p99Ns: z.number(),
      classes: z.array(z.object({ upToNs: z.number(), count: z.number() })),
    })
    .describe('between runnable and running'),
  collections: z.object({ count: z.number().int(), totalNs: z.number() }),
  stops: z.object({ count: z.number().int(), totalNs: z.number(), longestNs: z.number() }),
  heap: z.array(z.object({ atNs: z.number(), liveBytes: z.number(), goalBytes: z.number() })),
  timeline: z.object({
    binNs: z.number(),
    lanes: z.array(
      z.object({
        func: z.string(),
        runnable: z.array(z.number()),
        running: z.array(z.number()),
        syscall: z.array(z.number()),
        waiting: z.array(z.number()),
      }),
    ),
  }),
});

export type ReportTrace = z.infer<typeof traceSchema>;

/** Total: what JSON cannot say is 0. */
export function copyTrace(answers: TraceAnswers): ReportTrace {
  return {
    format: answers.format,
    windowNs: figure(answers.windowNs),
    events: figure(answers.events),
    goroutines: figure(answers.goroutines),
    statements: answers.statements.slice(0, ROWS).map((one) => ({
      starts: copyFrame(one.starts),
      at: copyFrame(one.at),
      created: figure(one.created),
      createdPerSecond: rounded(one.createdPerSecond),
      ended: figure(one.ended),
      blocked: figure(one.blocked),
    })),
    stillBlocked: answers.stillBlocked.slice(0, ROWS).map((one) => ({
      count: figure(one.count),
      reason: one.reason,
      frames: one.frames.slice(0, FRAMES).map(copyFrame),
      starts: copyFrame(one.starts),
      createdBy: one.createdBy.slice(0, FRAMES).map(copyFrame),
      longestNs: figure(one.longestNs),
      shortestNs: figure(one.shortestNs),
    })),
    waits: answers.waits.slice(0, ROWS).map(copyWait),
    network: answers.network.slice(0, ROWS).map(copyWait),
    syscalls: answers.syscalls.slice(0, ROWS).map(copyWait),
    latency: {
      count: figure(answers.latency.count),
      totalNs: figure(answers.latency.totalNs),
      longestNs: figure(answers.latency.longestNs),
      p50Ns: figure(answers.latency.p50Ns),
      p99Ns: figure(answers.latency.p99Ns),
      classes: answers.latency.classes.map(({ upToNs, count }) => ({
        upToNs: figure(upToNs),
        count: figure(count),
      })),
    },
    collections: { count: figure(answers.collections.count), totalNs: figure(answers.collections.totalNs) },
    stops: {
      count: figure(answers.stops.count),
      totalNs: figure(answers.stops.totalNs),
      longestNs: figure(answers.stops.longestNs),
    },
    heap: thinned(answers.heap).map(({ atNs, liveBytes, goalBytes }) => ({
      atNs: figure(atNs),
      liveBytes: figure(liveBytes),
      goalBytes: figure(goalBytes),
    })),
    timeline: copyTimeline(answers),
  };
}

/** The lanes that change most first: who is added, or is at work; a crowd that only waits tells nothing. */
function copyTimeline({ timeline: { bins, binNs, lanes } }: TraceAnswers): ReportTrace['timeline'] {
  const status = (cells: Float64Array, name: (typeof TRACE_STATUSES)[number]): number[] => {
    const row = TRACE_STATUSES.indexOf(name) * bins;
    return Array.from(cells.subarray(row, row + bins), rounded);
  };
  const own = lanes
    .filter(({ func }) => func !== '' && !/^runtime[./]/.test(func))
    .map(({ func, cells }) => ({
      func,
      runnable: status(cells, 'runnable'),
      running: status(cells, 'running'),
      syscall: status(cells, 'syscall'),
      waiting: status(cells, 'waiting'),
    }));
  const weight = (lane: (typeof own)[number]) => {
    const all = lane.waiting.map(
      (waiting, bin) =>
        waiting + (lane.runnable[bin] ?? 0) + (lane.running[bin] ?? 0) + (lane.syscall[bin] ?? 0),
    );
    return Math.max(...all) - Math.min(...all) + Math.max(...lane.running);
  };
  return {
    binNs: figure(binNs),
    lanes: own.toSorted((a, b) => weight(b) - weight(a)).slice(0, LANES),
  };
}

function copyWait({ reason, where, count, totalNs, longestNs }: WaitAnswer): ReportTrace['waits'][number] {
  return {
    reason,
    ...(where && { where: copyFrame(where) }),
    count: figure(count),
    totalNs: figure(totalNs),
    longestNs: figure(longestNs),
  };
}

function copyFrame({ func, file, line }: Frame): ReportTrace['statements'][number]['at'] {
  return { func, file, line: figure(line) };
}

function thinned<Point>(points: readonly Point[]): readonly Point[] {
  const step = Math.max(1, Math.ceil(points.length / HEAP_POINTS));
  return points.filter((_, at) => at % step === 0 || at === points.length - 1);
}

function figure(value: number): number {
  return Number.isFinite(value) ? Math.max(0, Math.round(value)) : 0;
}

function rounded(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 100) / 100 : 0;
}
