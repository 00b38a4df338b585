// The runtime's own proof on real programs: a leak whose channel nothing reaches is proven, the same leak with its channel
// in a package variable is probable, and every form of the report says which is which and what proof cannot see.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGoService } from '../../demo/go-service.ts';
import { readEnv } from '../../src/config/env.ts';
import type { CaptureCommand } from '../../src/entry/accept.ts';
import { DEFAULT_KINDS } from '../../src/model/target.ts';
import type { Report } from '../../src/report/schema.ts';
import { reportText } from '../../src/report/text.ts';
import { threadMessages } from '../../src/report/thread-messages.ts';
import { captureNow } from '../../src/terminal/capture.ts';
import { pathOf, requires } from '../kit/require.ts';
import { read } from '../report/read-message.ts';
import { terminalOf } from '../terminal/desk.ts';

const MODULE = fileURLToPath(new URL('../check/proof/', import.meta.url));
const BLIND = 'a package variable or anything else alive still reaches';
/** Go 1.27 has the detector by itself, 1.26 where it is built in. */
const RELEASES = [
  ['go1.27.3', ''],
  ['go1.26.8', 'goroutineleakprofile'],
] as const;

interface Looked {
  readonly report: Report;
  readonly text: string;
  readonly thread: string;
  readonly page: string;
}

describe.skipIf(requires('go')).each(RELEASES)('proof by %s', (toolchain, experiment) => {
  const folder = mkdtempSync(join(tmpdir(), 'goleak-proof-'));
  const env = { ...process.env, GOTOOLCHAIN: toolchain, GOEXPERIMENT: experiment, GOWORK: 'off' };
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  // No module proxy, no other Go.
  const isThere = spawnSync(pathOf('go'), ['version'], { cwd: MODULE, env, timeout: 300_000 }).status === 0;
  if (!isThere) process.stderr.write(`skipped: proof by ${toolchain}, which no module proxy hands out\n`);

  async function look(program: string): Promise<Looked> {
    const running = await startGoService(join(folder, program));
    try {
      const html = join(folder, `${program}.html`);
      const command: CaptureCommand = {
        kind: 'capture',
        target: running.url,
        instances: 'one',
        windowMs: 4_000,
        kinds: DEFAULT_KINDS,
        html,
      };
      const report = await captureNow(command, { ...terminalOf().terminal, env: async () => readEnv({}) });
      return {
        report,
        text: reportText(report, { color: false, width: 1_000 }),
        thread: threadMessages(report).flatMap(read).join('\n'),
        page: readFileSync(html, 'utf8'),
      };
    } finally {
      await running.close();
    }
  }

  describe.skipIf(!isThere)('of two leaks', () => {
    let [unreachable, held]: (Looked | undefined)[] = [];
    beforeAll(async () => {
      execFileSync(
        pathOf('go'),
        ['build', '-trimpath', '-buildvcs=false', '-o', `${folder}/`, './unreachable', './held'],
        {
          cwd: MODULE,
          env,
          timeout: 600_000,
        },
      );
      [unreachable, held] = await Promise.all([look('unreachable'), look('held')]);
    }, 700_000);

    it('proves the one that nothing reaches, by two profiles, after everything else', () => {
      const { report } = unreachable ?? {};
      expect(report?.verdict).toMatchObject({ kind: 'goroutine-leak', tier: 'proven' });
      expect(report?.signatures[0]).toMatchObject({
        tier: 'proven',
        proof: { confirmed: expect.any(Number) },
      });
      expect(report?.signatures[0]?.proof?.confirmed).toBeGreaterThan(10);
      expect(report?.proof).toMatchObject({ profiles: 2, unseen: 0 });
      const paths = report?.cost.requests.map(({ path }) => path.replace('/debug/pprof/', '')) ?? [];
      expect(paths.slice(-2)).toEqual(['goroutineleak', 'goroutineleak']);
      expect(paths.slice(0, -2)).not.toContain('goroutineleak');
    });

    it('says that it is proven in the text, the thread and the page', () => {
      const { report, text, thread, page } = unreachable ?? {};
      const says = `Proven leaked by the runtime (2 leak profiles that agree): ${report?.proof?.confirmed}.`;
      for (const form of [text, thread, page]) {
        expect(form).toContain(says);
        expect(form).toContain(BLIND);
        expect(form).toContain('both of two leak profiles');
      }
    });

    it('leaves the one that a package variable reaches probable, with the reason', () => {
      const { report } = held ?? {};
      const [signature] = report?.signatures ?? [];
      expect(report?.verdict).toMatchObject({ kind: 'goroutine-leak', tier: 'probable' });
      expect(signature).toMatchObject({
        tier: 'probable',
        proof: { confirmed: 0, unseen: signature?.count },
      });
      expect(signature?.proof?.because).toContain(
        'still reached by something alive, such as a package variable',
      );
      expect(report?.proof).toMatchObject({ profiles: 2, confirmed: 0, unseen: signature?.count });
    });

    it('says what it cannot see, and why, in the text, the thread and the page', () => {
      const { report, text, thread, page } = held ?? {};
      const count = report?.signatures[0]?.count;
      for (const form of [text, thread, page]) {
        expect(form).toContain(`Proof cannot see ${count} goroutines on chan send in`);
        expect(form).toContain('still reached by something alive, such as a package variable');
        expect(form).toContain(`${count} accused goroutines it can neither prove nor clear`);
        expect(form).toContain(BLIND);
      }
    });
  });
});
