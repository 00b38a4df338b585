// What people say to a capture and do with it, through the workspace's page in a real browser: questions in its thread,
// the buttons under it, a snooze, a rule that the next capture honours, and one that is cancelled.
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../../demo/stage.ts';
import type { Message } from '../../demo/workspace/world.ts';
import { openBrowser, type TestBrowser } from '../kit/browser.ts';
import { requires } from '../kit/require.ts';
import { openTestStage, roots } from '../kit/stage.ts';

const VERDICT_TIMEOUT_MS = 90_000;
const ANSWER_MS = 20_000;
const ISSUES = 'https://tracker.example/new?title={title}&body={body}';
const pictures = process.env.GOLEAK_TALK_PICTURES ?? '';

/** The function of the first signature that a message lists. */
function leadingIn(message: Message | undefined): string {
  return /\*1\.\* `([^`]+)`/.exec(JSON.stringify(message?.blocks ?? []))?.[1] ?? '';
}

describe.skipIf(requires('redis') || requires('go') || requires('chromium'))('talking to a capture', () => {
  let stage: Stage;
  let browser: TestBrowser;
  let page: Page;
  let thread: Locator;
  let messages: Locator;
  beforeAll(async () => {
    stage = await openTestStage({ rules: { issues: ISSUES } });
    browser = await openBrowser({ width: 1440, height: 1000 });
    await browser.context.route('https://tracker.example/**', (route) => route.fulfill({ body: 'a form' }));
    page = await browser.context.newPage();
    await page.goto(stage.workspace.url);
    await page.locator('#title', { hasText: 'payments-oncall' }).waitFor();
    [messages, thread] = [page.locator('#messages'), page.locator('#thread')];
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  const shoot = async (name: string): Promise<void> => {
    if (pictures !== '') await page.screenshot({ path: `${pictures}/${name}.png` });
  };
  const types = async (text: string): Promise<void> => {
    const box = page.locator('main .composer textarea');
    await box.fill(text);
    await box.press('Enter');
  };
  const replies = async (text: string): Promise<void> => {
    const box = page.locator('#thread .composer textarea');
    await box.fill(text);
    await box.press('Enter');
  };
  const sees = (place: Locator, words: RegExp | string, timeout = ANSWER_MS): Promise<void> =>
    place.getByText(words).last().waitFor({ timeout });
  /** The newest capture's message, once it has a verdict. */
  const verdict = async (count: number): Promise<Locator> => {
    // Beside one that is healthy there is nothing but the menu.
    const menu = page.locator('select[aria-label="More actions"]');
    const ended = messages.locator('article', { has: menu });
    await expect.poll(() => ended.count(), { timeout: VERDICT_TIMEOUT_MS }).toBe(count);
    return ended.nth(count - 1);
  };
  const chooses = (message: Locator, label: string) =>
    message.locator('select[aria-label="More actions"]').selectOption({ label });

  it('cancels a capture that runs, and says what to type for it', async () => {
    await types('/goleak capture payments-svc --for 5m');
    await sees(messages, 'second snapshot in', 60_000);
    await messages.getByRole('button', { name: 'Cancel this capture' }).click();
    await sees(messages, /cancelled by/);
    await sees(messages, /\/goleak cancel \d{8}-[0-9a-f]{12}/);
    expect(await messages.getByRole('button', { name: 'Cancel this capture' }).count()).toBe(0);
  }, 120_000);

  it('answers what is asked in the thread, and leaves talk alone', async () => {
    await types('/goleak capture payments-svc --for 10s');
    const root = await verdict(1);
    await shoot('verdict');
    await root.getByText(/\d+ repl(y|ies)/).click();
    await thread
      .getByText(/triage_\d{8}_\d{4}\.json/)
      .first()
      .waitFor({ timeout: 30_000 });
    await replies('I know why, it is the ledger again');
    await replies('why?');
    await sees(thread, /Why goroutine leak/);
    await replies('stack 1');
    await sees(thread, /created by/);
    await replies('@goleak who owns 1');
    await sees(thread, /is of @payments-oncall/);
    await replies('raw');
    await sees(thread, /files of this capture/);
    await replies('vs yesterday');
    await sees(thread, /No earlier capture of|Against the capture of/);
    await replies('@goleak wyh');
    await sees(thread, /Did you mean/);
    const asked = thread
      .getByText('asked by')
      .filter({ hasText: /why\?|stack 1|who owns 1|raw|vs yesterday/ });
    await expect.poll(() => asked.count()).toBe(5);
    await shoot('answers');
  }, 150_000);

  it('explains the verdict once at a button, and offers an issue that is filled in', async () => {
    const root = await verdict(1);
    await root.getByRole('button', { name: 'Why this verdict' }).click();
    await expect.poll(() => thread.getByText(/Why goroutine leak/).count(), { timeout: ANSWER_MS }).toBe(2);
    await root.getByRole('button', { name: 'Why this verdict' }).click();
    await sees(messages, /answered in this thread already/);
    const opened = browser.context.waitForEvent('page');
    await chooses(root, 'File an issue');
    const tab = await opened;
    expect(decodeURIComponent(tab.url().replaceAll('+', ' '))).toMatch(/payments-svc: goroutine leak/);
    await tab.close();
  }, 60_000);

  it('snoozes a signature, which the next capture says', async () => {
    const root = await verdict(1);
    await chooses(root, 'Snooze…');
    const modal = page.locator('#modal');
    await modal.getByLabel('Reason').fill('mended with the next release');
    await shoot('snooze');
    await modal.getByRole('button', { name: 'Snooze' }).click();
    await sees(thread, /snoozed .* at payments-svc, until/);
    await sees(thread, /Reason: mended with the next release/);
    await types('/goleak capture payments-svc --for 10s');
    const next = await verdict(2);
    expect(await next.textContent()).toMatch(/snoozed by @\S+ until .*: mended with the next release/);
    await shoot('snoozed');
  }, 150_000);

  it('keeps what is no leak out of the verdict, says so, and counts it until that is taken back', async () => {
    const root = await verdict(2);
    const leading = leadingIn(roots(stage).at(-1));
    expect(leading).not.toBe('');
    await chooses(root, 'Not a leak…');
    const modal = page.locator('#modal');
    await modal.getByRole('button', { name: 'Make the rule' }).click();
    await modal.getByRole('alert').first().waitFor();
    await modal.getByLabel('Reason').fill('a pool that fills by design');
    await shoot('not-a-leak');
    await modal.getByRole('button', { name: 'Make the rule' }).click();
    await modal.locator('form').waitFor({ state: 'hidden' });
    await types('/goleak capture payments-svc --for 10s');
    const next = await verdict(3);
    const said = await next.textContent();
    expect(said).toMatch(/Hidden by a rule of @\S+ until .*: [\d,]+ goroutines/);
    expect(said).toMatch(/Left out by rule: [\d,]+ goroutines/);
    expect(leadingIn(roots(stage).at(-1))).not.toBe(leading);
    await shoot('hidden');
    await types('/goleak rules payments-svc');
    await sees(messages, /has hidden [\d,]+ goroutines last/);
    await root.getByText(/\d+ repl(y|ies)/).click();
    await thread.getByRole('button', { name: 'Remove the rule' }).last().click();
    await sees(thread, /Taken back by/);
    await sees(thread, /^Removed: .*\/goleak rules remove/);
  }, 180_000);
});
