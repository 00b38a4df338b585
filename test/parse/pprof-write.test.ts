import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/model/goroutine.ts';
import type { Profile } from '../../src/model/profile.ts';
import { parsePprof } from '../../src/parse/pprof.ts';
import { encodePprof, writePprof } from '../../src/parse/pprof-write.ts';
import {
  mergeProfiles,
  pruneProfile,
  scaleProfile,
  subtractProfiles,
} from '../../src/parse/profile-arithmetic.ts';
import { StackBuilder } from '../../src/parse/stack-builder.ts';
import { protoSamples, readSample, spelledOut } from './pprof-samples.ts';

const frame = fc.record({
  func: fc.oneof(
    fc.string({ minLength: 1, maxLength: 12 }),
    fc.constantFrom('main.main', 'runtime.gopark', '0x7f46e2e55000'),
  ),
  file: fc.oneof(fc.constant(''), fc.string({ maxLength: 8 })),
  line: fc.nat(5000),
  inlined: fc.boolean(),
});

/** Any profile a reader can return: no stack ends in an inlined frame, whole values, no -0. */
const anyProfile: fc.Arbitrary<Profile> = fc
  .record({
    samples: fc.array(
      fc.record({
        stack: fc.array(frame, { maxLength: 6 }),
        value: fc.maxSafeInteger(),
        labels: fc.option(
          fc.dictionary(fc.string({ maxLength: 5 }), fc.string({ minLength: 1, maxLength: 5 }), {
            minKeys: 1,
            maxKeys: 2,
          }),
        ),
      }),
      { maxLength: 12 },
    ),
    timeNanos: fc.bigInt({ min: 1n, max: 2n ** 62n }),
  })
  .map(({ samples, timeNanos }) => {
    const stacks = new StackBuilder();
    const labels = new Map<number, Record<string, string>>();
    for (const [index, sample] of samples.entries()) {
      for (const [depth, { func, file, line, inlined }] of sample.stack.entries()) {
        stacks.frame(func, file, line, inlined && depth + 1 < sample.stack.length);
      }
      stacks.sample([sample.value]);
      if (sample.labels) labels.set(index, sample.labels);
    }
    return {
      kind: 'goroutine',
      sampleTypes: [{ type: 'goroutine', unit: 'count' }],
      defaultSampleType: 'goroutine',
      ...stacks.finish(),
      labels,
      period: 1,
      timeNanos,
      delta: samples.some(({ value }) => value < 0),
    };
  });

function reread(profile: Profile): Profile {
  const { value, problems } = parsePprof(writePprof(profile));
  expect(problems).toEqual([]);
  if (!value) throw new Error('unread');
  return value;
}

/** Sum per stack, label set and column; what a profile says, however its rows are split. */
function totals(profile: Profile): Map<string, number[]> {
  const sums = new Map<string, number[]>();
  for (const { stack, values, labels } of spelledOut(profile).samples) {
    const key = JSON.stringify([stack.map(({ func, file, line }: Frame) => [func, file, line]), labels]);
    const known = sums.get(key) ?? values.map(() => 0);
    const sum = values.map((value, column) => value + (known[column] ?? 0));
    sums.set(key, sum);
  }
  for (const [key, sum] of sums) if (sum.every((value) => value === 0)) sums.delete(key);
  return sums;
}

describe('writing', () => {
  it.each(protoSamples)('%s: written and read again it is the same profile', (name) => {
    const profile = readSample(name);
    expect(spelledOut(reread(profile))).toEqual(spelledOut(profile));
  });

  it('holds for any profile', () => {
    fc.assert(
      fc.property(anyProfile, (profile) => {
        expect(spelledOut(reread(profile))).toEqual(spelledOut(profile));
      }),
      { numRuns: 300 },
    );
  });

  it('is stable: what was read from our file encodes to the same bytes', () => {
    for (const name of protoSamples) {
      const once = encodePprof(reread(readSample(name)));
      expect(Buffer.from(encodePprof(reread(readSample(name)))).equals(once)).toBe(true);
    }
  });
});

describe('arithmetic', () => {
  const before = readSample('heap-leak.t065.heap.pb.gz');
  const after = readSample('heap-leak.t185.heap.pb.gz');

  it('subtracting a profile from itself leaves nothing', () => {
    expect(subtractProfiles(after, after).value).toMatchObject({ sampleCount: 0, frames: [], delta: true });
  });

  it('what grew, added to what was, is what is', () => {
    const grown = subtractProfiles(after, before).value;
    expect(grown?.durationNanos).toBe((after.timeNanos ?? 0n) - (before.timeNanos ?? 0n));
    const back = mergeProfiles(grown ? [before, grown] : []).value;
    expect(back && totals(back)).toEqual(totals(after));
  });

  it('the difference mirrors: a - b is -(b - a)', () => {
    const forth = subtractProfiles(after, before).value;
    const back = subtractProfiles(before, after).value;
    expect(forth && totals(forth)).toEqual(back && totals(scaleProfile(back, -1)));
  });

  it('conserves every value when merging', () => {
    fc.assert(
      fc.property(anyProfile, anyProfile, (one, two) => {
        const merged = mergeProfiles([scaleProfile(one, 2 ** -20), scaleProfile(two, 2 ** -20)]).value;
        const sum = (profile: Profile | undefined) =>
          profile?.values.reduce((total, value) => total + value, 0);
        expect(sum(merged)).toBe(
          (sum(scaleProfile(one, 2 ** -20)) ?? 0) + (sum(scaleProfile(two, 2 ** -20)) ?? 0),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('leaves out what measures something else, and says so', () => {
    const { value, problems } = mergeProfiles([after, readSample('leak-send.t035.goroutine.pb.gz')]);
    expect(problems.map(({ code }) => code)).toEqual(['profile-types-differ']);
    expect(value && totals(value)).toEqual(totals(after));
  });

  it('prunes to the samples asked for', () => {
    const pruned = pruneProfile(after, (sample) => sample === 0);
    expect(spelledOut(pruned).samples).toEqual(spelledOut(after).samples.slice(0, 1));
    expect(pruned.frames.length).toBeLessThan(after.frames.length);
  });
});
