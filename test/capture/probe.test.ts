import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/capture/fetch.ts';
import { planSteps } from '../../src/capture/plan.ts';
import { captureInstance } from '../../src/capture/run.ts';
import { Failure } from '../../src/failure.ts';
import type { StepRecord } from '../../src/model/capture.ts';
import { type CaptureKind, DEFAULT_KINDS, DEFAULT_PERMISSIONS, type Probe } from '../../src/model/target.ts';
import { tar } from '../kit/tar.ts';

const CLUES = {
  'goroutine-text': ['goroutines.txt.gz', gzipSync('goroutine 1 [running]:\nmain.main()\n')],
  memstats: ['memstats.json', '{"memstats":{"HeapAlloc":1}}'],
  runtime: ['runtime.txt', '/gc/heap/live:bytes 1\n'],
  host: ['host.prom', 'process_resident_memory_bytes 1\n'],
  heap: ['heap.pb.gz', gzipSync('heap')],
  goroutine: ['goroutine.pb.gz', gzipSync('goroutine')],
} as const;

function answer({ leftOut }: { readonly leftOut?: string } = {}): Uint8Array {
  const names = Object.keys(CLUES) as (keyof typeof CLUES)[];
  const taken = names.filter((name) => leftOut === undefined || name !== 'goroutine-text');
  const clues = names.map((clue, at) => ({
    clue,
    fromNs: at * 1_000,
    toNs: at * 1_000 + 900,
    ...(taken.includes(clue) ? { file: CLUES[clue][0] } : { leftOut }),
  }));
  const manifest = {
    schema: 'goleak.probe/v1',
    beganUnixNs: '1795787400000000000',
    goroutines: 20,
    gcDuring: 0,
    clues,
  };
  return tar([['clues.json', JSON.stringify(manifest)], ...taken.map((name) => CLUES[name])]);
}

/** A service whose probe gives one answer after another; the last of them again and again. */
function world(
  answers: readonly (Uint8Array | Failure | 'killed')[],
  options: { goroutines?: number; kinds?: readonly CaptureKind[]; probe?: Partial<Probe> } = {},
) {
  const { goroutines = 20, kinds = DEFAULT_KINDS, probe = {} } = options;
  let now = 1_000_000;
  let asked = 0;
  const log: string[] = [];
  const kept: StepRecord[] = [];
  const fetch: Fetch = async (_instance, endpoint) => {
    log.push(endpoint);
    const fromMs = now++;
    const isProbe = endpoint.startsWith('probe');
    const given = isProbe ? answers[Math.min(asked++, answers.length - 1)] : undefined;
    if (given === 'killed') throw new Error('killed');
    if (given instanceof Failure) throw given;
    const index = `<tr><td>${goroutines}</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>`;
    const plain = endpoint === 'index' ? index : endpoint === 'vars' ? '{"memstats":{}}' : 'bytes';
    const bytes = given ?? new TextEncoder().encode(plain);
    return { bytes, contentType: '', span: { fromMs, toMs: now }, path: `/${endpoint}` };
  };
  const capture = () =>
    captureInstance(
      {
        name: 'p-1',
        pprofUrl: 'http://h:1/debug/pprof',
        probe: { url: 'http://h:1/debug/goleak', ...probe },
      },
      { steps: planSteps(kinds, 5_000), allow: DEFAULT_PERMISSIONS },
      {
        fetch,
        now: () => now,
        sleep: async (ms) => {
          now += ms;
        },
        earlier: [...kept],
        keep: async (record, _bytes, before = []) => {
          kept.push(...before, record);
          return record;
        },
        progress: () => {},
        signal: new AbortController().signal,
      },
    );
  return { capture, log, kept };
}

const refused = (status: number) =>
  new Failure('target_refused', { instance: 'p-1', url: 'h:1/debug/goleak', status });
const ONE_BY_ONE = ['goroutine', 'goroutine-text', 'heap'];

describe('a service with a probe', () => {
  it('is asked once for all clues of a snapshot, and each is kept as if it had been asked for', async () => {
    const { capture, log, kept } = world([answer()]);
    await capture();
    expect(log.filter((endpoint) => endpoint === 'probe')).toHaveLength(2);
    expect(log.filter((endpoint) => ONE_BY_ONE.includes(endpoint) || endpoint === 'vars')).toEqual([]);
    const first = kept.filter(({ snapshot, file }) => snapshot === 0 && file);
    expect(first.map(({ id, file }) => [id, file])).toEqual([
      ['process-0', 'process-0.prom'],
      ['goroutine-text-0', 'goroutines.txt'],
      ['goroutine-0', 'goroutine.pb.gz'],
      ['heap-0', 'heap.pb.gz'],
      ['memory-runtime-0', 'memory-runtime-0.txt'],
      ['process-host-0', 'process-host-0.prom'],
      ['memory-0', 'memory-0.json'],
    ]);
    expect(first.find(({ id }) => id === 'heap-0')?.inside).toEqual({
      beganMs: 1_795_787_400_000,
      fromNs: 4_000,
      toNs: 4_900,
    });
    // The cost line has one question, not six.
    expect(kept.filter(({ path }) => path === '/probe')).toHaveLength(2);
  });

  it.each([
    ['is not there', refused(404)],
    ['knows another token', refused(401)],
    ['was asked too often', refused(429)],
    ['sends half an archive', answer().subarray(0, 2_048)],
  ])('whose probe %s is asked one by one, and it is said', async (_, given) => {
    const { capture, log, kept } = world([given]);
    await capture();
    for (const endpoint of [...ONE_BY_ONE, 'vars']) expect(log).toContain(endpoint);
    expect(kept.find(({ id }) => id === 'probe-0')?.problem).toContain('one by one');
  });

  it('that was only guessed at is not missed', async () => {
    const { capture, log, kept } = world([refused(404)], { probe: { isGuess: true } });
    await capture();
    expect(log).toContain('goroutine-text');
    expect(kept.flatMap(({ problem }) => problem || [])).toEqual([]);
  });

  it('is not asked for full stacks above what the gate allows', async () => {
    const leftOut = 'not asked for';
    const { capture, log, kept } = world([answer({ leftOut })], { goroutines: 2_001 });
    await capture();
    expect(log.filter((endpoint) => endpoint.startsWith('probe'))).toEqual(['probe-light', 'probe-light']);
    expect(log).not.toContain('goroutine-text');
    expect(kept.find(({ id }) => id === 'goroutine-text-0')).toMatchObject({
      skipped: true,
      offer: { what: 'full stacks' },
    });
  });

  it('whose own cap left full stacks out is not asked for them by the back door', async () => {
    const { capture, log, kept } = world([
      answer({ leftOut: '20 goroutines: full stacks are written up to 10' }),
    ]);
    await capture();
    expect(log).not.toContain('goroutine-text');
    expect(kept.find(({ id }) => id === 'goroutine-text-0')?.problem).toContain('writes stacks up to 10');
  });

  it('is not asked twice for a snapshot that an earlier attempt has', async () => {
    const { capture, log } = world([answer(), 'killed', answer()]);
    await expect(capture()).rejects.toThrow('killed');
    await capture();
    expect(log.filter((endpoint) => endpoint === 'probe')).toHaveLength(3);
  });

  it('is asked one by one when only some of the clues are wanted', async () => {
    const { capture, log } = world([answer()], { kinds: ['heap'] });
    await capture();
    expect(log.filter((endpoint) => endpoint.startsWith('probe'))).toEqual([]);
  });
});
