// How long runnable goroutines waited for a processor, as a histogram that stands under the lanes of the same trace: on
// one picture, because a thread shows few, and because a lane that waits for a processor is explained by it.
import { formatCount } from '../../model/units.ts';
import { formatNs } from '../inside.ts';
import type { ReportTrace } from '../trace.ts';
import { box, type Shape, words } from './drawing.ts';
import { EDGE, INSIDE, PICTURE_WIDTH, TYPE } from './size.ts';
import { textWidth } from './text-width.ts';

const BARS = 56;
const HEAD = 46;
const AXIS = 24;
export const LATENCY_HEIGHT = HEAD + BARS + AXIS;
/** A class that is nearly empty is seen all the same. */
const LEAST = 2;
/** Between two bars. */
const GAP = 1;
const BETWEEN_LABELS = 14;

type Latency = ReportTrace['latency'];
type Class = Latency['classes'][number];

/** `median 4.4 µs, 99 % within 142 µs, longest 318 µs` */
export function latencyWords({ p50Ns, p99Ns, longestNs }: Latency): string {
  return `median ${formatNs(p50Ns)}, 99 % within ${formatNs(p99Ns)}, longest ${formatNs(longestNs)}`;
}

/** Classes each twice as wide as the one before, up to the last that is not empty; empty when nothing waited. */
export function latencyClasses({ classes, count }: Latency): readonly Class[] {
  const last = classes.findLastIndex((one) => one.count > 0);
  return count === 0 || last < 1 ? [] : classes.slice(0, last + 1);
}

/** Everything between `top` and `top + LATENCY_HEIGHT`; nothing when nothing waited. */
export function latencyShapes(latency: Latency, top: number): Shape[] {
  const classes = latencyClasses(latency);
  if (classes.length === 0) return [];
  const most = Math.max(...classes.map(({ count }) => count));
  const ground = top + HEAD + BARS;
  const edgeOf = (at: number) => EDGE + Math.round((INSIDE * at) / classes.length);
  return [
    words(`Waiting for a processor, ${formatCount(latency.count)} times`, at(EDGE, top + 14), { size: TYPE }),
    words(latencyWords(latency), at(EDGE, top + 34), { size: TYPE, tone: 'soft-ink' }),
    box({ x: EDGE, y: ground, width: INSIDE, height: 1 }, 'line'),
    ...classes.flatMap(({ count }, index) => {
      if (count === 0) return [];
      const height = Math.max(LEAST, Math.round((BARS * count) / most));
      const x = edgeOf(index);
      return [box({ x, y: ground - height, width: edgeOf(index + 1) - x - GAP, height }, 'leads')];
    }),
    ...boundWords(classes, edgeOf, ground + 17),
  ];
}

/** The upper ends of classes under their bars, as many as there is room for; the last one always. */
function boundWords(classes: readonly Class[], edgeOf: (at: number) => number, y: number): Shape[] {
  const shapes: Shape[] = [];
  let left = PICTURE_WIDTH;
  for (let index = classes.length - 1; index >= 0; index--) {
    const text = formatNs(classes[index]?.upToNs ?? 0);
    const right = edgeOf(index + 1);
    const begins = right - textWidth(text, TYPE);
    if (right > left - BETWEEN_LABELS && index < classes.length - 1) continue;
    if (begins < EDGE) break;
    shapes.push(words(text, at(right, y), { size: TYPE, tone: 'soft-ink', right: true }));
    left = begins;
  }
  return shapes;
}

function at(x: number, y: number): { readonly x: number; readonly y: number } {
  return { x, y };
}
