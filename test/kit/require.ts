// Programs some tests need and not every machine has. `describe.skipIf(requires('go'))` skips with the
// reason printed; GOLEAK_TEST_REQUIRE=redis,go,chromium turns a missing one into a failure instead.
import { findChromium } from '../../demo/prepare/chromium.mjs';
import { findGo } from '../../demo/prepare/go.mjs';
import { findRedis } from '../../demo/prepare/redis.mjs';

export type Requirement = 'go' | 'chromium' | 'redis';

interface Found {
  readonly path?: string | undefined;
  readonly absent?: string | undefined;
}

// Looked up once per test file: finding Go runs `go version`.
const redisPath = findRedis();
const FOUND: Readonly<Record<Requirement, Found>> = {
  go: await findGo(),
  chromium: findChromium(),
  redis: redisPath === undefined ? { absent: 'not found in PATH' } : { path: redisPath },
};

const told = new Set<Requirement>();

/** True when tests that need this program have to be skipped. Throws when the run insists on it. */
export function requires(requirement: Requirement): boolean {
  const { absent } = FOUND[requirement];
  if (absent === undefined) return false;
  if (isInsistedOn(requirement)) {
    throw new Error(`GOLEAK_TEST_REQUIRE names ${requirement}, which is missing: ${absent}.`);
  }
  if (!told.has(requirement)) process.stderr.write(`skipped: tests that need ${requirement} (${absent})\n`);
  told.add(requirement);
  return true;
}

/** Path of a program whose presence `requires` has confirmed. */
export function pathOf(requirement: Requirement): string {
  const { path, absent } = FOUND[requirement];
  if (path === undefined) throw new Error(`${requirement} is missing: ${absent}.`);
  return path;
}

function isInsistedOn(requirement: Requirement): boolean {
  const named = process.env.GOLEAK_TEST_REQUIRE ?? '';
  return named.split(',').some((word) => word.trim() === requirement);
}
