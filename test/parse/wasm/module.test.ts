import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { buildModule } from '../../bench/build-wasm.mjs';

it('the committed WebAssembly is what its source gives', async () => {
  const committed = readFileSync(
    new URL('../../../src/parse/wasm/goroutine-scan-wasm.ts', import.meta.url),
    'utf8',
  );
  expect(committed === (await buildModule())).toBe(true);
}, 60_000);
