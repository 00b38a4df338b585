// Two weeks of five services, made up by arithmetic and the same every time: each is ill, or well, in a way of its own.
// The watcher sees every sample, as it would have in production; nothing it says is written here.
import type { KeptVerdict } from '../../src/model/digest.ts';
import type { Sample } from '../../src/watch/sample.ts';

export const MIB = 1024 * 1024;
const DAY = 86_400;
export const DAYS = 14;
/** Seconds between two samples. */
export const EVERY = 300;

export interface MadeUp {
  readonly service: string;
  readonly limitBytes: number;
  readonly owner: string;
  /** What a sample is, so many seconds after the beginning. */
  readonly at: (second: number) => Omit<Sample, 't'>;
  /** What people found by capturing, hours before the digest. */
  readonly verdicts: readonly (Omit<KeptVerdict, 'atMs' | 'reportId'> & { readonly hoursBefore: number })[];
}

/** Load of a day: a wave between 20 and 100 requests a second. */
const load = (second: number): number => 60 - 40 * Math.cos((second / DAY) * 2 * Math.PI);

/** Noise that is the same every time: a percent either way. */
const ripple = (second: number): number => 1 + 0.01 * Math.sin(second * 0.7131) * Math.cos(second * 0.0137);

function sampleOf(
  liveMib: number,
  more: {
    readonly goroutines: number;
    readonly second: number;
    readonly started: number;
    readonly version: string;
    readonly limitBytes: number;
  },
): Omit<Sample, 't'> {
  const { goroutines, second, started, version, limitBytes } = more;
  const live = liveMib * MIB * ripple(second);
  return {
    start_time: started,
    version,
    go_goroutines: Math.round(goroutines),
    HeapAlloc: Math.round(live * 1.3),
    HeapInuse: Math.round(live * 1.4),
    NextGC: Math.round(live * 2),
    RSS: Math.round(live * 1.5 + 40 * MIB),
    GOGC: 100,
    container_limit: limitBytes,
    requests_per_s: load(second),
  };
}

const signature = (func: string, waitReason: string, count: number, firstBuild: string) => ({
  stableId: func,
  func,
  waitReason,
  count,
  firstBuild,
});

export function histories(beganS: number): readonly MadeUp[] {
  const limit = (mib: number): number => mib * MIB;
  return [
    {
      service: 'payments-svc',
      owner: '@payments-oncall',
      limitBytes: limit(512),
      // 0.4 MiB of live heap an hour, and the goroutines that hold it.
      at: (second) =>
        sampleOf(60 + (0.4 * second) / 3_600, {
          goroutines: 120 + (24 * second) / 3_600,
          second,
          started: beganS - DAY,
          version: 'v2.16.1',
          limitBytes: limit(512),
        }),
      verdicts: [
        {
          hoursBefore: 30,
          kind: 'goroutine-leak',
          tier: 'probable',
          summary: '+12 goroutines in 30 s, all blocked on chan send in `ledger.(*Writer).flush`.',
          signatures: [
            signature('github.com/acme/payments/ledger.(*Writer).flush', 'chan send', 7_300, 'v2.16.0'),
          ],
        },
        {
          hoursBefore: 2,
          kind: 'goroutine-leak',
          tier: 'proven',
          summary: 'The runtime reports goroutines that can never run again at `ledger.(*Writer).flush`.',
          signatures: [
            signature('github.com/acme/payments/ledger.(*Writer).flush', 'chan send', 7_980, 'v2.16.0'),
          ],
        },
      ],
    },
    {
      service: 'orders-svc',
      owner: '@orders-team',
      limitBytes: limit(256),
      // A sawtooth: full after twenty hours, killed, begun anew.
      at: (second) => {
        const life = 20 * 3_600;
        const age = second % life;
        return sampleOf(30 + (110 * age) / life, {
          goroutines: 80,
          second,
          started: beganS + second - age,
          version: 'v5.3.0',
          limitBytes: limit(256),
        });
      },
      verdicts: [],
    },
    {
      service: 'search-svc',
      owner: '@search-team',
      limitBytes: limit(1_024),
      // Grew until the new build of yesterday evening.
      at: (second) => {
        const fixedAt = (DAYS - 0.6) * DAY;
        const isFixed = second > fixedAt;
        return sampleOf(isFixed ? 90 : 90 + (260 * second) / fixedAt, {
          goroutines: 200,
          second,
          started: isFixed ? beganS + fixedAt : beganS - DAY,
          version: isFixed ? 'v1.9.1' : 'v1.9.0',
          limitBytes: limit(1_024),
        });
      },
      verdicts: [
        {
          hoursBefore: 40,
          kind: 'heap-leak',
          tier: 'probable',
          summary: '91 % of the growth is allocated in `index.(*Cache).put`; nothing is ever taken out.',
          signatures: [],
        },
        { hoursBefore: 10, kind: 'healthy', summary: 'Nothing grows by itself.', signatures: [] },
      ],
    },
    {
      service: 'gateway',
      owner: '@platform',
      limitBytes: limit(512),
      // Follows the wave of the day.
      at: (second) =>
        sampleOf(40 + 1.2 * load(second), {
          goroutines: 100 + 20 * load(second),
          second,
          started: beganS - DAY,
          version: 'v3.0.4',
          limitBytes: limit(512),
        }),
      verdicts: [
        {
          hoursBefore: 12,
          kind: 'scales-with-load',
          summary: 'Goroutines follow requests: 20 for each of them a second.',
          signatures: [],
        },
      ],
    },
    {
      service: 'ledger-svc',
      owner: '@ledger-team',
      limitBytes: limit(512),
      at: (second) =>
        sampleOf(70, {
          goroutines: 64,
          second,
          started: beganS - DAY,
          version: 'v2.4.0',
          limitBytes: limit(512),
        }),
      verdicts: [{ hoursBefore: 26, kind: 'healthy', summary: 'Nothing grows by itself.', signatures: [] }],
    },
  ];
}
