// pprof protobuf (gzip or raw) to a Profile. The reader is our own, columnar and bounded, because these
// bytes come from outside: every limit is checked before memory is spent. The library pprof-format is the
// oracle in the tests, not the reader. Drop and keep patterns are ignored; the Go runtime writes none.
import type { Outcome, Problem } from '../model/problem.ts';
import type { Profile, ValueType } from '../model/profile.ts';
import { inflateGzip, isGzip } from './inflate.ts';
import { internFrames, type Text } from './pprof-frames.ts';
import { profileKind } from './pprof-kind.ts';
import { badReference, PPROF_LIMITS, Refusal, tooMany } from './pprof-limits.ts';
import { resolveStacks } from './pprof-stacks.ts';
import { type PprofTables, readTables } from './pprof-tables.ts';

export { goroutineCounts } from './pprof-goroutines.ts';

/** `undefined` when nothing could be read; the problems then say why. Never throws. */
export function parsePprof(bytes: Uint8Array): Outcome<Profile | undefined> {
  const inflated = isGzip(bytes) ? inflateGzip(bytes) : { value: bytes, problems: [] };
  if (inflated.value === undefined) return { value: undefined, problems: inflated.problems };
  const problems: Problem[] = [...inflated.problems];
  try {
    const tables = readTables(inflated.value);
    if (tables.sampleTypes.length === 0) {
      throw new Refusal('profile-empty', 'The file holds no profile: it names no sample type.');
    }
    return { value: resolve(tables), problems };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { value: undefined, problems: [...problems, error.problem] };
  }
}

/** Second half: ids to indexes, indexes to names. Strings are decoded when first asked for. */
function resolve(tables: PprofTables): Profile {
  const text = stringReader(tables);
  const sampleTypes = readSampleTypes(tables, text);
  if (tables.sampleCount > 0 && tables.valuesPerSample !== sampleTypes.length) {
    throw new Refusal(
      'profile-values-mismatch',
      'The profile is damaged: samples do not fit its sample types.',
    );
  }
  const interned = internFrames(tables, text);
  const stacks = resolveStacks(tables, interned);
  const values = tables.values.array.slice(0, tables.values.length);
  const defaultSampleType = text(tables.defaultSampleType);
  const timed = tables.durationNanos !== 0n;
  const kind = profileKind({
    sampleTypes,
    periodType: text(tables.periodType),
    defaultSampleType,
    frames: interned.frames,
    ...stacks,
    hasAddresses: tables.hasAddresses,
  });
  return {
    kind,
    sampleTypes,
    defaultSampleType: defaultSampleType || (sampleTypes.at(-1)?.type ?? ''),
    sampleCount: tables.sampleCount,
    frames: interned.frames,
    ...stacks,
    values,
    labels: readLabels(tables, text),
    period: Math.max(0, tables.period),
    ...(tables.timeNanos !== 0n && { timeNanos: tables.timeNanos }),
    ...(timed && { durationNanos: tables.durationNanos }),
    ...(tables.binary !== 0 && { binary: text(tables.binary) }),
    ...(tables.buildId !== 0 && { buildId: text(tables.buildId) }),
    delta: (timed && kind !== 'cpu') || tables.hasNegative,
  };
}

function stringReader(tables: PprofTables): Text {
  const { strings, bytes } = tables;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoded: (string | undefined)[] = [];
  return (index) => {
    const known = decoded[index];
    if (known !== undefined) return known;
    if (index * 2 >= strings.length) {
      if (index === 0) return '';
      throw badReference('string');
    }
    const start = strings.at(index * 2);
    const string = buffer.toString('utf8', start, start + strings.at(index * 2 + 1));
    decoded[index] = string;
    return string;
  };
}

function readSampleTypes(tables: PprofTables, text: Text): ValueType[] {
  const types: ValueType[] = [];
  for (let at = 0; at < tables.sampleTypes.length; at += 2) {
    types.push({ type: text(tables.sampleTypes.at(at)), unit: text(tables.sampleTypes.at(at + 1)) });
  }
  return types;
}

type Labels = Readonly<Record<string, string>>;

/** Samples with equal labels share one object; a service has few label sets and many samples. */
function readLabels(tables: PprofTables, text: Text): Map<number, Labels> {
  const bySample = new Map<number, Labels>();
  const shared = new Map<string, Labels>();
  const { labels } = tables;
  for (let at = 0; at < labels.length; ) {
    const sample = labels.at(at);
    let end = at;
    let key = '';
    for (; end < labels.length && labels.at(end) === sample; end += 3) {
      key += `${labels.at(end + 1)}=${labels.at(end + 2)},`;
    }
    let set = shared.get(key);
    if (!set) {
      if (shared.size >= PPROF_LIMITS.labelSets) throw tooMany('labelSets', 'label-sets');
      set = labelSet(labels.array.subarray(at, end), text);
      shared.set(key, set);
    }
    bySample.set(sample, set);
    at = end;
  }
  return bySample;
}

/** Without a prototype, since a service may call a label `__proto__`. */
function labelSet(triples: Uint32Array, text: Text): Labels {
  const set: Record<string, string> = Object.create(null);
  for (let at = 0; at < triples.length; at += 3) {
    set[text(triples[at + 1] ?? 0)] = text(triples[at + 2] ?? 0);
  }
  return set;
}
