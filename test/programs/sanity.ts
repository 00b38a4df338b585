import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { isLabelled, type ProgramLabel, readLabel } from './label.ts';

/**
 * Does each program do what its label says? Counted from the captures with a reader of its own, so
 * that a mistake in the parsers under test cannot confirm itself.
 */
export function printSanity(programs: readonly string[], captures: string): boolean {
  let sound = true;
  for (const program of programs) {
    const folder = `${captures}${program}`;
    if (!existsSync(folder)) continue;
    const label = readLabel(program);
    for (const run of readdirSync(folder).sort()) {
      if (!existsSync(`${folder}/${run}/meta.json`)) continue;
      const snapshots = ['1', '2', '3'].map((k) => readSnapshot(`${folder}/${run}/${k}`));
      const { doubts, figures } = examine(label, snapshots);
      sound &&= doubts.length === 0;
      const word = doubts.length === 0 ? 'as labelled' : `DOUBT: ${doubts.join('; ')}`;
      console.log(`${program} ${run} ${label.verdict}: ${figures} | ${word}`);
    }
  }
  return sound;
}

interface Stack {
  readonly id: string;
  readonly state: string;
  readonly frames: readonly string[];
  readonly createdBy: string | undefined;
}

interface Read {
  readonly at: number;
  readonly stacks: readonly Stack[];
  readonly inuse: ReadonlyMap<string, number>;
  readonly memory: Readonly<Record<string, number>>;
  readonly resident: number | undefined;
}

function readSnapshot(folder: string): Read {
  const dump = gunzipSync(readFileSync(`${folder}/goroutine-debug2.txt.gz`)).toString('utf8');
  const vars = JSON.parse(readFileSync(`${folder}/vars.json`, 'utf8'));
  const metrics = existsSync(`${folder}/metrics.txt`) ? readFileSync(`${folder}/metrics.txt`, 'utf8') : '';
  const resident = /^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1];
  const profile = Profile.decode(gunzipSync(readFileSync(`${folder}/goroutine.pb.gz`)));
  return {
    at: Number(profile.timeNanos) / 1e9,
    stacks: dump
      .split('\n\n')
      .filter((block) => block.startsWith('goroutine '))
      .map(readStack),
    inuse: inuseByFunction(`${folder}/heap.pb.gz`),
    memory: vars.memstats,
    resident: resident === undefined ? undefined : Number(resident),
  };
}

function readStack(block: string): Stack {
  const frames: string[] = [];
  let createdBy: string | undefined;
  for (const line of block.split('\n').slice(1)) {
    if (line.startsWith('\t')) continue;
    const created = /^created by (.*?)( in goroutine \d+)?$/.exec(line);
    if (created) createdBy = created[1];
    else frames.push(line.replace(/\([^()]*\)$/, '').replace(/\((?:0x|\{).*\)$/, ''));
  }
  const [, id = '', state = ''] = /^goroutine (\d+) \[([^\],]*)/.exec(block) ?? [];
  return { id, state, frames, createdBy };
}

/** In-use bytes by every function on the way to the allocation. */
function inuseByFunction(file: string): Map<string, number> {
  const profile = Profile.decode(gunzipSync(readFileSync(file)));
  const text = (index: number | bigint) => profile.stringTable.strings[Number(index)] ?? '';
  const functions = new Map(profile.function.map((f) => [String(f.id), text(f.name)]));
  const locations = new Map(
    profile.location.map((l) => [String(l.id), l.line.map((x) => functions.get(String(x.functionId)) ?? '')]),
  );
  const inuse = new Map<string, number>();
  for (const sample of profile.sample) {
    const frames = sample.locationId.flatMap((id) => locations.get(String(id)) ?? []);
    for (const name of new Set(frames))
      inuse.set(name, (inuse.get(name) ?? 0) + Number(sample.value[3] ?? 0));
  }
  return inuse;
}

function examine(label: ProgramLabel, reads: readonly Read[]): { doubts: string[]; figures: string } {
  const doubts: string[] = [];
  const figures = [`goroutines ${reads.map((r) => r.stacks.length).join('>')}`];
  for (const leak of label.leaks) {
    const counts = reads.map((r) => r.stacks.filter((s) => isLabelled(leak, s)).length);
    figures.push(`${leak.function} ${counts.join('>')}`);
    if (leak.grows ? !grows(counts) : !stays(counts)) doubts.push(`${leak.function} ${counts.join('>')}`);
  }
  for (const text of growingBeside(label, reads)) figures.push(`beside: ${text}`);
  const collections = reads.map((r) => r.memory.NumGC ?? 0);
  for (const site of label.heapSites) {
    const held = reads.map((r) => (r.inuse.get(site) ?? 0) / 2 ** 20);
    const text = `${site} ${held.map((mb) => mb.toFixed(1)).join('>')} MB`;
    figures.push(text);
    // A heap profile is as of the last collection: without a new one it cannot show growth.
    const collected = last(collections) > first(collections) + 1;
    if (collected && !(first(held) + 1 < last(held))) doubts.push(text);
    if (!collected) figures.push('hardly a collection in the window');
  }
  examineMemory(label, reads, figures, doubts);
  return { doubts, figures: figures.join(', ') };
}

/** Goroutines with the same stack that only become more and hardly ever end, and are not labelled as leaking. */
function growingBeside(label: ProgramLabel, reads: readonly Read[]): string[] {
  const known = [...label.leaks, ...(label.tolerated ?? [])];
  const byStack = reads.map((read) => {
    const ids = new Map<string, Set<string>>();
    for (const stack of read.stacks) {
      if (known.some((leak) => isLabelled(leak, stack))) continue;
      const key = `${stack.frames.find((f) => !/^(runtime|sync|internal|time|net)[./]/.test(f)) ?? stack.frames[0]} from ${stack.createdBy}`;
      ids.set(key, (ids.get(key) ?? new Set()).add(stack.id));
    }
    return ids;
  });
  const found: string[] = [];
  for (const [key, ids] of byStack.at(-1) ?? []) {
    const sets = byStack.map((m) => m.get(key) ?? new Set<string>());
    const growing = sets.every((set, k) => k === 0 || set.size >= (sets[k - 1]?.size ?? 0) + 2);
    const living = sets.every((set, k) => k === 0 || survivors(sets[k - 1] ?? set, set) >= 0.9);
    if (growing && living && ids.size >= 5) found.push(`${key} ${sets.map((set) => set.size).join('>')}`);
  }
  return found;
}

function survivors(before: ReadonlySet<string>, after: ReadonlySet<string>): number {
  if (before.size === 0) return 1;
  return [...before].filter((id) => after.has(id)).length / before.size;
}

function grows(counts: readonly number[]): boolean {
  return counts.every((n, k) => k === 0 || n >= (counts[k - 1] ?? 0)) && last(counts) > first(counts);
}

function stays(counts: readonly number[]): boolean {
  return first(counts) > 0 && counts.every((n) => n === first(counts));
}

function first(values: readonly number[]): number {
  return values[0] ?? 0;
}

function last(values: readonly number[]): number {
  return values.at(-1) ?? 0;
}

/** The handbook's figures for each illness of memory. */
function examineMemory(
  label: ProgramLabel,
  reads: readonly Read[],
  figures: string[],
  doubts: string[],
): void {
  const megabytes = (field: string) => reads.map((r) => (r.memory[field] ?? 0) / 2 ** 20);
  const seconds = last(reads.map((r) => r.at)) - first(reads.map((r) => r.at));
  const perSecond = (field: string) => {
    const values = reads.map((r) => r.memory[field] ?? 0);
    return (last(values) - first(values)) / seconds;
  };
  const alloc = megabytes('HeapAlloc');
  const inuse = megabytes('HeapInuse');
  const note = (text: string, asExpected: boolean) => {
    figures.push(text);
    if (!asExpected) doubts.push(text);
  };
  figures.push(
    `heap ${alloc.map((mb) => mb.toFixed(0)).join('>')} MB, ${perSecond('NumGC').toFixed(1)} GC/s`,
  );
  if (label.verdict === 'churn') {
    const rate = perSecond('TotalAlloc') / 2 ** 20;
    note(`allocates ${rate.toFixed(0)} MB/s`, rate > 100);
  }
  if (label.verdict === 'gc-pressure') {
    const fraction = last(reads.map((r) => r.memory.GCCPUFraction ?? 0));
    note(`GC takes ${(fraction * 100).toFixed(0)} % of CPU`, fraction > 0.05 && perSecond('NumGC') > 1);
  }
  if (label.verdict === 'fragmentation') {
    const lost = inuse.map((mb, k) => mb - (alloc[k] ?? 0));
    note(
      `in use but not allocated ${lost.map((mb) => mb.toFixed(0)).join('>')} MB`,
      lost.every((mb) => mb > 50),
    );
  }
  if (label.verdict === 'off-heap-growth') {
    const outside = reads.map((r) => {
      const footprint = (r.memory.Sys ?? 0) - (r.memory.HeapReleased ?? 0);
      return ((r.resident ?? 0) - footprint) / 2 ** 20;
    });
    note(
      `outside Go ${outside.map((mb) => mb.toFixed(0)).join('>')} MB`,
      last(outside) > first(outside) + 10,
    );
  }
}
