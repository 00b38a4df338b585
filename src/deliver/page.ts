// The page of a report with its pictures drawn into it: what is attached to a thread, and what a terminal writes.
import type { Flames } from '../model/flame.ts';
import type { CaptureRequest } from '../model/request.ts';
import { reportPage } from '../page/page.ts';
import { allPictures } from '../report/charts/pictures.ts';
import type { HtmlText } from '../report/foreign.ts';
import { pageFileName, triageFileName } from '../report/report.ts';
import type { Report } from '../report/schema.ts';
import { renderChart } from './charts.ts';

/**
 * Whether a thread gets the page unasked. Of a capture that shows nothing to act on it comes with the answer to `raw`, for
 * whoever wants to look further.
 */
export function isPageUnasked({ verdict }: Report, { files }: Pick<CaptureRequest, 'files'>): boolean {
  return verdict.kind !== 'healthy' || files !== undefined;
}

/**
 * The report as a page, drawn when it is read.
 * @param triage name of the triage file it lies beside
 */
export function pageFile(report: Report, flames: Flames, triage = triageNameOf(report)) {
  return {
    name: pageFileName(triage),
    title: 'The report as a page: open it in a browser',
    read: async (): Promise<Uint8Array> => new TextEncoder().encode(await drawPage(report, flames)),
  };
}

function triageNameOf({ window }: Report): string {
  return triageFileName(window.to ?? window.from ?? 0, () => false);
}

/** Drawn here, whatever host draws for Slack: the page is a file people keep. */
export async function drawPage(report: Report, flames: Flames): Promise<HtmlText> {
  const images: { title: string; alt: string; png: Uint8Array }[] = [];
  for (const { title, alt, art, size } of allPictures(report, flames)) {
    // Drawings are part of the page itself, where they are dark when it is.
    if (!('shapes' in art)) images.push({ title, alt, png: await renderChart(art, size) });
  }
  return reportPage({ report, flames, images });
}
