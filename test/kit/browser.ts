// A real chromium on a real page. Started without its background traffic, so that it asks nothing of the
// network but the page under test.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { removeFolder } from './remove-folder.ts';
import { pathOf } from './require.ts';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface TestBrowser {
  readonly context: BrowserContext;
  readonly close: () => Promise<void>;
}

/** @param viewport logical pixels; pictures are taken at double density unless `options` say otherwise */
export async function openBrowser(
  viewport: { width: number; height: number },
  options: BrowserContextOptions = {},
): Promise<TestBrowser> {
  const profile = mkdtempSync(join(tmpdir(), 'goleak-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: pathOf('chromium'),
    args: ARGS,
    viewport,
    deviceScaleFactor: 2,
    ...options,
  });
  return {
    context,
    close: async () => {
      await context.close();
      removeFolder(profile);
    },
  };
}
