// What must hold of an execution trace, however damaged it was.
import { answersOf } from '../../src/analyse/trace-answers.ts';
import type { ExecutionTrace } from '../../src/model/trace.ts';
import { parseTrace } from '../../src/parse/trace/trace.ts';

export function checkTrace(bytes: Uint8Array): void {
  const { value, problems } = parseTrace(bytes);
  for (const { code, text } of problems) {
    expect(/^trace-[a-z-]{3,40}$/.test(code), `problem code ${code}`);
    expect(/^[^\n]{5,400}\.$/.test(text), `problem text ${JSON.stringify(text)}`);
  }
  if (!value) {
    expect(problems.length > 0, 'nothing read and no reason given');
    return;
  }
  checkReferences(value);
  checkTimes(value);
  const answers = answersOf(value);
  for (const { created, ended, blocked, createdPerSecond } of answers.statements) {
    expect(created > 0 && ended >= 0 && blocked >= 0, 'a statement that started nobody');
    expect(createdPerSecond >= 0, `rate ${createdPerSecond}`);
  }
  for (const { count, longestNs, shortestNs } of answers.stillBlocked)
    expect(count > 0 && shortestNs >= 0 && longestNs >= shortestNs, 'a group that is not one');
  const { p50Ns, p99Ns } = answers.latency;
  expect(p50Ns <= p99Ns && p99Ns <= answers.latency.longestNs + 1, `percentiles ${p50Ns} ${p99Ns}`);
}

function checkReferences({ stacks, reasons, creations, living, waits }: ExecutionTrace): void {
  const { count, ids, status, sinceNs, bornNs, reason, stack, creation } = living;
  for (const column of [ids, status, sinceNs, bornNs, reason, stack, creation])
    expect(column.length === count, 'a column of another length');
  for (const at of [...stack, ...waits.map((wait) => wait.stack)])
    expect(stacks[at] !== undefined, 'no such stack');
  for (const at of reason) expect(reasons[at] !== undefined, 'no such reason');
  for (const at of creation) expect(at === -1 || creations[at] !== undefined, 'no such creation');
  for (const one of status) expect(one < 4, `status ${one}`);
  for (const { startStack, creatorStack } of creations)
    expect(stacks[startStack] !== undefined && stacks[creatorStack] !== undefined, 'no such stack');
}

function checkTimes({
  windowNs,
  living,
  waits,
  latency,
  collections,
  stops,
  timeline,
  heap,
}: ExecutionTrace): void {
  const within = (ns: number) => Number.isFinite(ns) && ns >= 0 && ns <= windowNs * (1 + 1e-9);
  for (const ns of [...living.sinceNs, ...living.bornNs]) expect(ns === -1 || within(ns), `moment ${ns}`);
  for (const { count, totalNs, longestNs } of waits)
    expect(
      count > 0 && within(longestNs) && totalNs >= longestNs * (1 - 1e-9),
      `wait ${totalNs} ${longestNs}`,
    );
  const counted = latency.counts.reduce((sum, count) => sum + count, 0);
  expect(counted === latency.count && within(latency.longestNs), 'latencies lost');
  expect(latency.totalAfterFirstRunNs <= latency.totalNs * (1 + 1e-9), 'a part larger than the whole');
  for (const { fromNs, toNs } of [...collections, ...stops])
    expect(within(fromNs) && within(toNs) && fromNs <= toNs, `range ${fromNs} ${toNs}`);
  for (const { atNs, liveBytes } of heap) expect(within(atNs) && liveBytes >= 0, 'heap');
  for (const { cells } of timeline.lanes)
    for (const cell of cells) expect(Number.isFinite(cell) && cell >= 0, `cell ${cell}`);
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
