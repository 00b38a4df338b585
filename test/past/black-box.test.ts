import { describe, expect, it } from 'vitest';
import type { KeptPair } from '../../src/model/black-box.ts';
import { type BlackBoxPorts, lastLifeOf, recall } from '../../src/past/black-box.ts';
import { EMPTY_ROLL_UP, type RollUp, rollUp } from '../../src/watch/roll-up.ts';
import type { Sample } from '../../src/watch/sample.ts';
import type { InstanceState } from '../../src/watch/state.ts';
import { watch } from '../../src/watch/watcher.ts';
import { sampleReport } from '../kit/report.ts';

const MIB = 1024 * 1024;
const LIMIT = 512 * MIB;
const START = Date.UTC(2026, 10, 26, 3) / 1000;

/** A sample a minute, as the sampler keeps them. */
function sampled(samples: readonly Sample[]): { state: InstanceState; kept: RollUp } {
  let state: InstanceState | undefined;
  let kept = EMPTY_ROLL_UP;
  for (const sample of samples) {
    const watched = watch(state, sample);
    state = watched.state;
    kept = rollUp(kept, { ...watched, sample });
  }
  if (!state) throw new Error('no samples');
  return { state, kept };
}
const rising = (minutes: number, from = 300): Sample[] =>
  Array.from({ length: minutes }, (_, at) => ({
    t: START + at * 60,
    instance: 'pod-1',
    start_time: START - 100,
    RSS: (from + at * 10) * MIB,
    go_goroutines: 1_000 + at,
    container_limit: LIMIT,
    version: 'v2.14',
  }));
const pair = (about: Partial<KeptPair>): KeptPair => ({
  reportId: 'r-1',
  atMs: START * 1000,
  kind: 'heap-leak',
  tier: 'probable',
  confidence: 0.9,
  summary: 'the cache never forgets',
  nextStep: 'give it a bound',
  bytes: 10,
  ...about,
});
function ports(samples: readonly Sample[], pairs: readonly KeptPair[]): BlackBoxPorts {
  const { state, kept } = sampled(samples);
  return {
    blackBox: { pairs: async (_, instance) => (instance === 'pod-1' ? pairs : []) },
    history: {
      load: async () => kept,
      state: async ({ instance }) => (instance === 'pod-1' ? state : undefined),
      instances: async () => [
        { instance: 'pod-2', t: state.last.t + 30 },
        { instance: 'pod-1', t: state.last.t },
      ],
      detections: async () => [
        {
          t: START + 60,
          instance: 'pod-1',
          kind: 'heap_leak',
          tier: 'probable',
          forecast: { low: START + 1_200, high: null },
          because: 'it grows',
        },
      ],
      missing: async () => new Map([['pod-1', { t: START + 1_260, says: 'nothing listens' }]]),
    },
  };
}

describe('what is known of an instance that is gone', () => {
  it('is its newest pair, its last sample with what was before it, and what was forecast', async () => {
    const known = await recall(
      'svc',
      ['pod-3', 'pod-1'],
      ports(rising(20), [pair({}), pair({ reportId: 'r-0' })]),
    );
    const atMs = (START + 19 * 60) * 1000;
    expect(known).toMatchObject({
      instance: 'pod-1',
      pair: { reportId: 'r-1' },
      samples: {
        atMs,
        residentBytes: 490 * MIB,
        limitBytes: LIMIT,
        goroutines: 1_019,
        build: 'v2.14',
        earlier: { atMs: START * 1000 },
        forecast: { lowMs: (START + 1_200) * 1000, highMs: null },
      },
      silentSinceMs: (START + 1_260) * 1000,
      other: { instance: 'pod-2' },
    });
    // Histories are kept to a seventh of a percent.
    expect((known?.samples?.earlier?.residentBytes ?? 0) / MIB).toBeCloseTo(300, 0);
    expect(known?.samples?.began).toBeUndefined();
  });

  it('is nothing where it was neither captured nor watched', async () => {
    expect(await recall('svc', ['pod-3'], ports(rising(2), []))).toBeUndefined();
  });
});

describe('the life before', () => {
  const killed = [
    ...rising(20),
    { t: START + 1_230, instance: 'pod-1', start_time: START + 1_200, RSS: 40 * MIB, container_limit: LIMIT },
  ];
  const reportOf = (at: number, memory: object = {}) => ({
    ...sampleReport('healthy', { id: 'now', service: 'svc' } as never),
    instances: ['pod-1'],
    window: { from: at * 1000, to: at * 1000 + 30_000, seconds: 30, snapshots: 2 },
    memory: { samples: [{ source: 'prometheus', atMs: at * 1000, ...memory }], slopes: {}, waterfall: [] },
  });
  const lifeOf = async (at: number, samples: readonly Sample[], memory: object = {}, pairs = [pair({})]) => {
    const { state } = sampled(samples);
    return lastLifeOf(reportOf(at, memory), new Map([['pod-1', state]]), ports(samples, pairs));
  };

  it('is told when the sampler has seen the new process', async () => {
    expect(await lifeOf(START + 1_500, killed)).toMatchObject({
      how: 'killed',
      pair: { reportId: 'r-1' },
      samples: { atMs: (START + 19 * 60) * 1000, limitBytes: LIMIT },
    });
  });

  it('is told when the capture is the first to see it', async () => {
    const fresh = { processStart: START + 1_200, rss: 40 * MIB };
    expect(await lifeOf(START + 1_210, rising(20), fresh)).toMatchObject({
      how: 'killed',
      atMs: (START + 1_200) * 1000,
      samples: { residentBytes: 490 * MIB },
    });
  });

  it('is none when the process is the same, when it was well, or when that was long ago', async () => {
    const same = { processStart: START - 100, rss: 480 * MIB };
    expect(await lifeOf(START + 1_210, rising(20), same)).toBeUndefined();
    const well = [pair({ kind: 'healthy' })];
    const small = rising(20, 10);
    const fresh = { processStart: START + 1_200, rss: 40 * MIB };
    expect(await lifeOf(START + 1_210, small, fresh, well)).toBeUndefined();
    expect(await lifeOf(START + 1_210, small, fresh)).toMatchObject({ how: 'restart' });
    expect(await lifeOf(START + 3 * 86_400, killed)).toBeUndefined();
  });
});
