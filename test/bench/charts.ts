// npm run bench -- charts [--charts 1000] [--json]: what drawing each kind of picture costs, here, with the embedded
// renderer, and whether a process that has drawn a thousand of them is larger for it. Processor time is what counts: it
// is the same on a machine that others use. Ends with 1 when a promise is not kept.
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { renderChart } from '../../src/deliver/charts.ts';
import { drawPage } from '../../src/deliver/page.ts';
import { heapFlame } from '../../src/flame/flame.ts';
import type { Flames } from '../../src/model/flame.ts';
import { historyPicture } from '../../src/report/charts/history.ts';
import { allPictures, recoveryPictures } from '../../src/report/charts/pictures.ts';
import type { Report } from '../../src/report/schema.ts';
import { drawHeap } from '../kit/heap-stacks.ts';
import { sampleReport } from '../kit/report.ts';

const PROMISE = { medianMs: 80, grownMib: 8 };
const MIB = 1024 * 1024;
/** Code is compiled, pools of pixels are filled. */
const WARM_ROUNDS = 15;

const { values } = parseArgs({
  options: { charts: { type: 'string', default: '1000' }, json: { type: 'boolean', default: false } },
});
const charts = Number(values.charts);

const report: Report = {
  ...sampleReport(),
  fleet: Array.from({ length: 12 }, (_, at) => ({
    instance: `payments-svc-7f9c6d5b8-x${at}`,
    verdict: 'goroutine-leak',
    heapBytes: { before: 40 * MIB, after: (45 + at) * MIB },
    goroutines: { before: 212, after: 212 + at * 100 },
  })),
};
const flames = flamesOfSize(800);
const kinds = [
  ...allPictures(report, flames),
  ...recoveryPictures({ before: sampleReport(), after: sampleReport('healthy') }),
  ...historyOfAWeek(),
].map(({ name, art, size }) => ({
  name: name.replace('.png', ''),
  draw: async (): Promise<unknown> => renderChart(art, size),
}));
kinds.push({ name: 'page (HTML, all of them)', draw: () => drawPage(report, flames) });

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const times = new Map<string, { cpu: number[]; wall: number[] }>();
const rss: number[] = [];
let drawn = 0;
for (let round = 0; drawn < charts; round++) {
  // The page holds several: it is measured, but not in every round.
  for (const { name, draw } of kinds.filter(({ name }) => round % 10 === 0 || !name.startsWith('page'))) {
    const [cpu, wall] = [process.cpuUsage(), performance.now()];
    await draw();
    const { user, system } = process.cpuUsage(cpu);
    if (round < WARM_ROUNDS) continue;
    const known = times.get(name) ?? { cpu: [], wall: [] };
    known.cpu.push((user + system) / 1000);
    known.wall.push(performance.now() - wall);
    times.set(name, known);
    drawn += 1;
  }
  if (round < WARM_ROUNDS) continue;
  // What waits to be collected says nothing of what is held.
  collect();
  rss.push(process.memoryUsage.rss() / MIB);
  // The collector's threads still sweep: that is not the next picture's doing.
  await kinds[0]?.draw();
}

const quarter = Math.ceil(rss.length / 4);
const grownMib = median(rss.slice(-quarter)) - median(rss.slice(0, quarter));
const rows = [...times].map(([name, { cpu, wall }]) => ({
  name,
  cpuMs: round1(median(cpu)),
  cpuP95Ms: round1(percentile(cpu, 0.95)),
  wallMs: round1(median(wall)),
}));
const result = {
  charts: drawn,
  rows,
  rssMib: {
    first: Math.round(rss[0] ?? 0),
    last: Math.round(rss.at(-1) ?? 0),
    most: Math.round(Math.max(...rss)),
  },
  grownMib: round1(grownMib),
};
const slow = rows.filter(({ name, cpuMs }) => !name.startsWith('page') && cpuMs > PROMISE.medianMs);
const isFlat = grownMib <= PROMISE.grownMib;
console.log(values.json ? JSON.stringify(result, null, 2) : tableOf(result));
for (const { name, cpuMs } of slow)
  console.error(`${name} takes ${cpuMs} ms, more than ${PROMISE.medianMs}.`);
if (!isFlat) console.error(`Memory grew by ${result.grownMib} MiB, more than ${PROMISE.grownMib}.`);
process.exitCode = slow.length > 0 || !isFlat ? 1 : 0;

function tableOf({ rows, charts, rssMib, grownMib }: typeof result): string {
  return [
    '| picture | processor ms, median | 95 % below | wall ms, median |',
    '|---|---|---|---|',
    ...rows.map(({ name, cpuMs, cpuP95Ms, wallMs }) => `| ${name} | ${cpuMs} | ${cpuP95Ms} | ${wallMs} |`),
    '',
    `${charts} pictures: resident ${rssMib.first} MiB at first, ${rssMib.last} at last, ${rssMib.most} at most; the last quarter lies ${grownMib} MiB above the first.`,
  ].join('\n');
}

function flamesOfSize(sites: number): Flames {
  const lines = (times: number) =>
    Array.from({ length: sites }, (_, site) => {
      const calls = Array.from(
        { length: 12 },
        (_, depth) => `example.com/pay/p${site % (depth + 2)}.F${depth}`,
      );
      return `${calls.join(' → ')} → example.com/pay/a${site}.New ${(site + 1) * times * 100}`;
    }).join('\n');
  const heap = heapFlame([{ before: drawHeap(lines(2)), after: drawHeap(lines(3)) }]);
  return heap ? { since: 'window', heap } : {};
}

function historyOfAWeek() {
  const line = (from: number) =>
    Array.from({ length: 400 }, (_, at) => ({ t: at * 1_500, value: from + at * 50_000 }));
  const instance = { instance: 'a', resident: line(2e8), heap: line(1e8), goroutines: line(200) };
  const history = {
    service: 'payments-svc',
    instances: [instance],
    more: 0,
    from: 0,
    to: 600_000,
    marks: [],
  };
  const picture = historyPicture(history);
  return picture ? [picture] : [];
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function percentile(values: readonly number[], share: number): number {
  return (
    values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0
  );
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
