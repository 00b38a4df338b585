// From the reader's rows and stack tree to the model's dumps: which goroutines belong to which dump, who only
// served it, and what each distinct stack means.
import type { DumpPreamble, DumpSource, Frame, GoroutineDump, GoroutineGroup } from '../model/goroutine.ts';
import type { Outcome, Problem } from '../model/problem.ts';
import { formatCount } from '../model/units.ts';
import { goVersionRange } from './go-version.ts';
import {
  CHUNK_ROWS,
  CUT,
  INSIDE,
  MAX_HEADERS,
  ONLY_HEADER,
  type RowChunk,
  type ScanState,
  type Segment,
  SOME_FRAMES,
  type WholeColumns,
} from './goroutine-state.ts';
import { CREATED, CREATED_IN, ELIDED, FOREIGN, FROM_BACKGROUND_READ, MAX_DEPTH } from './stack-tables.ts';
import { waitFamily } from './wait-reasons.ts';

/** net/http/pprof prints at most this much, and says nothing when it was not enough: runtime/pprof/pprof.go, writeGoroutineStacks. */
export const GO_DUMP_LIMIT = 64 << 20;

/** Dumps taken from one log; a crash loop writes more than anybody compares. */
const MAX_DUMPS = 256;

/** Rows of one dump: spans of the reader's rows, and the dump's circumstances. */
interface Gathered {
  readonly first: Segment;
  readonly spans: { readonly from: number; readonly to: number; readonly repeat: boolean }[];
  /** Ids so far; made when a second span asks. */
  ids?: Set<number>;
}

export function dumpsOf(state: ScanState): Outcome<readonly GoroutineDump[]> {
  const problems: Problem[] = [];
  const gathered = gather(state);
  if (gathered.length > MAX_DUMPS) {
    problems.push({
      code: 'too-many-dumps',
      text: `The log holds ${gathered.length} goroutine dumps; the last ${MAX_DUMPS} were read.`,
    });
  }
  const kept = gathered.slice(-MAX_DUMPS);
  const builder = new DumpBuilder(state);
  // Asked first: a built dump may have taken the rows' columns for its own.
  const final = kept[kept.length - 1];
  const cut = final ? cutReason(state, final) : '';
  const dumps = kept.map((one) => builder.build(one, one === final ? cut : ''));
  const last = dumps[dumps.length - 1];
  if (last?.truncated) problems.push(truncationProblem(state, last));
  problems.push(...readingProblems(state));
  return { value: dumps, problems };
}

/** Joins segments that only a foreign line kept apart; keeps apart those that share a goroutine. */
function gather(state: ScanState): Gathered[] {
  const dumps: Gathered[] = [];
  const { segments } = state;
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] as Segment;
    const to = segments[i + 1]?.row ?? state.rowCount;
    if (to === segment.row && segment.requester < 0) continue;
    const span = { from: segment.row, to, repeat: segment.repeat };
    const current = dumps[dumps.length - 1];
    if (current && (segment.repeat || continues(state, current, segment, to))) current.spans.push(span);
    else dumps.push({ first: segment, spans: [span] });
  }
  return dumps;
}

function continues(state: ScanState, current: Gathered, segment: Segment, to: number): boolean {
  if (segment.preamble.length > 0 || segment.requester >= 0 || segment.goVersion !== '') return false;
  const ids = idsOf(state, current);
  for (let row = segment.row; row < to; row++) if (ids.has(rowId(state, row))) return false;
  for (let row = segment.row; row < to; row++) ids.add(rowId(state, row));
  return true;
}

function idsOf(state: ScanState, gathered: Gathered): Set<number> {
  if (!gathered.ids) {
    gathered.ids = new Set();
    for (const span of gathered.spans) {
      for (let row = span.from; row < span.to; row++) gathered.ids.add(rowId(state, row));
    }
  }
  return gathered.ids;
}

function chunkOf(state: ScanState, row: number): RowChunk {
  const index = Math.floor(row / CHUNK_ROWS);
  // Asked first, since V8 gives up compiled code that reads past an array's end.
  return index < state.chunks.length ? (state.chunks[index] as RowChunk) : state.chunk;
}

function rowId(state: ScanState, row: number): number {
  return chunkOf(state, row).ids[row % CHUNK_ROWS] as number;
}

class DumpBuilder {
  private readonly state: ScanState;
  private readonly frames: (Frame | undefined)[] = [];
  /** Group of a node in the dump being built, plus one. */
  private readonly groupOfNode: Int32Array;

  constructor(state: ScanState) {
    this.state = state;
    this.groupOfNode = new Int32Array(state.stacks.nodeCount);
  }

  build(gathered: Gathered, cut: string): GoroutineDump {
    const { state } = this;
    const { columns, nodes, counts } = this.wholeColumns(gathered) ?? this.gatheredColumns(gathered);
    const groups = Array.from(nodes, (node, group) => this.group(node, counts[group] as number));
    const preamble = preambleOf(gathered.first.preamble);
    const range = goVersionRange(state, gathered.first.goVersion, groups);
    return {
      source: sourceOf(state, gathered.first, preamble),
      groups,
      total: columns.ids.length,
      ...columns,
      requesterDropped: gathered.first.requester >= 0,
      truncated: cut !== '',
      ...(preamble ? { preamble } : {}),
      ...(range ? { goVersionRange: range } : {}),
    };
  }

  /** Rows that lie in one piece, none twice, may be taken as they are. */
  private wholeColumns(gathered: Gathered): WholeColumns | undefined {
    const [span, second] = gathered.spans;
    if (!span || second || span.repeat) return undefined;
    return this.state.wholeColumns(span.from, span.to, this.watcherOf(gathered));
  }

  private gatheredColumns(gathered: Gathered): WholeColumns {
    const rows = this.rows(gathered);
    const columns = newColumns(rows.count);
    const counts: number[] = [];
    const nodes: number[] = [];
    let at = 0;
    rows.each((chunk, row) => {
      const node = chunk.nodes[row] as number;
      let group = (this.groupOfNode[node] as number) - 1;
      if (group < 0) {
        group = nodes.push(node) - 1;
        counts.push(0);
        this.groupOfNode[node] = group + 1;
      }
      counts[group] = (counts[group] as number) + 1;
      columns.ids[at] = chunk.ids[row] as number;
      columns.groupOf[at] = group;
      columns.waitMinutes[at] = chunk.waitMinutes[row] as number;
      columns.creatorIds[at] = chunk.creatorIds[row] as number;
      columns.waitWords[at] = chunk.waitWords[row] as number;
      at += 1;
    });
    for (const node of nodes) this.groupOfNode[node] = 0;
    return { columns, nodes, counts };
  }

  /** The rows that count: none twice, and not the one watching the requester's connection. */
  private rows(gathered: Gathered): {
    count: number;
    each: (visit: (chunk: RowChunk, row: number) => void) => void;
  } {
    const { state } = this;
    const watcher = this.watcherOf(gathered);
    const repeats = gathered.spans.some((span) => span.repeat);
    const each = (visit: (chunk: RowChunk, row: number) => void): void => {
      const seen = repeats ? new Set<number>() : undefined;
      for (const span of gathered.spans) {
        for (let row = span.from; row < span.to; row++) {
          if (row === watcher) continue;
          const chunk = chunkOf(state, row);
          if (seen) {
            const id = chunk.ids[row % CHUNK_ROWS] as number;
            if (seen.has(id)) continue;
            seen.add(id);
          }
          visit(chunk, row % CHUNK_ROWS);
        }
      }
    };
    let count = 0;
    if (repeats)
      each(() => {
        count += 1;
      });
    else count = gathered.spans.reduce((sum, span) => sum + span.to - span.from, 0) - (watcher >= 0 ? 1 : 0);
    return { count, each };
  }

  /**
   * The row of the requester's `backgroundRead`, created by the requester itself (Go >= 1.21 says so; before,
   * the first one born after it); -1 when there is none.
   */
  private watcherOf(gathered: Gathered): number {
    const { state } = this;
    const { requester } = gathered.first;
    if (requester < 0) return -1;
    let watcher = -1;
    let watcherId = Number.POSITIVE_INFINITY;
    for (const span of gathered.spans) {
      for (let row = span.from; row < span.to; row++) {
        const chunk = chunkOf(state, row);
        const at = row % CHUNK_ROWS;
        const marks = state.stacks.nodeMarks[chunk.nodes[at] as number] as number;
        if ((marks & FROM_BACKGROUND_READ) === 0) continue;
        const creator = chunk.creatorIds[at] as number;
        if (creator === requester) return row;
        const id = chunk.ids[at] as number;
        if (creator === 0 && id > requester && id < watcherId) {
          watcher = row;
          watcherId = id;
        }
      }
    }
    return watcher;
  }

  private group(terminal: number, count: number): GoroutineGroup {
    const { state } = this;
    const { nodeParent, nodeSymbol, symbolKind } = state.stacks;
    const frames: Frame[] = [];
    let createdBy: Frame | undefined;
    let elidedFrames = 0;
    let node = terminal;
    for (; (nodeSymbol[node] as number) >= 0; node = nodeParent[node] as number) {
      const symbol = nodeSymbol[node] as number;
      const kind = symbolKind[symbol] as number;
      if (kind === ELIDED) elidedFrames += elidedCount(state.stacks.symbolText(symbol, 'func'));
      else if (kind === CREATED || kind === CREATED_IN) createdBy = this.frame(symbol, kind);
      else frames.push(this.frame(symbol, kind));
    }
    frames.reverse();
    const header = state.headers[-1 - (nodeSymbol[node] as number)];
    const family = waitFamily(header?.state ?? '', frames, createdBy);
    const inBubble = header?.bubble !== undefined && family !== 'running' && family !== 'runnable';
    return {
      state: header?.state ?? '',
      family: inBubble ? 'test-bubble' : family,
      frames,
      ...(createdBy ? { createdBy } : {}),
      ...(header?.labels ? { labels: header.labels } : {}),
      leaked: header?.leaked ?? false,
      lockedToThread: header?.lockedToThread ?? false,
      ...(header?.bubble === undefined ? {} : { bubble: header.bubble }),
      elidedFrames,
      count,
    };
  }

  private frame(symbol: number, kind: number): Frame {
    let frame = this.frames[symbol];
    if (!frame) {
      const { stacks } = this.state;
      frame = decodeFrame(kind, stacks.symbolText(symbol, 'func'), stacks.symbolText(symbol, 'file'));
      this.frames[symbol] = frame;
    }
    return frame;
  }
}

function newColumns(
  count: number,
): Pick<GoroutineDump, 'ids' | 'groupOf' | 'waitMinutes' | 'creatorIds' | 'waitWords'> {
  return {
    ids: new Float64Array(count),
    groupOf: new Uint32Array(count),
    waitMinutes: new Int32Array(count),
    creatorIds: new Float64Array(count),
    waitWords: new Float64Array(count),
  };
}

/** `main.worker(` + `\t/src/main.go:31 +0x` -> { func: 'main.worker', file: '/src/main.go', line: 31 } */
function decodeFrame(kind: number, funcText: string, fileText: string): Frame {
  if (kind === FOREIGN) return { func: 'non-Go function', file: '', line: 0 };
  const inlined = funcText.endsWith('(...)\n') && fileText.endsWith('\n');
  let func = funcText.replace(/(\(\.\.\.\)\n|\n|\()$/, '');
  if (kind === CREATED || kind === CREATED_IN) {
    func = func.slice('created by '.length);
    if (kind === CREATED_IN) func = func.slice(0, -' in goroutine '.length);
  }
  const place = fileText.slice(1).replace(/( \+0x| pc=| fp=|\n)$/, '');
  const colon = place.lastIndexOf(':');
  const line = Number.parseInt(place.slice(colon + 1), 10);
  const known = colon >= 0 && Number.isSafeInteger(line) && line >= 0;
  const file = known ? place.slice(0, colon) : place === 'pc=' ? '' : place;
  return { func, file, line: known ? line : 0, ...(inlined ? { inlined } : {}) };
}

/** `...201 frames elided...` -> 201; `...additional frames elided...` -> 1, the least it can be. */
function elidedCount(text: string): number {
  const count = Number.parseInt(text.slice(3), 10);
  return Number.isSafeInteger(count) ? count : 1;
}

function preambleOf(lines: readonly string[]): DumpPreamble | undefined {
  const text = lines.join('\n');
  if (lines.some((line) => line.startsWith('fatal error: '))) return { kind: 'fatal-error', text };
  if (lines.some((line) => line.startsWith('panic: '))) return { kind: 'panic', text };
  if (lines.some((line) => line.startsWith('SIGQUIT'))) return { kind: 'sigquit', text };
  return lines.length > 0 ? { kind: 'signal', text } : undefined;
}

function sourceOf(state: ScanState, segment: Segment, preamble: DumpPreamble | undefined): DumpSource {
  if (preamble) return preamble.kind === 'panic' || preamble.kind === 'fatal-error' ? 'panic' : 'signal';
  return segment.goVersion !== '' || state.sawSystemHeader ? 'signal' : 'debug2';
}

/** Why the last goroutine of the text cannot be whole; empty when it can. */
function cutReason(state: ScanState, gathered: Gathered): string {
  if (state.totalBytes === GO_DUMP_LIMIT) return 'limit';
  if (state.cutHeader) return 'header';
  if (state.finalPlace !== INSIDE) return '';
  if (state.progress === CUT || state.progress === ONLY_HEADER) return 'frame';
  // Every goroutine but main, g0 and those C threads brought along says who created it.
  const plain =
    gathered.first.preamble.length === 0 && !state.sawSystemHeader && gathered.first.goVersion === '';
  const row = state.rowCount - 1;
  if (!plain || state.progress !== SOME_FRAMES || row < 1 || !(state.sawCreator || state.sawCreatorId))
    return '';
  // The one that only served the dump has no row: the last row is an earlier dump's then.
  const span = gathered.spans[gathered.spans.length - 1];
  if (!span || row < span.from || row >= span.to) return '';
  const id = rowId(state, row);
  const root = rootOf(state, chunkOf(state, row).nodes[row % CHUNK_ROWS] as number);
  return id > 1 && !state.headers[root]?.lockedToThread ? 'creator' : '';
}

function rootOf(state: ScanState, node: number): number {
  const { nodeParent, nodeSymbol } = state.stacks;
  let at = node;
  while ((nodeSymbol[at] as number) >= 0) at = nodeParent[at] as number;
  return -1 - (nodeSymbol[at] as number);
}

function truncationProblem(state: ScanState, dump: GoroutineDump): Problem {
  if (state.totalBytes === GO_DUMP_LIMIT) {
    return {
      code: 'goroutine-dump-truncated',
      text: `Go cut the goroutine dump at its limit of 64 MiB, so the ${formatCount(dump.total)} goroutines in it are not all.`,
    };
  }
  return {
    code: 'goroutine-dump-cut',
    text: 'The goroutine dump ends in the middle of its last goroutine; there may have been more behind it.',
  };
}

function readingProblems(state: ScanState): Problem[] {
  const problems: Problem[] = [];
  if (state.stacks.overflowed) {
    problems.push({
      code: 'stacks-too-many',
      text: `Some stacks were cut short: the dump has more distinct frames or deeper stacks (${MAX_DEPTH}) than are kept.`,
    });
  }
  if (state.labelsDropped) {
    problems.push({
      code: 'labels-too-many',
      text: 'The goroutines carry too many different label sets; the labels of some were left out.',
    });
  }
  if (state.statesDropped) {
    problems.push({
      code: 'states-too-many',
      text: `The dump has more than ${MAX_HEADERS} different goroutine states; the rest were counted as one.`,
    });
  }
  if (state.longLines > 0) {
    problems.push({
      code: 'line-too-long',
      text: `${state.longLines} over-long line(s) of the dump were passed over.`,
    });
  }
  return problems;
}
