// docs/performance.md and its picture from what the benchmark printed:
//   npm run -s bench -- --json > bench.json && npx tsx test/bench/chart.ts bench.json
import { readFileSync, writeFileSync } from 'node:fs';
import { renderChart } from '../../src/deliver/charts.ts';
import { chartConfig } from '../../src/report/charts/config.ts';
import { PALETTE, TEXT } from '../../src/report/charts/style.ts';

interface Row {
  readonly ours: number;
  readonly peer: number;
  readonly unit: string;
  readonly ratio: { readonly min: number; readonly median: number; readonly max: number };
}

const ABOUT: Readonly<Record<string, string>> = {
  'goroutines-1m-cold': '1M goroutines, cold, vs gostackparse',
  'goroutines-100k-warm': '100k goroutines, warm, vs gostackparse',
  'goroutines-10k-cold': '10k goroutines, cold, vs gostackparse',
  'goroutines-100k-typescript': '100k, TypeScript alone, vs gostackparse',
  'goroutines-1m-56k-stacks': '1M goroutines, 56k stacks, vs gostackparse',
  'goroutines-1m-rss': '1M goroutines, memory, vs gostackparse',
  'analyze-64mib': 'goleak analyze of 64 MiB vs gostackparse to JSON',
  'pprof-20mb-vs-pprof-format': '20 MB profile vs pprof-format',
  'pprof-20mb-vs-go': "20 MB profile vs Go's profile.Parse",
  'pprof-20mb-rss': '20 MB profile, memory, vs pprof-format',
};

const rows = Object.entries(
  JSON.parse(readFileSync(process.argv[2] ?? 'bench.json', 'utf8')) as Record<string, Row>,
).filter(([id]) => id in ABOUT);
const config = chartConfig({
  type: 'bar',
  data: {
    labels: rows.map(([id]) => ABOUT[id] ?? id),
    datasets: [
      {
        label: 'times better (median)',
        data: rows.map(([, { ratio }]) => Math.round(ratio.median * 10) / 10),
        backgroundColor: PALETTE.alloc.color,
        barThickness: 18,
      },
      {
        label: 'the peer',
        data: rows.map(() => 1),
        backgroundColor: PALETTE.before.color,
        barThickness: 18,
      },
    ],
  },
  options: {
    indexAxis: 'y',
    layout: { padding: 16 },
    plugins: {
      title: {
        display: true,
        text: 'Parsing beside the peers: how many times better',
        align: 'start',
        ...TEXT.title,
      },
      legend: { display: true, position: 'bottom', labels: TEXT.legend },
    },
    scales: {
      x: {
        beginAtZero: true,
        ticks: TEXT.axis,
        title: { display: true, text: 'ratio, median of rounds', ...TEXT.axisTitle },
      },
      y: { ticks: { ...TEXT.axis, autoSkip: false } },
    },
  },
});
writeFileSync('docs/performance.png', await renderChart(config, { width: 800, height: 560 }));

const figure = (value: number): string =>
  value >= 100 ? Math.round(value).toString() : value.toPrecision(3);
const table = rows.map(
  ([id, { ours, peer, unit, ratio }]) =>
    `| ${ABOUT[id]} | ${figure(ours)} ${unit} | ${figure(peer)} ${unit} | ${figure(ratio.min)} / **${figure(ratio.median)}** / ${figure(ratio.max)} |`,
);
writeFileSync(
  'docs/performance.md',
  `# Performance

What \`npm run bench\` printed: each side in processes of its own, in turn, on one machine with two shared cores. Only ratios mean
anything; they say how many times better ours is (minimum / median / maximum of the rounds). A round counts only when both sides
found the same goroutines and the same stacks. Peers at pinned releases (\`test/bench/go/go.mod\`) with their default settings.

![Ratios](performance.png)

| | ours | peer | ratio |
|---|---|---|---|
${table.join('\n')}

Dumps have 22 distinct stacks unless the row says otherwise. "Cold" is the first reading of a fresh process on either side (starting
the process and loading modules is not counted, compiling what reads is); "warm" is the tenth reading of a process that stays, as
a worker does.
`,
);
