// Sums and differences of profiles. A difference is a sum with one side scaled by -1, so whatever can show
// a profile can show a difference.
import type { Frame } from '../model/goroutine.ts';
import type { Outcome } from '../model/problem.ts';
import type { Profile } from '../model/profile.ts';
import { StackBuilder } from './stack-builder.ts';

/** Every value times a factor; rounded to whole numbers, as pprof values are. */
export function scaleProfile(profile: Profile, factor: number): Profile {
  const values = profile.values.map((value) => roundToInteger(value * factor));
  return { ...profile, values, delta: profile.delta || values.some((value) => value < 0) };
}

/**
 * One profile whose samples are the sums of equal (stack, labels) samples. All must have the sample types
 * of the first; others are left out with a problem. Time and binary are the last one's, period the first's.
 */
export function mergeProfiles(profiles: readonly Profile[]): Outcome<Profile | undefined> {
  const [first] = profiles;
  if (!first) return { value: undefined, problems: [] };
  const alike = profiles.filter((profile) => sameTypes(profile, first));
  const last = alike.at(-1) ?? first;
  const sums = sumSamples(alike);
  const stacks = new StackBuilder();
  const labels = new Map<number, Readonly<Record<string, string>>>();
  for (const sum of sums.values()) {
    if (sum.labels) labels.set(stacks.sampleCount, sum.labels);
    for (const { func, file, line, inlined } of sum.frames) stacks.frame(func, file, line, inlined === true);
    stacks.sample(sum.values);
  }
  const columns = stacks.finish();
  const merged = { ...last, ...columns, period: first.period, labels };
  const delta = alike.some((profile) => profile.delta) || columns.values.some((value) => value < 0);
  return { value: { ...merged, delta }, problems: leftOut(profiles.length - alike.length) };
}

/**
 * What grew from `before` to `after`; samples that did not change at all are left out. The span between
 * the two becomes the duration when both are timed.
 */
export function subtractProfiles(after: Profile, before: Profile): Outcome<Profile | undefined> {
  const merged = mergeProfiles([after, scaleProfile(before, -1)]);
  if (!merged.value) return merged;
  const { timeNanos: _, durationNanos: __, ...rest } = merged.value;
  const timed = after.timeNanos !== undefined && before.timeNanos !== undefined;
  const difference: Profile = {
    ...rest,
    ...(after.binary !== undefined && { binary: after.binary }),
    ...(after.buildId !== undefined && { buildId: after.buildId }),
    ...(after.timeNanos !== undefined && { timeNanos: after.timeNanos }),
    ...(timed && { durationNanos: (after.timeNanos ?? 0n) - (before.timeNanos ?? 0n) }),
    delta: true,
  };
  const width = difference.sampleTypes.length;
  const changed = (sample: number) =>
    difference.values.subarray(sample * width, (sample + 1) * width).some((value) => value !== 0);
  return { value: pruneProfile(difference, changed), problems: merged.problems };
}

/** The profile with only the samples `keep` says yes to, and only the frames these need. */
export function pruneProfile(profile: Profile, keep: (sample: number) => boolean): Profile {
  const stacks = new StackBuilder();
  const labels = new Map<number, Readonly<Record<string, string>>>();
  const width = profile.sampleTypes.length;
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    if (!keep(sample)) continue;
    const set = profile.labels.get(sample);
    if (set) labels.set(stacks.sampleCount, set);
    const end = profile.stackStart[sample + 1] ?? 0;
    for (let at = profile.stackStart[sample] ?? 0; at < end; at++) {
      const frame = profile.frames[profile.stackFrames[at] ?? 0];
      if (frame) stacks.frame(frame.func, frame.file, frame.line, frame.inlined === true);
    }
    stacks.sample(profile.values.subarray(sample * width, (sample + 1) * width));
  }
  return { ...profile, ...stacks.finish(), labels };
}

interface Sum {
  readonly frames: readonly Frame[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly values: Float64Array;
}

function sumSamples(profiles: readonly Profile[]): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  const frameIds = new Map<string, number>();
  for (const profile of profiles) {
    const ids = profile.frames.map((frame) => frameId(frameIds, frame));
    const width = profile.sampleTypes.length;
    for (let sample = 0; sample < profile.sampleCount; sample++) {
      const stack = profile.stackFrames.subarray(profile.stackStart[sample], profile.stackStart[sample + 1]);
      const labels = profile.labels.get(sample);
      const key = Array.from(stack, (frame) => ids[frame]).join(',') + labelKey(labels);
      const values = profile.values.subarray(sample * width, (sample + 1) * width);
      const known = sums.get(key);
      if (known)
        for (const [column, value] of values.entries())
          known.values[column] = (known.values[column] ?? 0) + value;
      else {
        const frames = Array.from(stack, (frame) => profile.frames[frame]).filter(
          (frame) => frame !== undefined,
        );
        sums.set(key, { frames, ...(labels && { labels }), values: values.slice() });
      }
    }
  }
  return sums;
}

function frameId(known: Map<string, number>, { func, file, line, inlined }: Frame): number {
  const key = `${func}\0${file}\0${line}${inlined ? 'i' : ''}`;
  const id = known.get(key) ?? known.size;
  known.set(key, id);
  return id;
}

function labelKey(labels: Readonly<Record<string, string>> | undefined): string {
  return labels ? JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))) : '';
}

function sameTypes(profile: Profile, other: Profile): boolean {
  const key = ({ sampleTypes }: Profile) => JSON.stringify(sampleTypes.map(({ type, unit }) => [type, unit]));
  return key(profile) === key(other);
}

function leftOut(count: number): Outcome<never>['problems'] {
  if (count === 0) return [];
  const text = `${count} of the profiles measure something else and were left out of the sum.`;
  return [{ code: 'profile-types-differ', text }];
}

/** Never -0, which no profile can hold. */
function roundToInteger(value: number): number {
  return Math.round(value) + 0;
}
