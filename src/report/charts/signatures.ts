// The leaking signatures before and after, as bars. A name stands above its bars and not beside them, where a phone
// would leave it half the width: each signature takes two rows, of which the first holds nothing but the name.
import { formatCount, formatDuration } from '../../model/units.ts';
import type { Report, ReportSignature } from '../schema.ts';
import { FIXED } from './capture.ts';
import { type ChartConfig, chartConfig, type Json } from './config.ts';
import { nameInside, titleAbout } from './fit.ts';
import { PICTURE_WIDTH, type PictureSize } from './size.ts';
import { chartText, PALETTE, paleAxis, type Series, TEXT, titleOf } from './style.ts';
import { textWidth } from './text-width.ts';

const SIGNATURES_DRAWN = 5;
/** What a row of the picture is wide. */
const LABEL_WIDTH = PICTURE_WIDTH - 50;
const WAIT_WIDTH = 20;
const ROW = 28;
/** Title, axis and legend. */
const REST = 150;

export interface SizedChart {
  readonly config: ChartConfig;
  readonly size: PictureSize;
}

/** Bars per signature, first and last snapshot; undefined when nothing leaks. */
export function signatureChart(report: Report): SizedChart | undefined {
  const shown = report.signatures.slice(0, SIGNATURES_DRAWN);
  if (shown.length === 0) return undefined;
  const compared = report.window.snapshots > 1;
  const left = report.signatures.length - shown.length;
  const more = left > 0 ? `top ${shown.length} of ${report.signatures.length}` : '';
  const over = report.window.seconds > 0 ? ` over ${formatDuration(report.window.seconds * 1000)}` : '';
  const title = titleAbout(report.service, `: leaking goroutines${over}`);
  const counts = (count: (signature: ReportSignature) => number) =>
    shown.flatMap((signature) => [null, count(signature)]);
  const config = chartConfig({
    type: 'bar',
    data: {
      labels: shown.flatMap((signature) => [labelOf(signature, compared), '']),
      datasets: [
        ...(compared ? [bars('first snapshot', PALETTE.before, counts(countBefore))] : []),
        bars(
          compared ? 'last snapshot' : 'goroutines',
          PALETTE.after,
          counts(({ count }) => count),
        ),
      ],
    },
    options: {
      ...FIXED,
      ...titleOf(more === '' ? [title] : [title, more], 'bars'),
      indexAxis: 'y',
      scales: {
        x: paleAxis({ title: 'goroutines', min: 0, whole: true, room: 0.02 }),
        y: {
          grid: { display: false },
          border: { display: false },
          ticks: {
            ...TEXT.axis,
            color: TEXT.ink,
            autoSkip: false,
            mirror: true,
            padding: 0,
            // Just above the bars below, on a ground that hides the grid.
            labelOffset: 4,
            z: 1,
            showLabelBackdrop: true,
            backdropColor: '#FFFFFF',
            backdropPadding: 0,
          },
        },
      },
    },
  });
  return { config, size: { width: PICTURE_WIDTH, height: REST + 2 * ROW * shown.length } };
}

/** `payments/ledger.(*Writer).flush: chan send, 12 to 1,216`; so the figures are there without colour or axis. */
function labelOf(signature: ReportSignature, compared: boolean): string {
  const now = formatCount(signature.count);
  const counts = compared ? `${formatCount(countBefore(signature))} to ${now}` : now;
  const said = `${chartText(signature.waitReason, WAIT_WIDTH)}, ${counts}`;
  const func = signature.frames[0]?.func;
  if (func === undefined) return said;
  const size = TEXT.axis.font.size;
  return `${nameInside(func, LABEL_WIDTH - textWidth(`: ${said}`, size), size)}: ${said}`;
}

function countBefore({ count, delta }: ReportSignature): number {
  return Math.max(0, count - delta);
}

function bars(label: string, series: Series, counts: readonly (number | null)[]): Json {
  return {
    label,
    data: [...counts],
    backgroundColor: series.color,
    borderColor: series.edge ?? series.color,
    borderWidth: series.width,
    borderRadius: 2,
    borderSkipped: false,
    // A bar of one goroutine beside thousands must still be seen.
    minBarLength: 2,
    categoryPercentage: 0.86,
    barPercentage: 0.92,
  };
}
