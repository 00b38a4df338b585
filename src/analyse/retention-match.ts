// A heap profile knows which function allocated, a goref file which variable holds: nothing names both. So a site and a
// holder are matched by what they have in common, each with its points, and where that is too little, or fits two holders
// alike, nobody can tell.
import { type Profile, sampleStack, sampleValue, valueColumn } from '../model/profile.ts';
import type { HeldSite, Holder, MatchedBy, Retention, RetentionFindings } from '../model/retention.ts';
import { formatBytes } from '../model/units.ts';
import type { HeapHistory, SiteTrack } from './heap.ts';

const MOST_SITES = 5;
/** The frames next to the allocation; further out everything is called by everything. */
const NEAR_FRAMES = 8;
const NEAREST_FRAMES = 2;
const POINTS: Readonly<Record<MatchedBy, number>> = { function: 3, amount: 3, type: 2, size: 2, package: 1 };
/** One strong likeness, or two weak ones. */
const ENOUGH = 3;
/** The next best holder must be this many points behind. */
const CLEAR_BY = 1;
/** Whoever holds less than this share of a site's bytes does not hold the site. */
const LEAST_HELD = 0.5;
/** The file and the profile show one moment when their sums are this close; then shares can be reckoned with. */
const SAME_MOMENT = 1.25;
/** Sizes are those of the allocator's classes in both files; the profile's are estimates. */
const SIZE_TOLERANCE = 0.02;

type Matches = Pick<RetentionFindings, 'held' | 'unmatched' | 'grownBytes'>;

export function matchSites(
  holders: readonly Holder[],
  { retention, heap }: { readonly retention: Retention; readonly heap: HeapHistory | undefined },
): Matches {
  if (!heap) return { held: [], unmatched: [], grownBytes: 0 };
  const growing = heap.sites.filter((track) => track.growing);
  const isOne = heap.profiles === 1;
  const sites = growing.length === 0 && isOne ? largest(heap) : growing.slice(0, MOST_SITES);
  const held: HeldSite[] = [];
  const unmatched: { func: string; bytes: number; because: string }[] = [];
  for (const track of sites) {
    const func = track.site.frames[0]?.func ?? 'unknown';
    const bytes = isOne ? track.site.inuseBytes : track.site.deltaBytes;
    const match = matchSite(track, { holders, retention, heap });
    if ('because' in match) unmatched.push({ func, bytes, because: match.because });
    else held.push({ func, bytes, ...match });
  }
  const all = isOne ? sites : growing;
  const grownBytes = all.reduce((sum, { site }) => sum + (isOne ? site.inuseBytes : site.deltaBytes), 0);
  return { held, unmatched, grownBytes };
}

/** Of a single profile the site that makes up most of the heap, where one does. */
function largest({ sites, totalInuse }: HeapHistory): readonly SiteTrack[] {
  const total = totalInuse[totalInuse.length - 1] ?? 0;
  return sites
    .toSorted((a, b) => b.site.inuseBytes - a.site.inuseBytes)
    .slice(0, 1)
    .filter(({ site }) => site.inuseBytes >= LEAST_HELD * total);
}

interface Candidates {
  readonly holders: readonly Holder[];
  readonly retention: Retention;
  readonly heap: HeapHistory;
}

type Match = Pick<HeldSite, 'holder' | 'by' | 'atLeast'>;

function matchSite(
  track: SiteTrack,
  { holders, retention, heap }: Candidates,
): Match | { readonly because: string } {
  const total = heap.totalInuse[heap.totalInuse.length - 1] ?? 0;
  const size = commonSize(heap.from[heap.from.length - 1], track);
  const scored = holders
    .map((holder, at) => {
      const by = likenesses(track, holder, size);
      const atLeast = boundOf(track.site.inuseBytes / Math.max(1, total), holder, { retention, total });
      if (atLeast !== undefined && atLeast >= LEAST_HELD) by.push('amount');
      const points = by.reduce((sum, each) => sum + POINTS[each], 0);
      return { holder: at, by, points, ...(atLeast !== undefined && { atLeast }), bytes: holder.bytes };
    })
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points || b.bytes - a.bytes);
  const roomy = scored.filter(({ bytes }) => bytes >= LEAST_HELD * track.site.inuseBytes);
  const [best, next] = roomy;
  if (!best || best.points < ENOUGH) return { because: whyNot(scored.length, roomy.length) };
  if (next && best.points - next.points < CLEAR_BY) return { because: 'two holders fit it equally well' };
  const { holder, by, atLeast } = best;
  return { holder, by, ...(by.includes('amount') && atLeast !== undefined && { atLeast }) };
}

function whyNot(alike: number, roomy: number): string {
  if (alike === 0) return 'no holder shares a function, a type or the size of its objects with it';
  return roomy === 0
    ? 'what resembles it holds less than half of what it has in use'
    : 'too little is alike in the two files';
}

/**
 * When a share `s` of the heap is the site's and a share `h` hangs off the holder, at least `s + h - 1` of the heap is
 * both. Only for files of one moment.
 */
function boundOf(
  share: number,
  { bytes }: Holder,
  { retention, total }: { readonly retention: Retention; readonly total: number },
): number | undefined {
  const ratio = retention.bytes / Math.max(1, total);
  if (ratio > SAME_MOMENT || ratio < 1 / SAME_MOMENT || share <= 0) return undefined;
  return Math.max(0, Math.min(1, (share + bytes / retention.bytes - 1) / share));
}

function likenesses({ site }: SiteTrack, holder: Holder, size: number | undefined): MatchedBy[] {
  const by: MatchedBy[] = [];
  const near = site.frames.slice(0, NEAR_FRAMES).map(({ func }) => func);
  const nearest = near.slice(0, NEAREST_FRAMES);
  const closures = holder.path.filter(({ kind }) => kind === 'closure').map(({ name }) => name);
  const isNear = holder.root.func !== undefined && nearest.includes(holder.root.func);
  if (closures.some((name) => near.includes(name)) || isNear) by.push('function');
  const types = typesOn(holder);
  const receivers = near.map(receiverOf).filter((type) => type !== undefined);
  if (receivers.some((type) => types.has(type))) by.push('type');
  const home = packageOf(nearest[0] ?? '');
  const packages = new Set([...types].map(packageOf).concat(packageOf(holder.root.name)));
  if (home !== '' && !isStandard(home) && packages.has(home)) by.push('package');
  if (size !== undefined && holder.objectBytes !== undefined) {
    const ratio = holder.objectBytes / size;
    if (Math.abs(ratio - 1) <= SIZE_TOLERANCE) by.push('size');
  }
  return by;
}

/** `*example.com/pay/ledger.Entry`, `map[string]*main.sub` -> the named types in it, generics without their arguments. */
function typesOn({ path }: Holder): Set<string> {
  const types = new Set<string>();
  for (const { type = '' } of path.slice(0, MOST_STEPS_READ))
    for (const [name] of type.matchAll(/[\w.%~-]+(?:\/[\w.%~-]+)*\.\w+/g)) types.add(name);
  return types;
}

const MOST_STEPS_READ = 64;

/** `example.com/pay/ledger.(*Book).Write` -> `example.com/pay/ledger.Book`. */
function receiverOf(func: string): string | undefined {
  const match = /^(.*)\.\(\*?(\w+)(?:\[.*\])?\)\./.exec(func);
  return match ? `${match[1]}.${match[2]}` : undefined;
}

function packageOf(name: string): string {
  const bracket = name.search(/[[(]/);
  const head = bracket < 0 ? name : name.slice(0, bracket);
  const dot = head.indexOf('.', head.lastIndexOf('/') + 1);
  return dot < 0 ? '' : head.slice(0, dot);
}

/** Packages of Go itself: nobody's own, so that belonging to one says nothing. */
function isStandard(path: string): boolean {
  return path !== 'main' && !(path.split('/')[0] ?? '').includes('.');
}

/** The size of most of what a site has in use: Go keeps a row for each size. Undefined when no size stands out. */
function commonSize(profile: Profile | undefined, { site }: SiteTrack): number | undefined {
  if (!profile) return undefined;
  const [bytesAt, objectsAt] = [valueColumn(profile, 'inuse_space'), valueColumn(profile, 'inuse_objects')];
  if (bytesAt < 0 || objectsAt < 0) return undefined;
  const bySize = new Map<number, number>();
  let all = 0;
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const bytes = sampleValue(profile, sample, bytesAt);
    const objects = sampleValue(profile, sample, objectsAt);
    if (bytes <= 0 || objects <= 0 || !isOf(profile, sample, site.frames)) continue;
    const size = Math.round(bytes / objects);
    bySize.set(size, (bySize.get(size) ?? 0) + bytes);
    all += bytes;
  }
  let common: number | undefined;
  for (const [size, bytes] of bySize) if (bytes > (bySize.get(common ?? -1) ?? 0)) common = size;
  return common !== undefined && (bySize.get(common) ?? 0) >= LEAST_HELD * all ? common : undefined;
}

/** The frames of the site stand in the sample's stack, in a row. */
function isOf(profile: Profile, sample: number, frames: SiteTrack['site']['frames']): boolean {
  const stack = sampleStack(profile, sample);
  const leaf = frames[0];
  const from = stack.findIndex(({ func, line }) => func === leaf?.func && line === leaf.line);
  return from >= 0 && frames.every(({ func }, at) => stack[from + at]?.func === func);
}

/** `by the function that both name and by objects of 20 KiB`. */
export function matchedWords({ by, atLeast }: Match, holder: Pick<Holder, 'objectBytes'>): string {
  const words: Readonly<Record<MatchedBy, string>> = {
    function: 'by the function that both files name',
    type: 'by a type whose method allocates',
    package: 'by their package',
    size: `by objects of ${formatBytes(holder.objectBytes ?? 0)}`,
    amount: `by amount: so much hangs off it that at least ${Math.floor(100 * (atLeast ?? 0))} % of the site must`,
  };
  const said = by.map((each) => words[each]);
  return said.length < 2 ? said.join('') : `${said.slice(0, -1).join(', ')} and ${said[said.length - 1]}`;
}
