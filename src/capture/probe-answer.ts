// What a probe sends (probe/archive.go): a tar of ordinary artefacts and of clues.json, which says when each was taken.
// Only headers and clues.json are read here; a member counts when its name and its clue are known.
//
//   clues.json  { "schema": "goleak.probe/v1", "beganUnixNs": "1764253…", "clues": [
//                 { "clue": "heap", "file": "heap.pb.gz", "fromNs": 7204113, "toNs": 9101447 }, … ] }
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import type { ProbeClue, ProbeSnapshot } from '../model/probe.ts';
import { withoutCredentials } from './strike-out.ts';
import { withoutSecrets } from './vars.ts';

/** Clues that stand for a question of the ladder, and the file each of them is kept as. */
const CLUES = {
  'goroutine-text': { ask: 'goroutine-text', file: () => 'goroutines.txt' },
  goroutine: { ask: 'goroutine', file: () => 'goroutine.pb.gz' },
  heap: { ask: 'heap', file: () => 'heap.pb.gz' },
  runtime: { ask: 'memory-runtime', file: (at: number) => `memory-runtime-${at}.txt` },
  host: { ask: 'process-host', file: (at: number) => `process-host-${at}.prom` },
  // What a flight recorder held; only pairs that are pushed have one.
  trace: { ask: 'trace', file: () => 'trace.out' },
  // Last: of readings of one moment the fullest is the newest.
  memstats: { ask: 'memory', file: (at: number) => `memory-${at}.json` },
} as const;

type Clue = keyof typeof CLUES;

const ns = z.number().int().min(0).max(3_600e9);
const clueSchema = z.object({
  clue: z.string().max(40),
  file: z.string().max(40).optional(),
  fromNs: ns,
  toNs: ns,
  leftOut: z.string().max(400).optional(),
  cut: z.boolean().optional(),
});
const whySchema = z.object({
  kind: z.enum(['limit', 'goroutines', 'goroutine-growth', 'heap-growth']),
  value: z.number().min(0),
  of: z.number().min(0),
});
const manifestSchema = z.object({
  schema: z.literal('goleak.probe/v1'),
  beganUnixNs: z.string().regex(/^\d{1,19}$/),
  goroutines: z.number().int().min(0),
  gcDuring: z.number().int().min(0),
  clues: z.array(clueSchema).max(40),
  because: whySchema.optional(),
});

const BLOCK = 512;
const MAX_MEMBERS = 64;
const MAX_MANIFEST = 64 * 1024;
/** Stacks are cut at 32 MiB by the probe itself. */
const MAX_STACKS = 64 * 1024 * 1024;

const inflate = promisify(gunzip);

/** True of what begins like one: the manifest comes first. */
export function isProbeAnswer(bytes: Uint8Array): boolean {
  return /^(?:0\/)?clues\.json$/.test(field(bytes, 0, 100)) && field(bytes, 257, 5) === 'ustar';
}

/**
 * One snapshot, or the two of a pair (in folders `0` and `1`), in their order. Undefined when the bytes are nothing of the
 * kind, or not all there.
 */
export async function readProbeAnswer(bytes: Uint8Array): Promise<readonly ProbeSnapshot[] | undefined> {
  const members = membersOf(bytes);
  if (!members) return undefined;
  const folders = members.has('clues.json') ? [''] : ['0/', '1/'];
  const snapshots: ProbeSnapshot[] = [];
  for (const [at, folder] of folders.entries()) {
    const snapshot = await snapshotIn(members, folder, at);
    if (!snapshot) return undefined;
    snapshots.push(snapshot);
  }
  return snapshots;
}

async function snapshotIn(
  members: ReadonlyMap<string, Uint8Array>,
  folder: string,
  at: number,
): Promise<ProbeSnapshot | undefined> {
  const manifest = manifestSchema.safeParse(json(members.get(`${folder}clues.json`))).data;
  if (!manifest) return undefined;
  const beganMs = Number(manifest.beganUnixNs) / 1e6;
  const clues: ProbeClue[] = [];
  for (const name of Object.keys(CLUES) as Clue[]) {
    const said = manifest.clues.find(({ clue }) => clue === name);
    if (!said || said.toNs < said.fromNs) continue;
    const { ask, file } = CLUES[name];
    const inside = { beganMs, fromNs: said.fromNs, toNs: said.toNs };
    const packed = said.file === undefined ? undefined : members.get(folder + said.file);
    const clean = packed && (await cleaned(name, packed));
    if (clean) clues.push({ ask, inside, file: file(at), bytes: clean });
    else clues.push({ ask, inside, problem: leftOutWords(name, said.leftOut) });
  }
  return {
    beganMs,
    goroutines: manifest.goroutines,
    clues,
    problems: problemsOf(manifest),
    ...(manifest.because && { because: manifest.because }),
  };
}

/** Credentials are struck out as they are of what is fetched one by one. */
async function cleaned(name: Clue, bytes: Uint8Array): Promise<Uint8Array | undefined> {
  if (name === 'memstats') return withoutSecrets(bytes);
  if (name !== 'goroutine-text') return withoutCredentials(bytes);
  const text = await inflate(bytes, { maxOutputLength: MAX_STACKS }).catch(() => undefined);
  return text && withoutCredentials(text);
}

/** A probe's own words are not repeated: whoever holds its token could put anything there. */
function leftOutWords(name: Clue, leftOut: string | undefined): string {
  if (name !== 'goroutine-text') return `The probe could not take a clue: ${name}.`;
  const [, count, upTo] =
    /^(\d{1,9}) goroutines: full stacks are written up to (\d{1,9})$/.exec(leftOut ?? '') ?? [];
  if (count === undefined) return leftOut === 'not asked for' ? '' : 'The probe left full stacks out.';
  return `The probe left full stacks out: it has ${count} goroutines, and writes stacks up to ${upTo}.`;
}

function problemsOf({ gcDuring, clues }: z.infer<typeof manifestSchema>): readonly string[] {
  const isCut = clues.some(({ clue, cut }) => clue === 'goroutine-text' && cut);
  return [
    ...(gcDuring > 0
      ? [
          'A garbage collection ended while the probe took its clues: the heap profile may be one collection newer than MemStats.',
        ]
      : []),
    ...(isCut ? ['The full stacks of the probe are cut: its buffer did not hold them all.'] : []),
  ];
}

/** Plain ustar files only; undefined when it is damaged, or cut off. */
function membersOf(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  const members = new Map<string, Uint8Array>();
  let at = 0;
  while (at + BLOCK <= bytes.length && bytes[at] !== 0) {
    const size = Number.parseInt(field(bytes, at + 124, 12), 8);
    const isFile = bytes[at + 156] === 0x30 && field(bytes, at + 257, 5) === 'ustar';
    const from = at + BLOCK;
    if (!isFile || !(size >= 0) || from + size > bytes.length || members.size >= MAX_MEMBERS)
      return undefined;
    members.set(field(bytes, at, 100), bytes.subarray(from, from + size));
    at = from + Math.ceil(size / BLOCK) * BLOCK;
  }
  // Two empty blocks end an archive: without them, it was cut between two members.
  return at + 2 * BLOCK <= bytes.length ? members : undefined;
}

function json(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined || bytes.byteLength > MAX_MANIFEST) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Up to the first NUL. */
function field(bytes: Uint8Array, from: number, length: number): string {
  const part = Buffer.from(bytes.subarray(from, from + length));
  const end = part.indexOf(0);
  return part.toString('latin1', 0, end < 0 ? part.length : end).trim();
}
