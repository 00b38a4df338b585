// `npm run quality -- --fit 300`: what each thing that is seen of growth speaks for a leak or against one, by logistic
// regression over histories of names that belong to no half. What src/watch/windows.ts has began as its result, and was
// moved from there by trial.
import { parseArgs } from 'node:util';
import { solved } from '../../src/watch/account.ts';
import { growthIn, isLarge, isWatched } from '../../src/watch/leak.ts';
import { type Seen, seenIn, type Weights } from '../../src/watch/odds.ts';
import { sampleOf } from '../../src/watch/read-samples.ts';
import { SIGNALS } from '../../src/watch/signals.ts';
import type { InstanceState } from '../../src/watch/state.ts';
import { viewOf } from '../../src/watch/view.ts';
import { watch } from '../../src/watch/watcher.ts';
import { DAY, WINDOWS } from '../../src/watch/windows.ts';
import { type HistoryCase, type Leak, listOthers } from './histories/cases.ts';

interface Row {
  readonly seen: readonly number[];
  readonly leaking: 0 | 1;
  readonly weight: number;
}

const COLUMNS = Object.keys(DAY.weights) as (keyof Seen)[];
/** Of what is asked for: what is nearly large teaches as well. */
const NEARLY = 0.6;
/** Against what few histories show by chance. */
const RIDGE = 1;
const ROUNDS = 25;

function main(): void {
  const { values } = parseArgs({ options: { fit: { type: 'string', default: '300' } } });
  const rows = new Map<string, Row[]>([
    ['a day', []],
    ['days', []],
  ]);
  for (const one of listOthers(Number(values.fit))) {
    for (const { name, row } of rowsOf(one)) rows.get(name === DAY.name ? 'a day' : 'days')?.push(row);
  }
  for (const [name, some] of rows) {
    const leaking = some.filter((row) => row.leaking === 1).length;
    console.log(`\n${name}: ${some.length} moments at which something is large, ${leaking} in leaks`);
    const weights = fitted(some);
    for (const each of COLUMNS) console.log(`  ${each.padEnd(15)}${weights[each].toFixed(2).padStart(7)}`);
  }
}

/** Every moment at which growth is large, with the truth. */
function rowsOf(one: HistoryCase): { readonly name: string; readonly row: Row }[] {
  const rows: { readonly name: string; readonly row: Row }[] = [];
  let state: InstanceState | undefined;
  for (const given of one.samples().samples) {
    const sample = sampleOf(given);
    if (typeof sample === 'string') throw new Error(sample);
    const step = watch(state, sample);
    state = step.state;
    if (!step.hour || step.hour.run !== state.life.run) continue;
    for (const { name, seen } of largeIn(state)) {
      const row = rowAt(state.last.t, seen, one.leak);
      if (row) rows.push({ name, row });
    }
  }
  return rows;
}

function largeIn({ hours, last, life }: InstanceState): { readonly name: string; readonly seen: Seen }[] {
  const due = WINDOWS.filter(({ every }) => Math.floor(last.t / 3600) % every === 0);
  return due.flatMap((window) => {
    const view = viewOf(window, hours, { now: last.t, run: life.run, spacing: 1 });
    if (!view) return [];
    return SIGNALS.flatMap((signal) => {
      const growth = growthIn(window, signal, view);
      return growth && isWatched(growth, window, NEARLY) && isLarge(growth, window, signal, NEARLY)
        ? [{ name: window.name, seen: seenIn(growth, view) }]
        : [];
    });
  });
}

/** A leak that has just begun shows little, and what is found too late is no use: neither counts for much. */
function rowAt(t: number, seen: Seen, leak: Leak | undefined): Row | undefined {
  const numbers = COLUMNS.map((each) => seen[each]);
  if (!leak || t < leak.from) return { seen: numbers, leaking: 0, weight: 1 };
  const hours = (t - leak.from) / 3600;
  if (hours > leak.withinHours) return undefined;
  const weight =
    Math.max(0.05, hours / leak.withinHours) * (DAY.hours / Math.max(DAY.hours, leak.withinHours));
  return { seen: numbers, leaking: 1, weight };
}

/** Logistic regression by Newton's method. */
function fitted(rows: readonly Row[]): Weights {
  let weights = COLUMNS.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    const slope = weights.map((weight, at) => (COLUMNS[at] === 'prior' ? 0 : -RIDGE * weight));
    const bend: number[][] = COLUMNS.map((_, row) => COLUMNS.map((__, at) => (row === at ? RIDGE : 0)));
    for (const { seen, leaking, weight } of rows) {
      const odds = seen.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0);
      const likely = 1 / (1 + Math.exp(-odds));
      for (const [row, value] of seen.entries()) {
        slope[row] = (slope[row] ?? 0) + weight * (leaking - likely) * value;
        const line = bend[row] ?? [];
        for (const [at, other] of seen.entries())
          line[at] = (line[at] ?? 0) + weight * likely * (1 - likely) * value * other;
      }
    }
    const step = solved(bend, slope);
    if (!step) throw new Error('the histories do not tell apart what each thing seen counts');
    weights = weights.map((weight, at) => weight + (step[at] ?? 0));
  }
  return Object.fromEntries(COLUMNS.map((each, at) => [each, weights[at] ?? 0])) as unknown as Weights;
}

main();
