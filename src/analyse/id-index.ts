// Where a goroutine id stands in a dump: a hash table in two flat arrays, several times faster to fill and to
// ask than a Map at a million goroutines. The last of equal ids wins, as in a Map.

/** Steps per id that an honest dump never needs; ids chosen to collide are kept in a Map instead. */
const MOST_STEPS = 16;
const LEAST_SLOTS = 16;

export class IdIndex {
  private readonly ids: Float64Array;
  private readonly slots: Int32Array;
  private readonly mask: number;
  private readonly fallback: ReadonlyMap<number, number> | undefined;
  private steps = 0;

  constructor(ids: Float64Array) {
    this.ids = ids;
    let size = LEAST_SLOTS;
    while (size < 2 * ids.length) size *= 2;
    this.mask = size - 1;
    this.slots = new Int32Array(size).fill(-1);
    const most = MOST_STEPS * (ids.length + LEAST_SLOTS);
    for (let row = 0; row < ids.length && this.steps <= most; row++)
      this.slots[this.slotOf(ids[row] ?? 0)] = row;
    if (this.steps > most) this.fallback = new Map(Array.from(ids, (id, row) => [id, row]));
  }

  get(id: number): number | undefined {
    if (this.fallback) return this.fallback.get(id);
    const row = this.slots[this.slotOf(id)] ?? -1;
    return row < 0 ? undefined : row;
  }

  has(id: number): boolean {
    return this.get(id) !== undefined;
  }

  /** The slot that holds the id, or the free one where it belongs. */
  private slotOf(id: number): number {
    const { ids, slots, mask } = this;
    let slot = Math.imul((id | 0) ^ Math.floor(id / 0x1_0000_0000), 0x9e3779b1);
    slot = (slot ^ (slot >>> 16)) & mask;
    for (;;) {
      this.steps += 1;
      const row = slots[slot] ?? -1;
      if (row < 0 || ids[row] === id) return slot;
      slot = (slot + 1) & mask;
    }
  }
}
