// Sums heap samples by allocation site, one column per profile. Profiles of large programs have tens of
// thousands of deep stacks, so sites are told by a hash of integers; names are put together only on request.
import type { Frame } from '../model/goroutine.ts';
import { CAPTURE_COST, type Profile, STACK_EXIT, sampleValue, valueColumn } from '../model/profile.ts';

/** Sites by index; figures are laid out site by site, one entry per profile: `inuse[site * width + profile]`. */
export interface SiteTable {
  readonly count: number;
  readonly width: number;
  readonly inuse: Float64Array;
  readonly objects: Float64Array;
  readonly alloc: Float64Array;
  readonly allocObjects: Float64Array;
  /** The stack without the allocator's frames at the leaf and the runtime's at the root. */
  readonly frames: (site: number) => readonly Frame[];
}

/** By site: the functions on the stack and the line that allocates. */
export function tally(profiles: readonly Profile[]): SiteTable {
  const names = new Map<string, number>();
  const known = profiles.map((profile) => readFrames(profile.frames, names));
  const paths = profiles.map((profile, at) => pathsOf(profile, known[at] ?? NO_FRAMES));
  const sites = new SiteIndex(profiles, known, paths);
  const width = profiles.length;
  const figures = COLUMNS.map((type) => sumBy(profiles, sites, type));
  const [inuse, objects, alloc, allocObjects] = figures;
  if (!inuse || !objects || !alloc || !allocObjects) throw new RangeError('four columns are summed');
  return {
    count: sites.count,
    width,
    inuse,
    objects,
    alloc,
    allocObjects,
    frames: (site) => sites.frames(site),
  };
}

/** The same for the same site in every profile of the program. */
export function siteKey(frames: readonly Frame[]): string {
  return `${frames[0]?.line ?? 0}\n${frames.map((frame) => frame.func).join('\n')}`;
}

const COLUMNS = ['inuse_space', 'inuse_objects', 'alloc_space', 'alloc_objects'] as const;

function sumBy(profiles: readonly Profile[], sites: SiteIndex, type: string): Float64Array {
  const width = profiles.length;
  const sums = new Float64Array(sites.count * width);
  profiles.forEach((profile, at) => {
    const column = valueColumn(profile, type);
    const siteOf = sites.siteOf[at];
    if (column < 0 || !siteOf) return;
    for (let sample = 0; sample < siteOf.length; sample++) {
      const site = siteOf[sample] ?? -1;
      if (site < 0) continue;
      const slot = site * width + at;
      sums[slot] = (sums[slot] ?? 0) + sampleValue(profile, sample, column);
    }
  });
  return sums;
}

interface KnownFrames {
  /** Function by frame, numbered alike in all profiles. */
  readonly ids: Int32Array;
  /** ALLOCATES, EXITS, OWN. */
  readonly marks: Uint8Array;
}

const ALLOCATES = 1;
const EXITS = 2;
const OWN = 4;
const NO_FRAMES: KnownFrames = { ids: new Int32Array(0), marks: new Uint8Array(0) };

function readFrames(frames: readonly Frame[], names: Map<string, number>): KnownFrames {
  const ids = new Int32Array(frames.length);
  const marks = new Uint8Array(frames.length);
  const markOf = new Map<string, number>();
  frames.forEach(({ func }, index) => {
    const id = names.get(func) ?? names.size;
    names.set(func, id);
    ids[index] = id;
    let mark = markOf.get(func);
    if (mark === undefined) {
      mark =
        (ALLOCATOR.test(func) ? ALLOCATES : 0) |
        (STACK_EXIT.test(func) ? EXITS : 0) |
        (CAPTURE_COST.test(func) ? OWN : 0);
      markOf.set(func, mark);
    }
    marks[index] = mark;
  });
  return { ids, marks };
}

/** Where each sample's own stack begins and ends; it ends before it begins for what the capture itself costs. */
interface Paths {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

function pathsOf({ sampleCount, stackFrames, stackStart }: Profile, { marks }: KnownFrames): Paths {
  const froms = new Uint32Array(sampleCount);
  const tos = new Uint32Array(sampleCount);
  for (let sample = 0; sample < sampleCount; sample++) {
    const start = stackStart[sample] ?? 0;
    const end = stackStart[sample + 1] ?? start;
    let from = start;
    while (from < end && (marks[stackFrames[from] ?? 0] ?? 0) & ALLOCATES) from += 1;
    if (from === end) from = start;
    let to = end - from > 1 && (marks[stackFrames[end - 1] ?? 0] ?? 0) & EXITS ? end - 1 : end;
    let all = 0;
    for (let at = from; at < to; at++) all |= marks[stackFrames[at] ?? 0] ?? 0;
    if (all & OWN) {
      from = 1;
      to = 0;
    }
    froms[sample] = from;
    tos[sample] = to;
  }
  return { from: froms, to: tos };
}

/** Numbers the distinct sites of all profiles: open addressing, equal hashes compared frame by frame. */
class SiteIndex {
  /** Site by sample, per profile; -1 for samples left out. */
  readonly siteOf: readonly Int32Array[];
  private readonly profiles: readonly Profile[];
  private readonly known: readonly KnownFrames[];
  private readonly paths: readonly Paths[];
  private readonly slots: Int32Array;
  /** The first sample of each site: its profile, its number and its hash. */
  private readonly owners: number[] = [];
  private readonly samples: number[] = [];
  private readonly hashes: number[] = [];

  constructor(profiles: readonly Profile[], known: readonly KnownFrames[], paths: readonly Paths[]) {
    this.profiles = profiles;
    this.known = known;
    this.paths = paths;
    const samples = profiles.reduce((sum, profile) => sum + profile.sampleCount, 0);
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * samples + 2))).fill(-1);
    this.siteOf = profiles.map(({ sampleCount }, at) => {
      const sites = new Int32Array(sampleCount);
      for (let sample = 0; sample < sampleCount; sample++) sites[sample] = this.place(at, sample);
      return sites;
    });
  }

  get count(): number {
    return this.owners.length;
  }

  frames(site: number): readonly Frame[] {
    const at = this.owners[site] ?? 0;
    const profile = this.profiles[at];
    const [from, to] = this.range(at, this.samples[site] ?? 0);
    const frames: Frame[] = [];
    for (let row = from; row < to; row++) {
      const frame = profile?.frames[profile.stackFrames[row] ?? 0];
      if (frame) frames.push(frame);
    }
    return frames;
  }

  private range(at: number, sample: number): readonly [number, number] {
    const paths = this.paths[at];
    return [paths?.from[sample] ?? 0, paths?.to[sample] ?? 0];
  }

  private place(at: number, sample: number): number {
    const paths = this.paths[at];
    const from = paths?.from[sample] ?? 1;
    const to = paths?.to[sample] ?? 0;
    if (to < from) return -1;
    const hash = this.hash(at, from, to);
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const site = this.slots[slot] ?? -1;
      if (site >= 0 && this.hashes[site] === hash && this.isSame(site, at, from, to)) return site;
      if (site >= 0) continue;
      this.slots[slot] = this.owners.length;
      this.owners.push(at);
      this.samples.push(sample);
      this.hashes.push(hash);
      return this.owners.length - 1;
    }
  }

  private lineAt(at: number, row: number): number {
    const profile = this.profiles[at];
    return profile?.frames[profile.stackFrames[row] ?? 0]?.line ?? 0;
  }

  private hash(at: number, from: number, to: number): number {
    const stack = this.profiles[at]?.stackFrames;
    const ids = this.known[at]?.ids;
    let hash = from < to ? this.lineAt(at, from) : 0;
    if (!stack || !ids) return hash;
    for (let row = from; row < to; row++) {
      hash = Math.imul(hash ^ (ids[stack[row] ?? 0] ?? 0), 0x9e3779b1);
      hash = (hash << 13) | (hash >>> 19);
    }
    return hash;
  }

  private isSame(site: number, at: number, from: number, to: number): boolean {
    const owner = this.owners[site] ?? 0;
    const [start, end] = this.range(owner, this.samples[site] ?? 0);
    if (end - start !== to - from) return false;
    if (from < to && this.lineAt(owner, start) !== this.lineAt(at, from)) return false;
    const [ours, theirs] = [this.known[owner]?.ids, this.known[at]?.ids];
    const [left, right] = [this.profiles[owner]?.stackFrames, this.profiles[at]?.stackFrames];
    if (!ours || !theirs || !left || !right) return false;
    for (let step = 0; step < to - from; step++)
      if (ours[left[start + step] ?? 0] !== theirs[right[from + step] ?? 0]) return false;
    return true;
  }
}

/** Growing slices, maps and strings is done by the runtime and the standard containers on somebody's behalf. */
const ALLOCATOR =
  /^(runtime\.|internal\/runtime\/|bytes\.(\(\*Buffer\)\.|growSlice|makeSlice)|strings\.\(\*Builder\)\.|slices\.(Grow|Clone)|maps\.Clone)/;
