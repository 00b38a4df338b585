import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { requires } from '../kit/require.ts';

const RUN = fileURLToPath(new URL('run.mjs', import.meta.url));
const SEED = '20261126';
const LIMIT_MS = 600_000;
/** Three minutes where nothing else runs; kills and restarts cost processor time, which may be scarce. */
const CAMPAIGN_LIMIT_MS = 1_200_000;

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

  it(
    'loses nothing, says nothing twice and asks no target by two in a campaign of 60 kills',
    async () => {
      const { status, printed } = await faults('--campaign', '200', '--kills', '60');
      expect(status, printed).toBe(0);
      expect(printed).toMatch(/^kept: \d+ accepted/m);
      expect(printed).toMatch(/ 0 missing, 0 unfinished, 0 duplicate, 0 overlapping hits$/m);
      // Most commands must have been taken: a bot that refuses everybody keeps these promises, too.
      expect(Number(/kept: (\d+) accepted/.exec(printed)?.[1])).toBeGreaterThan(150);
      expect(killsIn(printed)).toBe(60);
      expect(printed).toContain(`seed ${SEED}`);
    },
    CAMPAIGN_LIMIT_MS,
  );

  it(
    'shows every slot of a digest once while workers are killed',
    async () => {
      const { status, printed } = await faults('--digests', '40');
      expect(status, printed).toBe(0);
      expect(printed).toMatch(/^kept: \d+ slots, .* 0 missing, 0 duplicate, 0 both, 0 of no slot$/m);
      expect(killsIn(printed)).toBeGreaterThan(0);
      expect(printed).toContain(`seed ${SEED}`);
    },
    LIMIT_MS,
  );
});

/** `kills: 12 of app, 5 of redis, 43 of worker`. */
function killsIn(printed: string): number {
  const line = /^kills: (.*)$/m.exec(printed)?.[1] ?? '';
  return [...line.matchAll(/(\d+) of/g)].reduce((sum, [, times]) => sum + Number(times), 0);
}
