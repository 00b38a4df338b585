// GODEBUG=gctrace=1 lines in a log: the only source that tells the exact live heap after every GC.
//
//   gc 12 @31.201s 0%: 0.02+1.3+0.07 ms clock, 0.05+0.3/1.2/3.0+0.2 ms cpu, 44->45->41 MB, 84 MB goal, 0 MB stacks, 0 MB globals, 4 P
//   -> { source: 'gctrace', numGC: 12, uptimeSeconds: 31.201, heapLive: 41 MiB, nextGC: 84 MiB }
//
// "MB" is MiB, rounded down. https://github.com/golang/go/blob/master/src/runtime/mgc.go (gcMarkTermination)
import type { MemoryReading } from '../model/memory.ts';
import type { Outcome } from '../model/problem.ts';
import { NEWLINE, textOf } from './line-bytes.ts';
import { lineTime } from './log-time.ts';

/** A line is about 180 bytes; prefixes of collectors come before it. */
const MAX_LINE = 600;
/** A GC every few milliseconds for an hour; more is read from its end. */
const MAX_READINGS = 200_000;
const MIB = 2 ** 20;
/** On every such line and hardly on any other. */
const MARK = 'MB goal';

const GCTRACE =
  /\bgc (\d{1,12}) @(\d{1,10}\.\d{1,6})s \d{1,3}%: .{10,200}? (\d{1,9})->(\d{1,9})->(\d{1,9}) MB, (\d{1,9}) MB goal/;

export function parseGctrace(bytes: Uint8Array): Outcome<readonly MemoryReading[]> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const readings: MemoryReading[] = [];
  for (let at = text.indexOf(MARK, 0, 'latin1'); at >= 0; at = text.indexOf(MARK, at, 'latin1')) {
    const from = text.lastIndexOf(NEWLINE, at) + 1;
    const newline = text.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    const reading = end - from <= MAX_LINE ? readLine(textOf(bytes, from, end)) : undefined;
    if (reading) readings.push(reading);
    if (readings.length > 2 * MAX_READINGS) readings.splice(0, MAX_READINGS);
    at = end;
  }
  return { value: readings.slice(-MAX_READINGS), problems: [] };
}

function readLine(line: string): MemoryReading | undefined {
  // From where the line may begin: one that begins again and again would be tried from each beginning.
  const match = GCTRACE.exec(line.slice(Math.max(0, line.lastIndexOf('gc '))));
  if (!match) return undefined;
  const atMs = lineTime(line);
  return {
    source: 'gctrace',
    ...(atMs === undefined ? {} : { atMs }),
    uptimeSeconds: Number(match[2]),
    numGC: Number(match[1]),
    heapLive: Number(match[5]) * MIB,
    nextGC: Number(match[6]) * MIB,
  };
}
