// JSON lines -> samples. A line that is no sample is skipped and counted; a field that is no number is taken for
// missing. Never throws.
import type { Outcome, Problem } from '../model/problem.ts';
import { parseBytes } from '../model/units.ts';
import type { Sample } from './sample.ts';

/** A month of ten instances at four samples a minute. */
export const MAX_SAMPLES = 2_000_000;
/** All fields with generous digits take 600 bytes. */
export const MAX_LINE_CHARS = 16_384;
const MAX_NAME = 200;
/** Beyond the year 2100 a time is in milliseconds, or nonsense. */
const MAX_TIME = 4_102_444_800;
/** The runtime's metrics print "off" as a number of this size. */
const MOST_GOGC = 1e6;
/** Prometheus and cgroups print "no limit" as numbers of this size. */
const NO_LIMIT = 2 ** 60;

const COUNTERS = [
  'go_goroutines',
  'HeapAlloc',
  'HeapInuse',
  'HeapIdle',
  'HeapReleased',
  'NumGC',
  'StackInuse',
  'requests_per_s',
] as const;
/** Of a process that runs, never zero. */
const SIZES = ['Sys', 'NextGC', 'RSS', 'start_time'] as const;

/** Samples in order of time; of two of one instance and moment, the first. */
export function readSamples(text: string): Outcome<readonly Sample[]> {
  const samples: Sample[] = [];
  const faults = new Faults();
  let from = 0;
  let line = 0;
  while (from < text.length && samples.length < MAX_SAMPLES) {
    const end = text.indexOf('\n', from);
    const to = end < 0 ? text.length : end;
    line += 1;
    const sample = readLine(text, from, to, (why) => faults.add(line, why));
    if (sample) samples.push(sample);
    from = to + 1;
  }
  if (from < text.length) faults.add(line + 1, `only the first ${MAX_SAMPLES} samples are read`);
  if (samples.some((sample, at) => at > 0 && sample.t < (samples[at - 1]?.t ?? 0))) {
    samples.sort((a, b) => a.t - b.t);
  }
  return { value: samples, problems: faults.problems() };
}

/** One line that is JSON already. */
export function sampleOf(value: unknown): Sample | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is not an object';
  const given = value as Readonly<Record<string, unknown>>;
  const t = amount(given.t);
  if (t === undefined) return 't is missing or no number';
  if (t > MAX_TIME) return 't is not in unix seconds';
  const sample: { -readonly [Field in keyof Sample]: Sample[Field] } = { t };
  for (const field of COUNTERS) {
    const read = amount(given[field]);
    if (read !== undefined) sample[field] = read;
  }
  for (const field of SIZES) {
    const read = amount(given[field]);
    if (read !== undefined && read > 0) sample[field] = read;
  }
  const collected = amount(given.LastGC);
  // MemStats has nanoseconds, Prometheus seconds.
  if (collected) sample.LastGC = collected > 1e15 ? collected / 1e9 : collected;
  const gogc = given.GOGC === 'off' ? 0 : numberIn(given.GOGC);
  if (gogc !== undefined) sample.GOGC = gogc < 0 || gogc > MOST_GOGC ? 0 : gogc;
  for (const field of ['GOMEMLIMIT', 'container_limit'] as const) {
    const read = limitIn(given[field]);
    if (read !== undefined) sample[field] = read;
  }
  for (const field of ['instance', 'version'] as const) {
    const name = given[field];
    if (typeof name === 'string' && name !== '') sample[field] = name.slice(0, MAX_NAME);
  }
  return sample;
}

function readLine(text: string, from: number, to: number, fault: (why: string) => void): Sample | undefined {
  if (to - from > MAX_LINE_CHARS) {
    fault('it is too long');
    return undefined;
  }
  const line = text.slice(from, to);
  if (line.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    fault('it is not JSON');
    return undefined;
  }
  const sample = sampleOf(value);
  if (typeof sample !== 'string') return sample;
  fault(sample);
  return undefined;
}

function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** `1073741824`, `"1GiB"`, `0` and huge numbers for none. */
function limitIn(value: unknown): number | undefined {
  const bytes = typeof value === 'string' ? (value === 'off' ? 0 : parseBytes(value)) : amount(value);
  return bytes === undefined || bytes === 0 || bytes >= NO_LIMIT ? undefined : bytes;
}

/** Bad lines by reason: the first of each is named, the others counted. */
class Faults {
  readonly #byReason = new Map<string, { readonly first: number; lines: number }>();

  add(line: number, why: string): void {
    const known = this.#byReason.get(why);
    if (known) known.lines += 1;
    else this.#byReason.set(why, { first: line, lines: 1 });
  }

  problems(): Problem[] {
    return [...this.#byReason].map(([why, { first, lines }]) => ({
      code: 'sample-skipped',
      text:
        lines === 1
          ? `Line ${first} was skipped: ${why}.`
          : `${lines} lines were skipped, the first at line ${first}: ${why}.`,
    }));
  }
}
