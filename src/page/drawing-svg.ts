// A drawing as inline SVG: its tones are classes of the page's sheet, so that it is dark where the page is.
import type { Drawing, Shape } from '../report/charts/drawing.ts';
import { type Markings, tags } from '../report/foreign.ts';

export function drawingSvg({ width, height, shapes }: Drawing, alt: string): Markings {
  return tags`<svg class="drawing" role="img" aria-label="${alt}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${shapes.map(shapeSvg)}</svg>`;
}

function shapeSvg(shape: Shape): Markings {
  const [x, y] = [tenths(shape.x), tenths(shape.y)];
  switch (shape.kind) {
    case 'box': {
      const edge = shape.edge === undefined ? '' : ` edge-${shape.edge}`;
      return tags`<rect x="${x}" y="${y}" width="${tenths(shape.width)}" height="${tenths(shape.height)}" class="${shape.tone}${edge}"/>`;
    }
    case 'words': {
      const anchor = shape.right === true ? 'end' : 'start';
      const weight = shape.bold === true ? 600 : 400;
      const tone = shape.tone;
      return tags`<text x="${x}" y="${y}" font-size="${shape.size}" font-weight="${weight}" text-anchor="${anchor}" class="${tone}">${shape.text}</text>`;
    }
    default:
      return shape satisfies never;
  }
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
