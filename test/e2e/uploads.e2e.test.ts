// Files and words given to the bot in a direct message, as a person does it in the browser.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../../demo/stage.ts';
import { openBrowser, type TestBrowser } from '../kit/browser.ts';
import { requires } from '../kit/require.ts';
import { openTestStage } from '../kit/stage.ts';

const pictures = process.env.GOLEAK_SHOTS ?? '';
const VERDICT_TIMEOUT_MS = 120_000;
const PROFILES = ['065', '305'].map((at) => join('test/captures/profiles', `heap-leak.t${at}.heap.pb.gz`));

describe.skipIf(requires('redis') || requires('chromium'))('a direct message with the bot', () => {
  let stage: Stage;
  let browser: TestBrowser;
  let page: Page;
  beforeAll(async () => {
    stage = await openTestStage({ services: 'replay' });
    browser = await openBrowser({ width: 1280, height: 900 });
    page = await browser.context.newPage();
    await page.goto(stage.workspace.url);
    await page.locator('#title', { hasText: 'payments-oncall' }).waitFor();
    await page.locator('#apps').getByRole('button', { name: 'goleak' }).click();
    await page.locator('#title', { hasText: 'goleak' }).waitFor();
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  const shoot = async (name: string): Promise<void> => {
    if (pictures !== '') await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  /** The thread under the last message that has one. */
  const openLastThread = async (): Promise<void> => {
    await page
      .locator('#messages')
      .getByText(/\d+ repl(y|ies)/)
      .last()
      .click();
  };
  const thread = () => page.locator('#thread');

  it('reads two profiles that are attached, and says in the thread which site grew', async () => {
    const choosing = page.waitForEvent('filechooser');
    await page.locator('main').getByRole('button', { name: 'Attach files' }).click();
    await (await choosing).setFiles(PROFILES);
    const chosen = page.locator('main .chosen li');
    expect(await chosen.allInnerTexts()).toEqual([
      expect.stringContaining('heap-leak.t065.heap.pb.gz'),
      expect.stringContaining('heap-leak.t305.heap.pb.gz'),
    ]);
    await shoot('upload-chosen');
    await page.locator('main textarea').fill('this night and this morning');
    await page.keyboard.press('Enter');
    await page.locator('#messages .file-card').nth(1).waitFor();
    expect(await chosen.count()).toBe(0);
    await page
      .locator('#messages')
      .getByText(/\d+ repl(y|ies)/)
      .waitFor({ timeout: VERDICT_TIMEOUT_MS });
    await openLastThread();
    await thread()
      .getByText(/heap leak/)
      .first()
      .waitFor({ timeout: VERDICT_TIMEOUT_MS });
    await thread().getByText('main.main.func16').first().waitFor();
    await thread()
      .getByText(/triage_\d{8}_\d{4}\.json/)
      .first()
      .waitFor({ timeout: VERDICT_TIMEOUT_MS });
    await thread().getByText('go tool pprof -http=: -diff_base=heap-leak.t065.heap.pb.gz').waitFor();
    await shoot('upload-verdict');
    await page.evaluate(`document.querySelector('#replies').scrollTo(0, 0)`);
    await shoot('upload-root');
    await page.locator('#thread textarea').fill('why?');
    await page.locator('#thread textarea').press('Enter');
    await thread()
      .getByText(/Why heap leak/)
      .first()
      .waitFor({ timeout: 30_000 });
  }, 300_000);

  it('says of a screenshot that is dropped that it is one', async () => {
    // In words: the browser's types are not this program's.
    const dropped = await page.evaluateHandle(`(() => {
      const carried = new DataTransfer();
      const head = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13);
      carried.items.add(new File([head], 'screenshot.png', { type: 'image/png' }));
      return carried;
    })()`);
    await page.locator('main').dispatchEvent('dragover', { dataTransfer: dropped });
    await page.locator('main').dispatchEvent('drop', { dataTransfer: dropped });
    await page.locator('main .chosen', { hasText: 'screenshot.png' }).waitFor();
    await page.locator('main').getByRole('button', { name: 'Send' }).click();
    await page
      .locator('#messages')
      .getByText(/\d+ repl(y|ies)/)
      .nth(1)
      .waitFor({ timeout: VERDICT_TIMEOUT_MS });
    await openLastThread();
    await thread()
      .getByText('This is a picture, and words in pictures are not read')
      .waitFor({ timeout: VERDICT_TIMEOUT_MS });
    await shoot('upload-wrong');
  }, 180_000);

  it('captures what is asked for in plain words, and answers a typing slip to them alone', async () => {
    const box = page.locator('main textarea');
    await box.fill('captur payments-svc');
    await box.press('Enter');
    await page.locator('#messages').getByText('Did you mean').waitFor({ timeout: 30_000 });
    await box.fill('capture payments-svc for 2s');
    await box.press('Enter');
    await page
      .locator('#messages')
      .getByText(/\d+ repl(y|ies)/)
      .nth(2)
      .waitFor({ timeout: VERDICT_TIMEOUT_MS });
    await openLastThread();
    await thread()
      .getByText(/payments-svc: /)
      .first()
      .waitFor({ timeout: VERDICT_TIMEOUT_MS });
    await shoot('dm-capture');
  }, 180_000);

  it('takes another file in the thread of that capture, without being named', async () => {
    await thread()
      .getByText(/triage_\d{8}_\d{4}\.json/)
      .first()
      .waitFor({ timeout: VERDICT_TIMEOUT_MS });
    const [before = ''] = PROFILES;
    await page.locator('#thread input[type=file]').setInputFiles(before);
    await page.locator('#thread textarea').press('Enter');
    await thread()
      .getByText(/uploaded heap-leak.t065.heap.pb.gz: /)
      .first()
      .waitFor({ timeout: VERDICT_TIMEOUT_MS });
  }, 180_000);

  it('reads a goref file beside profiles: who holds what grew, with the way drawn', async () => {
    const verdicts = await page
      .locator('#messages')
      .getByText(/\d+ repl(y|ies)/)
      .count();
    const choosing = page.waitForEvent('filechooser');
    await page.locator('main').getByRole('button', { name: 'Attach files' }).click();
    await (await choosing).setFiles([...PROFILES, 'test/captures/profiles/heap-leak.grf.out']);
    await page.locator('main textarea').fill('and the core');
    await page.keyboard.press('Enter');
    await page
      .locator('#messages')
      .getByText(/\d+ repl(y|ies)/)
      .nth(verdicts)
      .waitFor({ timeout: VERDICT_TIMEOUT_MS });
    await openLastThread();
    await thread().getByText('likely held by the map').first().waitFor({ timeout: VERDICT_TIMEOUT_MS });
    await thread().getByText('main.every.f → closure main.main.func16 → m → its values').first().waitFor();
    await thread()
      .locator('img[alt*="The way from main.every.f"]')
      .first()
      .waitFor({ timeout: VERDICT_TIMEOUT_MS });
    await page.locator('#thread textarea').fill('who holds it?');
    await page.locator('#thread textarea').press('Enter');
    await thread()
      .getByText(/Who holds the memory of uploaded/)
      .first()
      .waitFor({ timeout: 30_000 });
    await shoot('upload-goref');
  }, 240_000);
});
