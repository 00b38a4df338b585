// As a person would: through the workspace's page, in a real browser. With GOLEAK_PICTURES=docs the pictures of the
// README are taken on the way (`npm run pictures`).
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../../demo/stage.ts';
import { openBrowser, type TestBrowser } from '../kit/browser.ts';
import { requires } from '../kit/require.ts';
import { openTestStage } from '../kit/stage.ts';

const pictures = process.env.GOLEAK_PICTURES ?? '';
const WINDOW = pictures === '' ? '10s' : '30s';
const VERDICT_TIMEOUT_MS = 90_000;

describe.skipIf(requires('redis') || requires('go') || requires('chromium'))('the workspace page', () => {
  let stage: Stage;
  let browser: TestBrowser;
  let page: Page;
  beforeAll(async () => {
    stage = await openTestStage();
    browser = await openBrowser({ width: 1440, height: 1000 });
    page = await browser.context.newPage();
    await page.goto(stage.workspace.url);
    await page.locator('#title', { hasText: 'payments-oncall' }).waitFor();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  const shoot = async (name: string): Promise<void> => {
    if (pictures !== '') await page.screenshot({ path: join(pictures, `${name}.png`) });
  };

  /** As a person scrolls: what is to be read at the top, with a little room above it. */
  const toTop = (locator: Locator): Promise<void> =>
    locator.evaluate((found) => {
      const element = found as unknown as {
        style: { scrollMarginTop: string };
        scrollIntoView(how: object): void;
      };
      element.style.scrollMarginTop = '72px';
      element.scrollIntoView({ block: 'start' });
    });

  it('shows a capture from the typed command to the verdict', async () => {
    const box = page.locator('main textarea');
    await box.fill(`/goleak capture payments-svc --for ${WINDOW}`);
    await box.press('Enter');
    await page.locator('#messages').getByText('Capturing').waitFor({ timeout: 15_000 });
    await page.locator('#messages').getByText('second snapshot in').waitFor({ timeout: 15_000 });
    await shoot('capture-running');
    const verdict = page
      .locator('#messages')
      .getByText(/goroutine leak/)
      .first();
    await verdict.waitFor({ timeout: VERDICT_TIMEOUT_MS });
    await page.getByRole('button', { name: 'Capture again and compare' }).waitFor();
    await shoot('verdict');
  }, 150_000);

  it('shows the thread with both charts drawn, the table and the files', async () => {
    await page
      .getByText(/\d+ repl(y|ies)/)
      .first()
      .click();
    const thread = page.locator('#thread');
    await thread
      .getByText(/triage_\d{8}_\d{4}\.json/)
      .first()
      .waitFor({ timeout: 30_000 });
    const images = thread.locator('.file-image img');
    await expect.poll(() => images.count(), { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    const drawn = await images.evaluateAll((found) =>
      found.map((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
    );
    for (const width of drawn) expect(width).toBeGreaterThan(400);
    const table = thread.locator('table').first();
    await table.waitFor();
    await toTop(table);
    await shoot('thread');
    await toTop(images.first());
    await shoot('charts');
  }, 60_000);

  it('posts the full stacks and captures again when the buttons are pressed', async () => {
    await page.locator('#messages').getByRole('button', { name: 'Full stacks' }).click();
    await page
      .locator('#thread')
      .getByText('Full stacks of payments-svc')
      .first()
      .waitFor({ timeout: 20_000 });
    await page.locator('#messages').getByRole('button', { name: 'Capture again and compare' }).click();
    const thread = page.locator('#thread');
    await thread.getByText('Capturing').waitFor({ timeout: 15_000 });
    await thread
      .getByText(/goroutine leak/)
      .nth(0)
      .waitFor({ timeout: VERDICT_TIMEOUT_MS });
    await expect
      .poll(() => thread.getByText(/triage_\d{8}_\d{4}(-2)?\.json/).count(), { timeout: VERDICT_TIMEOUT_MS })
      .toBeGreaterThanOrEqual(2);
    const compared = thread.getByText('Since the capture before').first();
    await toTop(compared);
    expect(await compared.isVisible()).toBe(true);
    await shoot('compare');
  }, 180_000);

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.reload();
    const headline = page
      .locator('#messages')
      .getByText(/goroutine leak/)
      .first();
    await headline.waitFor();
    await toTop(headline);
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await shoot('phone');
  }, 30_000);
});
