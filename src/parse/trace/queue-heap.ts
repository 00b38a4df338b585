// Which queue of events goes first: a binary heap of queues by the time of their next event.

export class QueueHeap {
  /** Time of each queue's next event; it must not change while the queue is in the heap. */
  readonly next: Float64Array;
  size = 0;
  private readonly queues: Int32Array;

  /** `count` is how many queues there are; none of them is in the heap at first. */
  constructor(count: number) {
    this.next = new Float64Array(count);
    this.queues = new Int32Array(count + 1);
  }

  /** The queue whose next event is earliest, of those in the heap. */
  get first(): number {
    return this.queues[0] as number;
  }

  /** Whether a queue in the heap goes before one that is not. */
  isFirstBefore(queue: number): boolean {
    return this.size > 0 && (this.next[this.first] as number) < (this.next[queue] as number);
  }

  push(queue: number): void {
    const { queues, next } = this;
    const own = next[queue] as number;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((next[queues[parent] as number] as number) <= own) break;
      queues[at] = queues[parent] as number;
      at = parent;
    }
    queues[at] = queue;
  }

  /** Takes the first one out. */
  pop(): number {
    const { queues, next } = this;
    const first = queues[0] as number;
    const size = --this.size;
    const moved = queues[size] as number;
    const own = next[moved] as number;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= size) break;
      const right = child + 1;
      if (
        right < size &&
        (next[queues[right] as number] as number) < (next[queues[child] as number] as number)
      )
        child = right;
      if ((next[queues[child] as number] as number) >= own) break;
      queues[at] = queues[child] as number;
      at = child;
    }
    queues[at] = moved;
    return first;
  }
}
