// docs/safety.md says what the code does: its order is the plan's, its limits are the constants.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CAPS, DEADLINES, LEAST_BYTES_PER_SECOND, TRACE_BYTES, workMs } from '../../src/capture/limits.ts';
import { planSteps, type Step } from '../../src/capture/plan.ts';
import {
  CAPTURE_KINDS,
  DEFAULT_BUDGET,
  DEFAULT_PERMISSIONS,
  DEFAULT_WINDOW_MS,
  SAMPLE_INTERVAL_MS,
} from '../../src/model/target.ts';
import { formatBytes, formatCount } from '../../src/model/units.ts';
import { FAILURES, OPEN_MS, SLOW_INDEX_MS } from '../../src/policy/circuit.ts';
import { AGREED_UP_TO, AUTOMATIC_UP_TO, COUNT_PROFILE_UP_TO, NEVER_ABOVE } from '../../src/policy/gates.ts';
import { BUSY_SHARE, YOUNG_MS } from '../../src/policy/strain.ts';
import { PROMISE } from '../bench/target-cost/figures.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/safety.md', import.meta.url)), 'utf8');
const rowsOf = (text: string) => [...text.matchAll(/^\| (.+) \|$/gm)].map(([, row = '']) => row.split(' | '));
const asked = rowsOf(page.slice(page.indexOf('| question |'), page.indexOf('Captures nobody')));
const limits = new Map(
  rowsOf(page.slice(page.indexOf('## Limits'), page.indexOf('## How to stop'))).map(
    ([name = '', value = '']) => [name, value],
  ),
);

const PATHS: Readonly<Record<Step['ask'], string>> = {
  count: '`/debug/pprof/` (index page)',
  memory: '`/debug/vars`',
  process: '`/metrics`',
  goroutine: '`/debug/pprof/goroutine`',
  'goroutine-text': '`/debug/pprof/goroutine?debug=2`',
  heap: '`/debug/pprof/heap`',
  'heap-collected': '`/debug/pprof/heap?gc=1`',
  goroutineleak: '`/debug/pprof/goroutineleak`',
  trace: '`/debug/pprof/trace?seconds=1`',
  probe: '`/debug/goleak`',
};

describe('docs/safety.md', () => {
  it('lists the questions of a look in the order of the plan, and no other', () => {
    const steps = planSteps(CAPTURE_KINDS, DEFAULT_WINDOW_MS).filter(({ sample }) => !sample);
    const order = [...new Set(steps.map(({ ask }) => ask))];
    expect(asked.slice(1).map(([question]) => question)).toEqual(order.map((ask) => PATHS[ask]));
    expect(page).toContain(`a window (${DEFAULT_WINDOW_MS / 1000} s unless`);
    expect(asked[2]?.[3]).toContain(`every ${SAMPLE_INTERVAL_MS / 1000} s`);
  });

  it('gives the counts of the gates', () => {
    const { dumpUpTo, leakProfileUpTo, traceUpTo } = DEFAULT_PERMISSIONS;
    const when = (ask: Step['ask']) => asked.find(([question]) => question === PATHS[ask])?.[3];
    const dear = `to ${formatCount(AGREED_UP_TO)} when somebody agrees`;
    const forced = `to ${formatCount(NEVER_ABOVE)} by`;
    for (const words of [`to ${formatCount(dumpUpTo)} goroutines (\`dump_up_to\`)`, dear, forced]) {
      expect(when('goroutine-text')).toContain(words);
    }
    for (const words of [
      `to ${formatCount(leakProfileUpTo)} goroutines (\`leak_profile_up_to\`)`,
      dear,
      forced,
    ]) {
      expect(when('goroutineleak')).toContain(words);
    }
    for (const words of [
      'when a person names it',
      `to ${formatCount(traceUpTo)} goroutines (\`trace_up_to\`)`,
      dear,
      forced,
    ]) {
      expect(when('trace')).toContain(words);
    }
    expect(when('goroutine')).toBe(`to ${formatCount(COUNT_PROFILE_UP_TO)} goroutines`);
    expect(page).toContain(`neither of the dear two above ${formatCount(AUTOMATIC_UP_TO)} goroutines`);
  });

  it('gives the deadlines, caps, budgets and the circuit as they are', () => {
    const { connectMs, headersMs, idleMs, totalMs, rateMs } = DEADLINES;
    const seconds = [connectMs, headersMs, idleMs, totalMs].map((ms) => `${ms / 1000} s`).join(' / ');
    const more = workMs('goroutine-text') / 1000;
    expect(limits.get('one question: connection / first byte / silence / whole')).toBe(
      `${seconds}; goroutine profiles, full stacks and the detector have ${more} s more for the first byte and for the whole, a trace ${workMs('trace') / 1000} s`,
    );
    expect([workMs('goroutine'), workMs('goroutineleak'), workMs('heap'), workMs('vars')]).toEqual([
      more * 1000,
      more * 1000,
      0,
      0,
    ]);
    expect(limits.get('slowest answer')).toBe(
      `${LEAST_BYTES_PER_SECOND} bytes a second over any ${rateMs / 1000} s`,
    );
    expect(limits.get('longest answer')).toBe(
      `${formatBytes(CAPS.bodyBytes)}; of a trace, ${formatBytes(TRACE_BYTES)}`,
    );
    const { light, heavy, service } = DEFAULT_BUDGET;
    expect(limits.get('within an hour')).toContain(
      `${light} light and ${heavy} heavy captures of an instance, ${service} of a service`,
    );
    expect(limits.get('left alone')).toBe(
      `for ${OPEN_MS / 60_000} min after ${FAILURES} failed captures in a row; for the moment when the index page takes more than ${SLOW_INDEX_MS / 1000} s, or \`/metrics\` show more than ${BUSY_SHARE * 100} % of its processors in use (but for \`--force\`)`,
    );
    expect(limits.get('just started')).toContain(`up for ${YOUNG_MS / 60_000} min`);
  });

  it('makes the promise that the benchmark checks', () => {
    const { goroutines, p99RaisedMs, stopMs } = PROMISE;
    expect(page.replaceAll('\n', ' ')).toContain(
      `at ${formatCount(goroutines)} goroutines a default capture raises the p99 latency of the service by no more than ${p99RaisedMs} ms and stops it for no more than ${stopMs} ms`,
    );
  });
});
