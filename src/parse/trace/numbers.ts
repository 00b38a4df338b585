// Numbers of a trace: unsigned LEB128, up to 64 bits.

/** A place in the bytes. Reading past the end yields zeros; whoever reads compares `at` with where it must end. */
export class TraceReader {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Exact to 2^53; the only larger ones are ids that stand for nothing (2^64 - 1). */
  number(): number {
    const byte = this.bytes[this.at++] ?? 0;
    return byte < 128 ? byte : this.more(byte & 127);
  }

  /** Two and three bytes are the usual case: times, goroutines, stacks. */
  private more(low: number): number {
    const { bytes } = this;
    const second = bytes[this.at++] ?? 0;
    if (second < 128) return low | (second << 7);
    const third = bytes[this.at++] ?? 0;
    let value = low | ((second & 127) << 7) | ((third & 127) << 14);
    if (third < 128) return value;
    let scale = 2 ** 21;
    for (let byte = 128; byte >= 128 && scale < 2 ** 70; scale *= 128) {
      byte = bytes[this.at++] ?? 0;
      value += (byte & 127) * scale;
    }
    return value;
  }
}
