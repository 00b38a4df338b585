// Pictures that Chart.js cannot draw, as plain boxes, lines and words: pure JSON, whose colours are names. Whoever
// draws it, on a canvas or as SVG, decides what a name looks like.
import type { Plain } from '../foreign.ts';
import type { PictureSize } from './size.ts';
import { chartText } from './style.ts';
import type { Tone } from './tone.ts';

export type Shape =
  | {
      readonly kind: 'box';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly tone: Tone;
      /** A frame inside the box's own edge. */
      readonly edge?: Tone;
    }
  | {
      readonly kind: 'words';
      /** Where the words begin, or end when they stand at the right; `y` is the line they stand on. */
      readonly x: number;
      readonly y: number;
      readonly text: Plain;
      readonly size: number;
      readonly tone: Tone;
      readonly bold?: boolean;
      readonly right?: boolean;
    };

declare const made: unique symbol;
/** Made only here, so that its words have been cleaned. */
export type Drawing = PictureSize & { readonly shapes: readonly Shape[] } & { readonly [made]: true };

export function drawing(size: PictureSize, shapes: readonly Shape[]): Drawing {
  return { ...size, shapes } as Drawing;
}

export function box(
  at: { x: number; y: number; width: number; height: number },
  tone: Tone,
  edge?: Tone,
): Shape {
  return { kind: 'box', ...at, tone, ...(edge && { edge }) };
}

interface Look {
  readonly size: number;
  readonly tone?: Tone;
  readonly bold?: boolean;
  readonly right?: boolean;
}

/** Words of ours or foreign ones, made visible and cut to what a picture is wide. */
export function words(
  text: string,
  at: { readonly x: number; readonly y: number },
  { size, tone = 'ink', bold, right }: Look,
): Shape {
  const shown = chartText(text, LONGEST) as Plain;
  return { kind: 'words', ...at, text: shown, size, tone, ...(bold && { bold }), ...(right && { right }) };
}

/** More characters than any picture is wide. */
const LONGEST = 160;
