// A report as a page, the way a browser shows it that opened it from disk: with fonts that are the same on every machine,
// where the page takes its reader's.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import type { OwnPage } from './scene.ts';

const { resolve } = createRequire(import.meta.url);

const FACES = [
  ['Gallery Sans', '400', '@fontsource/inter/files/inter-latin-400-normal.woff2'],
  ['Gallery Sans', '700', '@fontsource/inter/files/inter-latin-700-normal.woff2'],
  ['Gallery Mono', '400', '@fontsource/jetbrains-mono/files/jetbrains-mono-latin-400-normal.woff2'],
] as const;

/** Bytes, not addresses: the page's own policy lets it load nothing. */
function fontScript(): string {
  const faces = FACES.map(([family, weight, file]) => [
    family,
    weight,
    readFileSync(resolve(file)).toString('base64'),
  ]);
  return `(async () => {
    for (const [family, weight, base64] of ${JSON.stringify(faces)}) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      document.fonts.add(await new FontFace(family, bytes, { weight }).load());
    }
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('body, button, input, .drawing text { font-family: "Gallery Sans" !important; } code, pre, .flame text, .stack ol { font-family: "Gallery Mono" !important; }');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  })()`;
}

/** Longer than the page waits for the next letter. */
const SEARCHED_MS = 400;

/** Opens it and brings it to where it is looked at. */
export async function openOwnPage(page: Page, { html, search }: OwnPage): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'goleak-own-page-'));
  try {
    const file = join(folder, 'report.html');
    writeFileSync(file, html);
    await page.goto(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await page.evaluate(fontScript());
  if (search === undefined) return;
  await page.locator('#search').fill(search);
  await page.waitForTimeout(SEARCHED_MS);
}

/** Below the search, which stays at the top. */
export async function scrollOwnPage(page: Page, { from }: OwnPage): Promise<void> {
  await page.evaluate(`(() => {
    document.activeElement?.blur();
    const target = ${JSON.stringify(from ?? '')} && document.querySelector(${JSON.stringify(from ?? '')});
    const bar = document.querySelector('.find')?.offsetHeight ?? 0;
    scrollTo(0, target ? target.getBoundingClientRect().top + scrollY - bar - 12 : 0);
  })()`);
}
