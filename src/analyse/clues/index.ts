// The ordered list of everything the analysis looks at. Adding a clue is one file and one line here.
import type { Clue } from '../../model/verdict.ts';
import type { Examination } from '../examine.ts';
import type { ClueReader } from './clue.ts';
import { executionTrace } from './execution-trace.ts';
import { gcPressure } from './gc-pressure.ts';
import { goroutineGrowth } from './goroutine-growth.ts';
import { heapGrowth } from './heap-growth.ts';
import { load } from './load.ts';
import { memoryGap } from './memory-gap.ts';
import { pileUp } from './pile-up.ts';
import { retention } from './retention.ts';
import { runtimeProof } from './runtime-proof.ts';
import { stuck } from './stuck.ts';
import { waitAge } from './wait-age.ts';

export const CLUES: readonly {
  readonly name: string;
  readonly looksAt: string;
  readonly read: ClueReader;
}[] = [
  {
    name: 'runtime-proof',
    looksAt: "what the runtime's own leak detector proves (Go 1.26 with the experiment, 1.27)",
    read: runtimeProof,
  },
  {
    name: 'goroutine-growth',
    looksAt: 'which signatures grow while the same goroutines stay',
    read: goroutineGrowth,
  },
  { name: 'wait-age', looksAt: 'how long they wait, as far as the dump prints it', read: waitAge },
  {
    name: 'pile-up',
    looksAt: 'hundreds waiting at one place, on one channel where that shows',
    read: pileUp,
  },
  { name: 'stuck', looksAt: 'locks nobody releases: waiters, the likely holder, cycles', read: stuck },
  { name: 'load', looksAt: 'goroutines that merely follow connections', read: load },
  {
    name: 'heap-growth',
    looksAt: 'allocation sites whose bytes in use grow beyond the sampling error',
    read: heapGrowth,
  },
  {
    name: 'retention',
    looksAt: 'who holds the memory, and what grows, where a goref file of a core is given',
    read: retention,
  },
  {
    name: 'execution-trace',
    looksAt:
      'who is left behind within seconds, and how long goroutines wait for a processor, where a trace is given',
    read: executionTrace,
  },
  { name: 'memory-gap', looksAt: 'memory held but not used: fragmentation, idle spans', read: memoryGap },
  { name: 'gc-pressure', looksAt: 'a collector without room, and churn', read: gcPressure },
];

export function readClues(exam: Examination): Clue[] {
  return CLUES.flatMap((clue) => clue.read(exam));
}
