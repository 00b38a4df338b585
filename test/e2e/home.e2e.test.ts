// The home tab, the form and the shortcuts, through the workspace's page as a person would: the whole product behind it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Stage } from '../../demo/stage.ts';
import { openBrowser, type TestBrowser } from '../kit/browser.ts';
import { requires } from '../kit/require.ts';
import { CHANNEL, openTestStage } from '../kit/stage.ts';

const VERDICT_TIMEOUT_MS = 120_000;
const STEP_MS = 20_000;
const pictures = process.env.GOLEAK_PICTURES ?? '';

describe.skipIf(requires('redis') || requires('chromium'))('the home tab of the whole product', () => {
  let stage: Stage;
  let browser: TestBrowser;
  let page: Page;
  beforeAll(async () => {
    const channel = CHANNEL;
    stage = await openTestStage({
      rules: { admins: ['U0PLATFORM'], proposals: { allow: ['127.0.0.0/8'], channel } },
    });
    registerMany(stage, 120);
    browser = await openBrowser({ width: 1280, height: 1000 });
    page = await browser.context.newPage();
    page.setDefaultTimeout(STEP_MS);
    await page.goto(stage.workspace.url);
    await page.locator('body[data-ready]').waitFor();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  const shoot = async (name: string): Promise<void> => {
    if (pictures !== '') await page.screenshot({ path: join(pictures, `${name}.png`) });
  };

  it('opens the form for a command without words, and captures what was chosen there', async () => {
    const box = page.locator('main textarea');
    await box.fill('/goleak');
    await box.press('Enter');
    const form = page.getByRole('dialog', { name: 'Capture a Go service' });
    await form.waitFor();
    await choose(form, 'payments');
    await form.getByLabel('Look for').selectOption('10 s');
    await shoot('form');
    await form.getByRole('button', { name: 'Capture', exact: true }).click();
    await form.waitFor({ state: 'hidden' });
    const messages = page.locator('#messages');
    await messages.getByText('Capturing').waitFor();
    await messages
      .getByText(/goroutine leak/)
      .first()
      .waitFor({ timeout: VERDICT_TIMEOUT_MS });
  }, 180_000);

  it('says beside the field what is not a service', async () => {
    await openShortcut('Capture a Go service');
    const form = page.getByRole('dialog', { name: 'Capture a Go service' });
    await form.getByRole('button', { name: 'Capture', exact: true }).click();
    await form.getByText('required field').first().waitFor();
    await form.getByRole('button', { name: 'Cancel' }).click();
    await form.waitFor({ state: 'hidden' });
  }, 60_000);

  it('shows the ill one first, turns pages, finds by search, and leads to the thread', async () => {
    await openHome();
    const home = page.locator('.home');
    await home.getByText('1–10 of 122').waitFor();
    const first = home.locator('.section').first();
    expect(await first.textContent()).toContain('payments-svc');
    expect(await first.textContent()).toContain('goroutine leak');
    await shoot('home');
    await home.getByRole('button', { name: 'Next page of services' }).click();
    await home.getByText('11–20 of 122').waitFor();
    const search = home.getByLabel('Find a service');
    await search.fill('fleet-11');
    await search.press('Enter');
    await home.getByText('10 of 122 services match').waitFor();
    expect(await search.inputValue()).toBe('fleet-11');
    await home.getByRole('button', { name: 'Watch fleet-113', exact: true }).click();
    await home.getByText('is watched: a sample').waitFor();
    await home.getByRole('button', { name: 'Unwatch fleet-113' }).waitFor();
    await shoot('home-search');
    await home.getByRole('link', { name: 'its thread' }).first().waitFor();
    const thread = await home.getByRole('link', { name: 'its thread' }).first().getAttribute('href');
    const opened = await browser.context.newPage();
    await opened.goto(thread ?? '');
    await opened
      .locator('#thread')
      .getByText(/goroutine leak/)
      .first()
      .waitFor();
    await opened.close();
  }, 120_000);

  it('lets an admin set a digest up from the home tab, with the time and the zone', async () => {
    const home = page.locator('.home');
    expect(await home.getByRole('button', { name: 'Set up a digest' }).count()).toBe(0);
    await become('platform');
    await openHome();
    await home.getByRole('button', { name: 'Set up a digest' }).click();
    const form = page.getByRole('dialog', { name: 'Set up a digest' });
    await form.getByLabel('Every day at').fill('07:30');
    await form.getByLabel('Where it is shown').selectOption(CHANNEL);
    await form.getByLabel('Time zone').fill('Europe/Nowhere');
    await form.getByRole('button', { name: 'Save' }).click();
    // Not the label: a form that is saved while its answer is still to come is saved once.
    await form.getByText('is not a time zone such as').waitFor();
    await form.getByLabel('Time zone').fill('Europe/Berlin');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'hidden' });
    await home.getByText('every day at 07:30 Europe/Berlin').waitFor();
    await become('on-call');
  }, 60_000);

  it('captures for an alert from the menu of its message, into its thread', async () => {
    const text = '[FIRING:1] HighMemory on ledger-svc';
    const ts = stage.workspace.toolPosts({ channel: CHANNEL, tool: 'pager', text });
    await page.locator('#channels button').first().click();
    const alert = page.locator(`article[data-ts="${ts}"]`);
    await alert.hover();
    await alert.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Capture for this alert' }).click();
    await alert.getByText('1 reply').click();
    await page
      .locator('#thread')
      .getByText(/ledger-svc/)
      .nth(1)
      .waitFor();
    await stage.workspace.waitFor(
      (seen) =>
        seen.thread(CHANNEL, ts).some((message) => /healthy|no leak|follows load/i.test(message.text)),
      VERDICT_TIMEOUT_MS,
    );
  }, 180_000);

  it('has a service proposed by one and accepted by an admin, who alone is asked', async () => {
    const address = stage.instances.get('ledger-svc-1') ?? '';
    await openHome();
    await page.locator('.home').getByRole('button', { name: 'Propose a service…' }).click();
    const form = page.getByRole('dialog', { name: 'Propose a service' });
    await form.getByLabel('Name').fill('twin-svc');
    await form.getByLabel('Address').fill('http://11.0.0.7:6060');
    await form.getByRole('button', { name: 'Propose', exact: true }).click();
    await form.getByText('outside of what the operator lets be proposed').waitFor();
    await form.getByLabel('Address').fill(address);
    await shoot('propose');
    await form.getByRole('button', { name: 'Propose', exact: true }).click();
    await form.waitFor({ state: 'hidden' });
    await page.locator('.home').getByText('twin-svc is proposed').waitFor();

    await page.locator('#channels button').first().click();
    const asked = page.locator('#messages article', { hasText: 'proposes the service' });
    await asked.getByRole('button', { name: 'Accept twin-svc' }).click();
    await page.getByText('for admins').waitFor();
    await become('platform');
    await asked.getByRole('button', { name: 'Accept twin-svc' }).click();
    await page.locator('#messages').getByText('was registered by').waitFor();
    await shoot('accepted');

    const box = page.locator('main textarea');
    await box.fill('/goleak capture twin-svc for 1s');
    await box.press('Enter');
    await stage.workspace.waitFor(
      (seen) =>
        seen
          .messages(CHANNEL)
          .some(({ text }) => text.includes('twin-svc') && /healthy|no leak|inconclusive/i.test(text)),
      VERDICT_TIMEOUT_MS,
    );

    await openHome();
    await page.getByLabel('Find a service').fill('twin');
    await page.getByLabel('Find a service').press('Enter');
    await page.locator('.home').getByRole('button', { name: 'Remove twin-svc' }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.locator('.home').getByText('twin-svc is not registered any more').waitFor();
  }, 180_000);

  async function become(name: string): Promise<void> {
    await page.locator('#user').selectOption({ label: name });
  }

  async function openHome(): Promise<void> {
    await page.locator('#apps button').click();
    await page.getByRole('button', { name: 'Home' }).click();
  }

  async function openShortcut(name: string): Promise<void> {
    await page.getByRole('button', { name: 'Shortcuts' }).click();
    await page.getByRole('menuitem', { name: new RegExp(`^${name}`) }).click();
  }
});

async function choose(form: Locator, typed: string): Promise<void> {
  const service = form.getByRole('combobox', { name: 'Service' });
  await service.fill(typed);
  await form.getByRole('option', { name: `${typed}-svc` }).click();
}

/** A large services.yml, as a company has one; what is not the stage's own is never captured here. */
function registerMany(stage: Stage, count: number): void {
  const file = join(stage.home, 'services.yml');
  const kept = parse(readFileSync(file, 'utf8')) as { services: Record<string, unknown> };
  for (let at = 0; at < count; at += 1) {
    kept.services[`fleet-${String(at).padStart(3, '0')}`] = { instances: ['http://127.0.0.1:1'] };
  }
  writeFileSync(file, stringify(kept));
}
