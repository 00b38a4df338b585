import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../demo/prepare/chromium.mjs';
import { findGo } from '../../demo/prepare/go.mjs';
import { checkNode, ensurePackages, OLDEST_NODE, whyStale } from '../../demo/prepare/packages.mjs';
import { findProgram } from '../../demo/prepare/programs.mjs';
import { ensureRedis } from '../../demo/prepare/redis.mjs';
import manifest from '../../package.json' with { type: 'json' };
import { countTests } from '../count.mjs';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'goleak-prepare-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A shell script that stands in for a program. */
function program(name: string, script: string): string {
  const bin = mkdtempSync(join(folder, 'bin-'));
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
  return bin;
}

describe('packages', () => {
  /** A clone with these packages in its lock file and these in node_modules. */
  function clone(locked: Record<string, object>, installed?: Record<string, object>): string {
    const root = mkdtempSync(join(folder, 'clone-'));
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...locked } }));
    if (installed) {
      mkdirSync(join(root, 'node_modules'));
      writeFileSync(
        join(root, 'node_modules', '.package-lock.json'),
        JSON.stringify({ packages: installed }),
      );
    }
    return root;
  }
  const zod = { 'node_modules/zod': { version: '4.6.7' } };

  it('asks for an install when node_modules is missing', () => {
    expect(whyStale(clone(zod))).toBe('node_modules is missing');
  });
  it('finds node_modules fresh when it holds what the lock file says', () => {
    expect(whyStale(clone(zod, zod))).toBeUndefined();
  });
  it('asks for an install when a version differs or a package is missing', () => {
    expect(whyStale(clone(zod, { 'node_modules/zod': { version: '4.6.6' } }))).toContain('node_modules/zod');
    expect(whyStale(clone(zod, {}))).toContain('node_modules/zod');
  });
  it('does not miss builds for other platforms', () => {
    const darwin = { 'node_modules/@esbuild/darwin-arm64': { version: '1.0.0', optional: true } };
    expect(whyStale(clone({ ...zod, ...darwin }, zod))).toBeUndefined();
  });
  it('runs npm ci without install scripts, once, in the clone', async () => {
    const ran: unknown[] = [];
    const root = clone(zod);
    await ensurePackages(root, {
      runNpm: async (command, args, options) => {
        ran.push([command, args.slice(0, 2), options?.cwd]);
        return { status: 0, output: '' };
      },
    });
    expect(ran).toEqual([['npm', ['ci', '--ignore-scripts'], root]]);
  });
  it('says the exact command when npm fails', async () => {
    const failing = async () => ({ status: 1, output: 'npm error network' });
    await expect(ensurePackages(clone(zod), { runNpm: failing })).rejects.toThrow(
      /npm error network[\s\S]*"npm ci --ignore-scripts"/,
    );
  });
  it('refuses a Node.js older than package.json allows, and no newer one', () => {
    expect(manifest.engines.node).toBe(`>=${OLDEST_NODE.join('.')}`);
    expect(() => checkNode('20.18.3')).toThrow(/20\.19 or newer/);
    expect(() => checkNode('18.20.0')).toThrow(/20\.19 or newer/);
    for (const version of ['20.19.0', '22.1.0', '24.0.0']) expect(() => checkNode(version)).not.toThrow();
  });
});

describe('redis', () => {
  /** A machine on which only these programs are found; installing with apt or brew makes redis-server appear. */
  function machine(programs: string[], { root = false, installWorks = true } = {}) {
    const present = new Set(programs);
    const commands: string[] = [];
    return {
      commands,
      isRoot: () => root,
      find: (names: readonly string[]) =>
        names.filter((name) => present.has(name)).map((name) => `/bin/${name}`)[0],
      run: async (command: string, args: readonly string[]) => {
        commands.push([command, ...args].join(' '));
        if (args.includes('install') && installWorks) present.add('redis-server');
        return { status: installWorks ? 0 : 100, output: 'Redis server v=7.0.15 sha=00000000:0' };
      },
    };
  }

  it('takes the server that is there and installs nothing', async () => {
    const there = machine(['valkey-server', 'apt-get'], { root: true });
    expect(await ensureRedis(there)).toBe('/bin/valkey-server');
    expect(there.commands).toEqual(['/bin/valkey-server --version']);
  });
  it('installs with brew where there is brew', async () => {
    const mac = machine(['brew']);
    expect(await ensureRedis(mac)).toBe('/bin/redis-server');
    expect(mac.commands).toContain('brew install redis');
  });
  it('gives the exact command where it may not install', async () => {
    await expect(ensureRedis(machine(['apt-get']))).rejects.toThrow(
      'run "sudo apt-get update && sudo apt-get install -y --no-install-recommends redis-server"',
    );
    await expect(ensureRedis(machine(['dnf'], { root: true }))).rejects.toThrow('run "dnf install -y redis"');
    await expect(ensureRedis(machine([]))).rejects.toThrow(/put redis-server in PATH/);
  });
  it('gives the exact command when the install failed', async () => {
    await expect(ensureRedis(machine(['brew'], { installWorks: false }))).rejects.toThrow(
      'run "brew install redis"',
    );
  });
});

describe('go and chromium', () => {
  const go = (version: string) => program('go', `echo "go version go${version} linux/amd64"`);
  const only = (bin: string) => ({
    env: { PATH: bin },
    find: (names: readonly string[]) => findProgram(names, { env: { PATH: bin } }),
  });

  it('takes Go 1.21 and newer', async () => {
    for (const version of ['1.21.0', '1.26.8', '1.28']) {
      expect(await findGo(only(go(version)))).toMatchObject({ version });
    }
    expect(await findGo(only(go('1.27rc1')))).toMatchObject({ version: '1.27' });
  });
  it('counts an older Go as absent and says so', async () => {
    expect((await findGo(only(go('1.19.8')))).absent).toMatch(/1\.19\.8, and 1\.21 or newer is needed/);
  });
  it('counts a Go that does not run as absent', async () => {
    expect((await findGo(only(program('go', 'echo broken; exit 3')))).absent).toMatch(
      /does not run \(broken\)/,
    );
  });
  it('honours GOLEAK_HIDE', async () => {
    const env = { PATH: go('1.26.8'), GOLEAK_HIDE: 'chromium, go' };
    expect((await findGo({ env })).absent).toBe('hidden by GOLEAK_HIDE');
    expect(findChromium({ env }).absent).toBe('hidden by GOLEAK_HIDE');
  });
});

describe('npm test', () => {
  it('refuses to run without a program it was told to require', () => {
    const env = { ...process.env, GOLEAK_HIDE: 'go', GOLEAK_TEST_REQUIRE: 'redis,go' };
    const { status, stderr } = spawnSync(process.execPath, ['test/run.mjs', 'no-such-test'], {
      env,
      encoding: 'utf8',
    });
    expect(stderr).toContain('go: hidden by GOLEAK_HIDE, and GOLEAK_TEST_REQUIRE names it');
    expect(status).toBe(1);
  });
  it('counts a file that could not be loaded as a failure', () => {
    const counts = { numPassedTests: 2, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 };
    const testResults = [
      { status: 'failed', assertionResults: [] },
      { status: 'passed', assertionResults: [{}] },
    ];
    expect(countTests({ ...counts, testResults })).toEqual({ passed: 2, failed: 1, skipped: 2 });
  });
});
