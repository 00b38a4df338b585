// Children that misbehave in every way, and the real one: what becomes of the capture, the pool and the memory.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { readCaptures } from '../../src/analysis.ts';
import { createLog } from '../../src/log.ts';
import type { StepRecord } from '../../src/model/capture.ts';
import { openCaptureStore } from '../../src/store/captures.ts';
import type { CaptureQuestion } from '../../workers/analyse.child.ts';
import { type AnalysisChildren, openAnalysisChildren } from '../../workers/analysis-children.ts';
import type { Limits } from '../../workers/watched-child.ts';

const MISBEHAVING = new URL('./children/misbehaving.mjs', import.meta.url);
const PARENT = fileURLToPath(new URL('./children/parent.ts', import.meta.url));
const LIMIT_MS = 60_000;
const ID = '20261123-aaaaaaaaaaaa';
const never = new AbortController().signal;

const open: AnalysisChildren[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const children of open.splice(0)) await children.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function children(options: { script?: URL; limits?: Partial<Limits>; atOnce?: number } = {}) {
  const kills: string[] = [];
  const opened = openAnalysisChildren({
    log: createLog('test', 'silent'),
    onKill: (why) => kills.push(why),
    ...options,
  });
  open.push(opened);
  const ask = (question: Partial<CaptureQuestion>, signal = never) =>
    opened.analyse({ service: 'payments-svc', question: { ...EMPTY, ...question } }, signal);
  return { ask, kills };
}

const EMPTY: CaptureQuestion = {
  home: '/nowhere',
  id: ID,
  captured: [],
  context: { firstParty: [], fallbackIntervalMs: 30_000 },
};

/** A store that holds one snapshot of one instance. */
async function kept(file: string, bytes: Uint8Array): Promise<CaptureQuestion> {
  const home = mkdtempSync(join(tmpdir(), 'goleak-child-'));
  folders.push(home);
  const record: StepRecord = {
    id: 'goroutine-text-0',
    snapshot: 0,
    file,
    fromMs: 1_000,
    toMs: 1_010,
    bytes: bytes.byteLength,
    pauseMsEstimate: 0,
  };
  await openCaptureStore(home).keep(ID, 'payments-1', record, bytes);
  return { ...EMPTY, home, captured: [{ instance: 'payments-1', records: [record] }] };
}

const DUMP = Buffer.from(
  Array.from(
    { length: 200 },
    (_, index) =>
      `goroutine ${index + 1} [chan send, 12 minutes]:\nmain.worker(0xc000012345)\n\t/src/main.go:12 +0x1d\ncreated by main.main in goroutine 1\n\t/src/main.go:5 +0x2a\n`,
  ).join('\n'),
);

describe('a child that misbehaves costs its capture the verdict and nobody else anything', () => {
  it.each([
    ['loop', { wallClockMs: 5_000 }, 'it took longer than 5 s, at payments-1/0/heap.pb.gz.', 'too-slow'],
    ['buffers', { rssBytes: 256 * 1024 ** 2 }, 'it needed more than 256 MiB of memory, at', 'too-big'],
    ['heap', { heapMib: 64 }, 'of memory, at payments-1/0/heap.pb.gz.', 'too-big'],
    ['exit', {}, 'ended by itself (exit status 7), at payments-1/0/heap.pb.gz', 'died'],
    ['abort', {}, 'ended by itself (SIGABRT)', 'died'],
    ['kill', {}, 'ended by itself (SIGKILL)', 'died'],
    ['throw', {}, 'the analysis itself has a fault', 'threw'],
    ['large', {}, 'its result was too large', 'too-large'],
  ])(
    '%s',
    async (id, limits, words, why) => {
      const { ask, kills } = children({ script: MISBEHAVING, limits, atOnce: 1 });
      await expect(ask({ id })).rejects.toThrow(words);
      expect(kills).toEqual([why]);
      // The place is free again, and the next child is a new one.
      await expect(ask({ id: 'exit' })).rejects.toMatchObject({ code: 'analysis_died', retry: 'later' });
    },
    LIMIT_MS,
  );

  it('is killed at once when nobody wants the answer any more', async () => {
    const { ask, kills } = children({ script: MISBEHAVING });
    const stop = new AbortController();
    const asked = ask({ id: 'loop' }, stop.signal);
    setTimeout(() => stop.abort(new Error('this worker is leaving')), 300);
    await expect(asked).rejects.toThrow('this worker is leaving');
    expect(kills).toEqual([]);
  });

  it('says so when there is no such child', async () => {
    const { ask } = children({ script: new URL('./children/absent.mjs', import.meta.url) });
    await expect(ask({})).rejects.toMatchObject({ code: 'analysis_died' });
  });
});

describe('the analysis in a child', () => {
  it(
    'reads the same as in this process, twice by one child',
    async () => {
      const question = await kept('goroutines.txt', DUMP);
      const { ask } = children({ atOnce: 1 });
      const first = await ask(question);
      const here = readCaptures(
        [
          {
            ...(question.captured[0] as CaptureQuestion['captured'][number]),
            snapshots: await openCaptureStore(question.home).snapshots(ID, 'payments-1'),
            earlier: [],
          },
        ],
        question.context,
      );
      expect(first).toEqual(here);
      const again = performance.now();
      expect(await ask(question)).toEqual(here);
      expect(performance.now() - again).toBeLessThan(1_000);
    },
    LIMIT_MS,
  );

  it(
    'names the file that was too much for it, and leaves it where it is',
    async () => {
      const question = await kept('goroutines.txt.gz', gzipSync(Buffer.alloc(200 * 1024 ** 2, DUMP)));
      const { ask } = children({ limits: { rssBytes: 220 * 1024 ** 2 } });
      await expect(ask(question)).rejects.toThrow(
        /payments-svc could not be analysed, so there is no verdict: it .* payments-1\/0\/goroutines.txt.gz\./,
      );
      const [[file] = []] = await openCaptureStore(question.home).snapshots(ID, 'payments-1');
      expect(file?.bytes.byteLength).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  it(
    'keeps the worker small while a dump of 60 MiB is read',
    async () => {
      const question = await kept('goroutines.txt', Buffer.alloc(60 * 1024 ** 2, DUMP));
      const { ask } = children();
      const before = process.memoryUsage().rss;
      let peak = 0;
      const look = setInterval(() => {
        peak = Math.max(peak, process.memoryUsage().rss);
      }, 20);
      const { artefacts } = await ask(question);
      clearInterval(look);
      expect(artefacts).toMatchObject([{ bytes: 60 * 1024 ** 2 }]);
      expect(peak - before).toBeLessThan(64 * 1024 ** 2);
    },
    LIMIT_MS,
  );
});

describe.skipIf(!existsSync('/proc'))('a parent killed by SIGKILL leaves no orphan', () => {
  it.each([
    ['busy in a loop', MISBEHAVING.href, { ...EMPTY, id: 'loop' }],
    ['idle', '', EMPTY],
  ])(
    'when the child is %s',
    async (_, script, question) => {
      const parent = spawn(process.execPath, ['--import', 'tsx', PARENT, script, JSON.stringify(question)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const pids = await printedChildren(parent);
      expect(pids).toHaveLength(1);
      expect(pids.every(isAlive)).toBe(true);
      parent.kill('SIGKILL');
      await once(parent, 'exit');
      for (let waited = 0; waited < 5_000 && pids.some(isAlive); waited += 50) await sleep(50);
      expect(pids.filter(isAlive)).toEqual([]);
    },
    LIMIT_MS,
  );
});

async function printedChildren(parent: ChildProcess): Promise<number[]> {
  let printed = '';
  for await (const chunk of parent.stdout ?? []) {
    printed += String(chunk);
    const [, pids] = /^children (.*)\n/m.exec(printed) ?? [];
    if (pids !== undefined) return pids.split(' ').map(Number);
  }
  throw new Error('the parent ended early');
}

/** A process that has ended but was not yet collected by its new parent is no orphan. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}
