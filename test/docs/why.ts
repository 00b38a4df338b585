// The pictures of docs/why.md, from a recording anybody has: `npx tsx test/docs/why.ts` (needs chromium for the page).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { renderChart } from '../../src/deliver/charts.ts';
import { drawPage } from '../../src/deliver/page.ts';
import { flamesOf } from '../../src/flame/captures.ts';
import { conclude } from '../../src/investigate.ts';
import { pictures } from '../../src/report/charts/pictures.ts';
import { holdsClues } from '../../src/saved/reading.ts';
import { readArtefacts } from '../../src/terminal/read.ts';
import { openBrowser } from '../kit/browser.ts';
import { SAME_LEAK } from './same-leak.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NAMES: Readonly<Record<string, string>> = {
  'signatures.png': 'why-goroutines.png',
  'heap-flame.png': 'why-heap.png',
};

const paths = SAME_LEAK.snapshots.map((snapshot) => join(ROOT, snapshot));
const { series, problems } = await readArtefacts(paths, holdsClues);
const flames = flamesOf([series]);
const about = { id: '', service: SAME_LEAK.service, requestedBy: 'terminal', problems, files: [] };
const report = conclude([series], { firstParty: [], fallbackIntervalMs: 30_000 }, about);

for (const { name, art, size } of pictures(report, flames)) {
  const file = NAMES[name];
  if (file !== undefined) writeFileSync(join(ROOT, 'docs', file), await renderChart(art, size));
}

const folder = mkdtempSync(join(tmpdir(), 'goleak-why-'));
const browser = await openBrowser({ width: 900, height: 1_000 });
try {
  const file = join(folder, 'report.html');
  writeFileSync(file, await drawPage(report, flames));
  const page = await browser.context.newPage();
  await page.goto(pathToFileURL(file).href);
  await page.fill('#search', 'newBuffer');
  await page.locator('#found', { hasText: 'Found' }).waitFor();
  await page.evaluate("document.getElementById('signatures').scrollIntoView(); scrollBy(0, -70)");
  await page.screenshot({ path: join(ROOT, 'docs', 'report-page.png'), scale: 'css' });
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
