// The gate as a build meets it: real services, real load, the command line as a process, its exit status, its
// annotations and its files.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltServices, buildServices, type CheckRun, checkService, SERVICES } from '../check/run.ts';
import { pathOf, requires } from '../kit/require.ts';

describe.skipIf(requires('go'))('goleak check', () => {
  let built: BuiltServices;
  const runs = new Map<string, CheckRun>();
  beforeAll(async () => {
    built = await buildServices(pathOf('go'));
    for (const run of await Promise.all(SERVICES.map((service) => checkService(service, built)))) {
      runs.set(run.service, run);
    }
  }, 15 * 60_000);
  afterAll(() => built.remove());
  const runOf = (service: string): CheckRun => {
    const run = runs.get(service);
    if (!run) throw new Error(`${service} was not checked`);
    return run;
  };

  it('fails a service that leaks, at the line that leaks', () => {
    const { status, out, junit, summary } = runOf('leaking');
    expect({ status, out }).toMatchObject({ status: 10 });
    expect(out).toMatch(
      /^::error title=goleak%3A leak found \(127\.0\.0\.1%3A\d+\)::goroutine leak, (probable|proven): /m,
    );
    // The send that nobody receives.
    expect(out).toMatch(
      /^::error title=goleak%3A goroutine leak%2C \w+,file=leaking\/main\.go,line=16::\d+ goroutines /m,
    );
    expect(junit).toMatch(/failures="1"[\s\S]*<failure type="goroutine-leak"/);
    expect(summary).toMatch(/^### goleak: leak found/);
    expect(summary).toContain('main&#46;price');
  });

  it('fails a service that keeps memory, with the function that allocates it', () => {
    const { status, out, junit } = runOf('leaking-heap');
    expect({ status, out }).toMatchObject({ status: 10 });
    expect(out).toMatch(
      /^::error title=goleak%3A leak found \(.*\)::heap leak, probable: .*`main\.\(\*memory\)\.remember`/m,
    );
    expect(junit).toMatch(/failures="1"[\s\S]*<failure type="heap-leak"/);
  });

  it('passes a service whose pool is filled by the first requests', () => {
    const { status, out, junit } = runOf('clean');
    expect({ status, out }).toMatchObject({ status: 0 });
    expect(out).toMatch(/^::notice title=goleak%3A no leak found/m);
    expect(junit).toContain('failures="0" errors="0" skipped="0"');
  });

  it('passes a service that grows under load and recedes after it, and says how far it grew', () => {
    const { status, out } = runOf('load-proportional');
    expect({ status, out }).toMatchObject({ status: 0 });
    const [, peak = '', rest = ''] =
      /load 2 of 2: .*at most (\d+) goroutines meanwhile, (\d+) at rest/.exec(out) ?? [];
    expect(Number(peak)).toBeGreaterThan(40);
    expect(Number(rest)).toBeLessThan(Number(peak) / 2);
  });
});
