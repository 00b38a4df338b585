// Right or wrong: what a self-test's program should have been called against what was said, and how people read it.
import type { VerdictKind } from '../model/verdict.ts';
import { terminal as clean } from '../report/foreign.ts';
import { shortName } from '../report/name.ts';
import { pageFor, type TextStyle, wrapWith } from '../report/page.ts';
import type { Report } from '../report/schema.ts';
import { confidenceWords, KIND_WORDS, summaryWords } from '../report/wording.ts';
import type { SelftestProgram } from './selftest-programs.ts';

export interface Tested {
  readonly name: string;
  readonly about: string;
  readonly expected: VerdictKind;
  /** Null when it could not be judged; `sentence` says why. */
  readonly said: VerdictKind | null;
  readonly confidence: number | null;
  /** The function named as the cause; null when none was. */
  readonly named: string | null;
  readonly right: boolean;
  readonly sentence: string;
}

/** goleak.selftest/v1, as `--json` prints it. */
export interface Selftest {
  readonly schema: 'goleak.selftest/v1';
  readonly mode: 'live' | 'replay';
  /** Of the programs: built here, or when they were recorded. */
  readonly goVersion: string;
  /** Why recordings were judged. */
  readonly because?: string;
  readonly programs: readonly Tested[];
  readonly right: number;
  readonly of: number;
  readonly seconds: number;
}

export function judgeProgram(program: SelftestProgram, report: Report): Tested {
  const { kind, confidence } = report.verdict;
  const named = causeNamed(report);
  return {
    ...expectedOf(program),
    said: kind,
    confidence,
    named: named ?? null,
    right: program.expected.includes(kind) && named === program.func,
    sentence: summaryWords(report.verdict),
  };
}

export function unjudged(program: SelftestProgram, why: string): Tested {
  return { ...expectedOf(program), said: null, confidence: null, named: null, right: false, sentence: why };
}

function expectedOf({ name, about, expected: [expected] }: SelftestProgram) {
  return { name, about, expected };
}

/** A healthy program names nobody: an accusation beside a clean verdict is wrong all the same. */
function causeNamed({ verdict, signatures, heap }: Report): string | undefined {
  if (verdict.kind === 'heap-leak') {
    return heap?.sites.find(({ shape }) => shape === 'leak')?.frames[0]?.func;
  }
  return signatures[0]?.frames[0]?.func;
}

export function selftestText(result: Selftest, style: TextStyle): string {
  const page = pageFor(style);
  const width = Math.max(...result.programs.map(({ name }) => name.length));
  const rows = result.programs.flatMap((program) => {
    const { name, expected, said, confidence, named, right } = program;
    const cause = named === null ? '' : ` in ${clean(shortName(named), 60)}`;
    const sure = confidence === null ? '' : ` (${confidenceWords(confidence)})`;
    const words =
      said === null ? `not judged: ${clean(program.sentence, 160)}` : `${KIND_WORDS[said]}${cause}${sure}`;
    const mark = right ? page.paint.good('ok   ') : page.paint.alarm('WRONG');
    return [`${mark}  ${name.padEnd(width)}  expected ${KIND_WORDS[expected]}, said ${words}`];
  });
  const summary = summaryOf(result);
  return [...rows, '', ...wrapWith('', summary, page)].join('\n');
}

function summaryOf({ mode, goVersion, because, right, of, seconds }: Selftest): string {
  const score = right === of ? `All ${of} verdicts are right` : `${of - right} of ${of} verdicts are WRONG`;
  return mode === 'live'
    ? `${score}: three planted illnesses and their clean twins, built with Go ${goVersion} and captured here in ${seconds} s.`
    : `${score}, on recordings (Go ${goVersion}) of three planted illnesses and their clean twins: ${because}. Nothing was captured here.`;
}
