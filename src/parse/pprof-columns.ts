// Growable typed columns. Capacity doubles, so the copies made along the way sum to the final size.

export class U32Column {
  array: Uint32Array;
  length = 0;

  constructor(capacity: number) {
    this.array = new Uint32Array(Math.max(capacity, 16));
  }

  push(value: number): void {
    if (this.length === this.array.length) {
      const wider = new Uint32Array(this.length * 2);
      wider.set(this.array);
      this.array = wider;
    }
    this.array[this.length++] = value;
  }

  at(index: number): number {
    return this.array[index] ?? 0;
  }
}

export class F64Column {
  array: Float64Array;
  length = 0;

  constructor(capacity: number) {
    this.array = new Float64Array(Math.max(capacity, 16));
  }

  push(value: number): void {
    if (this.length === this.array.length) {
      const wider = new Float64Array(this.length * 2);
      wider.set(this.array);
      this.array = wider;
    }
    this.array[this.length++] = value;
  }
}

/** Numbers pairs of small whole numbers in order of appearance, without an object per pair. */
export class PairIndex {
  count = 0;
  private firsts = new Float64Array(1024);
  private seconds = new Float64Array(1024);
  private slots = new Int32Array(2048);

  /** The number of this pair: `count` as it was before when the pair is new. */
  add(first: number, second: number): number {
    const mask = this.slots.length - 1;
    let slot = pairHash(first, second) & mask;
    for (let found = this.slots[slot] ?? 0; found !== 0; found = this.slots[slot] ?? 0) {
      if (this.firsts[found - 1] === first && this.seconds[found - 1] === second) return found - 1;
      slot = (slot + 1) & mask;
    }
    if (this.count === this.firsts.length) this.grow();
    const index = this.count++;
    this.firsts[index] = first;
    this.seconds[index] = second;
    this.place(index);
    return index;
  }

  private place(index: number): void {
    const mask = this.slots.length - 1;
    let slot = pairHash(this.firsts[index] ?? 0, this.seconds[index] ?? 0) & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = index + 1;
  }

  private grow(): void {
    const firsts = new Float64Array(this.count * 2);
    firsts.set(this.firsts);
    this.firsts = firsts;
    const seconds = new Float64Array(this.count * 2);
    seconds.set(this.seconds);
    this.seconds = seconds;
    this.slots = new Int32Array(this.slots.length * 2);
    for (let index = 0; index < this.count; index++) this.place(index);
  }
}

/** Multiplication spreads, the shift brings high bits down; both numbers may exceed 32 bits. */
function pairHash(first: number, second: number): number {
  const mixed = Math.imul(first, 0x9e3779b1) ^ Math.imul(second ^ Math.floor(second / 2 ** 32), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

/**
 * Turns 64-bit record ids, which need not be dense, into indexes in order of definition. Go numbers its
 * records 1, 2, 3…, so small ids are looked up in an array; others (hashes, from other writers) in a map.
 */
export class IdIndex {
  private readonly direct = new U32Column(1024);
  private readonly sparse = new Map<number | bigint, number>();

  /** Below this, an id is its own array slot. */
  static readonly DIRECT = 2 ** 21;

  define(id: number | bigint, index: number): void {
    if (typeof id === 'bigint' || id >= IdIndex.DIRECT) {
      this.sparse.set(id, index + 1);
      return;
    }
    while (this.direct.length <= id) this.direct.push(0);
    this.direct.array[id] = index + 1;
  }

  /** Index + 1 by id, for ids up to its length; 0 where there is none. For loops too hot for `find`. */
  get slots(): Uint32Array {
    return this.direct.array.subarray(0, this.direct.length);
  }

  /** -1 when no record has this id. */
  find(id: number | bigint): number {
    if (typeof id === 'bigint' || id >= IdIndex.DIRECT) return (this.sparse.get(id) ?? 0) - 1;
    return (id < this.direct.length ? this.direct.at(id) : 0) - 1;
  }
}
