import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildEntry, type LockEntry, missingBuilds } from '../../.ci/complete-lock.mjs';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, LockEntry> };

describe('package-lock.json', () => {
  it('has an entry for every build of every platform: npm ci refuses a lock file without (node .ci/complete-lock.mjs)', () => {
    expect([...missingBuilds(lock.packages).keys()]).toEqual([]);
  });

  it('names no registry: every machine uses its own', () => {
    expect(JSON.stringify(lock)).not.toMatch(/"resolved"/);
  });
});

describe('completing a lock file', () => {
  it('looks for a build where Node.js would, beside its package and upwards', () => {
    const optionalDependencies = { 'x-linux-x64': '1.0.0' };
    const packages = {
      'node_modules/a/node_modules/x': { optionalDependencies },
      'node_modules/x-linux-x64': {},
    };
    expect(missingBuilds(packages).size).toBe(0);
    expect([...missingBuilds({ 'node_modules/a/node_modules/x': { optionalDependencies } }).keys()]).toEqual([
      'x-linux-x64',
    ]);
  });

  it('reads the platform from the name', () => {
    expect(buildEntry('@napi-rs/canvas-linux-arm64-musl', { range: '1.1.2' })).toEqual({
      version: '1.1.2',
      cpu: ['arm64'],
      libc: ['musl'],
      optional: true,
      os: ['linux'],
    });
    expect(buildEntry('@napi-rs/canvas-win32-x64-msvc', { range: '1.1.2', dev: true })).toMatchObject({
      os: ['win32'],
      dev: true,
    });
    expect(() => buildEntry('fsevents', { range: '~2.3.3' })).toThrow(/not a build for one platform/);
  });
});
