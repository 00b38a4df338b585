// The page of a report with its pictures drawn into it: what is attached to a thread, and what a terminal writes.
import type { Flames } from '../model/flame.ts';
import { reportPage } from '../page/page.ts';
import { allPictures } from '../report/charts/pictures.ts';
import type { HtmlText } from '../report/foreign.ts';
import type { Report } from '../report/schema.ts';
import { renderChart } from './charts.ts';

/** Drawn here, whatever host draws for Slack: the page is a file people keep. */
export async function drawPage(report: Report, flames: Flames): Promise<HtmlText> {
  const images: { title: string; alt: string; png: Uint8Array }[] = [];
  for (const { title, alt, art, size } of allPictures(report, flames)) {
    // Drawings are part of the page itself, where they are dark when it is.
    if (!('shapes' in art)) images.push({ title, alt, png: await renderChart(art, size) });
  }
  return reportPage({ report, flames, images });
}
