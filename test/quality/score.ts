// `npm run quality`: how right the verdicts are on programs with a known illness (or none). Figures are of
// the scored half, which nobody looks at while working on the analysis; `--half develop` and `--half later` are for
// work.
import { parseArgs } from 'node:util';
import { analyse } from '../../src/analyse/analyse.ts';
import type { Series } from '../../src/model/snapshot.ts';
import type { Analysis, VerdictKind } from '../../src/model/verdict.ts';
import { type Accused, growthRule, leakProfRule } from './baselines.ts';
import { type Case, type Half, listCases, readSeries } from './captures.ts';
import { calibrate, compareSignatures, type Outcome, type Ratio, wilson } from './measure.ts';

const ACCUSING: readonly VerdictKind[] = ['goroutine-leak', 'deadlock', 'heap-leak'];
const LEAKPROF_THRESHOLDS = [10_000, 1_000, 100, 10] as const;

interface Rule {
  readonly name: string;
  readonly precision: Ratio;
  readonly recall: Ratio;
  readonly accuracy: Ratio;
  readonly healthyFlagged: number;
  readonly rankOne: Ratio;
}

function judgeCase(one: Case, series: Series): Outcome {
  const analysis: Analysis = analyse([series], { firstParty: [], fallbackIntervalMs: 30_000 });
  const accused = analysis.signatures.map((signature) => ({
    frames: signature.frames.map((frame) => frame.func),
    createdBy: signature.createdBy?.func,
    state: signature.waitReason,
  }));
  return outcomeOf(one, accused, analysis.verdict.kind, analysis.verdict.confidence);
}

function outcomeOf(
  one: Case,
  accused: readonly Accused[],
  verdict: VerdictKind,
  confidence: number,
): Outcome {
  const { label } = one;
  return {
    case: `${one.program}/${one.run}`,
    healthy: label.healthy,
    expected: label.verdict,
    verdict,
    right: verdict === label.verdict || label.accept.includes(verdict),
    confidence,
    ...compareSignatures(label, accused),
  };
}

/** A baseline knows goroutine leaks only: it accuses or it does not. */
function byRule(one: Case, accused: readonly Accused[]): Outcome {
  return outcomeOf(one, accused, accused.length > 0 ? 'goroutine-leak' : 'healthy', 1);
}

function summarise(name: string, outcomes: readonly Outcome[]): Rule {
  const sum = (pick: (outcome: Outcome) => number) => outcomes.reduce((total, one) => total + pick(one), 0);
  const truePositives = sum((one) => one.truePositives);
  const toRank = outcomes.filter((one) => one.rank !== undefined);
  return {
    name,
    precision: wilson(truePositives, truePositives + sum((one) => one.falsePositives)),
    recall: wilson(truePositives, truePositives + sum((one) => one.falseNegatives)),
    accuracy: wilson(
      sum((one) => (one.right ? 1 : 0)),
      outcomes.length,
    ),
    healthyFlagged: outcomes.filter(
      (one) => one.healthy && (ACCUSING.includes(one.verdict) || one.falsePositives > 0),
    ).length,
    rankOne: wilson(toRank.filter((one) => one.rank === 1).length, toRank.length),
  };
}

function main(): void {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      half: { type: 'string', default: 'score' },
      only: { type: 'string' },
      wrong: { type: 'boolean', default: false },
    },
  });
  const half = (['develop', 'later', 'all'] as const).find((name) => name === values.half) ?? 'score';
  const cases = listCases(half, values.only ? new RegExp(values.only) : undefined);
  const ours: Outcome[] = [];
  const growth: Outcome[] = [];
  const leakProf = LEAKPROF_THRESHOLDS.map(() => [] as Outcome[]);
  for (const one of cases) {
    const series = readSeries(one.folder);
    ours.push(judgeCase(one, series));
    growth.push(byRule(one, growthRule(series)));
    LEAKPROF_THRESHOLDS.forEach((threshold, index) => {
      leakProf[index]?.push(byRule(one, leakProfRule(series, threshold)));
    });
  }
  const own = summarise('goleak', ours);
  const baselines = [
    summarise('grew and stayed', growth),
    ...LEAKPROF_THRESHOLDS.map((threshold, index) =>
      summarise(`LeakProf N=${threshold}`, leakProf[index] ?? []),
    ),
  ];
  const calibration = calibrate(ours);
  if (values.json) printJson(own, baselines, ours, calibration.error);
  else printTables(half, own, baselines, ours, calibration);
  if (values.wrong && (half === 'develop' || half === 'later')) printWrong(ours);
}

function printJson(own: Rule, baselines: readonly Rule[], outcomes: readonly Outcome[], error: number): void {
  const figures = {
    precision: own.precision.value,
    recall: own.recall.value,
    accuracy: own.accuracy.value,
    healthyFlagged: own.healthyFlagged,
    healthyTotal: outcomes.filter((one) => one.healthy).length,
    calibrationError: error,
    baselines: baselines.map((rule) => ({
      name: rule.name,
      precision: rule.precision.value,
      recall: rule.recall.value,
      accuracy: rule.accuracy.value,
      healthyFlagged: rule.healthyFlagged,
      rankOne: rule.rankOne.value,
    })),
    cases: outcomes.length,
    rankOne: own.rankOne.value,
    intervals: { precision: own.precision, recall: own.recall, accuracy: own.accuracy, rankOne: own.rankOne },
  };
  console.log(JSON.stringify(figures, null, 2));
}

function printTables(
  half: Half,
  own: Rule,
  baselines: readonly Rule[],
  outcomes: readonly Outcome[],
  calibration: ReturnType<typeof calibrate>,
): void {
  const healthy = outcomes.filter((one) => one.healthy).length;
  console.log(`${outcomes.length} captures (${half} half), ${healthy} of healthy programs\n`);
  console.log(row(['rule', 'precision', 'recall', 'verdict', 'first is true', 'healthy accused']));
  for (const rule of [own, ...baselines]) {
    const { precision, recall, accuracy, rankOne } = rule;
    console.log(
      row([
        rule.name,
        said(precision),
        said(recall),
        said(accuracy),
        said(rankOne),
        `${rule.healthyFlagged}/${healthy}`,
      ]),
    );
  }
  console.log('\nExpected (rows) and said (columns):');
  printConfusion(outcomes);
  console.log(
    `\nCalibration (error ${calibration.error.toFixed(3)}): confidence said, share that was right, cases`,
  );
  for (const band of calibration.bands) {
    console.log(`  ${band.said.toFixed(2)}  ${band.right.toFixed(2)}  ${band.cases}`);
  }
}

function printConfusion(outcomes: readonly Outcome[]): void {
  const said = [...new Set(outcomes.map((one) => one.verdict))].sort();
  const expected = [...new Set(outcomes.map((one) => one.expected))].sort();
  console.log(['', ...said].map((name) => name.padStart(17)).join(''));
  for (const kind of expected) {
    const cells = said.map(
      (verdict) => outcomes.filter((one) => one.expected === kind && one.verdict === verdict).length,
    );
    console.log(
      [kind, ...cells.map((count) => (count === 0 ? '·' : `${count}`))]
        .map((cell) => cell.padStart(17))
        .join(''),
    );
  }
}

function printWrong(outcomes: readonly Outcome[]): void {
  for (const one of outcomes) {
    if (one.right && one.missed.length === 0 && one.wrong.length === 0) continue;
    console.log(`\n${one.case}: expected ${one.expected}, said ${one.verdict} (${one.confidence})`);
    for (const missed of one.missed) console.log(`  missed ${missed}`);
    for (const wrong of one.wrong) console.log(`  wrong  ${wrong}`);
  }
}

const said = (ratio: Ratio) => `${ratio.value.toFixed(3)} [${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)}]`;
const row = (cells: readonly string[]) =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(18) : cell.padEnd(20))).join('');

main();
