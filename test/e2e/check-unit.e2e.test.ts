// The recipe of docs/check.md for unit tests, as it stands there: it finds the leak, and passes once that is mended.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pathOf, requires } from '../kit/require.ts';

const VERSION = 'v1.3.0';
const page = readFileSync(new URL('../../docs/check.md', import.meta.url), 'utf8');
const [code = '', test = ''] = [...page.matchAll(/```go\n([\s\S]*?)```/g)].map(([, block = '']) => block);

describe.skipIf(requires('go'))('the recipe with go.uber.org/goleak', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goleak-unit-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const go = (...args: string[]) =>
    spawnSync(pathOf('go'), args, {
      cwd: folder,
      encoding: 'utf8',
      timeout: 300_000,
      env: { ...process.env, GOFLAGS: '-mod=mod', GOWORK: 'off' },
    });

  it('fails on the leak and passes without it', { timeout: 400_000 }, ({ skip }) => {
    writeFileSync(join(folder, 'go.mod'), 'module example.com/shop/price\n\ngo 1.21\n');
    writeFileSync(join(folder, 'price.go'), code);
    writeFileSync(join(folder, 'price_test.go'), test);
    const got = go('get', `go.uber.org/goleak@${VERSION}`);
    if (got.status !== 0) {
      process.stderr.write(
        `skipped: no module proxy has go.uber.org/goleak (${got.stderr.split('\n')[0]})\n`,
      );
      skip();
    }
    const leaking = go('test', './...');
    expect(leaking.status).toBe(1);
    expect(leaking.stdout).toContain('found unexpected goroutines');
    expect(leaking.stdout).toMatch(/chan send[\s\S]*example\.com\/shop\/price\.Of\.func1/);

    expect(page).toContain('With `make(chan string, 1)` it passes.');
    writeFileSync(join(folder, 'price.go'), code.replace('make(chan string)', 'make(chan string, 1)'));
    expect(go('test', './...')).toMatchObject({ status: 0 });
  });

  it('is written as gofmt writes', () => {
    for (const block of [code, test]) {
      const formatted = execFileSync(join(pathOf('go'), '..', 'gofmt'), { input: block }).toString();
      expect(formatted).toBe(block);
    }
  });
});
