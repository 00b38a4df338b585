// The page as its reader has it: a file, opened by a browser that has no network to ask.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawPage } from '../../src/deliver/page.ts';
import { heapFlame } from '../../src/flame/flame.ts';
import type { Flames } from '../../src/model/flame.ts';
import { openBrowser, type TestBrowser } from '../kit/browser.ts';
import { heapStacks } from '../kit/heap-stacks.ts';
import { sampleReport } from '../kit/report.ts';
import { requires } from '../kit/require.ts';

const HOSTILE = 'x.</script><script>window.ran=1</script><img/src=x/onerror=window.ran=1>';
const heap = heapFlame([
  {
    before: heapStacks`
      main.main → example.com/pay/ledger.(*Writer).Append    2MiB
      main.main → example.com/pay/cache.(*Store).Put        20MiB
      main.main → example.com/pay/notify.(*Hub).queue       40MiB
      ${HOSTILE} 5MiB
    `,
    after: heapStacks`
      main.main → example.com/pay/ledger.(*Writer).Append   60MiB
      main.main → example.com/pay/cache.(*Store).Put        20MiB
      main.main → example.com/pay/notify.(*Hub).queue        9MiB
      ${HOSTILE} 5MiB
    `,
  },
]);
const flames: Flames = heap ? { since: 'window', heap } : {};

describe.skipIf(requires('chromium'))('the page of a report, opened from disk', () => {
  const home = mkdtempSync(join(tmpdir(), 'goleak-page-'));
  const asked: string[] = [];
  const complained: string[] = [];
  let browser: TestBrowser;
  let page: Page;
  beforeAll(async () => {
    const report = sampleReport();
    const [first, ...others] = report.signatures;
    if (!first) throw new Error('the sample leaks');
    const frames = [{ func: HOSTILE, file: '" onmouseover="window.ran=1', line: 1 }];
    const signatures = [first, ...others, { ...first, frames, waitReason: '<b>select</b>' }];
    const file = join(home, 'report.html');
    writeFileSync(file, await drawPage({ ...report, signatures, service: '<i>payments</i>' }, flames));
    browser = await openBrowser({ width: 1_000, height: 800 });
    page = await browser.context.newPage();
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => complained.push(message.text()));
    page.on('pageerror', (error) => complained.push(error.message));
    await page.goto(pathToFileURL(file).href);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(home, { recursive: true, force: true });
  });

  const box = (words: string) => page.locator(`#flame-heap [role=treeitem][aria-label*="${words}"]`);
  const tone = (words: string) => box(words).locator('rect').first().getAttribute('class');

  it('shows the difference as a flame: what grew, what stayed and what shrank', async () => {
    expect(await tone('(*Writer).Append')).toBe('grew-3');
    expect(await tone('(*Store).Put')).toBe('same');
    expect(await tone('(*Hub).queue')).toBe('shrank-3');
    expect(await box('(*Writer).Append').getAttribute('aria-label')).toBe(
      'example.com/pay/ledger.(*Writer).Append: 60 MiB now, 2 MiB before (+58 MiB), 64 % of all',
    );
  });

  it('finds a function by search, in stacks and in the flame, by keyboard alone', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('writer).append');
    const found = page.locator('#found');
    await expect.poll(() => found.textContent()).toMatch(/^Found: \d+ stacks?; heap in use: 60 MiB, 64 %$/);
    expect(await page.locator('.stack:visible').count()).toBeGreaterThan(0);
    expect(await page.locator('.stack:visible li.hit').count()).toBeGreaterThan(0);
    await expect.poll(() => tone('(*Writer).Append')).toBe('grew-3 hit');
    await page.keyboard.press('Enter');
    await expect.poll(() => focused(page)).toContain('(*Writer).Append');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => focused(page)).toContain('main.main');
    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    await expect.poll(() => found.textContent()).toBe('');
    expect(await page.locator('.stack:visible').count()).toBe(await page.locator('.stack').count());
  });

  it('zooms into a call, and shows with the other width what is gone by now', async () => {
    const width = async () => (await box('(*Hub).queue').locator('rect').boundingBox())?.width ?? 0;
    const narrow = await width();
    await page.locator('#flame-heap input[value=before]').check();
    expect(await width()).toBeGreaterThan(narrow * 2);
    await box('(*Hub).queue').click();
    expect(await width()).toBeGreaterThan(800);
    await page.locator('#flame-heap .whole').click();
    expect(await width()).toBeLessThan(800);
  });

  it('asks the network nothing and runs nothing that a function was called', async () => {
    expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([page.url()]);
    expect(await page.evaluate('window.ran')).toBeUndefined();
    expect(await page.locator('h1').textContent()).toBe('<i>payments</i>');
    expect(await page.locator('h1 i').count()).toBe(0);
    expect(await box('window.ran').count()).toBe(1);
    expect(complained).toEqual([]);
  });

  it('has the colours of the reader: words on boxes and on the page have a contrast of 4.5 in either', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await lowestContrast(page)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('fits a phone without being scrolled sideways', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    await expect
      .poll(() => page.evaluate<number>('document.documentElement.scrollWidth'))
      .toBeLessThanOrEqual(390);
  });

  it('on paper shows the flame as a picture, and every stack', async () => {
    await page.emulateMedia({ media: 'print' });
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
    expect(await page.locator('figure.still svg').isVisible()).toBe(true);
    expect(await page.locator('.flame-view').first().isVisible()).toBe(false);
    expect(await page.locator('.stack:not([open])').count()).toBe(0);
  });
});

function focused(page: Page): Promise<string> {
  return page.evaluate<string>("document.activeElement?.getAttribute('aria-label') ?? ''");
}

/** Of each tone that has words on it, and of the page's own words: WCAG's ratio. */
async function lowestContrast(page: Page): Promise<number> {
  const tones = ['same', 'grew-1', 'grew-2', 'grew-3', 'shrank-1', 'shrank-2', 'shrank-3'];
  const pairs = [
    ...tones.map((tone) => ['on-tone', tone]),
    ...['ink', 'soft', 'link', 'alarm', 'caution', 'good'].map((word) => [word, 'ground']),
    ...['alarm', 'caution', 'good', 'unsure'].map((word) => [word, 'card']),
  ] as [string, string][];
  const colours = await page.evaluate<Record<string, string>>(
    `Object.fromEntries(${JSON.stringify(pairs.flat())}.map((name) => [name, getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim()]))`,
  );
  const light = (name: string) => luminance(colours[name] ?? '');
  return Math.min(
    ...pairs.map(([a, b]) => {
      const [darker = 0, lighter = 0] = [light(a), light(b)].sort((x, y) => x - y);
      return (lighter + 0.05) / (darker + 0.05);
    }),
  );
}

function luminance(colour: string): number {
  const hex = colour.replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3');
  expect(hex).toMatch(/^#[\da-f]{6}$/);
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
