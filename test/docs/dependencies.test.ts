import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const MOST = 25;

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const { dependencies, scripts } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;

it('gives a reason for every package that is installed to run goleak, and for no other', () => {
  const rows = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)];
  expect(rows.map(([, name]) => name)).toEqual(Object.keys(dependencies ?? {}).sort());
  for (const [, name, why = ''] of rows) expect(why.length, name).toBeGreaterThan(20);
  expect(rows.length).toBeLessThanOrEqual(MOST);
});

it('runs nothing of its own when it is installed', () => {
  const atInstall = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];
  expect(Object.keys(scripts ?? {}).filter((name) => atInstall.includes(name))).toEqual([]);
});

it.each(['Dockerfile', 'demo/prepare/packages.mjs'])('installs without scripts: %s', (file) => {
  const installs = read(file).match(/(?<=RUN )npm ci[^\n]*|\['ci'[^\]]*\]/g) ?? [];
  expect(installs.length).toBeGreaterThan(0);
  for (const install of installs) expect(install).toContain('--ignore-scripts');
});
