// Modals, the home tab and shortcuts as a person meets them: a real chromium, a real Bolt app, the keyboard alone.
import type { HomeView, ModalView } from '@slack/types';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Workspace } from '../../../demo/workspace/server.ts';
import { openBrowser, type TestBrowser } from '../../kit/browser.ts';
import { requires } from '../../kit/require.ts';
import { boltInSocketMode } from './bolt.ts';
import { openWorkspace } from './open.ts';

/** Triggers are good for three seconds, and a busy machine may take longer to draw a page: time stands still. */
const NOW_MS = Date.UTC(2026, 10, 26, 12);

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const option = (value: string, description?: string) => ({
  text: plain(value),
  value,
  ...(description && { description: plain(description) }),
});
const field = (block_id: string, element: object, rest = {}) => ({
  type: 'input' as const,
  block_id,
  label: plain(block_id),
  element: { action_id: 'it', ...element },
  ...rest,
});

const FORM = {
  type: 'modal',
  callback_id: 'form',
  title: plain('Capture a service'),
  submit: plain('Capture'),
  blocks: [
    { type: 'section', text: { type: 'mrkdwn', text: 'What is *captured*, and for how long.' } },
    field('Service', { type: 'external_select', min_query_length: 0, placeholder: plain('Find a service') }),
    field('For', {
      type: 'static_select',
      options: [option('30 s'), option('60 s')],
      initial_option: option('30 s'),
    }),
    field('Instances', { type: 'radio_buttons', options: [option('one'), option('all', 'dearer')] }),
    field(
      'Kinds',
      { type: 'checkboxes', options: [option('goroutine'), option('heap')] },
      { optional: true },
    ),
    field('Until', { type: 'datepicker', initial_date: '2026-11-27' }),
    field('At', { type: 'timepicker', initial_time: '09:00' }),
    field('Moment', { type: 'datetimepicker', initial_date_time: 1_795_000_000 }),
    field(
      'Why',
      { type: 'plain_text_input', multiline: true, max_length: 200 },
      { hint: plain('Shown in the audit.') },
    ),
  ],
} as unknown as ModalView;

const homeOf = (found: string): HomeView =>
  ({
    type: 'home',
    blocks: [
      field(
        'Search',
        { type: 'plain_text_input', action_id: 'search' },
        { dispatch_action: true, optional: true },
      ),
      { type: 'section', text: plain(found) },
      { type: 'actions', elements: [{ type: 'button', action_id: 'more', value: '7', text: plain('More') }] },
    ],
  }) as unknown as HomeView;

describe.skipIf(requires('chromium'))('on the workspace page', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await openBrowser({ width: 1200, height: 900 });
  }, 60_000);
  afterAll(() => browser?.close());

  async function pageOf(workspace: Workspace, hash = ''): Promise<Page> {
    const page = await browser.context.newPage();
    await page.goto(`${workspace.url}/${hash}`);
    await page.locator('body[data-ready]').waitFor();
    return page;
  }

  it('a form is filled in, complained about and submitted by keyboard alone', async () => {
    const submitted: Record<string, unknown>[] = [];
    const workspace = await openWorkspace({ now: () => NOW_MS });
    await boltInSocketMode(workspace, (app) => {
      app.shortcut('capture_global', async ({ ack, shortcut, client }) => {
        await client.views.open({ trigger_id: shortcut.trigger_id, view: FORM });
        await ack();
      });
      app.options('it', async ({ ack, options }) => {
        const names = ['ledger-svc', 'payments-svc', 'payouts-svc'].filter((name) =>
          name.includes(options.value),
        );
        await ack({ options: names.map((name) => option(name)) });
      });
      app.view('form', async ({ ack, view }) => {
        submitted.push(view.state.values);
        await (submitted.length === 1
          ? ack({ response_action: 'errors', errors: { Why: 'Say more than that.' } })
          : ack());
      });
    });
    const page = await pageOf(workspace);
    await page.getByRole('button', { name: 'Shortcuts' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Capture' }).waitFor();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Capture a service' });
    await dialog.waitFor();
    expect(await focused(page)).toContain('Service');

    await page.keyboard.type('pay');
    await dialog.getByRole('option', { name: 'ledger-svc' }).waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await dialog.getByLabel('Why').focus();
    await page.keyboard.type('memory climbs');
    // The focus stays inside: behind the last button comes the first again, and never the page.
    for (let press = 0; press < 6; press += 1) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.closest("dialog, body").localName')).not.toBe(
        'main',
      );
    }
    await dialog.getByRole('button', { name: 'Capture', exact: true }).focus();
    await page.keyboard.press('Enter');

    const why = dialog.getByLabel('Why');
    await dialog.getByText('Say more than that.').waitFor();
    expect(await why.getAttribute('aria-invalid')).toBe('true');
    expect(await why.inputValue()).toBe('memory climbs');
    expect(await dialog.getByRole('combobox', { name: 'Service' }).inputValue()).toBe('payments-svc');
    await shoot(page, 'modal');
    await page.keyboard.press('End');
    await page.keyboard.type(' since noon');
    await dialog.getByRole('button', { name: 'Capture', exact: true }).press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    const answer = (block: string) => (submitted[1] as Record<string, { it: unknown }>)[block]?.it;
    expect(answer('Service')).toMatchObject({ selected_option: { value: 'payments-svc' } });
    expect(answer('For')).toMatchObject({ selected_option: { value: '60 s' } });
    expect(answer('Instances')).toMatchObject({ selected_option: { value: 'one' } });
    expect(answer('Kinds')).toMatchObject({ selected_options: [{ value: 'goroutine' }] });
    expect(answer('Until')).toMatchObject({ selected_date: '2026-11-27' });
    expect(answer('At')).toMatchObject({ selected_time: '09:00' });
    expect(answer('Moment')).toMatchObject({ selected_date_time: 1_795_000_000 - (1_795_000_000 % 60) });
    expect(answer('Why')).toMatchObject({ value: 'memory climbs since noon' });
    await page.close();
  }, 60_000);

  it('Escape closes a form, and the app is told', async () => {
    let closed = 0;
    const workspace = await openWorkspace({ now: () => NOW_MS });
    await boltInSocketMode(workspace, (app) => {
      app.shortcut('capture_global', async ({ ack, shortcut, client }) => {
        await client.views.open({
          trigger_id: shortcut.trigger_id,
          view: { ...FORM, notify_on_close: true },
        });
        await ack();
      });
      app.view({ callback_id: 'form', type: 'view_closed' }, async ({ ack }) => {
        closed += 1;
        await ack();
      });
    });
    const page = await pageOf(workspace);
    await workspace.takeShortcut({ user: 'on-call', callbackId: 'capture_global' });
    const dialog = page.getByRole('dialog', { name: 'Capture a service' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await expect.poll(() => closed).toBe(1);
    await page.close();
  }, 60_000);

  it('the home tab is searched and pressed, and what was typed and where the keyboard is stays when it is drawn anew', async () => {
    const workspace = await openWorkspace({ now: () => NOW_MS });
    await boltInSocketMode(workspace, (app) => {
      app.event('app_home_opened', async ({ event, client }) => {
        await client.views.publish({ user_id: event.user, view: homeOf('500 services') });
      });
      app.action('search', async ({ ack, action, body, client }) => {
        const typed = action.type === 'plain_text_input' ? action.value : '';
        await client.views.publish({ user_id: body.user.id, view: homeOf(`found ${typed}`) });
        await ack();
      });
      app.action('more', async ({ ack, action, body, client }) => {
        const value = action.type === 'button' ? action.value : '';
        await client.views.publish({ user_id: body.user.id, view: homeOf(`more of ${value}`) });
        await ack();
      });
    });
    const page = await pageOf(workspace);
    await page.locator('#apps button').click();
    await page.getByRole('button', { name: 'Home' }).click();
    await page.getByText('500 services').waitFor();
    const search = page.getByLabel('Search');
    await search.fill('ledger');
    await search.press('Enter');
    await page.getByText('found ledger').waitFor();
    expect(await search.inputValue()).toBe('ledger');
    expect(await focused(page)).toContain('Search');
    await page.getByRole('button', { name: 'More', exact: true }).press('Enter');
    await page.getByText('more of 7').waitFor();
    expect(await focused(page)).toBe('More');
    await page.close();
  }, 60_000);

  it('a message offers its shortcuts under "More actions"', async () => {
    const workspace = await openWorkspace({ now: () => NOW_MS });
    await boltInSocketMode(workspace, (app) => {
      app.shortcut('capture_message', async ({ ack, respond }) => {
        await ack();
        await respond({ text: 'on its way', response_type: 'ephemeral' });
      });
    });
    workspace.toolPosts({ channel: 'payments-oncall', tool: 'pager', text: 'payments-svc is ill' });
    const page = await pageOf(workspace);
    await page.getByText('payments-svc is ill').hover();
    await page.getByRole('button', { name: 'More actions' }).click();
    await shoot(page, 'message-menu');
    await page.getByRole('menuitem', { name: 'Capture for this' }).click();
    await page.getByText('on its way').waitFor();
    await page.close();
  }, 60_000);
});

/** What a screen reader would call the thing the keyboard is in. */
function focused(page: Page): Promise<unknown> {
  return page.evaluate(
    'document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent',
  );
}

const pictures = process.env.GOLEAK_PICTURES ?? '';

async function shoot(page: Page, name: string): Promise<void> {
  if (pictures !== '') await page.screenshot({ path: `${pictures}/${name}.png` });
}
