// Pictures -> PNG: Chart.js configurations in this process or by a QuickChart host, drawings always here. One picture is drawn at a time:
// drawing holds the event loop for tens of milliseconds, and two at once would hold it twice as long.
import { type Canvas, createCanvas } from '@napi-rs/canvas';
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  type ChartItem,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
  SubTitle,
  Title,
} from 'chart.js';
import type { Problem } from '../model/problem.ts';
import type { ChartConfig } from '../report/charts/config.ts';
import type { Drawing } from '../report/charts/drawing.ts';
import type { Art } from '../report/charts/pictures.ts';
import type { PictureSize } from '../report/charts/size.ts';
import { paint } from './drawings.ts';
import { ensureFonts } from './fonts.ts';
import { quickChart } from './quickchart.ts';

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  SubTitle,
  Title,
);

/** Drawn at twice the logical size, so that text stays sharp on a phone. */
const PIXEL_RATIO = 2;
/** Largest side of a picture, logical pixels: bounds what a wrong size can allocate (4000² × 4 × 4 B = 256 MB). */
const LARGEST_SIDE = 4_000;

export interface RenderedChart {
  readonly png: Uint8Array;
  readonly renderer: 'embedded' | 'quickchart';
  /** Set when the configured host could not draw it and the embedded renderer did. */
  readonly problem?: Problem;
}

export type ChartRenderer = (art: Art, size: PictureSize) => Promise<RenderedChart>;

/** Draws with the QuickChart host when one is configured, and with the embedded renderer otherwise or when it fails. */
export function chartRenderer(options: { readonly quickchartUrl?: string } = {}): ChartRenderer {
  const { quickchartUrl } = options;
  return async (art, size) => {
    if (quickchartUrl === undefined || isDrawing(art)) {
      return { png: await renderChart(art, size), renderer: 'embedded' };
    }
    const drawn = await quickChart(quickchartUrl, art, size);
    if ('png' in drawn) return { png: drawn.png, renderer: 'quickchart' };
    const problem = {
      code: 'quickchart-failed',
      text: `The QuickChart host did not draw the chart (${drawn.reason}); it was drawn here instead.`,
    };
    return { png: await renderChart(art, size), renderer: 'embedded', problem };
  };
}

export function renderChart(art: Art, size: PictureSize): Promise<Uint8Array> {
  const turn = line.then(() => draw(art, size));
  line = turn.catch(() => undefined);
  return turn;
}

/** The end of the queue of pictures waiting to be drawn. */
let line: Promise<unknown> = Promise.resolve();

function isDrawing(art: Art): art is Drawing {
  return 'shapes' in art;
}

async function draw(art: Art, { width, height }: PictureSize): Promise<Uint8Array> {
  if (![width, height].every((side) => Number.isInteger(side) && side > 0 && side <= LARGEST_SIDE)) {
    throw new RangeError(`A chart is 1 to ${LARGEST_SIDE} pixels wide and high, not ${width} x ${height}.`);
  }
  ensureFonts();
  const density = isDrawing(art) ? PIXEL_RATIO : 1;
  const canvas = createCanvas(width * density, height * density);
  const chart = isDrawing(art) ? undefined : new Chart(asChartItem(canvas), embedded(art));
  try {
    if (isDrawing(art)) paint(canvas.getContext('2d'), art, density);
    return await canvas.encode('png');
  } finally {
    chart?.destroy();
    // Some megabytes of pixels that V8 does not know of: it would be in no hurry to collect the canvas that holds them.
    canvas.width = 1;
    canvas.height = 1;
  }
}

/** Chart.js multiplies the canvas by the pixel ratio itself; it must be told once, here, and nowhere else. */
function embedded(config: ChartConfig): ChartConfiguration {
  // Chart.js fills in and mutates what it is given; the caller's configuration stays as it is.
  const own = structuredClone(config) as unknown as ChartConfiguration;
  own.options = { ...own.options, responsive: false, animation: false, devicePixelRatio: PIXEL_RATIO };
  own.plugins = [whiteGround];
  return own;
}

const whiteGround: Plugin = {
  id: 'whiteGround',
  beforeDraw: ({ ctx, width, height }) => {
    ctx.save();
    ctx.fillStyle = '#FFFFFF';
    ctx.fillRect(0, 0, width, height);
    ctx.restore();
  },
};

/** Chart.js asks a canvas for the `style` a browser would give it. */
function asChartItem(canvas: Canvas): ChartItem {
  return Object.assign(canvas, { style: {} }) as unknown as ChartItem;
}
