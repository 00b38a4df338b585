// `goleak diff`: what changed between two snapshots or two reports, said in one sentence first.
import { diffSnapshots } from '../analyse/diff.ts';
import { buildRoster } from '../analyse/group.ts';
import { Failure } from '../failure.ts';
import type { Problem } from '../model/problem.ts';
import type { RawArtefact, Snapshot } from '../model/snapshot.ts';
import { assembleSeries } from '../parse/snapshot.ts';
import { type Comparison, type Diff, diffText, weighDiff } from '../report/diff-text.ts';
import { json as asJson, screen } from '../report/foreign.ts';
import { whyAnotherProcess } from './diff-process.ts';
import { compareReports, reportIn } from './diff-reports.ts';
import { readSnapshotFolders } from './files.ts';
import { EXIT_OK, refuseAddress, type Terminal } from './ports.ts';
import { holdsAnything } from './read.ts';

const USAGE = 'diff BEFORE AFTER';

type Compared = Comparison & { readonly problems: readonly Problem[] };

/** @throws Failure `file_unreadable`, `artefact_unknown`, `usage_wrong` when the two cannot be compared */
export async function diffPaths(
  paths: { readonly before: string; readonly after: string },
  { json, color, width, print }: Terminal,
): Promise<number> {
  const { problems, ...comparison } = await compare(paths.before, paths.after);
  const { tone, sentence } = weighDiff(comparison);
  const diff: Diff = { schema: 'goleak.diff/v1', sentence, changes: comparison.changes, problems };
  print(json ? asJson(diff, 2) : screen(diffText(diff, tone, { color, width }).trimEnd()));
  return EXIT_OK;
}

async function compare(before: string, after: string): Promise<Compared> {
  const [older, newer] = [await readFolders(before), await readFolders(after)];
  const [earlier, later] = [reportIn(older), reportIn(newer)];
  if (earlier && later) return compareReports(earlier, later);
  if (earlier || later) {
    const what = `One of the two is a finished report, the other is raw: a report keeps only what leaks, so ${
      earlier ? 'the first' : 'the second'
    } cannot be compared with all goroutines of ${earlier ? 'the second' : 'the first'}`;
    throw new Failure('usage_wrong', { what, usage: USAGE });
  }
  return compareSnapshots(snapshotOf(before, older), snapshotOf(after, newer));
}

async function readFolders(path: string): Promise<RawArtefact[][]> {
  refuseAddress(path);
  return readSnapshotFolders([path]);
}

interface Taken {
  readonly snapshot: Snapshot;
  readonly problems: readonly Problem[];
}

/** Of several snapshots the last one counts: it is what the service came to. */
function snapshotOf(path: string, folders: readonly (readonly RawArtefact[])[]): Taken {
  const { series, problems } = assembleSeries(folders, { instance: 'files' });
  const snapshot = series.snapshots.filter(holdsAnything).at(-1);
  const all = [...series.snapshots.flatMap((one) => one.problems), ...problems];
  if (!snapshot) {
    throw new Failure('artefact_unknown', { path, reasons: [...new Set(all.map(({ text }) => text))] });
  }
  const several = series.snapshots.length;
  const last = {
    code: 'last-snapshot',
    text: `${path} holds ${several} snapshots; the last one was compared.`,
  };
  return { snapshot, problems: several > 1 ? [...all, last] : all };
}

function compareSnapshots(before: Taken, after: Taken): Compared {
  const [older, newer] = [before.snapshot, after.snapshot];
  const roster = buildRoster([older, newer]);
  const [was, is] = roster.dumps;
  const compared = [
    ...(was && is ? ['goroutines'] : []),
    ...(older.heap && newer.heap ? ['heap sites'] : []),
    ...(older.memory.length > 0 && newer.memory.length > 0 ? ['memory'] : []),
  ];
  if (compared.length === 0) {
    throw new Failure('usage_wrong', {
      what: 'The two have nothing of one kind in common, so there is nothing to compare',
      usage: USAGE,
    });
  }
  const another = whyAnotherProcess(older, newer);
  const changes = diffSnapshots(older, newer).filter(({ kind }) => kind !== 'goroutine' || !another);
  const moved = changes.filter(({ kind }) => kind === 'signature').length;
  const known = new Set(roster.signatures.map(({ stableId }) => stableId)).size;
  const [cutBefore, cutAfter] = [was?.dump.truncated, is?.dump.truncated];
  return {
    changes,
    compared,
    ...(was && is && { steady: Math.max(0, known - moved) }),
    doubt: {
      ...(cutAfter && { gone: 'the later dump is cut short' }),
      ...(cutBefore && { fresh: 'the earlier dump is cut short' }),
    },
    problems: [...before.problems, ...after.problems, ...notesOf(another, was && is, older, newer)],
  };
}

function notesOf(another: string | undefined, both: unknown, older: Snapshot, newer: Snapshot): Problem[] {
  const dumped = ({ goroutines, goroutineCounts }: Snapshot) => goroutines ?? goroutineCounts;
  const notes: Problem[] = [];
  if (another !== undefined) {
    const text = `Another process (${another}): goroutines were compared by signature. Compare at the same age and load.`;
    notes.push({ code: 'another-process', text });
  }
  if (!both && dumped(older) && dumped(newer)) {
    const text =
      'Goroutines were not compared: one side has full stacks and the other only counts, whose states are unknown.';
    notes.push({ code: 'goroutines-not-compared', text });
  }
  return notes;
}
