// `npm run quality -- --watch`: how soon slow leaks are found, how often healthy services are accused, and whether
// forecasts hold, on generated histories with a known truth. The scored half is printed, never worked with.
import { parseArgs } from 'node:util';
import { sampleOf } from '../../src/watch/read-samples.ts';
import { DETECTION_KINDS, type Detection } from '../../src/watch/sample.ts';
import type { InstanceState } from '../../src/watch/state.ts';
import { watch } from '../../src/watch/watcher.ts';
import { type Half, type History, type HistoryCase, listHistories, REDEPLOYED } from './histories/cases.ts';
import { wilson } from './measure.ts';
import { RULES } from './watch-rules.ts';

interface Scored {
  readonly one: HistoryCase;
  readonly history: History;
  readonly ours: readonly Detection[];
  readonly rules: readonly (readonly number[])[];
}

function score(one: HistoryCase): Scored {
  const history = one.samples();
  let state: InstanceState | undefined;
  const ours: Detection[] = [];
  for (const given of history.samples) {
    const sample = sampleOf(given);
    if (typeof sample === 'string') throw new Error(sample);
    const step = watch(state, sample);
    state = step.state;
    ours.push(...step.detections);
  }
  return { one, history, ours, rules: RULES.map((rule) => rule.alarms(history.samples)) };
}

interface Line {
  readonly name: string;
  readonly found: (scored: Scored) => readonly number[];
}

const LINES: readonly Line[] = [
  { name: 'goleak', found: ({ ours }) => ours.map(({ t }) => t) },
  ...RULES.map((rule, at) => ({ name: rule.name, found: (scored: Scored) => scored.rules[at] ?? [] })),
];

const OURS = LINES[0] as Line;

const GROUPS = [
  { name: '>= 0.5 %/h in 24 h', holds: (percent: number) => percent >= 0.5 },
  { name: '0.2 %/h in 72 h', holds: (percent: number) => percent === 0.2 },
  { name: '0.1 %/h in 7 d', holds: (percent: number) => percent === 0.1 },
] as const;

/** What to attack: recall by rate against what makes a leak hard to see. */
const RATES = [
  { name: '2-5 %/h', holds: (percent: number) => percent >= 2 },
  { name: '1-1.5 %/h', holds: (percent: number) => percent >= 1 && percent < 2 },
  { name: '0.5-0.7 %/h', holds: (percent: number) => percent >= 0.5 && percent < 1 },
  { name: '0.2 %/h', holds: (percent: number) => percent === 0.2 },
  { name: '0.1 %/h', holds: (percent: number) => percent === 0.1 },
] as const;

const HARDSHIPS: readonly { readonly name: string; readonly holds: (one: HistoryCase) => boolean }[] = [
  { name: 'requests told', holds: ({ fields }) => tellsRequests(fields) },
  { name: 'not told', holds: ({ fields }) => !tellsRequests(fields) },
  { name: 'healthy before', holds: (one) => !fromTheFirst(one) && !one.traits.includes(REDEPLOYED) },
  { name: 'leaks from the first', holds: (one) => fromTheFirst(one) && !one.traits.includes(REDEPLOYED) },
  { name: 'redeployed', holds: ({ traits }) => traits.includes(REDEPLOYED) },
];

/** Deploys and restarts in a week of health. */
const CHURN = [
  { name: 'no deploys or restarts', holds: (perWeek: number) => perWeek < 0.1 },
  { name: 'up to every other day', holds: (perWeek: number) => perWeek >= 0.1 && perWeek <= 3.5 },
  { name: 'more often', holds: (perWeek: number) => perWeek > 3.5 },
] as const;

function tellsRequests(fields: HistoryCase['fields']): boolean {
  return fields === 'all' || fields === 'no GOGC, no start';
}

/** There is no healthy time to compare with. */
function fromTheFirst({ leak, weeks }: HistoryCase): boolean {
  return leak !== undefined && weeks * 7 * 24 < 1.36 * leak.withinHours;
}

function churnOf({ traits, weeks }: HistoryCase): number {
  return traits.reduce((sum, trait) => sum + (Number.parseInt(trait, 10) || 0), 0) / weeks;
}

function inTime({ one: { leak } }: Scored, alarms: readonly number[]): boolean {
  return leak !== undefined && alarms.some((t) => t >= leak.from && t <= leak.from + leak.withinHours * 3600);
}

/**
 * Alarms where nothing leaks: in healthy services, and before the leak in the others. A service that load alone takes to
 * its limit does not leak, but is killed all the same: whoever says so within a day of it is right.
 */
function wrongAlarms({ one: { leak }, history: { killed } }: Scored, alarms: readonly number[]): number {
  const isRight = (t: number): boolean =>
    leak === undefined && killed.some((at) => Math.abs(t - at) < 86_400);
  return alarms.filter((t) => (leak === undefined || t < leak.from) && !isRight(t)).length;
}

function healthyWeeks(scored: readonly Scored[]): number {
  return scored.filter(({ one }) => !one.leak).reduce((sum, { one }) => sum + one.weeks, 0);
}

function recall(scored: readonly Scored[], line: Line, holds: (scored: Scored) => boolean) {
  const leaks = scored.filter((each) => each.one.leak && holds(each));
  return wilson(leaks.filter((each) => inTime(each, line.found(each))).length, leaks.length);
}

function forecasts(scored: readonly Scored[]) {
  const told = scored.flatMap(({ one, history, ours }) => {
    const first = ours.find(
      ({ t, forecast, kind }) => one.leak && t >= one.leak.from && forecast && kind !== 'near_limit',
    );
    const truth = history.limitReached;
    if (!first?.forecast || truth === undefined || truth < first.t) return [];
    const { low, high } = first.forecast;
    return [
      {
        name: one.name,
        kept: low <= truth && (high ?? Number.POSITIVE_INFINITY) >= truth,
        early: truth < low,
        // Hours until the truth, and until either end of what was said.
        hours: [truth, low, high ?? Number.NaN].map((t) => Math.round((t - first.t) / 360) / 10),
        width: ((high ?? Number.NaN) - low) / Math.max(1, truth - first.t),
        open: high === null,
      },
    ];
  });
  const widths = told
    .map(({ width }) => width)
    .filter((width) => !Number.isNaN(width))
    .sort((a, b) => a - b);
  return {
    broken: told.filter(({ kept }) => !kept).map(({ name, hours }) => ({ name, hours })),
    kept: wilson(told.filter(({ kept }) => kept).length, told.length),
    early: told.filter((each) => each.early).length,
    open: told.filter(({ open }) => open).length,
    width: widths[widths.length >> 1] ?? Number.NaN,
  };
}

function figures(scored: readonly Scored[]) {
  const weeks = healthyWeeks(scored);
  return {
    leaking: scored.filter(({ one }) => one.leak).length,
    healthyServiceWeeks: weeks,
    rules: LINES.map((line) => {
      const wrong = scored
        .filter(({ one }) => !one.leak)
        .reduce((sum, each) => sum + wrongAlarms(each, line.found(each)), 0);
      return {
        name: line.name,
        recall: GROUPS.map(({ name, holds }) => ({
          name,
          ...recall(scored, line, ({ one }) => holds(one.leak?.percent ?? 0)),
        })),
        falseAlarms: wrong,
        per100ServiceWeeks: (100 * wrong) / Math.max(1, weeks),
      };
    }),
    byFields: ['all', 'no requests', 'no GOGC, no start', 'RSS only', 'HeapAlloc only'].map((fields) => {
      const some = scored.filter(({ one }) => one.fields === fields);
      return {
        fields,
        recall: recall(some, OURS, () => true),
        falseAlarms: falseAlarmsOf(some),
        weeks: healthyWeeks(some),
      };
    }),
    byKind: ['heap', 'goroutine', 'outside'].map((kind) => ({
      kind,
      recall: recall(scored, OURS, ({ one }) => one.leak?.kind === kind),
    })),
    byRate: RATES.map((rate) => ({
      rate: rate.name,
      recall: HARDSHIPS.map(({ name, holds }) => ({
        name,
        ...recall(scored, OURS, ({ one }) => holds(one) && rate.holds(one.leak?.percent ?? 0)),
      })),
    })),
    byChurn: CHURN.map(({ name, holds }) => {
      const some = scored.filter(({ one }) => !one.leak && holds(churnOf(one)));
      return { name, falseAlarms: falseAlarmsOf(some), weeks: healthyWeeks(some) };
    }),
    falseByKind: Object.fromEntries(
      DETECTION_KINDS.map((kind) => [
        kind,
        scored
          .filter(({ one }) => !one.leak)
          .reduce(
            (sum, each) =>
              sum +
              wrongAlarms(
                each,
                each.ours.filter((told) => told.kind === kind).map(({ t }) => t),
              ),
            0,
          ),
      ]),
    ),
    forecast: forecasts(scored),
  };
}

function falseAlarmsOf(scored: readonly Scored[]): number {
  return scored
    .filter(({ one }) => !one.leak)
    .reduce((sum, each) => sum + wrongAlarms(each, OURS.found(each)), 0);
}

function main(): void {
  const { values } = parseArgs({
    options: {
      watch: { type: 'boolean' },
      half: { type: 'string', default: 'both' },
      json: { type: 'boolean', default: false },
      wrong: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  });
  const halves: readonly Half[] =
    values.half === 'develop' ? ['develop'] : values.half === 'score' ? ['score'] : ['develop', 'score'];
  const result: Record<string, ReturnType<typeof figures>> = {};
  for (const half of halves) {
    const wanted = listHistories(half).filter(
      ({ name }) => !values.only || new RegExp(values.only).test(name),
    );
    const scored = wanted.map((one) => {
      const all = score(one);
      // A history is long, and nothing looks at its samples any more.
      return { ...all, history: { ...all.history, samples: [] } };
    });
    result[half] = figures(scored);
    if (!values.json) print(half, result[half]);
    if (values.wrong && half === 'develop') printWrong(scored);
  }
  if (values.json) console.log(JSON.stringify(result, null, 2));
}

function print(
  half: Half,
  {
    leaking,
    healthyServiceWeeks,
    rules,
    byFields,
    byKind,
    byRate,
    byChurn,
    falseByKind,
    forecast,
  }: ReturnType<typeof figures>,
): void {
  console.log(
    `\n${half} half: ${leaking} leaking histories, ${healthyServiceWeeks.toFixed(0)} healthy service-weeks\n`,
  );
  console.log(row(['rule', ...GROUPS.map(({ name }) => name), 'false alarms per 100 service-weeks']));
  for (const rule of rules) {
    console.log(
      row([
        rule.name,
        ...rule.recall.map(said),
        `${rule.per100ServiceWeeks.toFixed(1)} (${rule.falseAlarms})`,
      ]),
    );
  }
  console.log('\ngoleak by what the history tells: recall, false alarms in service-weeks');
  for (const each of byFields)
    console.log(row([each.fields, said(each.recall), `${each.falseAlarms} in ${each.weeks.toFixed(0)}`]));
  for (const each of byKind) console.log(row([each.kind, said(each.recall)]));
  console.log(`\n${row(['found in time', ...HARDSHIPS.map(({ name }) => name)])}`);
  for (const { rate, recall: by } of byRate)
    console.log(
      row([rate, ...by.map(({ value, of }) => (of === 0 ? '-' : `${Math.round(value * of)} of ${of}`))]),
    );
  console.log('\nfalse alarms');
  for (const { name, falseAlarms, weeks } of byChurn)
    console.log(row([name, `${falseAlarms} in ${weeks.toFixed(0)} weeks`]));
  for (const [kind, told] of Object.entries(falseByKind))
    if (told > 0) console.log(row([kind, String(told)]));
  console.log(
    `\nforecast's interval holds the truth: ${said(forecast.kept)} of ${forecast.kept.of}; sooner than said ${forecast.early}; without an end ${forecast.open}; median width ${(forecast.width).toFixed(1)} times the time left`,
  );
}

function printWrong(scored: readonly Scored[]): void {
  for (const { name, hours } of forecasts(scored).broken)
    console.log(`${name}: limit in ${hours.join(', said ')} h`);
  for (const each of scored) {
    const { one, ours } = each;
    const wrong =
      wrongAlarms(
        each,
        ours.map(({ t }) => t),
      ) > 0;
    const missed =
      one.leak &&
      !inTime(
        each,
        ours.map(({ t }) => t),
      );
    if (!wrong && !missed) continue;
    const leak = one.leak ? `${one.leak.kind} ${one.leak.percent} %/h by ${one.leak.by}` : 'healthy';
    console.log(
      `\n${one.name} (${leak}; ${one.fields}; ${one.cadence} s; ${one.traits.join(', ')})${missed ? ' MISSED' : ''}`,
    );
    const from = one.leak?.from;
    for (const told of ours) {
      console.log(
        `  ${from === undefined ? new Date(told.t * 1000).toISOString() : `${((told.t - from) / 3600).toFixed(1)} h`} ${told.kind} ${told.tier}: ${told.because}`,
      );
    }
  }
}

const said = (ratio: ReturnType<typeof wilson>) =>
  `${ratio.value.toFixed(3)} [${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)}]`;
const row = (cells: readonly string[]) => cells.map((cell, at) => cell.padEnd(at === 0 ? 34 : 22)).join('');

main();
