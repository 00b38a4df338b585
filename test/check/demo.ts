// `npm run check:demo`: goleak check on real Go services, clean, leaking (goroutines, and memory) and load-proportional, as a job on GitHub would
// run it; prints the exit status and the annotations of each.
import { findGo } from '../../demo/prepare/go.mjs';
import { buildServices, type CheckedService, checkService, SERVICES } from './run.ts';

const EXPECTED: Readonly<Record<CheckedService, number>> = {
  clean: 0,
  leaking: 10,
  'leaking-heap': 10,
  'load-proportional': 0,
};

async function main(): Promise<number> {
  const { path, version, absent } = await findGo();
  if (path === undefined) {
    process.stderr.write(`This needs Go 1.21 or newer: ${absent}.\n`);
    return 1;
  }
  process.stdout.write(`building the services and a load generator with Go ${version}\n`);
  const built = await buildServices(path);
  try {
    process.stdout.write('each is checked: warm-up, look, load, look, load, look; about a minute\n');
    const runs = await Promise.all(SERVICES.map((service) => checkService(service, built)));
    for (const { service, status, out, err } of runs) {
      process.stdout.write(`\n--- ${service}: exit status ${status}, ${EXPECTED[service]} expected\n`);
      const told = out
        .split('\n')
        .filter((line) => /^(::|[▲✓?] (leak|no leak|cannot)| {2}(warm-up|load \d))/.test(line));
      process.stdout.write(`${told.join('\n')}\n`);
      if (status !== EXPECTED[service]) process.stdout.write(`${out}${err}`);
    }
    return runs.every(({ service, status }) => status === EXPECTED[service]) ? 0 : 1;
  } finally {
    await built.remove();
  }
}

process.exitCode = await main();
