// Drawings of boxes and words -> a canvas. What a tone looks like on paper is decided here.
import type { SKRSContext2D } from '@napi-rs/canvas';
import type { Drawing, Shape } from '../report/charts/drawing.ts';
import { FONT_FAMILY, TONES } from '../report/charts/style.ts';
import type { Tone } from '../report/charts/tone.ts';

export function paint(pen: SKRSContext2D, { shapes }: Drawing, density: number): void {
  pen.scale(density, density);
  for (const shape of shapes) paintShape(pen, shape);
}

function paintShape(pen: SKRSContext2D, shape: Shape): void {
  switch (shape.kind) {
    case 'box': {
      const { x, y, width, height, tone, edge } = shape;
      pen.fillStyle = colour(tone);
      pen.fillRect(x, y, width, height);
      if (edge === undefined) return;
      pen.strokeStyle = colour(edge);
      pen.lineWidth = edge === 'ink' ? 2 : 1;
      const inset = pen.lineWidth / 2;
      pen.strokeRect(x + inset, y + inset, Math.max(0, width - 2 * inset), height - 2 * inset);
      return;
    }
    case 'words':
      pen.font = `${shape.bold === true ? 600 : 400} ${shape.size}px ${FONT_FAMILY}`;
      pen.textAlign = shape.right === true ? 'right' : 'left';
      pen.fillStyle = colour(shape.tone);
      pen.fillText(shape.text, shape.x, shape.y);
      return;
    default:
      shape satisfies never;
  }
}

function colour(tone: Tone): string {
  return TONES[tone];
}
