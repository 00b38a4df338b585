// What is mutated: captures of every kind, and inputs that once were findings.
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import type { Profile } from '../../src/model/profile.ts';
import { parsePprof } from '../../src/parse/pprof.ts';
import { writePprof } from '../../src/parse/pprof-write.ts';
import { MAX_INPUT } from './mutate.ts';

export interface Seed {
  readonly name: string;
  readonly bytes: Buffer;
}

export const KEPT = new URL('seeds/', import.meta.url);
const CAPTURES = new URL('../captures/', import.meta.url);

/** One snapshot in so many is taken of the labelled programs, whose captures resemble one another. */
const EVERY_PROGRAM_FILE = 97;

/** Compressed files twice: as they are, and inflated, where damage goes deeper. */
export function readSeeds(): readonly Seed[] {
  const seeds: Seed[] = [...readKept()];
  const captures = readdirSync(CAPTURES, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(txt|json|gz|out)$/.test(name) && !/(origin|expected|meta|label)\.json$/.test(name))
    .sort();
  const programs = captures.filter((name) => name.startsWith('programs/'));
  const others = captures.filter((name) => !name.startsWith('programs/'));
  const chosen = [...others, ...programs.filter((_, at) => at % EVERY_PROGRAM_FILE === 0)];
  for (const name of chosen) {
    const bytes = readFileSync(new URL(name, CAPTURES));
    if (!name.endsWith('.gz') && bytes[0] !== 0x1f) seeds.push({ name, bytes: bytes.subarray(0, MAX_INPUT) });
    else {
      if (bytes.length <= MAX_INPUT) seeds.push({ name, bytes });
      seeds.push({ name: `${name} inflated`, bytes: gunzipSync(bytes).subarray(0, MAX_INPUT * 2) });
    }
  }
  return [...seeds, ...archives(seeds)];
}

/** A goref file has its names at its end, where a cut would take them all: each is thinned out instead, in several ways. */
export function readGorefSeeds(): readonly Seed[] {
  return readdirSync(CAPTURES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('grf.out'))
    .sort()
    .flatMap((name) => {
      const profile = parsePprof(readFileSync(new URL(name, CAPTURES))).value;
      if (!profile) throw new Error(`${name} cannot be read`);
      return Array.from({ length: THINNED }, (_, at) => {
        const bytes = gunzipSync(writePprof(oneIn(profile, THINNED, at)));
        return { name: `${name} thinned ${at}`, bytes };
      });
    });
}

const THINNED = 24;

function oneIn(profile: Profile, every: number, from: number): Profile {
  const width = profile.sampleTypes.length;
  const starts = [0];
  const stackFrames: number[] = [];
  const values: number[] = [];
  for (let sample = from; sample < profile.sampleCount; sample += every) {
    stackFrames.push(
      ...profile.stackFrames.subarray(profile.stackStart[sample], profile.stackStart[sample + 1]),
    );
    starts.push(stackFrames.length);
    values.push(...profile.values.subarray(sample * width, (sample + 1) * width));
  }
  return {
    ...profile,
    sampleCount: starts.length - 1,
    stackStart: Uint32Array.from(starts),
    stackFrames: Uint32Array.from(stackFrames),
    values: Float64Array.from(values),
  };
}

export function readKept(): readonly Seed[] {
  return readdirSync(KEPT)
    .filter((name) => name !== 'README.md')
    .sort()
    .map((name) => ({ name: `seeds/${name}`, bytes: readFileSync(new URL(name, KEPT)) }));
}

/** Small whole execution traces, one of each release. */
export function readTraces(): readonly Seed[] {
  const folder = new URL('traces/', CAPTURES);
  return readdirSync(folder)
    .filter((name) => /-small\.trace\.gz$|^flightrecorder-/.test(name))
    .sort()
    .map((name) => {
      const bytes = readFileSync(new URL(name, folder));
      return { name, bytes: name.endsWith('.gz') ? gunzipSync(bytes) : bytes };
    });
}

/** A few small files in one, packed in every way people pack. */
function archives(seeds: readonly Seed[]): Seed[] {
  const small = seeds.filter(({ bytes }) => bytes.length < 8000);
  const files = [3, 11, 19, 42].map((at) => small[at % small.length]).filter((seed) => seed !== undefined);
  const entries = Object.fromEntries(
    files.map(({ bytes }, at) => [`${at + 1}/file-${at}`, new Uint8Array(bytes)]),
  );
  const zip = Buffer.from(zipSync(entries));
  const tar = tarOf(files);
  return [
    { name: 'zip', bytes: zip },
    { name: 'stored zip', bytes: Buffer.from(zipSync(entries, { level: 0 })) },
    { name: 'zip in zip', bytes: Buffer.from(zipSync({ 'inner.zip': new Uint8Array(zip) })) },
    { name: 'tar', bytes: tar },
    { name: 'tar.gz', bytes: gzipSync(tar) },
  ];
}

function tarOf(files: readonly Seed[]): Buffer {
  const blocks = files.flatMap(({ bytes }, at) => {
    const head = Buffer.alloc(512);
    head.write(`${at + 1}/file-${at}`, 0);
    head.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    head.write('0', 156);
    head.write('ustar\x0000', 257);
    return [head, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
