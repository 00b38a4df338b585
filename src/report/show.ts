// Parsed snapshots -> goleak.show/v1: what is there, added up. No comparison and no verdict; that is the report.
import type { GoroutineDump } from '../model/goroutine.ts';
import type { Problem } from '../model/problem.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { copyReading } from './report.ts';
import { showGroups } from './show-groups.ts';
import type { Show, ShowGroup, ShowMoment } from './show-schema.ts';
import { type ShownProfile, showCounts, showProfile, type TopStack } from './show-top.ts';

/** JSON of a million frames is about 250 MB; V8 makes no string of more than 512 MB. */
const MAX_FRAMES = 1_000_000;
/** A process with more goroutines than this has no memory left to print them. */
const MAX_IDS = 5_000_000;

export interface ShowFacts {
  readonly artefact: Show['artefact'];
  readonly problems: readonly Problem[];
}

/** `snapshots` in time order; the last one is shown in full. */
export function buildShow(snapshots: readonly Snapshot[], facts: ShowFacts): Show {
  const last = snapshots.at(-1);
  const room: Room = { frames: MAX_FRAMES, ids: MAX_IDS, cut: 0 };
  const moments = snapshots.map(dumpOf).map((dump) => momentOf(dump, room));
  const profiles = last ? profilesOf(last) : [];
  const readings = snapshots.flatMap(({ memory }) => memory).map(copyReading);
  const memstats = readings.at(-1);
  const leaked = last && leakedBeside(last);
  const top = profiles.flatMap((shown) => within(shown.top, room));
  return {
    schema: 'goleak.show/v1',
    artefact: facts.artefact,
    ...(moments.at(-1) ?? { groups: [] }),
    ...(leaked && { leaked }),
    profiles: profiles.map(({ profile }) => profile),
    top,
    ...(memstats && { memstats }),
    ...(readings.length > 1 && { memoryReadings: readings }),
    ...(snapshots.length > 1 && { snapshots: moments.map((moment, at) => dated(moment, snapshots[at])) }),
    problems: [...snapshots.flatMap(({ problems }) => problems), ...facts.problems, ...cutProblem(room)],
  };
}

/** Ids before counts; a leak profile alone is a dump of the leaked ones. */
function dumpOf({ goroutines, goroutineCounts, leaked }: Snapshot): GoroutineDump | undefined {
  return goroutines ?? goroutineCounts ?? leaked;
}

function momentOf(dump: GoroutineDump | undefined, room: Room): ShowMoment {
  if (!dump) return { groups: [] };
  const { goVersionRange, total, source, truncated, preamble } = dump;
  return {
    ...(goVersionRange !== undefined && { goVersionRange }),
    goroutines: total,
    source,
    truncated,
    ...(preamble && { preamble: preamble.text }),
    groups: within(showGroups(dump), room),
  };
}

function dated(moment: ShowMoment, snapshot: Snapshot | undefined): NonNullable<Show['snapshots']>[number] {
  return { ...moment, ...(snapshot?.taken && { takenMs: snapshot.taken.fromMs }) };
}

/** What the leak profile adds to a dump that does not mark the leaked ones itself. */
function leakedBeside(snapshot: Snapshot): ShowGroup[] | undefined {
  const dump = dumpOf(snapshot);
  if (!snapshot.leaked || dump === snapshot.leaked || dump?.groups.some(({ leaked }) => leaked)) {
    return undefined;
  }
  return showGroups(snapshot.leaked);
}

function profilesOf({ heap, otherProfiles, goroutineCounts }: Snapshot): ShownProfile[] {
  return [
    ...(heap ? [showProfile(heap)] : []),
    ...otherProfiles.map(showProfile),
    ...(goroutineCounts ? [showCounts(goroutineCounts, 'goroutine')] : []),
  ];
}

interface Room {
  frames: number;
  ids: number;
  cut: number;
}

/** The largest that fit. */
function within<Row extends ShowGroup | TopStack>(rows: readonly Row[], room: Room): Row[] {
  const kept: Row[] = [];
  for (const row of rows) {
    room.frames -= row.frames.length + 1;
    room.ids -= 'ids' in row ? row.ids.length : 0;
    if (room.frames < 0 || room.ids < 0) break;
    kept.push(row);
  }
  room.cut += rows.length - kept.length;
  return kept;
}

function cutProblem({ cut }: Room): Problem[] {
  if (cut === 0) return [];
  return [
    { code: 'show-cut', text: `The ${cut} smallest groups and stacks are left out: there are too many.` },
  ];
}
