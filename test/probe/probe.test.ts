// The Go module in probe/: vetted, raced and fuzzed with the Go that is here, and tested with the oldest and the newest Go
// it is for, where the module proxy hands them out.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { pathOf, requires } from '../kit/require.ts';

const PROBE = fileURLToPath(new URL('../../probe', import.meta.url));
const TIMEOUT_MS = 400_000;
const OTHERS = ['go1.21.13', 'go1.27.3'];
const run = promisify(execFile);

async function go(args: readonly string[], toolchain = 'local'): Promise<string> {
  const env = { ...process.env, GOTOOLCHAIN: toolchain, GOFLAGS: '-buildvcs=false' };
  const { stdout } = await run(pathOf('go'), args, { cwd: PROBE, env, timeout: TIMEOUT_MS });
  return stdout;
}

describe.skipIf(requires('go'))('the probe', () => {
  it('is vetted, and depends on nothing but the standard library', { timeout: TIMEOUT_MS }, async () => {
    await go(['vet', './...']);
    const imports = await go(['list', '-deps', '-f', '{{if not .Standard}}{{.ImportPath}}{{end}}', '.']);
    expect(imports.trim()).toBe('goleak/probe');
  });

  it('passes its tests, watched for races where there is a C compiler', { timeout: TIMEOUT_MS }, async () => {
    const cgo = await go(['env', 'CGO_ENABLED', 'CC']).then((text) => text.trim().split('\n'));
    const canRace = cgo[0] === '1' && (await works(cgo[1] ?? '', ['--version']));
    expect(await go(['test', ...(canRace ? ['-race'] : []), '.'])).toMatch(/^ok/m);
  });

  it.each(['FuzzHandler', 'FuzzHostFiles'])('withstands %s', { timeout: TIMEOUT_MS }, async (target) => {
    expect(
      await go(['test', '-run=^$', `-fuzz=^${target}$`, '-fuzztime=300x', '-fuzzminimizetime=0x', '.']),
    ).toMatch(/^ok/m);
  });

  it.each(OTHERS)('is built and tested by %s', { timeout: TIMEOUT_MS }, async (toolchain) => {
    const isThere = await go(['version'], toolchain).then(
      () => true,
      () => false,
    );
    // No module proxy, no other Go: the local one has spoken.
    if (!isThere) return;
    await go(['vet', './...'], toolchain);
    expect(await go(['test', '.'], toolchain)).toMatch(/^ok/m);
  });
});

async function works(command: string, args: readonly string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  );
}
