// First half of reading a profile: protobuf bytes to columns of numbers, nothing resolved yet. pprof-format
// builds an object per number, which costs ten times as much and lets 16 KB of gzip claim gigabytes.
// Messages and field numbers: https://github.com/google/pprof/blob/main/proto/profile.proto
import { F64Column, IdIndex, U32Column } from './pprof-columns.ts';
import { badReference, PPROF_LIMITS, Refusal, stackTooDeep, tooMany } from './pprof-limits.ts';
import { BYTES, VARINT, Wire } from './pprof-wire.ts';

/** A profile as columns of ids and string indexes, in the order of the file. */
export interface PprofTables {
  readonly bytes: Uint8Array;
  /** String indexes: type, unit, type, unit… */
  readonly sampleTypes: U32Column;
  readonly sampleCount: number;
  /** Where each sample's ids begin in `locationIds`. */
  readonly stackStart: U32Column;
  /** Ids below `IdIndex.DIRECT` as they are; others as DIRECT plus their index in `wideIds`. */
  readonly locationIds: Uint32Array;
  readonly locationIdCount: number;
  readonly wideIds: readonly (number | bigint)[];
  readonly values: F64Column;
  /** Number of values of every sample, or -1 when they differ. */
  readonly valuesPerSample: number;
  /** Sample, key, string; sample, key, string… Numeric labels are not kept. */
  readonly labels: U32Column;
  readonly locations: IdIndex;
  readonly locationCount: number;
  /** Where each location's lines begin in `lineFunction` and `lineNumber`. */
  readonly lineStart: U32Column;
  /** The address of each location, halves low and high; used only where no line is known. */
  readonly addresses: U32Column;
  /** Function ids, coded as in `locationIds`. */
  readonly lineFunction: U32Column;
  readonly lineNumber: F64Column;
  readonly functions: IdIndex;
  /** String indexes: name, file, name, file… */
  readonly functionNames: U32Column;
  /** Offsets and lengths of the strings in `bytes`. */
  readonly strings: U32Column;
  /** String indexes of the first mapping's file and build id. */
  readonly binary: number;
  readonly buildId: number;
  readonly hasAddresses: boolean;
  readonly hasNegative: boolean;
  readonly periodType: number;
  readonly period: number;
  readonly defaultSampleType: number;
  readonly timeNanos: bigint;
  readonly durationNanos: bigint;
}

/** Throws a Refusal for whatever is damaged or over a limit. */
export function readTables(bytes: Uint8Array): PprofTables {
  const reader = new TableReader(bytes);
  while (reader.wire.at < bytes.length) reader.topLevelField();
  reader.close();
  return reader;
}

class TableReader implements PprofTables {
  readonly bytes: Uint8Array;
  readonly wire: Wire;
  readonly sampleTypes = new U32Column(16);
  sampleCount = 0;
  readonly stackStart = new U32Column(1024);
  readonly locationIds: Uint32Array;
  locationIdCount = 0;
  readonly wideIds: (number | bigint)[] = [];
  readonly values = new F64Column(4096);
  valuesPerSample = 0;
  readonly labels = new U32Column(64);
  readonly locations = new IdIndex();
  locationCount = 0;
  readonly lineStart = new U32Column(1024);
  readonly addresses = new U32Column(2048);
  readonly lineFunction = new U32Column(1024);
  readonly lineNumber = new F64Column(1024);
  readonly functions = new IdIndex();
  readonly functionNames = new U32Column(1024);
  readonly strings = new U32Column(1024);
  binary = 0;
  buildId = 0;
  hasAddresses = false;
  hasNegative = false;
  periodType = 0;
  period = 0;
  defaultSampleType = 0;
  timeNanos = 0n;
  durationNanos = 0n;

  private readonly view: DataView;
  private readonly wideIndex = new Map<number | bigint, number>();
  private mappingsSeen = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.wire = new Wire(bytes);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // An id takes a byte at least, so this never grows; pages that are not written cost nothing.
    this.locationIds = new Uint32Array(Math.min(bytes.length, PPROF_LIMITS.stackEntries));
  }

  close(): void {
    this.stackStart.push(this.locationIdCount);
    this.lineStart.push(this.lineFunction.length);
  }

  topLevelField(): void {
    const { wire } = this;
    const end = this.bytes.length;
    const tag = wire.varint(end);
    const field = tag >>> 3;
    const wireType = tag & 7;
    if (wireType === BYTES) {
      const fieldEnd = wire.fieldEnd(end);
      if (field === 2) this.sample(fieldEnd);
      else if (field === 4) this.location(fieldEnd);
      else if (field === 5) this.function(fieldEnd);
      else if (field === 6) this.string(fieldEnd);
      else if (field === 1) this.sampleType(fieldEnd);
      else if (field === 3) this.mapping(fieldEnd);
      else if (field === 11) this.periodType = this.valueType(fieldEnd)[0];
      wire.at = fieldEnd;
    } else if (wireType === VARINT && field === 9) this.timeNanos = wire.signedBig(end);
    else if (wireType === VARINT && field === 10) this.durationNanos = wire.signedBig(end);
    else if (wireType === VARINT && field === 12) this.period = wire.signed(end);
    else if (wireType === VARINT && field === 14) this.defaultSampleType = this.stringIndex(end);
    else wire.skip(wireType, end);
  }

  private sample(end: number): void {
    if (this.sampleCount >= PPROF_LIMITS.samples) throw tooMany('samples', 'samples');
    this.stackStart.push(this.locationIdCount);
    const { wire, values } = this;
    const firstId = this.locationIdCount;
    const firstValue = values.length;
    let labelCount = 0;
    while (wire.at < end) {
      const tag = wire.varint(end);
      const field = tag >>> 3;
      const wireType = tag & 7;
      if (field === 1 && wireType === BYTES) this.packedLocationIds(wire.fieldEnd(end));
      else if (field === 1 && wireType === VARINT) this.locationId(end);
      else if (field === 2 && wireType === BYTES) {
        const packedEnd = wire.fieldEnd(end);
        while (wire.at < packedEnd) this.value(packedEnd);
      } else if (field === 2 && wireType === VARINT) this.value(end);
      else if (field === 3 && wireType === BYTES) {
        if (++labelCount > PPROF_LIMITS.labelsPerSample)
          throw tooMany('labelsPerSample', 'labels-per-sample');
        this.label(wire.fieldEnd(end));
      } else wire.skip(wireType, end);
    }
    if (this.locationIdCount - firstId > PPROF_LIMITS.stackDepth) throw stackTooDeep();
    this.countValues(values.length - firstValue);
    this.sampleCount++;
  }

  private packedLocationIds(end: number): void {
    const { wire } = this;
    if (end - wire.at > this.locationIds.length - this.locationIdCount) this.refuseManyIds(wire.at, end);
    while (wire.at < end) {
      this.shortLocationIds(end);
      if (wire.at < end) this.locationId(end);
    }
  }

  /**
   * The hot loop of the whole reader: millions of ids, nearly all of one to three bytes, read as one word. Stops
   * at a longer one, and three bytes before the end.
   */
  private shortLocationIds(end: number): void {
    const { wire, view, locationIds } = this;
    let at = wire.at;
    let count = this.locationIdCount;
    const wordEnd = end - 3;
    while (at < wordEnd) {
      const word = view.getUint32(at, true);
      let id = word & 0x7f;
      if ((word & 0x80) === 0) at += 1;
      else {
        id |= (word >>> 1) & 0x3f80;
        if ((word & 0x8000) === 0) at += 2;
        else {
          if ((word & 0x800000) !== 0) break;
          id |= (word >>> 2) & 0x1fc000;
          at += 3;
        }
      }
      locationIds[count++] = id;
    }
    wire.at = at;
    this.locationIdCount = count;
  }

  private locationId(end: number): void {
    if (this.locationIdCount >= PPROF_LIMITS.stackEntries) throw tooMany('stackEntries', 'stack-entries');
    this.locationIds[this.locationIdCount++] = this.idCode(end);
  }

  /** Fewer bytes left in the column than in the field: count what the field really holds before refusing. */
  private refuseManyIds(from: number, end: number): void {
    let ids = 0;
    for (let at = from; at < end; at++) if ((this.bytes[at] as number) < 0x80) ids++;
    if (ids > this.locationIds.length - this.locationIdCount) throw tooMany('stackEntries', 'stack-entries');
  }

  /** An id as a 32-bit code: itself when small, otherwise a place in `wideIds`. */
  private idCode(end: number): number {
    const id = this.exactId(end);
    if (typeof id === 'number' && id < IdIndex.DIRECT) return id;
    let index = this.wideIndex.get(id);
    if (index === undefined) {
      index = this.wideIds.length;
      if (index >= PPROF_LIMITS.locations) throw tooMany('locations', 'locations');
      this.wideIds.push(id);
      this.wideIndex.set(id, index);
    }
    return IdIndex.DIRECT + index;
  }

  private exactId(end: number): number | bigint {
    const id = this.wire.varint(end);
    if (id < Number.MAX_SAFE_INTEGER) return id;
    return (BigInt(this.wire.hi) << 32n) | BigInt(this.wire.lo);
  }

  private countValues(count: number): void {
    if (this.sampleCount === 0) this.valuesPerSample = count;
    else if (count !== this.valuesPerSample) this.valuesPerSample = -1;
    if (count > PPROF_LIMITS.sampleTypes) throw tooMany('sampleTypes', 'values-per-sample');
  }

  private value(end: number): void {
    const value = this.wire.signed(end);
    if (value < 0) this.hasNegative = true;
    this.values.push(value);
  }

  private label(end: number): void {
    const { wire } = this;
    let key = 0;
    let string = 0;
    while (wire.at < end) {
      const tag = wire.varint(end);
      if (tag === 8) key = this.stringIndex(end);
      else if (tag === 16) string = this.stringIndex(end);
      else wire.skip(tag & 7, end);
    }
    if (string === 0) return;
    this.labels.push(this.sampleCount);
    this.labels.push(key);
    this.labels.push(string);
  }

  private sampleType(end: number): void {
    const [type, unit] = this.valueType(end);
    if (this.sampleTypes.length >= PPROF_LIMITS.sampleTypes * 2) throw tooMany('sampleTypes', 'sample-types');
    this.sampleTypes.push(type);
    this.sampleTypes.push(unit);
  }

  private valueType(end: number): [type: number, unit: number] {
    const { wire } = this;
    const found: [number, number] = [0, 0];
    while (wire.at < end) {
      const tag = wire.varint(end);
      if (tag === 8) found[0] = this.stringIndex(end);
      else if (tag === 16) found[1] = this.stringIndex(end);
      else wire.skip(tag & 7, end);
    }
    return found;
  }

  private location(end: number): void {
    if (this.locationCount >= PPROF_LIMITS.locations) throw tooMany('locations', 'locations');
    const { wire } = this;
    this.lineStart.push(this.lineFunction.length);
    let id: number | bigint = 0;
    let low = 0;
    let high = 0;
    while (wire.at < end) {
      const tag = wire.varint(end);
      if (tag === 8) id = this.exactId(end);
      else if (tag === 24) {
        wire.varint(end);
        low = wire.lo;
        high = wire.hi;
      } else if (tag === 34) this.line(wire.fieldEnd(end));
      else wire.skip(tag & 7, end);
    }
    if (low !== 0 || high !== 0) this.hasAddresses = true;
    this.addresses.push(low);
    this.addresses.push(high);
    this.locations.define(id, this.locationCount++);
  }

  private line(end: number): void {
    if (this.lineFunction.length >= PPROF_LIMITS.lines) throw tooMany('lines', 'lines');
    const { wire } = this;
    let functionId = 0;
    let line = 0;
    while (wire.at < end) {
      const tag = wire.varint(end);
      if (tag === 8) functionId = this.idCode(end);
      else if (tag === 16) line = wire.signed(end);
      else wire.skip(tag & 7, end);
    }
    this.lineFunction.push(functionId);
    this.lineNumber.push(line);
  }

  private function(end: number): void {
    const index = this.functionNames.length / 2;
    if (index >= PPROF_LIMITS.functions) throw tooMany('functions', 'functions');
    const { wire } = this;
    let id: number | bigint = 0;
    let name = 0;
    let file = 0;
    while (wire.at < end) {
      const tag = wire.varint(end);
      if (tag === 8) id = this.exactId(end);
      else if (tag === 16) name = this.stringIndex(end);
      else if (tag === 32) file = this.stringIndex(end);
      else wire.skip(tag & 7, end);
    }
    this.functionNames.push(name);
    this.functionNames.push(file);
    this.functions.define(id, index);
  }

  private mapping(end: number): void {
    if (this.mappingsSeen++ > 0) return;
    const { wire } = this;
    while (wire.at < end) {
      const tag = wire.varint(end);
      if (tag === 40) this.binary = this.stringIndex(end);
      else if (tag === 48) this.buildId = this.stringIndex(end);
      else wire.skip(tag & 7, end);
    }
  }

  private string(end: number): void {
    if (this.strings.length >= PPROF_LIMITS.strings * 2) throw tooMany('strings', 'strings');
    const length = end - this.wire.at;
    if (length > PPROF_LIMITS.stringBytes) {
      throw new Refusal('profile-string-too-long', 'The profile holds a string of more than 64 KiB.');
    }
    this.strings.push(this.wire.at);
    this.strings.push(length);
  }

  /** String tables end at a million, so an index beyond 32 bits is damage, not size. */
  private stringIndex(end: number): number {
    const index = this.wire.varint(end);
    if (index > 0xffff_ffff) throw badReference('string');
    return index;
  }
}
