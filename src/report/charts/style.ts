// How our charts look: light ground, large type, and series that differ in dash and marker as well as in
// colour. Colours are Okabe and Ito's set, made to be told apart by colour-blind readers.

import { plain } from '../foreign.ts';
import { middleCut } from '../name.ts';
import type { Json } from './config.ts';
import type { Tone } from './tone.ts';

export interface Series {
  readonly color: string;
  readonly edge?: string;
  readonly width: number;
  readonly dash: readonly number[];
  readonly point: 'circle' | 'rect' | 'triangle' | 'rectRot' | 'line';
  /** The marker is an outline. */
  readonly hollow?: boolean;
}

export const PALETTE = {
  inuse: { color: '#56B4E9', width: 2, dash: [6, 4], point: 'circle', hollow: true },
  alloc: { color: '#0072B2', width: 3, dash: [], point: 'circle' },
  live: { color: '#007A5A', width: 3, dash: [2, 3], point: 'rect' },
  goroutines: { color: '#D55E00', width: 3, dash: [10, 4], point: 'rectRot' },
  limit: { color: '#1D1C1D', width: 2, dash: [12, 6], point: 'line' },
  collections: { color: '#6B6F76', width: 1, dash: [], point: 'triangle' },
  before: { color: '#C9D6DF', edge: '#7A8B99', width: 1, dash: [], point: 'line' },
  after: { color: '#D55E00', edge: '#D55E00', width: 1, dash: [], point: 'line' },
} as const satisfies Readonly<Record<string, Series>>;

/** On white. Steps of vermilion and of blue, light enough for dark words on them. */
export const TONES: Readonly<Record<Tone, string>> = {
  ink: '#1D1C1D',
  'soft-ink': '#454245',
  ground: '#FFFFFF',
  line: '#E8E8EA',
  same: '#E4E6EA',
  leads: '#F5C98F',
  before: '#C9D6DF',
  now: '#D55E00',
  'grew-1': '#FBE0CD',
  'grew-2': '#F6B98F',
  'grew-3': '#EC8C52',
  'shrank-1': '#D5E8F5',
  'shrank-2': '#9CCBEB',
  'shrank-3': '#56A9DC',
};

export const FONT_FAMILY = 'Inter';
const INK = '#1D1C1D';
const SOFT_INK = '#454245';
const GRID = '#E8E8EA';

/** Sizes at the width of a picture, PICTURE_WIDTH: a phone shows it at three quarters, where 15 is still 11. */
export const TEXT = {
  ink: INK,
  axis: { font: { family: FONT_FAMILY, size: 15 }, color: SOFT_INK },
  axisTitle: { font: { family: FONT_FAMILY, size: 15, weight: 600 }, color: SOFT_INK },
  legend: { font: { family: FONT_FAMILY, size: 15 }, color: INK },
  title: { font: { family: FONT_FAMILY, size: 19, weight: 600 }, color: INK },
  subtitle: { font: { family: FONT_FAMILY, size: 15 }, color: SOFT_INK },
} as const;

export interface AxisLook {
  readonly title: string;
  readonly type?: 'linear';
  readonly position?: 'left' | 'right';
  readonly min?: number;
  readonly max?: number;
  /** The largest value first. */
  readonly reverse?: boolean;
  /** Room above the highest value, as a share. */
  readonly room?: number;
  readonly whole?: boolean;
  readonly grid?: boolean;
  /** Of the only series on this axis, so that the two find each other. */
  readonly color?: string;
}

export function paleAxis(look: AxisLook): Json {
  const tint = look.color === undefined ? {} : { color: look.color };
  return {
    ...(look.type && { type: look.type }),
    ...(look.position && { position: look.position }),
    ...(look.min !== undefined && { min: look.min }),
    ...(look.max !== undefined && { max: look.max }),
    ...(look.reverse === true && { reverse: true }),
    ...(look.room !== undefined && { grace: `${Math.round(look.room * 100)}%` }),
    title: { display: true, text: look.title, ...TEXT.axisTitle, ...tint },
    border: { display: false },
    grid: { color: GRID, drawOnChartArea: look.grid !== false, tickLength: 4 },
    ticks: {
      ...TEXT.axis,
      ...tint,
      maxTicksLimit: 7,
      padding: 6,
      // An axis ends with the last reading; a label there would be an odd number beside the round ones.
      ...(look.max !== undefined && { includeBounds: false }),
      ...(look.whole === true && { precision: 0 }),
    },
  };
}

/** Title and legend, and the plugins a QuickChart host switches on by itself switched off. */
export function titleOf(
  lines: readonly string[],
  swatch: 'markers' | 'bars',
  { legend = true }: { readonly legend?: boolean } = {},
): { readonly plugins: Json } {
  const [title = '', ...rest] = lines;
  return {
    plugins: {
      title: {
        display: true,
        text: title,
        align: 'start',
        padding: { top: 4, bottom: rest.length > 0 ? 2 : 14 },
        ...TEXT.title,
      },
      subtitle: {
        display: rest.length > 0,
        text: rest.join(' '),
        align: 'start',
        padding: { bottom: 14 },
        ...TEXT.subtitle,
      },
      legend: {
        display: legend,
        position: 'bottom',
        align: 'start',
        labels: {
          ...TEXT.legend,
          usePointStyle: true,
          ...(swatch === 'bars' && { pointStyle: 'rect' }),
          boxHeight: swatch === 'bars' ? 12 : 9,
          padding: 14,
        },
      },
      tooltip: { enabled: false },
      datalabels: { display: false },
    },
  };
}

/** Foreign text for a picture: cut, and in characters the bundled font has; others are shown as escapes. */
export function chartText(foreign: string, width: number): string {
  const shown = plain(foreign, MAX_FOREIGN).replace(
    NOT_IN_FONT,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16)}`,
  );
  return middleCut(shown, width);
}

const MAX_FOREIGN = 300;
/** Inter's Latin subset: Basic Latin, Latin-1 and the punctuation we use. */
const NOT_IN_FONT = /[^\u0020-\u007e\u00a0-\u00ff\u2013\u2014\u2018-\u201d\u2026\u2212]/gu;
