// A Profile as the gzip protobuf file that `go tool pprof` opens, through pprof-format's encoder. Reading
// it back gives an equal Profile: inlined frames share a location again, bare addresses stay addresses.
import { gzipSync } from 'node:zlib';
import {
  Label,
  Line,
  Location,
  Mapping,
  Function as PprofFunction,
  Profile as PprofProfile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format';
import type { Frame } from '../model/goroutine.ts';
import type { Profile } from '../model/profile.ts';

export function writePprof(profile: Profile): Uint8Array {
  return gzipSync(encodePprof(profile));
}

/** The protobuf bytes before compression. */
export function encodePprof(profile: Profile): Uint8Array {
  const strings = new StringTable();
  const places = new Places(strings);
  const sample: Sample[] = [];
  for (let index = 0; index < profile.sampleCount; index++) sample.push(writeSample(profile, index, places));
  const written = new PprofProfile({
    sampleType: profile.sampleTypes.map(({ type, unit }) => valueType(strings, type, unit)),
    sample,
    mapping: writeMapping(profile, strings),
    location: places.locations,
    function: places.functions,
    stringTable: strings,
    timeNanos: profile.timeNanos ?? 0n,
    durationNanos: profile.durationNanos ?? 0n,
    periodType: periodType(profile, strings),
    period: integer(profile.period),
    defaultSampleType: strings.dedup(profile.defaultSampleType),
  });
  return written.encode();
}

function writeSample(profile: Profile, index: number, places: Places): Sample {
  const width = profile.sampleTypes.length;
  const value = Array.from(profile.values.subarray(index * width, (index + 1) * width), integer);
  const stack: Frame[] = [];
  const end = profile.stackStart[index + 1] ?? 0;
  for (let at = profile.stackStart[index] ?? 0; at < end; at++) {
    const frame = profile.frames[profile.stackFrames[at] ?? 0];
    if (frame) stack.push(frame);
  }
  const label = Object.entries(profile.labels.get(index) ?? {}).map(
    ([key, text]) => new Label({ key: places.strings.dedup(key), str: places.strings.dedup(text) }),
  );
  return new Sample({ locationId: places.stack(stack), value, label });
}

/** Location and function records, numbered from 1 in order of first use. */
class Places {
  readonly locations: Location[] = [];
  readonly functions: PprofFunction[] = [];
  readonly strings: StringTable;
  private readonly locationIds = new Map<string, number>();
  private readonly functionIds = new Map<string, number>();

  constructor(strings: StringTable) {
    this.strings = strings;
  }

  /** A run of inlined frames and the frame they were inlined into are one location. */
  stack(frames: readonly Frame[]): number[] {
    const ids: number[] = [];
    let run: Frame[] = [];
    for (const [index, frame] of frames.entries()) {
      run.push(frame);
      if (frame.inlined && index + 1 < frames.length) continue;
      ids.push(this.location(run));
      run = [];
    }
    return ids;
  }

  private location(run: readonly Frame[]): number {
    const key = JSON.stringify(run.map(({ func, file, line }) => [func, file, line]));
    const known = this.locationIds.get(key);
    if (known !== undefined) return known;
    const id = this.locations.length + 1;
    const address = run.length === 1 && run[0] ? bareAddress(run[0]) : undefined;
    const line = run.map(({ func, file, line: number }) => {
      return new Line({ functionId: this.function(func, file), line: number });
    });
    this.locations.push(
      new Location(address === undefined ? { id, mappingId: 1, line } : { id, mappingId: 1, address }),
    );
    this.locationIds.set(key, id);
    return id;
  }

  private function(func: string, file: string): number {
    const key = `${func}\0${file}`;
    const known = this.functionIds.get(key);
    if (known !== undefined) return known;
    const id = this.functions.length + 1;
    const name = this.strings.dedup(func);
    this.functions.push(
      new PprofFunction({ id, name, systemName: name, filename: this.strings.dedup(file) }),
    );
    this.functionIds.set(key, id);
    return id;
  }
}

/** `0x7f46e2e55000` with no file is a frame nobody symbolised. */
function bareAddress({ func, file, line }: Frame): bigint | undefined {
  if (file !== '' || line !== 0 || !/^0x[0-9a-f]{1,16}$/.test(func)) return undefined;
  return BigInt(func);
}

/** One mapping, marked as symbolised so that no tool goes looking for the binary. */
function writeMapping(profile: Profile, strings: StringTable): Mapping[] {
  return [
    new Mapping({
      id: 1,
      filename: strings.dedup(profile.binary ?? ''),
      buildId: strings.dedup(profile.buildId ?? ''),
      hasFunctions: true,
      hasFilenames: true,
      hasLineNumbers: true,
      hasInlineFrames: true,
    }),
  ];
}

function periodType(profile: Profile, strings: StringTable): ValueType {
  if (profile.kind === 'heap' || profile.kind === 'allocs') return valueType(strings, 'space', 'bytes');
  if (profile.kind === 'cpu') return valueType(strings, 'cpu', 'nanoseconds');
  return valueType(strings, profile.sampleTypes[0]?.type ?? '', profile.sampleTypes[0]?.unit ?? '');
}

function valueType(strings: StringTable, type: string, unit: string): ValueType {
  return new ValueType({ type: strings.dedup(type), unit: strings.dedup(unit) });
}

/** The encoder handles negative and wide integers as bigint only. */
function integer(value: number): number | bigint {
  const whole = Math.round(value) + 0;
  return whole < 0 || whole > 0x7fff_ffff ? BigInt(whole) : whole;
}
