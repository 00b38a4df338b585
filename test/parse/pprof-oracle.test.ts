// pprof-format, an independent implementation of the same format, must understand every valid profile as
// our reader does.
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  Function as Func,
  Label,
  Profile as Library,
  Line,
  Location,
  Mapping,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format';
import { describe, expect, it } from 'vitest';
import type { Profile } from '../../src/model/profile.ts';
import { parsePprof } from '../../src/parse/pprof.ts';
import { protoSamples, readSample, sampleBytes, spelledOut } from './pprof-samples.ts';

type Row = { stack: unknown[]; values: number[]; labels: Record<string, string> };

/** The library's reading, resolved naively. */
function oracleRows(library: Library): Row[] {
  const text = (index: number | bigint) => library.stringTable.strings[Number(index)] ?? '';
  const locations = new Map(library.location.map((location) => [BigInt(location.id), location]));
  const functions = new Map(library.function.map((func) => [BigInt(func.id), func]));
  const frames = (location: Location | undefined) =>
    location?.line.map((line, index, lines) => {
      const func = functions.get(BigInt(line.functionId));
      const inlined = index + 1 < lines.length;
      return {
        func: text(func?.name ?? 0) || '<unknown>', // as go tool pprof says
        file: text(func?.filename ?? 0),
        line: Number(line.line),
        ...(inlined && { inlined }),
      };
    }) ?? [];
  return library.sample.map((sample) => ({
    stack: sample.locationId.flatMap((id) => frames(locations.get(BigInt(id)))),
    values: sample.value.map((value) => Number(BigInt.asIntN(64, BigInt(value)))),
    labels: Object.fromEntries(
      sample.label
        .filter((label) => Number(label.str) !== 0)
        .map((label) => [text(label.key), text(label.str)]),
    ),
  }));
}

function expectAgreement(ours: Profile | undefined, library: Library): void {
  if (!ours) throw new Error('unread');
  const text = (index: number | bigint) => library.stringTable.strings[Number(index)] ?? '';
  expect(spelledOut(ours).samples).toEqual(oracleRows(library));
  expect(ours.sampleTypes).toEqual(
    library.sampleType.map(({ type, unit }) => ({ type: text(type), unit: text(unit) })),
  );
  expect(ours.timeNanos ?? 0n).toBe(BigInt(library.timeNanos));
  expect(ours.durationNanos ?? 0n).toBe(BigInt(library.durationNanos));
  expect(ours.period).toBe(Number(library.period));
  expect(ours.binary ?? '').toBe(text(library.mapping[0]?.filename ?? 0));
}

/** Locations all symbolised, so that the naive oracle needs no notion of bare addresses. */
const profiles = fc
  .record({
    types: fc.integer({ min: 1, max: 4 }),
    functions: fc.array(fc.tuple(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 })), {
      minLength: 1,
      maxLength: 8,
    }),
    locations: fc.array(fc.array(fc.tuple(fc.nat(), fc.nat(100_000)), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 12,
    }),
    samples: fc.array(
      fc.record({
        stack: fc.array(fc.nat(), { maxLength: 12 }),
        values: fc.array(fc.maxSafeInteger(), { minLength: 4, maxLength: 4 }),
        labels: fc.dictionary(fc.string({ maxLength: 6 }), fc.string({ minLength: 1, maxLength: 6 }), {
          maxKeys: 3,
        }),
      }),
      { maxLength: 20 },
    ),
    wideIds: fc.boolean(),
    timeNanos: fc.bigInt({ min: 0n, max: 2n ** 62n }),
    durationNanos: fc.bigInt({ min: 0n, max: 2n ** 62n }),
    period: fc.nat(),
  })
  .map((plan) => {
    const strings = new StringTable();
    // Ids need not be small or dense: other writers use hashes of 64 bits.
    const id = (index: number) =>
      plan.wideIds ? 0xfeed_0000_0000_0001n + BigInt(index) * 0x1_0000_0001n : index + 1;
    return new Library({
      stringTable: strings,
      sampleType: Array.from(
        { length: plan.types },
        (_, index) => new ValueType({ type: strings.dedup(`t${index}`), unit: strings.dedup('count') }),
      ),
      function: plan.functions.map(
        ([name, file], index) =>
          new Func({ id: id(index), name: strings.dedup(name), filename: strings.dedup(file) }),
      ),
      location: plan.locations.map(
        (lines, index) =>
          new Location({
            id: id(index),
            address: 4096 + index,
            line: lines.map(
              ([func, line]) => new Line({ functionId: id(func % plan.functions.length), line }),
            ),
          }),
      ),
      sample: plan.samples.map(
        ({ stack, values, labels }) =>
          new Sample({
            locationId: stack.map((location) => id(location % plan.locations.length)),
            value: values.slice(0, plan.types).map(BigInt),
            label: Object.entries(labels).map(
              ([key, value]) => new Label({ key: strings.dedup(key), str: strings.dedup(value) }),
            ),
          }),
      ),
      mapping: [new Mapping({ id: 1, filename: strings.dedup('/srv/app') })],
      timeNanos: plan.timeNanos,
      durationNanos: plan.durationNanos,
      period: plan.period,
    });
  });

describe('agreement with pprof-format', () => {
  it.each(protoSamples)('%s', (name) => {
    const library = Library.decode(gunzipSync(sampleBytes(name)));
    expectAgreement(readSample(name), library);
  });

  it('on any profile its encoder can write', () => {
    fc.assert(
      fc.property(profiles, (library) => {
        const { value, problems } = parsePprof(library.encode());
        expect(problems).toEqual([]);
        expectAgreement(value, library);
      }),
      { numRuns: 300 },
    );
  });
});
