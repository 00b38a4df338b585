// Files to snapshots. A folder is one moment of one process, whatever its files are called; loose files are
// dealt out by kind; a log with several dumps is several moments.
import type { GoroutineDump } from '../model/goroutine.ts';
import type { Outcome, Problem } from '../model/problem.ts';
import type { Profile } from '../model/profile.ts';
import type { ArtefactTime, InsideTime, RawArtefact, Series, Snapshot, Span } from '../model/snapshot.ts';
import { formatCount } from '../model/units.ts';
import { inflated, isZip, unpack } from './archive.ts';
import { parseArtefact } from './artefact.ts';
import { leakedOf } from './leaked.ts';
import { arrangeReadings, type TimedReading } from './memory-series.ts';
import type { Parsed } from './parsed.ts';
import { readRetention } from './retention.ts';
import { recognise } from './sniff.ts';

export interface About {
  readonly instance: string;
}

interface ReadFile {
  readonly file: RawArtefact;
  readonly parsed: readonly Parsed[];
  readonly problems: readonly Problem[];
}

type Goroutines = Extract<Parsed, { kind: 'goroutines' }>;

/** time_nanos is taken as encoding begins; the table it describes was copied just before. */
const PROFILE_UNCERTAINTY_NS = 1_000_000;
/** Unix nanoseconds beyond 2^53 are told to 256 ns; the trace's own clock is finer. */
const TRACE_UNCERTAINTY_NS = 256;
/** Names come from archives and uploads: bounded before they stand in a sentence. */
const MAX_NAME_SHOWN = 80;

/** One folder, one snapshot; of several dumps with ids the last is kept. */
export function assembleSnapshot(files: readonly RawArtefact[], about: About): Snapshot {
  const moments = momentsOf(readAll(files), about);
  const last = moments[moments.length - 1] ?? emptySnapshot(about);
  if (moments.length <= 1) return last;
  const text = `The files hold ${moments.length} goroutine dumps of different moments; the last one was taken.`;
  return { ...last, problems: [...last.problems, { code: 'goroutine-dumps-several', text }] };
}

/** Folders in the order of time; a folder with a log of several dumps yields several snapshots. */
export function assembleSeries(
  folders: readonly (readonly RawArtefact[])[],
  about: About,
): { readonly series: Series; readonly problems: readonly Problem[] } {
  const snapshots = folders.flatMap((files) => momentsOf(readAll(files), about));
  const { value, problems } = inOrder(snapshots);
  return { series: { instance: about.instance, snapshots: value }, problems };
}

/** Loose files: the k-th file of each kind belongs to snapshot k; a kind given once, to the last. */
export function arrangeLooseFiles(files: readonly RawArtefact[]): RawArtefact[][] {
  if (files.length <= 1) return [[...files]];
  const kinds = files.map((file) => kindOf(file));
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const moments = Math.max(1, ...[...counts].map(([kind, count]) => (kind === 'unknown' ? 1 : count)));
  const folders: RawArtefact[][] = Array.from({ length: moments }, () => []);
  const dealt = new Map<string, number>();
  files.forEach((file, index) => {
    const kind = kinds[index] ?? 'unknown';
    const nth = dealt.get(kind) ?? 0;
    dealt.set(kind, nth + 1);
    // Fewer files of a kind than moments: they are the latest ones of their kind.
    const first = kind === 'unknown' ? moments - 1 : moments - (counts.get(kind) ?? 1);
    folders[Math.min(moments - 1, first + (kind === 'unknown' ? 0 : nth))]?.push(file);
  });
  return folders;
}

/** The folders of an archive, when it holds more than one; undefined when it is no archive or holds only files. */
export function foldersOf(file: RawArtefact): Outcome<RawArtefact[][] | undefined> {
  const { value, problems } = unpack(file);
  const folders = foldersAmong(value);
  return { value: folders.length > 1 ? folders : undefined, problems };
}

/** The files of an archive by the folder their names say they are in. */
export function foldersAmong(files: readonly RawArtefact[]): RawArtefact[][] {
  const folders = new Map<string, RawArtefact[]>();
  for (const entry of files) {
    const folder = entry.name.slice(0, Math.max(0, entry.name.lastIndexOf('/')));
    folders.set(folder, [...(folders.get(folder) ?? []), entry]);
  }
  const names = [...folders.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const inner = names.filter((name) => !names.some((other) => other.startsWith(`${name}/`)));
  // What lies beside the snapshots (notes, labels) belongs to the first, where it ends up among the problems.
  const beside = names.filter((name) => !inner.includes(name)).flatMap((name) => folders.get(name) ?? []);
  return inner.map((name, at) => [...(at === 0 ? beside : []), ...(folders.get(name) ?? [])]);
}

function readAll(files: readonly RawArtefact[]): ReadFile[] {
  return files.map((file) => {
    const { value, problems } = parseArtefact(file);
    const name = shown(file.name);
    return {
      file,
      parsed: value,
      problems: problems.map(({ code, text }) => ({ code, text: `${name}: ${text}` })),
    };
  });
}

/** Control characters and length; escaping for its place is the report's business. */
function shown(name: string): string {
  const clean = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').trim();
  return clean.length > MAX_NAME_SHOWN ? `…${clean.slice(-MAX_NAME_SHOWN)}` : clean || 'file';
}

/** What a file is mainly, for dealing out. Leak profiles and the rest are kinds of their own. */
function kindOf(file: RawArtefact): string {
  const plain = inflated(file.bytes).value;
  // Dumps are told by their look: they are the large ones, and will be read in full later.
  if (plain && !isZip(plain) && recognise(plain).name === 'goroutine text') return 'goroutines';
  const [first] = parseArtefact(file).value;
  if (!first) return 'unknown';
  if (first.kind === 'profile')
    return first.profile.delta ? `${first.profile.kind}-delta` : first.profile.kind;
  if (first.kind !== 'goroutines') return first.kind;
  if (first.leakProfile) return 'goroutineleak';
  return first.dump.ids.length > 0 ? 'goroutines' : 'goroutine-counts';
}

/** One snapshot per moment: the last moment has everything, earlier ones only their dump. */
function momentsOf(read: readonly ReadFile[], about: About): Snapshot[] {
  const logs = read
    .map(({ parsed }) =>
      parsed.filter((one): one is Goroutines => one.kind === 'goroutines' && hasRows(one.dump)),
    )
    .filter((dumps) => dumps.length > 1);
  const longest = logs.sort((a, b) => b.length - a.length)[0] ?? [];
  const earlier = longest.slice(0, -1).map(({ dump }) => ({
    ...emptySnapshot(about),
    goroutines: dump,
    ...leakedOf([], dump),
  }));
  const skipped = new Set<Parsed>(longest.slice(0, -1));
  return [...earlier, snapshotOf(read, skipped, about)];
}

function hasRows(dump: GoroutineDump): boolean {
  return dump.ids.length > 0;
}

function emptySnapshot({ instance }: About): Snapshot {
  return { instance, memory: [], otherProfiles: [], times: [], problems: [] };
}

function snapshotOf(read: readonly ReadFile[], skipped: ReadonlySet<Parsed>, about: About): Snapshot {
  const problems = read.flatMap((one) => one.problems);
  const goroutines: Goroutines[] = [];
  const profiles: Profile[] = [];
  const readings: TimedReading[] = [];
  const times: ArtefactTime[] = [];
  // Memory is read all through a window; a snapshot's moment is that of its dumps and profiles.
  const pictures: ArtefactTime[] = [];
  for (const { file, parsed } of read) {
    for (const one of parsed) {
      if (skipped.has(one)) continue;
      if (one.kind === 'goroutines') goroutines.push(one);
      else if (one.kind === 'profile') profiles.push(one.profile);
      else if (one.kind === 'memory') {
        for (const reading of one.readings) readings.push({ reading, taken: file.taken });
      }
    }
    const time = timeOf(file, parsed);
    if (time) times.push(time);
    if (time && parsed.some((one) => one.kind !== 'memory' && one.kind !== 'trace'))
      pictures.push(orderedBy(file, time));
  }
  const dump = best(goroutines.filter((one) => hasRows(one.dump)));
  const counts = best(goroutines.filter((one) => !hasRows(one.dump) && !one.leakProfile));
  const heap = latest(profiles.filter(isHeap)) ?? latest(profiles.filter(isAllocs));
  const leakProfiles = goroutines.filter((one) => one.leakProfile).map((one) => one.dump);
  const retention = profiles.map(readRetention).findLast((read) => read !== undefined);
  const trace = read.flatMap(({ parsed }) => parsed.filter((one) => one.kind === 'trace')).at(-1)?.trace;
  const taken = spanOf(pictures.length > 0 ? pictures : times, readings);
  return {
    instance: about.instance,
    ...(taken ? { taken } : {}),
    ...(dump ? { goroutines: dump } : {}),
    ...(counts ? { goroutineCounts: counts } : {}),
    ...leakedOf(leakProfiles, dump),
    ...(heap ? { heap } : {}),
    ...(retention ? { retention } : {}),
    ...(trace ? { trace } : {}),
    memory: arrangeReadings(readings),
    otherProfiles: profiles.filter((profile) => profile !== heap),
    times,
    problems: [
      ...problems,
      ...missing(dump, [counts?.total, ...readings.map((one) => one.reading.goroutines)]),
    ],
  };
}

/** A cut dump beside a count of the same moment: how much of the service it shows. */
function missing(dump: GoroutineDump | undefined, counts: readonly (number | undefined)[]): Problem[] {
  const all = Math.max(0, ...counts.map((count) => count ?? 0));
  if (!dump?.truncated || all <= dump.total) return [];
  const left = formatCount(all - dump.total);
  const text = `The goroutine dump was cut off: it shows ${formatCount(dump.total)} of about ${formatCount(all)} goroutines, so about ${left} are missing.`;
  return [{ code: 'goroutines-missing', text }];
}

/** The fullest dump that is not cut; proto before debug=1, since its time is known. */
function best(dumps: readonly Goroutines[]): GoroutineDump | undefined {
  const rank = ({ dump }: Goroutines): number =>
    (dump.truncated ? 0 : 4) + (dump.source === 'proto' ? 1 : 0) + (dump.source === 'debug2' ? 2 : 0);
  const sorted = [...dumps].sort((a, b) => rank(b) - rank(a) || b.dump.total - a.dump.total);
  return sorted[0]?.dump;
}

function isHeap(profile: Profile): boolean {
  return profile.kind === 'heap' && !profile.delta;
}

/** The allocs profile is the same table with another column shown first. */
function isAllocs(profile: Profile): boolean {
  return profile.kind === 'allocs' && !profile.delta;
}

/** A profile with a time of its own is a proto, whose values are scaled by Go itself. */
function latest(profiles: readonly Profile[]): Profile | undefined {
  return [...profiles].sort((a, b) => Number((b.timeNanos ?? 0n) - (a.timeNanos ?? 0n)))[0];
}

/** Snapshots and the readings between them are put in order by the collector's clock, however well a clue knows its own. */
function orderedBy({ taken }: RawArtefact, time: ArtefactTime): ArtefactTime {
  return time.inside && taken ? { ...time, span: taken, clock: 'collector' } : time;
}

/** The target's clock where the file carries it, else the collector's. */
function timeOf(file: RawArtefact, parsed: readonly Parsed[]): ArtefactTime | undefined {
  const artefact = shown(file.name);
  if (file.taken?.inside && parsed.length > 0) return insideTime(artefact, file.taken, file.taken.inside);
  for (const one of parsed) {
    if (one.kind === 'trace' && one.trace.startedUnixNs !== undefined) {
      const fromMs = one.trace.startedUnixNs / 1e6;
      const span = { fromMs, toMs: fromMs + one.trace.windowNs / 1e6 };
      return { artefact, span, uncertaintyNs: TRACE_UNCERTAINTY_NS, clock: 'target' };
    }
    const profile =
      one.kind === 'profile' ? one.profile : one.kind === 'goroutines' ? one.profile : undefined;
    if (profile?.timeNanos === undefined) continue;
    const atMs = Number(profile.timeNanos / 1000n) / 1000;
    const spanMs = Number((profile.durationNanos ?? 0n) / 1000n) / 1000;
    // A delta is stamped at its end, a CPU profile at its start.
    const span: Span =
      profile.kind === 'cpu' ? { fromMs: atMs, toMs: atMs + spanMs } : { fromMs: atMs - spanMs, toMs: atMs };
    return { artefact, span, uncertaintyNs: PROFILE_UNCERTAINTY_NS, clock: 'target' };
  }
  if (!file.taken || parsed.length === 0) return undefined;
  const halfMs = (file.taken.toMs - file.taken.fromMs) / 2;
  return { artefact, span: file.taken, uncertaintyNs: Math.max(0, halfMs) * 1e6, clock: 'collector' };
}

/** A clue that was stamped inside the process; from outside no more is known than when the answer came. */
function insideTime(
  artefact: string,
  { fromMs, toMs }: Span,
  { beganMs, fromNs, toNs }: InsideTime,
): ArtefactTime {
  return {
    artefact,
    span: { fromMs: beganMs + fromNs / 1e6, toMs: beganMs + toNs / 1e6 },
    uncertaintyNs: (toNs - fromNs) / 2,
    clock: 'target',
    inside: { fromNs, toNs, outsideNs: ((toMs - fromMs) / 2) * 1e6 },
  };
}

function spanOf(times: readonly ArtefactTime[], readings: readonly TimedReading[]): Span | undefined {
  // Two clocks must not be mixed in one span; the collector's covers everything it fetched.
  const collector = times.filter((time) => time.clock === 'collector');
  const spans = (collector.length > 0 ? collector : times).map((time) => time.span);
  if (spans.length === 0) {
    for (const { reading } of readings) {
      if (reading.atMs !== undefined) spans.push({ fromMs: reading.atMs, toMs: reading.atMs });
    }
  }
  if (spans.length === 0) return undefined;
  let { fromMs, toMs } = spans[0] as Span;
  for (const span of spans) {
    fromMs = Math.min(fromMs, span.fromMs);
    toMs = Math.max(toMs, span.toMs);
  }
  return { fromMs, toMs };
}

/** By time when every snapshot knows its own, else as given. */
function inOrder(snapshots: readonly Snapshot[]): Outcome<readonly Snapshot[]> {
  if (!snapshots.every((snapshot) => snapshot.taken)) return { value: snapshots, problems: [] };
  const sorted = [...snapshots].sort((a, b) => (a.taken?.fromMs ?? 0) - (b.taken?.fromMs ?? 0));
  if (sorted.every((snapshot, index) => snapshot === snapshots[index]))
    return { value: snapshots, problems: [] };
  const text =
    'The snapshots were given in another order than they were taken; they were put in order of time.';
  return { value: sorted, problems: [{ code: 'snapshots-reordered', text }] };
}
