// An execution trace, read in one go: generation by generation, each event once, nothing kept but sums. The format is
// Go's second one (1.22 on): src/internal/trace/tracev2 defines it, src/runtime/trace*.go writes it.
//
//   trace = "go 1.26 trace\0\0\0" { batch }      (batches.ts, tables.ts, events.ts)
import type { Outcome, Problem } from '../../model/problem.ts';
import type { ExecutionTrace } from '../../model/trace.ts';
import { formatCount } from '../../model/units.ts';
import { type Generation, generations } from './batches.ts';
import { CLOCK_SNAPSHOT, FREQUENCY } from './events.ts';
import { TraceFold } from './fold.ts';
import { livingIn } from './living.ts';
import { TraceReader } from './numbers.ts';
import { type Damage, EventOrder } from './order.ts';
import { TraceNames } from './tables.ts';

/** `go 1.9 trace` was a byte shorter. */
const HEAD = /^go 1\.(\d{1,2}) trace\0{3,4}$/;
const HEAD_BYTES = 16;
/** The first format of the second kind, and the newest one this was written for. */
const OLDEST_MINOR = 22;
const NEWEST_MINOR = 26;
/** From here on each generation ends with a mark. */
const END_MARK_MINOR = 26;

const NS_PER_SECOND = 1e9;

interface Clock {
  ticksPerSecond: number;
  /** A moment in ticks and on the wall, Unix nanoseconds; format 1.25 on. */
  snapshot?: { readonly ticks: number; readonly unixNs: number };
}

export function looksLikeTrace(head: string): boolean {
  return HEAD.test(head.slice(0, HEAD_BYTES));
}

/** Everything the trace says, or why it cannot be read. Never throws. */
export function parseTrace(bytes: Uint8Array): Outcome<ExecutionTrace | undefined> {
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1');
  const minor = Number(HEAD.exec(head)?.[1] ?? Number.NaN);
  if (!(minor >= OLDEST_MINOR)) return refuse(minor);
  const reader = new TraceReader(bytes);
  reader.at = HEAD_BYTES;
  return new TraceReading(reader, minor).read();
}

function refuse(minor: number): Outcome<undefined> {
  if (Number.isNaN(minor))
    return refused('trace-head', 'The file does not begin as an execution trace does.');
  return refused(
    'trace-format-old',
    `This is an execution trace in the format of Go 1.${minor}, which goleak does not read; Go 1.22 and later write one it reads, and \`go tool trace\` still opens this file.`,
  );
}

function refused(code: string, text: string): Outcome<undefined> {
  return { value: undefined, problems: [{ code, text }] };
}

class TraceReading {
  private readonly reader: TraceReader;
  private readonly minor: number;
  private readonly names: TraceNames;
  private readonly fold: TraceFold;
  private readonly damage: Damage = { unknownTypes: new Set(), brokenBatches: 0, forced: 0, crowded: 0 };
  private readonly clock: Clock = { ticksPerSecond: 0 };
  private order: EventOrder | undefined;
  /** Tick at which the window begins. */
  private start = 0;
  private lostGenerations = 0;

  constructor(reader: TraceReader, minor: number) {
    this.reader = reader;
    this.minor = minor;
    this.names = new TraceNames(reader);
    this.fold = new TraceFold(this.names);
  }

  read(): Outcome<ExecutionTrace | undefined> {
    // The chain of batches keeps a place of its own.
    const chain = new TraceReader(this.reader.bytes);
    chain.at = HEAD_BYTES;
    for (const generation of generations(chain, this.minor >= END_MARK_MINOR)) {
      if (generation.whole) this.add(generation);
      else this.lostGenerations += 1;
    }
    const { order, fold, clock } = this;
    if (!order || fold.events === 0) return this.nothing();
    const nsPerTick = NS_PER_SECOND / clock.ticksPerSecond;
    const { snapshot } = clock;
    const value: ExecutionTrace = {
      format: `1.${this.minor}`,
      events: fold.events,
      windowNs: order.elapsed * nsPerTick,
      ...(snapshot ? { startedUnixNs: snapshot.unixNs + (this.start - snapshot.ticks) * nsPerTick } : {}),
      stacks: this.names.stacks,
      reasons: this.names.reasons,
      creations: fold.creations.finished(),
      living: livingIn(fold, order.elapsed, nsPerTick),
      waits: fold.waits.finished(this.names.reasons, nsPerTick),
      latency: fold.latency.finished(nsPerTick),
      ...fold.runtime.finished(order.elapsed, nsPerTick),
      timeline: fold.timeline.finished(order.elapsed, nsPerTick),
    };
    return { value, problems: this.problems() };
  }

  private add(generation: Generation): void {
    this.readSync(generation);
    if (this.clock.ticksPerSecond === 0) {
      this.lostGenerations += 1;
      return;
    }
    if (generation.events.time.length === 0) return;
    if (!this.order) {
      this.start = generation.events.time.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
      this.order = new EventOrder(this.reader, this.fold, this.damage, this.start);
    }
    this.names.open(generation);
    this.fold.beginGeneration();
    this.order.run(generation.events);
  }

  /** `8 frequency`, and from format 1.25 on `51 ticks-since-the-batch monotonic seconds nanoseconds`. */
  private readSync({ sync }: Generation): void {
    const { reader, clock } = this;
    for (const { from, to, time } of sync) {
      reader.at = from;
      while (reader.at < to) {
        const type = reader.bytes[reader.at++];
        if (type === FREQUENCY) {
          const frequency = reader.number();
          if (clock.ticksPerSecond === 0 && reader.at <= to) clock.ticksPerSecond = frequency;
        } else if (type === CLOCK_SNAPSHOT) {
          const ticks = time + reader.number();
          reader.number();
          const unixNs = reader.number() * NS_PER_SECOND + reader.number();
          if (reader.at <= to) clock.snapshot ??= { ticks, unixNs };
        } else break;
      }
    }
  }

  private nothing(): Outcome<undefined> {
    return this.lostGenerations > 0
      ? refused(
          'trace-cut',
          'The execution trace is cut off or damaged before its first part ends, which is where its names are; record a shorter one.',
        )
      : refused('trace-empty', 'The execution trace holds no events.');
  }

  private problems(): Problem[] {
    const { damage, fold, names } = this;
    const problems: Problem[] = [];
    const say = (applies: boolean, code: string, text: string) => {
      if (applies) problems.push({ code, text });
    };
    say(
      this.minor > NEWEST_MINOR,
      'trace-format-new',
      `The execution trace is in format 1.${this.minor}, newer than the newest goleak knows, 1.${NEWEST_MINOR}.`,
    );
    say(
      this.lostGenerations > 0,
      'trace-cut',
      'The execution trace is cut off or damaged; what follows the last whole part was left out.',
    );
    say(
      damage.unknownTypes.size > 0,
      'trace-unknown-events',
      `The execution trace holds events of unknown types (${[...damage.unknownTypes]
        .sort((a, b) => a - b)
        .slice(0, 5)
        .join(', ')}); the rest of ${batchCount(damage.brokenBatches)} was skipped.`,
    );
    say(
      damage.unknownTypes.size === 0 && damage.brokenBatches > 0,
      'trace-damaged',
      `The rest of ${batchCount(damage.brokenBatches)} of the execution trace could not be read.`,
    );
    say(
      damage.forced > 0,
      'trace-out-of-order',
      `${formatCount(damage.forced)} events of the execution trace came without what has to come before them, so its figures may be wrong.`,
    );
    say(
      damage.crowded > 0 || fold.unfollowed > 0,
      'trace-too-large',
      'The execution trace holds more threads, pieces or goroutines than are followed; its figures are incomplete.',
    );
    say(
      names.lost > 0,
      'trace-names-missing',
      'The execution trace refers to stacks or words it does not hold; they are left out.',
    );
    return problems;
  }
}

function batchCount(count: number): string {
  return count === 1 ? 'one piece' : `${formatCount(count)} pieces`;
}
