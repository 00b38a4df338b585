// The flames of a report in its page: their block of data for the script, which zooms and searches, and the heap's as a
// picture for paper and for browsers that run no scripts.
import { shrinkFlame } from '../flame/flame.ts';
import type { Flame, Flames } from '../model/flame.ts';
import { formatBytes, formatCount } from '../model/units.ts';
import { heapFlamePicture } from '../report/charts/flame.ts';
import type { Tone } from '../report/charts/tone.ts';
import { dataBlock, type Markings, tags } from '../report/foreign.ts';
import type { Report } from '../report/schema.ts';
import { drawingSvg } from './drawing-svg.ts';
import { NOTHING, type Section } from './parts.ts';

/** As it stands in the page; names of hostile length, or full of marks, make a flame this large with far fewer nodes. */
const MAX_FLAME_BYTES = 250_000;
const FEWEST_NODES = 50;

/** Both as small as the page can hold. */
export function flamesInPage({ heap, goroutines, since }: Flames): Flames {
  return {
    ...(since && { since }),
    ...(heap && { heap: fitting(heap) }),
    ...(goroutines && { goroutines: fitting(goroutines) }),
  };
}

function fitting(flame: Flame): Flame {
  let fit = flame;
  while (bytesInPage(fit) > MAX_FLAME_BYTES && fit.parents.length > FEWEST_NODES) {
    fit = shrinkFlame(fit, Math.floor(fit.parents.length / 2));
  }
  return fit;
}

function bytesInPage(flame: Flame): number {
  return new TextEncoder().encode(dataBlock('flames', flame).html).byteLength;
}

export function flameData({ heap, goroutines }: Flames): Markings {
  return dataBlock('flames', { ...(heap && { heap }), ...(goroutines && { goroutines }) });
}

export function flameSections(report: Report, flames: Flames): Section[] {
  const picture = heapFlamePicture(report, flames);
  const still = picture
    ? tags`<figure class="still">${drawingSvg(picture.drawing, picture.alt)}<figcaption>${picture.alt}</figcaption></figure>`
    : NOTHING;
  return [
    {
      id: 'heap-flame',
      title: 'Heap by call path',
      inside: flames.heap && tags`${flameView('heap', flames.heap, flames.since)}${still}`,
    },
    {
      id: 'goroutine-flame',
      title: 'All goroutines by call path',
      inside: flames.goroutines && flameView('goroutines', flames.goroutines, flames.since),
    },
  ];
}

function flameView(kind: 'heap' | 'goroutines', flame: Flame, since: Flames['since']): Markings {
  const what = kind === 'heap' ? 'heap in use' : 'goroutines';
  const { nodes, largest } = flame.cut;
  const size = kind === 'heap' ? formatBytes(largest) : formatCount(largest);
  const cut =
    nodes > 0
      ? tags`<p class="soft">${formatCount(nodes)} smaller calls are left out, each below ${size} or equal to it.</p>`
      : NOTHING;
  return tags`<div class="flame-view" id="flame-${kind}" data-what="${what}" data-label="Flame graph of the ${what}">
<div class="controls">${flame.before ? compared(kind, since) : NOTHING}<button type="button" class="whole">Show all</button></div>
<p class="soft">Callers above, callees below. Choose a call to zoom in; with the keyboard: arrows move, Enter zooms, Escape shows all.</p>
<div class="flame"></div><output></output>${cut}</div><noscript><p class="soft">To zoom and search in it, let this page run its script.</p></noscript>`;
}

function compared(kind: string, since: Flames['since']): Markings {
  const then = since === 'capture' ? 'the earlier capture' : 'the beginning of the window';
  const legend: readonly (readonly [Tone, string])[] = [
    ['grew-3', 'grew'],
    ['same', 'as before'],
    ['shrank-3', 'shrank'],
  ];
  return tags`${legend.map(
    ([tone, text]) =>
      tags`<span class="legend"><svg width="14" height="14" aria-hidden="true"><rect width="14" height="14" class="${tone}"/></svg>${text}</span>`,
  )}<span class="soft">since ${then}</span><span>Width: <label><input type="radio" name="side-${kind}" value="after" checked> now</label> <label><input type="radio" name="side-${kind}" value="before"> before</label></span>`;
}
