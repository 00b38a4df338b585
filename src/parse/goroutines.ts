// Goroutine text of every kind: debug=2 over HTTP, SIGQUIT and panic output, alone or inside a service's log.
// Nothing here knows where the bytes came from, and nothing throws.
//
//   goroutine 18 [chan send, 15 minutes]:        { groups: [{ state: 'chan send', family: 'chan-send', count: 1,
//   main.slowQuery(0xc000114780)                     frames: [{ func: 'main.slowQuery', file: '/src/main.go', line: 31 }],
//   	/src/main.go:31 +0x5e                  ->       createdBy: { func: 'main.handle', … } }],
//   created by main.handle in goroutine 1          ids: [18], waitMinutes: [15], creatorIds: [1], … }
//   	/src/main.go:40 +0x2a
//
// Printed by https://github.com/golang/go/blob/master/src/runtime/traceback.go
import type { GoroutineDump } from '../model/goroutine.ts';
import type { Outcome } from '../model/problem.ts';
import { dumpsOf } from './goroutine-dumps.ts';
import { type ReadInto, scanGoroutines, WINDOW_BYTES } from './goroutine-scan.ts';
import { looksPlain, normaliseLog } from './log-prefix.ts';
import { parseGoroutineStreamFast } from './wasm/goroutine-scan-fast.ts';

/** Plain goroutine text, as Go prints it, from a reader: memory grows with distinct stacks and goroutines only. */
export function parseGoroutineStream(
  read: ReadInto,
  windowBytes = WINDOW_BYTES,
): Outcome<readonly GoroutineDump[]> {
  const state = scanGoroutines(read, windowBytes);
  return dumpsOf(state);
}

/** Goroutine text as Go or a log collector wrote it; several dumps when the text holds several. */
export function parseGoroutines(bytes: Uint8Array): Outcome<readonly GoroutineDump[]> {
  if (looksPlain(bytes)) return parsePlain(bytes);
  const parts = normaliseLog(bytes);
  const outcomes = parts.value.map(parsePlain);
  return {
    value: outcomes.flatMap((outcome) => outcome.value),
    problems: [...parts.problems, ...outcomes.flatMap((outcome) => outcome.problems)],
  };
}

/** Below this the plain reader is done before WebAssembly is compiled. */
const TWIN_FROM_BYTES = 512 << 10;

function parsePlain(bytes: Uint8Array): Outcome<readonly GoroutineDump[]> {
  const parse = bytes.length < TWIN_FROM_BYTES ? parseGoroutineStream : parseGoroutineStreamFast;
  return parse(readerOf(bytes));
}

/** A reader over bytes that are all there. */
export function readerOf(bytes: Uint8Array): ReadInto {
  let at = 0;
  return (into) => {
    const piece = bytes.subarray(at, at + into.length);
    into.set(piece);
    at += piece.length;
    return piece.length;
  };
}
