// A report as one page that needs nothing else: it opens from disk, asks no network, and holds every stack. What runs in
// it is named by its hash, so that nothing foreign could run even where escaping had failed.

import { createHash } from 'node:crypto';
import type { Flames } from '../model/flame.ts';
import { formatMoment } from '../model/units.ts';
import { fleetPicture } from '../report/charts/fleet.ts';
import { retentionPicture } from '../report/charts/retention.ts';
import { embeddedPng, type HtmlText, inlined, type Markings, tags } from '../report/foreign.ts';
import type { Report } from '../report/schema.ts';
import {
  cluesByGravity,
  confidenceWords,
  forecastWords,
  KIND_WORDS,
  proofWords,
  SEVERITY_MARKS,
  summaryWords,
  toneOf,
  verdictTitle,
  windowWords,
} from '../report/wording.ts';
import { drawingSvg } from './drawing-svg.ts';
import { flameData, flameSections, flamesInPage } from './flames.ts';
import { list, NOTHING, prose, type Section, sectionOf } from './parts.ts';
import { SCRIPT } from './script.ts';
import { signatureStacks, siteStacks } from './stacks.ts';
import { STYLE } from './style.ts';
import {
  alignmentTable,
  artefactTable,
  changeTable,
  costPart,
  holderList,
  insideTable,
  instanceTable,
  memoryTable,
  problemList,
} from './tables.ts';
import { tracePart } from './trace.ts';

export interface PageParts {
  readonly report: Report;
  readonly flames: Flames;
  /** Drawn pictures, in the order they are shown. */
  readonly images: readonly { readonly title: string; readonly alt: string; readonly png: Uint8Array }[];
}

const CLUES_SHOWN = 100;
/** Pictures are some 80 kB each; all together never more than the rest of the page. */
const MAX_IMAGE_BYTES = 450_000;

export function reportPage(parts: PageParts): HtmlText {
  const { report } = parts;
  const flames = flamesInPage(parts.flames);
  const sections = sectionsOf({ ...parts, flames });
  const links = sections
    .filter(({ inside }) => inside !== undefined)
    .map(({ id, title }) => tags`<li><a href="#${id}">${title}</a></li>`);
  const title = `${report.service}: ${verdictTitle(report.verdict)}`;
  const page = tags`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
${inlined('style', STYLE)}
</head>
<body>
<a class="skip" href="#verdict">To the verdict</a>
${headerOf(report)}
<nav aria-label="Parts of this report"><ul>${links}</ul></nav>
<div class="find" role="search"><label for="search">Search stacks</label><input type="search" id="search" placeholder="a function, a file, a package" autocomplete="off" spellcheck="false" aria-describedby="found"><output id="found"></output></div>
<main>
${sections.map(sectionOf)}</main>
<footer><p class="soft">Made by goleak from capture ${report.id === '' ? 'files' : report.id}. This page holds no link to the network; the triage JSON beside it holds the same figures for programs.</p></footer>
${flameData(flames)}
${inlined('script', SCRIPT)}
</body>
</html>
`;
  return page.html;
}

const POLICY = [
  "default-src 'none'",
  'img-src data:',
  `style-src '${hashOf(STYLE)}'`,
  `script-src '${hashOf(SCRIPT)}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function headerOf(report: Report): Markings {
  const { service, instances, verdict, window } = report;
  const when = window.to === undefined ? '' : `, ${formatMoment(window.to)}`;
  // A leak's own sentence ends with it.
  const forecast = /limit reached/.test(verdict.summary) ? undefined : forecastWords(report);
  return tags`<header><h1>${service}</h1>
<p class="soft">${instances.slice(0, INSTANCES_NAMED).join(', ')}${instances.length > INSTANCES_NAMED ? ` and ${instances.length - INSTANCES_NAMED} more` : ''}: ${windowWords(report)}${when}</p>
<div class="verdict ${toneOf(report)}" id="verdict"><p><strong>${verdictTitle(verdict)}</strong> (${confidenceWords(verdict.confidence)})</p>
<p>${prose(summaryWords(verdict))}</p>${forecast === undefined ? NOTHING : tags`<p>Forecast: ${forecast}.</p>`}
<p><b>Next:</b> ${prose(verdict.nextStep)}</p></div></header>`;
}

const INSTANCES_NAMED = 5;

function sectionsOf({ report, flames, images }: PageParts): Section[] {
  return [
    { id: 'evidence', title: 'What was measured', inside: evidence(report) },
    { id: 'proof', title: 'What the runtime proves', inside: proofPart(report) },
    { id: 'why-not', title: 'Why not something else', inside: others(report) },
    { id: 'pictures', title: 'Over the window', inside: pictures(images) },
    { id: 'instances', title: 'Instances', inside: instances(report) },
    { id: 'signatures', title: 'Leaking goroutines', inside: signatureStacks(report) },
    ...flameSections(report, flames),
    { id: 'sites', title: 'Where the heap is allocated', inside: siteStacks(report) },
    { id: 'retention', title: 'Who holds the memory', inside: holders(report) },
    { id: 'trace', title: 'Execution trace', inside: tracePart(report) },
    { id: 'memory', title: 'Where the memory is', inside: memoryTable(report) },
    { id: 'changes', title: 'What changed', inside: changeTable(report) },
    { id: 'alignment', title: 'When each was taken', inside: alignmentTable(report) },
    { id: 'inside', title: 'Taken by the probe', inside: insideTable(report) },
    { id: 'cost', title: 'What it cost the service', inside: costPart(report) },
    { id: 'problems', title: 'What is missing', inside: problemList(report) },
    { id: 'files', title: 'Files', inside: artefactTable(report) },
  ];
}

function evidence(report: Report): Markings | undefined {
  if (report.clues.length === 0) return undefined;
  return list(
    cluesByGravity(report)
      .slice(0, CLUES_SHOWN)
      .map(({ severity, text }) => {
        const { mark, word } = SEVERITY_MARKS[severity];
        return tags`${mark} ${word}: ${prose(text)}`;
      }),
  );
}

function proofPart(report: Report): Markings | undefined {
  const says = proofWords(report);
  return says === undefined ? undefined : tags`<p>${says}</p>`;
}

function others({ verdict, also }: Report): Markings | undefined {
  if (verdict.whyNot.length === 0 && also.length === 0) return undefined;
  return list([
    ...verdict.whyNot.map(({ kind, because }) => tags`Not ${KIND_WORDS[kind]}: ${prose(because)}`),
    ...also.map((side) => tags`Also ${verdictTitle(side)}: ${prose(summaryWords(side))}`),
  ]);
}

function pictures(images: PageParts['images']): Markings | undefined {
  let left = MAX_IMAGE_BYTES;
  const shown = images.filter(({ png }) => {
    left -= png.byteLength;
    return left >= 0;
  });
  if (shown.length === 0) return undefined;
  return tags`<div class="pictures">${shown.map(
    ({ title, alt, png }) => tags`<figure>${embeddedPng(png, alt)}<figcaption>${title}</figcaption></figure>`,
  )}</div>`;
}

function holders(report: Report): Markings | undefined {
  const rows = holderList(report);
  if (!rows) return undefined;
  const way = retentionPicture(report);
  return way ? tags`<figure>${drawingSvg(way.drawing, way.alt)}</figure>${rows}` : rows;
}

function instances(report: Report): Markings | undefined {
  const rows = instanceTable(report);
  if (!rows) return undefined;
  const strip = fleetPicture(report);
  return strip ? tags`<figure>${drawingSvg(strip.drawing, strip.alt)}</figure>${rows}` : rows;
}
