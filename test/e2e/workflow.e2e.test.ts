// The step of Workflow Builder, as somebody uses it who has made a workflow of it: the form that the workflow begins with,
// the capture, and the message that the workflow posts with what the step hands on.
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../../demo/stage.ts';
import { openBrowser, type TestBrowser } from '../kit/browser.ts';
import { requires } from '../kit/require.ts';
import { openTestStage } from '../kit/stage.ts';

const VERDICT_MS = 90_000;

describe.skipIf(requires('redis') || requires('go') || requires('chromium'))('a workflow', () => {
  let stage: Stage;
  let browser: TestBrowser;
  let page: Page;
  let messages: Locator;
  beforeAll(async () => {
    stage = await openTestStage();
    browser = await openBrowser({ width: 1280, height: 900 });
    page = await browser.context.newPage();
    await page.goto(stage.workspace.url);
    await page.locator('#title', { hasText: 'payments-oncall' }).waitFor();
    messages = page.locator('#messages');
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  const starts = async (service: string, window: string): Promise<void> => {
    await page.locator('main .composer').getByRole('button', { name: 'Shortcuts' }).click();
    await page.getByRole('menuitem', { name: /Workflow: Capture a Go service/ }).click();
    const form = page.locator('#workflow');
    await form.getByLabel('Service').fill(service);
    await form.getByLabel('For').fill(window);
    await form.getByRole('button', { name: 'Start workflow' }).click();
  };

  it('is not begun without a service', async () => {
    await starts('', '10s');
    await page.locator('#toast', { hasText: 'Service is missing' }).waitFor();
    await page.locator('#workflow').getByRole('button', { name: 'Cancel' }).click();
    expect(await messages.locator('article').count()).toBe(0);
  }, 60_000);

  it('says to whoever started it why its step could not be done', async () => {
    await starts('paymants-svc', '10s');
    await messages.getByText(/stopped at "Capture a Go service".*Did you mean/).waitFor({ timeout: 20_000 });
  }, 60_000);

  it('captures, and posts the verdict with the way to its thread', async () => {
    await starts('payments-svc', '10s');
    const told = messages.locator('article', { hasText: /WORKFLOW/ });
    await told.waitFor({ timeout: VERDICT_MS });
    expect(await told.textContent()).toMatch(/goroutine leak/);
    expect(await messages.getByText('asked by workflow').count()).toBe(1);
    const link = told.getByRole('link');
    expect(await link.getAttribute('href')).toMatch(/\/archives\/C0PAYMENTS\/p\d{16}/);
    await page.goto((await link.getAttribute('href')) ?? '');
    await page
      .locator('#thread')
      .getByText(/goroutine leak/)
      .first()
      .waitFor({ timeout: 20_000 });
  }, 150_000);
});
