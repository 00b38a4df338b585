// The events of one generation in the order they happened: the batches of each thread are a queue, and the queue
// whose next event is earliest goes first. Times of different processors may be a little off, so a start or a
// wake-up that comes too early is put aside until its goroutine is where it has to be.
import type { BatchList } from './batches.ts';
import * as eventTypes from './events.ts';
import { DONE, type TraceFold } from './fold.ts';
import { INTS, WAITER } from './goroutine-table.ts';
import type { TraceReader } from './numbers.ts';
import { QueueHeap } from './queue-heap.ts';

// V8 compiles a module's own constants in, and reads imported ones anew each time.
const { ARGUMENTS, MATTERS } = eventTypes;

/** What was wrong with the events of a trace; said once at the end. */
export interface Damage {
  /** Types that this program does not know. */
  readonly unknownTypes: Set<number>;
  /** Batches whose rest could not be read. */
  brokenBatches: number;
  /** Events taken out of turn, because what they wait for never came. */
  forced: number;
  /** Batches of threads beyond the limit. */
  crowded: number;
}

/**
 * How often an event may be put aside, per event of the generation. In real traces it is one in thousands; an
 * enemy's could be put aside again and again, and are then taken as they come.
 */
const ASIDE_PER_EVENT = 4;
const ASIDE_AT_FIRST = 1000;
/** What `takeWhile` answers when the next event is later than it may go; `next` has its time. */
const LATER = -2;
/** Instead of a queue: there is no other. */
const NO_RIVAL = -1;
const NEVER = Number.POSITIVE_INFINITY;
/** Bytes: 64 bits, seven to a byte. */
const LONGEST_NUMBER = 10;

/** Queues of one generation, in columns, and a heap of them by the time of their next event. */
export class EventOrder {
  private readonly reader: TraceReader;
  private readonly fold: TraceFold;
  private readonly damage: Damage;
  private readonly start: number;

  private batches: BatchList = { count: 0, thread: [], time: [], from: [], to: [] };
  /** Batch after each batch in its thread's queue; -1 behind the last. */
  private nextBatch = new Int32Array(0);
  private thread = new Int32Array(0);
  private batch = new Int32Array(0);
  /** Where the next event begins, and where its batch ends; a file is far smaller than 2 GiB. */
  private place = new Int32Array(0);
  private end = new Int32Array(0);
  /** Of the event before, from which the time of the next is counted; in ticks into the window, as all that follow. */
  private time = new Float64Array(0);
  /** Next queue that waits for the same goroutine, plus one. */
  private nextWaiter = new Int32Array(0);
  /** The goroutine each queue waits for; 0 for none. */
  private waitsFor = new Int32Array(0);
  private heap = new QueueHeap(0);
  private aside = 0;
  /** How much of that is used up. */
  private asideUsed = 0;

  /** `start` is the tick at which the window begins. */
  constructor(reader: TraceReader, fold: TraceFold, damage: Damage, start: number) {
    this.reader = reader;
    this.fold = fold;
    this.damage = damage;
    this.start = start;
  }

  /** Ticks from the beginning of the window to the last event so far. */
  get elapsed(): number {
    return this.fold.now;
  }

  /** Feeds all events of a generation to the fold. */
  run(batches: BatchList): void {
    const queues = this.queue(batches);
    this.aside = 0;
    this.asideUsed = ASIDE_PER_EVENT * this.fold.events;
    for (let queue = 0; queue < queues; queue++) if (this.advance(queue)) this.heap.push(queue);
    for (;;) {
      while (this.heap.size > 0) this.runFirst();
      if (this.aside === 0) return;
      this.forceEarliest(queues);
    }
  }

  /** The earliest queue, for as long as it stays the earliest. */
  private runFirst(): void {
    const { fold, heap } = this;
    const queue = heap.pop();
    const rival = heap.size > 0 ? heap.first : NO_RIVAL;
    do {
      const forced = this.asideUsed > ASIDE_AT_FIRST + ASIDE_PER_EVENT * fold.events;
      const outcome = this.takeWhile(queue, rival, forced);
      // Its next event is known to be later than the rival's.
      if (outcome === LATER) break;
      if (outcome !== DONE) {
        this.putAside(queue, outcome);
        return;
      }
      if (!this.advance(queue)) {
        this.wakeWaiters();
        return;
      }
    } while (!heap.isFirstBefore(queue) && fold.awaited.length === 0);
    heap.push(queue);
    this.wakeWaiters();
  }

  /**
   * Gives a queue's next events to the fold, within its batch and up to the next event of its rival. Nearly all time
   * is spent here, so the usual numbers are read without a call. Returns what the fold did, after which `advance` tells what
   * comes next, or `LATER`.
   */
  private takeWhile(queue: number, rival: number, forced: boolean): number {
    const { fold, reader } = this;
    const { bytes } = reader;
    const { numbers, awaited } = fold;
    const until = rival === NO_RIVAL ? NEVER : (this.heap.next[rival] as number);
    const end = this.end[queue] as number;
    const thread = this.thread[queue] as number;
    let place = this.place[queue] as number;
    let time = this.time[queue] as number;
    let outcome = DONE;
    let taken = 0;
    while (place < end && awaited.length === 0) {
      let at = place;
      const type = bytes[at++] as number;
      const count = ARGUMENTS[type] as number;
      if (count < 0) break;
      let now = time;
      for (let number = 0; number <= count; number++) {
        let byte = bytes[at++] as number;
        let value = byte;
        if (byte >= 128) {
          byte = bytes[at++] as number;
          value = (value & 127) | ((byte & 127) << 7);
          if (byte >= 128) {
            byte = bytes[at++] as number;
            value |= (byte & 127) << 14;
            if (byte >= 128) {
              // Rare, and elsewhere, so that V8 keeps whole numbers here.
              reader.at = at - 3;
              value = reader.number();
              at = reader.at | 0;
            }
          }
        }
        numbers[number] = value;
        if (number === 0) {
          now = time + value;
          if (now > until) break;
        }
      }
      if (now > until) {
        this.heap.next[queue] = now;
        outcome = LATER;
        break;
      }
      // One whose last number lies in the next batch is none.
      if (at > end) break;
      if (MATTERS[type] === 1) {
        if (now > fold.now) fold.now = now;
        outcome = fold.event(type, thread, forced);
        if (outcome !== DONE) break;
      }
      taken += 1;
      place = at;
      time = now;
    }
    fold.events += taken;
    this.place[queue] = place;
    this.time[queue] = time;
    return outcome;
  }

  /** Finds the time of a queue's next event, over its batches; false at its end. */
  private advance(queue: number): boolean {
    const { reader } = this;
    for (;;) {
      while ((this.place[queue] as number) >= (this.end[queue] as number)) {
        const batch = this.batch[queue] as number;
        if (batch < 0) return false;
        this.place[queue] = this.batches.from[batch] as number;
        this.end[queue] = this.batches.to[batch] as number;
        this.time[queue] = (this.batches.time[batch] as number) - this.start;
        this.batch[queue] = this.nextBatch[batch] as number;
      }
      reader.at = this.place[queue] as number;
      const type = reader.bytes[reader.at++] as number;
      const count = ARGUMENTS[type] as number;
      if (count >= 0) {
        const time = (this.time[queue] as number) + reader.number();
        const end = this.end[queue] as number;
        // Far from the end of its batch an event lies within it, whatever its numbers.
        if (reader.at + count * LONGEST_NUMBER > end) for (let n = 0; n < count; n++) reader.number();
        if (reader.at <= end) {
          this.heap.next[queue] = time;
          return true;
        }
      } else this.damage.unknownTypes.add(type);
      // How long the event is cannot be told, so the rest of its batch cannot be read.
      this.damage.brokenBatches += 1;
      this.place[queue] = this.end[queue] as number;
    }
  }

  private putAside(queue: number, row: number): void {
    const { ints } = this.fold.table;
    const at = row * INTS + WAITER;
    this.nextWaiter[queue] = ints[at] as number;
    ints[at] = queue + 1;
    this.waitsFor[queue] = row;
    this.asideUsed += 1;
    this.aside += 1;
    this.fold.waiting = this.aside;
  }

  /** Something changed that queues wait for: they may try again. */
  private wakeWaiters(): void {
    const { awaited, table } = this.fold;
    if (awaited.length === 0) return;
    for (const row of awaited) {
      let waiter = table.ints[row * INTS + WAITER] as number;
      table.ints[row * INTS + WAITER] = 0;
      while (waiter !== 0) {
        this.heap.push(waiter - 1);
        this.waitsFor[waiter - 1] = 0;
        this.aside -= 1;
        waiter = this.nextWaiter[waiter - 1] as number;
      }
    }
    awaited.length = 0;
    this.fold.waiting = this.aside;
  }

  /** Nothing goes on: what a queue waits for is not in the trace. All of them try again, the first one regardless. */
  private forceEarliest(queues: number): void {
    for (const row of this.waitsFor) if (row !== 0) this.fold.awaited.push(row);
    this.wakeWaiters();
    const queue = this.heap.pop();
    this.damage.forced += 1;
    this.asideUsed += queues;
    this.takeWhile(queue, queue, true);
    if (this.advance(queue)) this.heap.push(queue);
    this.wakeWaiters();
  }

  private queue(batches: BatchList): number {
    this.batches = batches;
    const count = batches.thread.length;
    this.damage.crowded += batches.count - count;
    this.nextBatch = new Int32Array(count).fill(-1);
    const queueOf = new Map<number, number>();
    const firsts: number[] = [];
    const lasts: number[] = [];
    const threads: number[] = [];
    for (let batch = 0; batch < count; batch++) {
      const thread = this.fold.thread(batches.thread[batch] as number);
      if (thread < 0) {
        this.damage.crowded += 1;
        continue;
      }
      const known = queueOf.get(thread);
      if (known === undefined) {
        queueOf.set(thread, firsts.push(batch) - 1);
        lasts.push(batch);
        threads.push(thread);
      } else {
        this.nextBatch[lasts[known] as number] = batch;
        lasts[known] = batch;
      }
    }
    const queues = firsts.length;
    this.thread = Int32Array.from(threads);
    this.batch = Int32Array.from(firsts);
    this.place = new Int32Array(queues);
    this.end = new Int32Array(queues);
    this.time = new Float64Array(queues);
    this.nextWaiter = new Int32Array(queues);
    this.waitsFor = new Int32Array(queues);
    this.heap = new QueueHeap(queues);
    return queues;
  }
}
