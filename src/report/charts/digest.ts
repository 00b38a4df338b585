// Fourteen days of memory as one picture: the services a digest tells of first, a line each.
import type { DigestContent, DigestRow } from '../../model/digest.ts';
import { byteScale, formatBytes } from '../../model/units.ts';
import { type Plain, plain } from '../foreign.ts';
import { type ChartConfig, chartConfig, type Json } from './config.ts';
import { chartText, PALETTE, paleAxis, type Series, titleOf } from './style.ts';

/** More lines cannot be told apart. */
const LINES: readonly Series[] = [
  PALETTE.goroutines,
  PALETTE.alloc,
  PALETTE.live,
  PALETTE.inuse,
  PALETTE.limit,
];
const LABEL_WIDTH = 28;
const ALT_TEXT = 1_000;

/** Undefined without two days of any service. */
export function digestChart({ rows, key }: DigestContent): ChartConfig | undefined {
  const drawn = drawnOf(rows);
  if (drawn.length === 0) return undefined;
  const scale = byteScale(Math.max(...drawn.flatMap(({ days }) => days.flatMap((day) => day ?? []))));
  const days = Math.max(...drawn.map((row) => row.days.length));
  const datasets = drawn.map((row, at): Json => {
    const series = LINES[at] ?? PALETTE.alloc;
    return {
      label: chartText(row.service, LABEL_WIDTH),
      data: row.days.map((day) =>
        day === undefined ? null : Math.round((day / scale.bytes) * 1_000) / 1_000,
      ),
      borderColor: series.color,
      backgroundColor: series.color,
      borderWidth: series.width,
      borderDash: [...series.dash],
      pointStyle: series.point,
      pointRadius: series.point === 'line' ? 0 : 4,
      spanGaps: true,
      tension: 0,
      fill: false,
    };
  });
  return chartConfig({
    type: 'line',
    data: { labels: Array.from({ length: days }, (_, at) => dayLabel(key, days - 1 - at)), datasets },
    options: {
      responsive: false,
      animation: false,
      locale: 'en-US',
      layout: { padding: { left: 10, right: 18, top: 8, bottom: 10 } },
      ...titleOf(['Largest instance by day', 'the highest of each day'], 'markers'),
      scales: {
        x: paleAxis({ title: 'month and day', grid: false }),
        y: paleAxis({ title: scale.unit, min: 0, room: 0.05 }),
      },
    },
  });
}

/** The same in words. */
export function digestChartAlt({ rows }: DigestContent): Plain {
  const said = drawnOf(rows).map(({ service, days }) => {
    const known = days.flatMap((day) => day ?? []);
    return `${service} from ${formatBytes(known[0] ?? 0)} to ${formatBytes(known.at(-1) ?? 0)}`;
  });
  return plain(`Line chart of the highest memory of each day: ${said.join('; ')}.`, ALT_TEXT);
}

function drawnOf(rows: readonly DigestRow[]): readonly DigestRow[] {
  return rows.filter(({ days }) => days.filter((day) => day !== undefined).length > 1).slice(0, LINES.length);
}

function dayLabel(key: string, daysBefore: number): string {
  const day = new Date(Date.parse(`${key.slice(0, 10)}T00:00:00Z`) - daysBefore * 86_400_000);
  return Number.isNaN(day.getTime()) ? String(-daysBefore) : day.toISOString().slice(5, 10);
}
