// Recorded traces of every format against what their program counted and what Go's own tool added up.
import { describe, expect, it } from 'vitest';
import { answersOf } from '../../src/analyse/trace-answers.ts';
import { parseTrace } from '../../src/parse/trace/trace.ts';
import { ORACLE_KINDS } from '../kit/go-trace.ts';
import { blockedRows, ourTotals, RECORDED, traceBytes, truthOf, wholeTrace } from '../kit/traces.ts';

const FORMATS = { 'go1.22': '1.22', 'go1.23': '1.23', 'go1.25': '1.25', 'go1.26': '1.26', 'go1.27': '1.26' };

describe.each(RECORDED)('the trace recorded by %s', (name) => {
  const trace = wholeTrace(traceBytes(`${name}.trace.gz`));
  const { counts, goToolTrace } = truthOf(name);
  const answers = answersOf(trace);

  it('is of the format that release writes', () => {
    expect(trace.format).toBe(FORMATS[name.slice(0, 6) as keyof typeof FORMATS]);
  });

  it('holds as many creations for each go statement as the program counted', () => {
    for (const { function: func, created } of counts.statements) {
      const found = answers.statements.filter(({ starts }) => starts.func === func);
      expect([func, found.length, found[0]?.created]).toEqual([func, 1, created]);
    }
    expect(answers.statements.find(({ starts }) => starts.func === 'main.short')?.ended).toBe(
      counts.shortEnded,
    );
  });

  it('leaves as many of them blocked at the end, for the reason the program gives', () => {
    const rows = blockedRows(answers);
    for (const { function: func, blocked, reason } of counts.statements) {
      const row = rows.get(func);
      expect([func, row?.count ?? 0]).toEqual([func, blocked]);
      if (blocked > 0) expect([func, [...(row?.reasons ?? [])]]).toEqual([func, [reason]]);
    }
    const known = new Set(counts.statements.map(({ function: func }) => func));
    expect([...rows.keys()].filter((func) => !known.has(func))).toEqual([]);
  });

  it.each(ORACLE_KINDS)('adds up to what go tool trace -pprof=%s says, within 0.1 %', (kind) => {
    const ours = ourTotals(trace)[kind].ns;
    expect(Math.abs(ours / goToolTrace[kind].ns - 1)).toBeLessThan(0.001);
    expect(goToolTrace[kind].ns).toBeGreaterThan(0);
  });

  it('knows those that were there before, the collections and the growing heap', () => {
    const { living } = trace;
    const old = [...living.bornNs].filter((born) => born < 0).length;
    expect(old).toBeGreaterThanOrEqual(counts.existing);
    expect(trace.collections.length).toBeGreaterThanOrEqual(counts.collections);
    for (const { fromNs, toNs } of [...trace.collections, ...trace.stops])
      expect(toNs).toBeGreaterThan(fromNs);
    const live = trace.heap.map(({ liveBytes }) => liveBytes);
    expect(Math.max(...live)).toBeGreaterThan(counts.retainedBytes);
  });

  it('gives every goroutine its time in the timeline', () => {
    const { lanes, bins, binNs } = trace.timeline;
    const last = lanes.reduce(
      (sum, { cells }) =>
        sum + [0, 1, 2, 3].reduce((n, status) => n + (cells[status * bins + bins - 2] ?? 0), 0),
      0,
    );
    expect(bins * binNs).toBeGreaterThanOrEqual(trace.windowNs);
    expect(last).toBeGreaterThan(trace.living.count - 3);
    expect(last).toBeLessThan(trace.living.count + 3);
  });
});

describe('traces of other programs', () => {
  it('names the goroutines that a handler loses, with both stacks', () => {
    const { stillBlocked, statements, windowNs } = answersOf(wholeTrace(traceBytes('leak-send.trace5s.out')));
    expect(windowNs / 1e9).toBeCloseTo(5, 1);
    const [first] = stillBlocked;
    expect(first).toMatchObject({ count: 24, reason: 'chan send', starts: { func: 'main.slowQuery' } });
    expect(first?.frames.some(({ func }) => func === 'main.slowQuery')).toBe(true);
    expect(first?.createdBy[0]?.func).toBe('main.handleTimeout');
    expect(statements[0]).toMatchObject({ created: 25, ended: 0, at: { func: 'main.handleTimeout' } });
    expect(statements[0]?.createdPerSecond).toBeCloseTo(5, 1);
  });

  it('finds nobody left behind by requests that end', () => {
    const { stillBlocked, statements } = answersOf(wholeTrace(traceBytes('ok-keepalive.trace5s.out')));
    expect(stillBlocked).toEqual([]);
    expect(statements.every(({ created, ended }) => created === 300 && ended === 300)).toBe(true);
  });

  it('reads what a flight recorder wrote, and when it was', () => {
    const trace = wholeTrace(traceBytes('flightrecorder-go1.26.trace'));
    expect(answersOf(trace).stillBlocked).toMatchObject([{ count: 40, reason: 'chan receive' }]);
    expect(new Date((trace.startedUnixNs ?? 0) / 1e6).toISOString()).toMatch(/^2026-11-23T06:22:31/);
  });
});

describe('a trace that is not as it should be', () => {
  const whole = traceBytes('go1.26.8.trace.gz');

  it.each(['1.5', '1.11', '1.19', '1.21'])('refuses format %s with a sentence', (version) => {
    const { value, problems } = parseTrace(
      Buffer.from(`go ${version} trace\0\0\0${'x'.repeat(64)}`.padEnd(80)),
    );
    expect(value).toBeUndefined();
    expect(problems[0]?.code).toMatch(/^trace-(format-old|head)$/);
  });

  it('says why format 1.21 is not read', () => {
    const { problems } = parseTrace(Buffer.from('go 1.21 trace\0\0\0'));
    expect(problems[0]?.text).toContain('`go tool trace` still opens this file');
  });

  it('reads the whole parts of one that is cut off, and says so', () => {
    const { value, problems } = parseTrace(whole.subarray(0, whole.length - 100));
    expect(problems.map(({ code }) => code)).toEqual(['trace-cut']);
    expect(value?.events).toBeGreaterThan(1000);
    expect(value?.windowNs).toBeLessThan(wholeTrace(whole).windowNs);
  });

  it('has nothing to say of one that ends before its first names', () => {
    const { value, problems } = parseTrace(whole.subarray(0, 20_000));
    expect(value).toBeUndefined();
    expect(problems.map(({ code }) => code)).toEqual(['trace-cut']);
  });

  it('skips events it does not know, names their type and keeps the rest', () => {
    const { value, problems } = parseTrace(withUnknownEvent(whole));
    expect(problems.map(({ code }) => code)).toContain('trace-unknown-events');
    expect(problems[0]?.text).toContain('(120)');
    expect(value?.events).toBeGreaterThan(1000);
  });

  it('counts the newest formats on as long as they only add events', () => {
    const newer = Uint8Array.from(whole);
    newer.set(Buffer.from('go 1.31 trace'), 0);
    const { value, problems } = parseTrace(newer);
    expect(problems.map(({ code }) => code)).toEqual(['trace-format-new']);
    expect(value?.events).toBe(wholeTrace(whole).events);
  });
});

/** Batch of an event of type 120 before everything else of the first generation. */
function withUnknownEvent(bytes: Uint8Array): Uint8Array {
  const generation = bytes[17] ?? 0;
  const head = bytes.subarray(0, 16);
  const [time] = batchTime(bytes);
  return Buffer.concat([head, Buffer.from([1, generation, 77, ...time, 3, 120, 0, 0]), bytes.subarray(16)]);
}

/** The bytes of the first batch's time. */
function batchTime(bytes: Uint8Array): [number[]] {
  let at = 18;
  while ((bytes[at] ?? 0) >= 128) at += 1;
  const from = at + 1;
  let to = from;
  while ((bytes[to] ?? 0) >= 128) to += 1;
  return [[...bytes.subarray(from, to + 1)]];
}
