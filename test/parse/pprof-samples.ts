import { readdirSync, readFileSync } from 'node:fs';
import { type Profile, sampleStack } from '../../src/model/profile.ts';
import { parsePprof } from '../../src/parse/pprof.ts';

export const PROFILES = new URL('../captures/profiles/', import.meta.url);

export const protoSamples = readdirSync(PROFILES).filter((name) => /\.(pb\.gz|grf\.out)$/.test(name));
export const textSamples = readdirSync(PROFILES).filter((name) => name.endsWith('debug1.txt'));

export function sampleBytes(name: string): Buffer {
  return readFileSync(new URL(name, PROFILES));
}

export function readSample(name: string): Profile {
  const { value, problems } = parsePprof(sampleBytes(name));
  if (!value || problems.length > 0) throw new Error(`${name}: ${JSON.stringify(problems)}`);
  return value;
}

/** A profile without its columns: stacks spelled out, so that two can be compared however they intern. */
export function spelledOut(profile: Profile) {
  const { frames: _, stackStart: __, stackFrames: ___, values, labels, ...rest } = profile;
  const width = profile.sampleTypes.length;
  const samples = Array.from({ length: profile.sampleCount }, (_unused, sample) => ({
    stack: sampleStack(profile, sample),
    values: [...values.subarray(sample * width, (sample + 1) * width)],
    labels: { ...labels.get(sample) },
  }));
  return { ...rest, samples };
}
