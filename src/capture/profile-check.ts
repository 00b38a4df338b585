// Is this a whole gzip file, how large does it become, and of which kind is the profile inside? Streamed: nothing of
// it is kept, so that a bomb costs no memory. Meaning is left to src/parse, in a child that may be killed.
import { createGunzip } from 'node:zlib';
import { inflatedSmall } from './inflate-small.ts';

export type ProfileCheck =
  | {
      readonly kind: 'whole' /** Names of the sample types: `goroutine`, `inuse_space`. */;
      readonly samples: readonly string[];
    }
  | { readonly kind: 'cut' }
  | { readonly kind: 'damaged' }
  | { readonly kind: 'too-big' };

/** Inflates to the end, or to the first byte beyond the limit. */
export async function checkProfile(bytes: Uint8Array, maxInflatedBytes: number): Promise<ProfileCheck> {
  const small = inflatedSmall(bytes);
  if (small === undefined || small.byteLength > maxInflatedBytes)
    return checkStreamed(bytes, maxInflatedBytes);
  const walker = new TypeWalker();
  walker.feed(small);
  return { kind: 'whole', samples: walker.samples() };
}

function checkStreamed(bytes: Uint8Array, maxInflatedBytes: number): Promise<ProfileCheck> {
  return new Promise((resolve) => {
    const walker = new TypeWalker();
    let size = 0;
    const inflater = createGunzip({ chunkSize: 64 * 1024 });
    const end = (check: ProfileCheck): void => {
      inflater.destroy();
      resolve(check);
    };
    inflater.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > maxInflatedBytes) end({ kind: 'too-big' });
      else walker.feed(chunk);
    });
    inflater.on('end', () => end({ kind: 'whole', samples: walker.samples() }));
    inflater.on('error', (error: NodeJS.ErrnoException) =>
      end({ kind: error.code === 'Z_BUF_ERROR' ? 'cut' : 'damaged' }),
    );
    inflater.end(bytes);
  });
}

// Fields of profile.proto that matter here; everything else is skipped by its length.
const SAMPLE_TYPE = 1;
const STRING_TABLE = 6;
/** runtime/pprof writes four sample types at most, and interns their names first. */
const MAX_TYPES = 8;
const MAX_STRINGS = 64;
const MAX_KEPT = 200;

/** Walks the top level of a profile.proto message as its bytes come in. */
class TypeWalker {
  readonly #types: number[] = [];
  readonly #strings: string[] = [];
  #state: 'tag' | 'varint' | 'length' | 'bytes' = 'tag';
  #number = 0;
  #shift = 0;
  #field = 0;
  #left = 0;
  #kept: number[] = [];
  #isLost = false;

  feed(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && !this.#isLost; ) {
      at = this.#state === 'bytes' ? this.#take(chunk, at) : this.#step(chunk[at] ?? 0, at);
    }
  }

  samples(): readonly string[] {
    return this.#types.flatMap((index) => this.#strings[index] ?? []);
  }

  /** One byte of a tag, of a number or of a length. */
  #step(byte: number, at: number): number {
    this.#number += (byte & 0x7f) * 2 ** this.#shift;
    this.#shift += 7;
    if (byte >= 0x80) {
      this.#isLost = this.#shift > 63;
      return at + 1;
    }
    const value = this.#number;
    this.#number = 0;
    this.#shift = 0;
    if (this.#state === 'tag') this.#open(value);
    else if (this.#state === 'length') this.#enter(value);
    else this.#state = 'tag';
    return at + 1;
  }

  #open(tag: number): void {
    this.#field = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) this.#state = 'varint';
    else if (wire === 2) this.#state = 'length';
    else this.#isLost = true;
  }

  #enter(length: number): void {
    this.#left = length;
    this.#kept = [];
    this.#state = 'bytes';
    if (length === 0) this.#leave();
  }

  #take(chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + this.#left);
    const isWanted = this.#field === SAMPLE_TYPE || (this.#field === STRING_TABLE && this.#wantsStrings());
    for (let p = at; isWanted && p < end && this.#kept.length < MAX_KEPT; p++) this.#kept.push(chunk[p] ?? 0);
    this.#left -= end - at;
    if (this.#left === 0) this.#leave();
    return end;
  }

  #wantsStrings(): boolean {
    return this.#strings.length < MAX_STRINGS;
  }

  #leave(): void {
    this.#state = 'tag';
    if (this.#field === SAMPLE_TYPE && this.#types.length < MAX_TYPES) {
      // ValueType { type = 1: index of its name, one byte for the first 127 strings }
      if (this.#kept[0] === 0x08) this.#types.push(this.#kept[1] ?? 0);
    } else if (this.#field === STRING_TABLE && this.#wantsStrings()) {
      this.#strings.push(Buffer.from(this.#kept).toString('latin1'));
    }
  }
}
