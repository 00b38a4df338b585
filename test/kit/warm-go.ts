// Once before a whole run: the demo's services are compiled, so that Go's library is there when tests need it. Several
// test files that begin with that at once, on two slow cores, would each wait for minutes and be given up.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGoService } from '../../demo/go-service.ts';
import { findGo } from '../../demo/prepare/go.mjs';
import { withSigns } from '../../demo/prepare/steps.mjs';
import { removeFolder } from './remove-folder.ts';

/** For vitest's `globalSetup`; `npm test` asks for it when it runs everything, or what goes through the doors. */
export async function setup(): Promise<void> {
  if (process.env.GOLEAK_TEST_WARM_GO !== '1') return;
  const { path } = await findGo();
  if (path === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'goleak-warm-'));
  try {
    await withSigns(
      'go',
      'compiling the demo’s services, the first time with all of Go’s library',
      async () => {
        await buildGoService(path, 'payments-svc', folder);
        await buildGoService(path, 'payments-svc', folder, { leakProfile: false });
      },
    );
  } finally {
    removeFolder(folder);
  }
}
