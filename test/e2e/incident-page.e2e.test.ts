// The demo of an incident, as somebody sees it who opens the channel in a browser. With GOLEAK_PICTURES=docs its picture
// is taken (`npm run pictures`).
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INCIDENT, NAME, playIncident } from '../../demo/incident-scene.ts';
import type { Stage } from '../../demo/stage.ts';
import { openBrowser, type TestBrowser } from '../kit/browser.ts';
import { requires } from '../kit/require.ts';
import { openTestStage } from '../kit/stage.ts';

const pictures = process.env.GOLEAK_PICTURES ?? '';
const SHOWN_MS = 15_000;

describe.skipIf(requires('redis') || requires('go') || requires('chromium'))(
  'an incident on the page',
  () => {
    let stage: Stage;
    let browser: TestBrowser;
    let page: Page;
    beforeAll(async () => {
      stage = await openTestStage(INCIDENT.stage);
      browser = await openBrowser({ width: 1280, height: 800 });
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

    it('holds the verdict before anybody typed, explains it at a button, takes the second alert into the same message, and closes itself', async () => {
      const messages = page.locator('#messages');
      const texts = { verdict: /goroutine leak/, 'second alert': /2 alerts firing/, recovered: /recovered/ };
      const seen: string[] = [];
      const isGood = await playIncident(stage, {
        say: () => {},
        shown: async (moment) => {
          if (moment === 'verdict') await page.getByText(NAME).first().click();
          await page.locator('#title', { hasText: NAME }).waitFor();
          await messages.getByText(texts[moment]).first().waitFor({ timeout: SHOWN_MS });
          expect(await messages.getByText('payments-svc', { exact: false }).count()).toBeGreaterThan(0);
          if (moment === 'verdict') await messages.getByRole('button', { name: 'Why this verdict' }).click();
          if (moment === 'second alert') await shoot('incident');
          seen.push(moment);
        },
      });
      expect(isGood).toBe(true);
      expect(seen).toEqual(['verdict', 'second alert', 'recovered']);

      await page
        .getByText(/\d+ repl(y|ies)/)
        .first()
        .click();
      await page
        .locator('#thread')
        .getByText(/Why goroutine leak/)
        .first()
        .waitFor({ timeout: SHOWN_MS });
      // Nothing more is to be done about what is over.
      expect(await messages.getByRole('button', { name: 'Why this verdict' }).count()).toBe(0);
      const picture = page.locator('#thread .file-image img').last();
      await expect
        .poll(
          () => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
          {
            timeout: SHOWN_MS,
          },
        )
        .toBeGreaterThan(400);
      await picture.scrollIntoViewIfNeeded();
      await shoot('incident-closed');
    }, 300_000);
  },
);
