// Where the memory is: the bands of what the process holds, each beginning where the one before ends.
import { byteScale, formatBytes } from '../../model/units.ts';
import { type Plain, plain } from '../foreign.ts';
import { bandName } from '../memory-words.ts';
import type { Report } from '../schema.ts';
import { FIXED } from './capture.ts';
import { type ChartConfig, chartConfig, type Json } from './config.ts';
import { titleAbout } from './fit.ts';
import { CHART_SIZE, PICTURE_WIDTH, type PictureSize } from './size.ts';
import { chartText, PALETTE, paleAxis, TEXT, titleOf } from './style.ts';

type Band = Report['memory']['waterfall'][number];

const ROW = 44;
const REST = 120;
const ALT_TEXT = 1_000;

/** Undefined with fewer than two bands: one bar is no comparison. */
export function waterfallChart(report: Report): { config: ChartConfig; size: PictureSize } | undefined {
  const bands = report.memory.waterfall.filter(({ bytes }) => bytes > 0);
  const whole = bands.reduce((sum, { bytes }) => sum + bytes, 0);
  // Figures of a broken service may add up to more than a number holds.
  if (bands.length < 2 || !Number.isFinite(whole)) return undefined;
  const scale = byteScale(whole);
  let below = 0;
  const steps = bands.map((band) => {
    const from = below;
    below += band.bytes;
    return { label: labelOf(band), from, to: below };
  });
  const rows = [...steps, { label: `all: ${formatBytes(whole)}`, from: 0, to: whole }];
  const config = chartConfig({
    type: 'bar',
    data: {
      labels: rows.map(({ label }) => label),
      datasets: [
        {
          label: 'bytes',
          data: rows.map(({ from, to }) => [scaled(from, scale.bytes), scaled(to, scale.bytes)]),
          backgroundColor: rows.map((_, row) =>
            row === rows.length - 1 ? PALETTE.before.color : PALETTE.alloc.color,
          ),
          borderColor: PALETTE.before.edge,
          borderWidth: rows.map((_, row): Json => (row === rows.length - 1 ? 1 : 0)),
          borderSkipped: false,
          maxBarThickness: 24,
          minBarLength: 2,
        },
      ],
    },
    options: {
      ...FIXED,
      ...titleOf([titleAbout(report.service, ': where the memory is')], 'bars', { legend: false }),
      indexAxis: 'y',
      scales: {
        x: paleAxis({ title: scale.unit, min: 0, room: 0.02 }),
        y: {
          grid: { display: false },
          border: { display: false },
          ticks: { ...TEXT.axis, color: TEXT.ink, autoSkip: false, crossAlign: 'far' },
        },
      },
    },
  });
  const height = Math.min(CHART_SIZE.height, REST + ROW * rows.length);
  return { config, size: { width: PICTURE_WIDTH, height } };
}

export function waterfallAlt({ service, memory }: Report): Plain {
  const bands = memory.waterfall.filter(({ bytes }) => bytes > 0);
  const whole = formatBytes(bands.reduce((sum, { bytes }) => sum + bytes, 0));
  return plain(
    `Bar chart of where the memory of ${service} is, ${whole} in all: ${bands.map(labelOf).join('; ')}.`,
    ALT_TEXT,
  );
}

function labelOf({ band, bytes }: Band): string {
  return `${chartText(bandName(band), 24)}: ${formatBytes(bytes)}`;
}

function scaled(bytes: number, unit: number): number {
  return Math.round((bytes / unit) * 1000) / 1000;
}
