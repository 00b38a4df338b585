// Records what `goleak selftest` replays where Go is missing: `npx tsx test/docs/record-selftest.ts`. Each program is
// captured as the product does it when two looks leave doubt, with three, for a recording cannot be asked again.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Zippable, zipSync } from 'fflate';
import { createFetcher } from '../../src/capture/fetch.ts';
import { planSteps } from '../../src/capture/plan.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { captureInstance } from '../../src/capture/run.ts';
import { DEFAULT_KINDS } from '../../src/model/target.ts';
import { buildPrograms, findGo, startProgram } from '../../src/terminal/selftest-go.ts';
import { PROGRAMS } from '../../src/terminal/selftest-programs.ts';

const OUT = fileURLToPath(new URL('../../src/terminal/selftest-recorded.json', import.meta.url));
const BIOME = fileURLToPath(new URL('../../node_modules/@biomejs/biome/bin/biome', import.meta.url));
/** As in src/terminal/selftest.ts. */
const WARM_UP_MS = 2_000;
const WINDOW_MS = 9_000;
/** Oldest date a zip can carry: the same files give the same bytes. */
const MTIME = new Date(1980, 0, 1);

const go = await findGo();
if ('absent' in go) throw new Error(go.absent);
const { signal } = new AbortController();
const { binary, remove } = await buildPrograms(go, signal);
const { fetch, close } = createFetcher(() => undefined);
try {
  const recordings = await Promise.all(PROGRAMS.map(async ({ name }) => [name, await record(name)] as const));
  const recorded = { go: go.version, programs: Object.fromEntries(recordings) };
  writeFileSync(OUT, `${JSON.stringify(recorded, null, 2)}\n`);
  execFileSync(process.execPath, [BIOME, 'format', '--write', OUT]);
} finally {
  await close();
  await remove();
}

async function record(name: string): Promise<string> {
  const running = await startProgram(binary, name);
  const entries: Zippable = {};
  try {
    await sleep(WARM_UP_MS);
    const { instances, allow } = serviceFromUrl(running.url);
    const [instance] = instances;
    if (!instance) throw new Error('an address is one instance');
    await captureInstance(
      instance,
      { steps: planSteps(DEFAULT_KINDS, WINDOW_MS, 3), allow },
      {
        fetch,
        signal,
        progress: () => {},
        now: Date.now,
        sleep: (durationMs) => sleep(durationMs),
        earlier: [],
        keep: async (record, bytes) => {
          const { file, snapshot } = record;
          if (file === undefined || bytes === undefined) return record;
          const level = file.endsWith('.gz') ? 0 : 9;
          entries[`${snapshot}/${file}`] = [bytes, { level, mtime: MTIME }];
          return record;
        },
      },
    );
  } finally {
    await running.stop();
  }
  return Buffer.from(zipSync(entries)).toString('base64');
}
