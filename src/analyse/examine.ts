// Everything measured about one instance, before anybody concludes: goroutines followed and judged, heap
// and memory over time, load, and how good the material is. Clues and verdicts read this and nothing else.
import type { Problem } from '../model/problem.ts';
import type { RetentionFindings } from '../model/retention.ts';
import type { Series, Snapshot } from '../model/snapshot.ts';
import type { TraceAnswers } from '../model/trace.ts';
import { formatCount } from '../model/units.ts';
import type { AnalysisContext } from '../model/verdict.ts';
import { weighCompany } from './company.ts';
import { weighExchanges } from './exchange.ts';
import { buildRoster, type Roster } from './group.ts';
import { rulesOf } from './handbook.ts';
import { followHeap, type HeapHistory } from './heap.ts';
import { type Judgement, judge } from './judge.ts';
import { followLoad, type LoadMatch, type LoadSeries, matchLoad } from './load.ts';
import { weighLockProgress } from './lock-progress.ts';
import { followMemory, type MemoryHistory } from './memory.ts';
import { weighParents } from './parents.ts';
import { type ProofBook, readProof } from './proof.ts';
import { followRetention } from './retention.ts';
import { type Restart, splitLives, type Timeline, timelineOf } from './timeline.ts';
import { answersOf } from './trace-answers.ts';
import { followTracks } from './track.ts';

export interface Examination {
  readonly instance: string;
  /** Snapshots of the longest comparable life of the process, the last one where lives tie. */
  readonly snapshots: readonly Snapshot[];
  readonly timeline: Timeline;
  readonly restarts: readonly Restart[];
  readonly roster: Roster;
  /** Times of the snapshots that have a comparable goroutine dump. */
  readonly dumpTimes: readonly number[];
  /** Goroutines at each of those. */
  readonly totals: readonly number[];
  /** Every signature, most suspicious first. */
  readonly judgements: readonly Judgement[];
  /** Absent where the runtime was not asked for its proof. */
  readonly proof?: ProofBook;
  readonly heap?: HeapHistory;
  readonly retention?: RetentionFindings;
  readonly trace?: TraceAnswers;
  readonly memory: MemoryHistory;
  readonly load: readonly LoadSeries[];
  readonly loadMatches: ReadonlyMap<string, LoadMatch>;
  readonly truncated: boolean;
  readonly problems: readonly Problem[];
  readonly context: AnalysisContext;
}

export function examine(series: Series, context: AnalysisContext): Examination {
  const { lives, restarts } = splitLives(series);
  const snapshots = lives.reduce<readonly Snapshot[]>(
    (best, life) => (life.length >= best.length ? life : best),
    [],
  );
  const timeline = timelineOf(snapshots, context.fallbackIntervalMs);
  const memory = followMemory(snapshots, timeline.atMs, context.memoryLimitBytes);
  const roster = buildRoster(snapshots);
  const dumpTimes = timeline.atMs.filter((_, index) => roster.dumps[index]);
  const dumps = roster.dumps.filter((dump) => dump !== undefined);
  const load = followLoad(memory.readings, dumpTimes);
  const connectionsKnown = load.some((series) => series.kind === 'connections');
  const asleep = dumps[dumps.length - 1]?.dump.preamble?.text.includes('all goroutines are asleep') === true;
  const proof = readProof(snapshots, roster);
  const loadMatches = new Map<string, LoadMatch>();
  const judgements = followTracks(roster, dumpTimes).flatMap((track) => {
    const signature = roster.signatures[track.index];
    if (!signature) return [];
    const match = matchLoad(track.counts, signature, load);
    if (match) loadMatches.set(signature.key, match);
    return [
      judge(track, signature, {
        atMs: dumpTimes,
        firstParty: context.firstParty,
        ...(proof ? { proof } : {}),
        connectionsKnown,
        countersKnown: memory.readings.some(({ reading }) => reading.nextGC !== undefined),
        asleep,
        ...(match ? { load: match } : {}),
      }),
    ];
  });
  const heap = followHeap(snapshots, timeline.atMs, memory.live);
  const trace = snapshots.findLast((snapshot) => snapshot.trace)?.trace;
  const retention = followRetention(snapshots, heap, rulesOf({ context }));
  const truncated = dumps.some((dump) => dump.dump.truncated);
  return {
    instance: series.instance,
    snapshots,
    timeline,
    restarts,
    roster,
    dumpTimes,
    totals: dumps.map((dump) => dump.total),
    judgements: weighCompany(
      roster,
      weighParents(roster, weighExchanges(roster, weighLockProgress(roster, judgements))),
    ).sort(bySuspicion),
    ...(proof ? { proof } : {}),
    ...(heap ? { heap } : {}),
    ...(retention && { retention }),
    ...(trace && { trace: answersOf(trace) }),
    memory,
    load,
    loadMatches,
    truncated,
    problems: [...snapshots.flatMap((snapshot) => snapshot.problems), ...gaps(series, snapshots, truncated)],
    context,
  };
}

function bySuspicion(a: Judgement, b: Judgement): number {
  const count = (judgement: Judgement) => judgement.track.counts[judgement.track.counts.length - 1] ?? 0;
  return b.score - a.score || count(b) - count(a) || (a.signature.id < b.signature.id ? -1 : 1);
}

function gaps(series: Series, used: readonly Snapshot[], truncated: boolean): Problem[] {
  const problems: Problem[] = [];
  const add = (code: string, text: string) => problems.push({ code, text });
  if (used.length < series.snapshots.length) {
    add(
      'restart-between-snapshots',
      `The process restarted; ${formatCount(used.length)} of ${formatCount(series.snapshots.length)} snapshots can be compared.`,
    );
  }
  if (truncated)
    add('goroutine-dump-truncated', 'A goroutine dump was cut off, so its counts are lower bounds.');
  const without = used.filter((snapshot) => !snapshot.goroutines && !snapshot.goroutineCounts).length;
  if (without > 0)
    add(
      'goroutines-missing',
      `${formatCount(without)} of ${formatCount(used.length)} snapshots have no goroutine dump.`,
    );
  if (used.every((snapshot) => !snapshot.heap))
    add('heap-missing', 'No heap profile was captured, so heap growth by site is unknown.');
  if (used.every((snapshot) => snapshot.memory.length === 0)) {
    add('memstats-missing', 'No MemStats were captured, so the live heap and memory slopes are unknown.');
  }
  return problems;
}
