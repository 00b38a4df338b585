import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { requires } from '../kit/require.ts';

const RUN = fileURLToPath(new URL('run.mjs', import.meta.url));
const SEED = '20261126';
const LIMIT_MS = 600_000;

async function faults(...args: string[]): Promise<{ status: number | null; printed: string }> {
  const ledger = `.faults/${args[0]?.replaceAll('-', '')}-${args[1]}.jsonl`;
  const child = spawn(process.execPath, [RUN, ...args, '--seed', SEED, '--ledger', ledger], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const printed = await text(child.stdout);
  return { status: await ended, printed };
}

describe.skipIf(requires('redis'))('the proving ground', () => {
  it.each([
    ['outbox', /observed: 2 root messages/],
    ['lease', /overlapping hits/],
    ['ack', /1 missing|not within/],
    ['redaction', /the password is in .*the disk/],
  ])(
    'notices that the %s is switched off',
    async (protection, seen) => {
      const { status, printed } = await faults('--sabotage', protection);
      expect(printed).toMatch(seen);
      expect(printed).toMatch(/^broken: F/m);
      expect(status).toBe(1);
    },
    LIMIT_MS,
  );
});
