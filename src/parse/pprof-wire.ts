// Protocol buffer wire format, exact and bounded: varints to 64 bits, no reading past an end, nothing
// skipped that is not understood. https://protobuf.dev/programming-guides/encoding/
import { Refusal } from './pprof-limits.ts';

const TWO_32 = 2 ** 32;

export const VARINT = 0;
const FIXED64 = 1;
export const BYTES = 2;
const FIXED32 = 5;

/** A position in a message. After `varint`, `lo` and `hi` hold its exact 64 bits. */
export class Wire {
  readonly bytes: Uint8Array;
  at = 0;
  lo = 0;
  hi = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Unsigned; exact to 2^53. */
  varint(end: number): number {
    const at = this.at;
    if (at >= end) throw pastEnd();
    const byte = this.bytes[at] as number;
    this.at = at + 1;
    if (byte < 0x80) {
      this.lo = byte;
      this.hi = 0;
      return byte;
    }
    this.longVarint(byte, end);
    return this.hi * TWO_32 + this.lo;
  }

  /** int64: negative values are ten bytes of two's complement. */
  signed(end: number): number {
    this.varint(end);
    return (this.hi | 0) * TWO_32 + this.lo;
  }

  signedBig(end: number): bigint {
    this.varint(end);
    return BigInt.asIntN(64, (BigInt(this.hi) << 32n) | BigInt(this.lo));
  }

  /** Reads the length of a nested field and returns where it ends. */
  fieldEnd(end: number): number {
    const length = this.varint(end);
    if (length > end - this.at) {
      throw new Refusal(
        'profile-length-past-end',
        'The profile is cut off or damaged: a length points past its end.',
      );
    }
    return this.at + length;
  }

  skip(wireType: number, end: number): void {
    if (wireType === VARINT) this.varint(end);
    else if (wireType === BYTES) this.at = this.fieldEnd(end);
    else if (wireType === FIXED64 || wireType === FIXED32) {
      this.at += wireType === FIXED64 ? 8 : 4;
      if (this.at > end) throw pastEnd();
    } else {
      throw new Refusal(
        'profile-wire-type',
        'The profile is damaged: it holds a field of a type pprof does not use.',
      );
    }
  }

  private longVarint(first: number, end: number): void {
    const bytes = this.bytes;
    let at = this.at;
    let lo = first & 0x7f;
    let hi = 0;
    for (let shift = 7; ; shift += 7) {
      if (at >= end) throw pastEnd();
      const byte = bytes[at++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) lo |= bits << shift;
      else if (shift === 28) {
        lo |= bits << 28;
        hi = bits >>> 4;
      } else if (shift < 63) hi |= bits << (shift - 32);
      else {
        // The tenth byte carries the last bit; anything more does not fit in 64 bits.
        if (byte > 1) throw varintTooLong();
        hi |= bits << 31;
      }
      if (byte < 0x80) break;
    }
    this.at = at;
    this.lo = lo >>> 0;
    this.hi = hi >>> 0;
  }
}

export function pastEnd(): Refusal {
  return new Refusal('profile-truncated', 'The profile is cut off in the middle of a number.');
}

export function varintTooLong(): Refusal {
  return new Refusal(
    'profile-varint-too-long',
    'The profile is damaged: a number in it does not fit in 64 bits.',
  );
}
