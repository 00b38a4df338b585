// Damage to execution traces that leaves the chain of batches whole, so that it gets past the first look: bytes of
// a payload, batches lost, doubled, swapped, of other threads, times and generations.
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';

const HEAD_BYTES = 16;
const END_OF_GENERATION = 52;
const EXPERIMENT = 49;

interface Batch {
  readonly kind: number;
  /** Generation, thread and time. */
  readonly numbers: number[];
  readonly payload: Buffer;
}

type Mutation = (batches: Batch[], random: Random) => void;

const MUTATIONS: readonly Mutation[] = [
  changePayload,
  changePayload,
  changePayload,
  changePayload,
  changeType,
  changeType,
  lengthen,
  shorten,
  (batches, random) => void batches.splice(random.below(batches.length), 1),
  (batches, random) => void batches.splice(random.below(batches.length), 0, anyOf(batches, random)),
  swap,
  changeNumbers,
  changeNumbers,
  (batches, random) => void batches.splice(1 + random.below(batches.length)),
];

export function mutateTrace(seed: Buffer, other: Buffer, random: Random): Buffer {
  if (random.chance(1, 8)) return mutate(seed, other, random);
  const batches = batchesOf(seed);
  for (let rounds = 1 + random.small(6); rounds > 0 && batches.length > 0; rounds--)
    random.pick(MUTATIONS)(batches, random);
  const head = random.chance(1, 10)
    ? Buffer.from(`go 1.${20 + random.below(10)} trace\0\0\0`)
    : seed.subarray(0, HEAD_BYTES);
  return Buffer.concat([head, ...batches.map(encoded)]);
}

/** Of a trace that is whole. */
function batchesOf(bytes: Buffer): Batch[] {
  const batches: Batch[] = [];
  let at = HEAD_BYTES;
  const number = () => {
    let value = 0;
    let scale = 1;
    for (let byte = 128; byte >= 128; scale *= 128) {
      byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
    }
    return value;
  };
  while (at < bytes.length) {
    const kind = bytes[at++] ?? 0;
    if (kind === END_OF_GENERATION) {
      batches.push({ kind, numbers: [], payload: Buffer.alloc(0) });
      continue;
    }
    if (kind === EXPERIMENT) at += 1;
    const numbers = [number(), number(), number()];
    const size = number();
    batches.push({ kind, numbers, payload: Buffer.from(bytes.subarray(at, at + size)) });
    at += size;
  }
  return batches;
}

function encoded({ kind, numbers, payload }: Batch): Buffer {
  if (kind === END_OF_GENERATION) return Buffer.from([kind]);
  const head = [...numbers, payload.length].flatMap(varint);
  return Buffer.concat([Buffer.from(kind === EXPERIMENT ? [kind, 1, ...head] : [kind, ...head]), payload]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = BigInt(Math.max(0, Math.min(2 ** 64 - 2048, Math.floor(value))));
  do {
    const byte = Number(left & 127n);
    left >>= 7n;
    bytes.push(left > 0n ? byte | 128 : byte);
  } while (left > 0n);
  return bytes;
}

function anyOf(batches: readonly Batch[], random: Random): Batch {
  return random.pick(batches);
}

function changePayload(batches: Batch[], random: Random): void {
  const { payload } = anyOf(batches, random);
  for (let n = 1 + random.small(12); n > 0 && payload.length > 0; n--) {
    const at = random.below(payload.length);
    payload[at] = random.chance(1, 2) ? random.below(256) : (payload[at] ?? 0) + random.pick([1, 255, 128]);
  }
}

/** Event types are small numbers, and so are many goroutines. */
function changeType(batches: Batch[], random: Random): void {
  const { payload } = anyOf(batches, random);
  for (let n = 1 + random.small(6); n > 0 && payload.length > 0; n--)
    payload[random.below(payload.length)] = random.below(60);
}

function lengthen(batches: Batch[], random: Random): void {
  const index = random.below(batches.length);
  const batch = batches[index];
  const donor = anyOf(batches, random).payload;
  if (!batch) return;
  const from = random.below(donor.length + 1);
  const piece = donor.subarray(from, from + random.small(400));
  const at = random.below(batch.payload.length + 1);
  const payload = Buffer.concat([batch.payload.subarray(0, at), piece, batch.payload.subarray(at)]);
  batches[index] = { ...batch, payload };
}

function shorten(batches: Batch[], random: Random): void {
  const index = random.below(batches.length);
  const batch = batches[index];
  if (!batch) return;
  const at = random.below(batch.payload.length + 1);
  const rest = batch.payload.subarray(at + random.small(200));
  batches[index] = { ...batch, payload: Buffer.concat([batch.payload.subarray(0, at), rest]) };
}

function swap(batches: Batch[], random: Random): void {
  const a = random.below(batches.length);
  const b = random.below(batches.length);
  const [first, second] = [batches[a], batches[b]];
  if (!first || !second) return;
  batches[a] = second;
  batches[b] = first;
}

function changeNumbers(batches: Batch[], random: Random): void {
  const { numbers } = anyOf(batches, random);
  if (numbers.length === 0) return;
  const at = random.below(numbers.length);
  numbers[at] = random.pick([
    0,
    1,
    2,
    3,
    (numbers[at] ?? 0) + 1,
    2 ** 31,
    2 ** 53,
    2 ** 63,
    random.below(2 ** 30),
  ]);
}
