import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analyse/analyse.ts';
import type { GoroutineDump } from '../../src/model/goroutine.ts';
import { drawDump, stacks } from '../kit/stacks.ts';
import { CONTEXT, dumpsOf, heapOf, MIB, quiet, seriesOf } from './series.ts';

const FURNITURE = `
  main.main → net/http.(*Server).Serve ×1 #1                          [IO wait]
  net/http.(*Server).Serve go net/http.(*conn).serve ×20 #100         [IO wait, by 1]
  main.startPool go main.worker ×40 #200                              [chan receive, by 1, chan 7]
`;

function service(more: string): GoroutineDump {
  return drawDump(FURNITURE + more);
}

const verdictOf = (dumps: readonly GoroutineDump[], apart = 30) =>
  analyse([seriesOf(dumpsOf(...dumps), apart)], CONTEXT);

describe('goroutine leaks', () => {
  it('names the blocked function, its creator and the growth in one sentence', () => {
    const at = (n: number) => service(`main.handle go main.flush:31 ×${n} #1000 [chan send, by 900]`);
    const { verdict, signatures } = verdictOf([at(10), at(60), at(110)]);
    expect(verdict.kind).toBe('goroutine-leak');
    expect(verdict.tier).toBe('probable');
    expect(verdict.summary).toMatchInlineSnapshot(
      `"goroutine leak, probable: +100 goroutines in 1 m 00 s, all blocked on chan send in \`main.flush\`, created by \`main.handle\`."`,
    );
    expect(signatures.map((s) => s.frames[0]?.func)).toEqual(['main.flush']);
    expect(signatures[0]).toMatchObject({ count: 110, delta: 100, status: 'grown', perMinute: 100 });
    expect(verdict.whyNot.map((rival) => rival.kind)).toEqual(
      expect.arrayContaining(['churn', 'fragmentation', 'scales-with-load']),
    );
  });

  it('finds one goroutine in five seconds between twenty connections', () => {
    const at = (n: number) => service(`main.watchAll go main.watch ×${n} #1000 [select, by 900]`);
    const { verdict } = verdictOf([at(3), at(6), at(9)], 15);
    expect(verdict.kind).toBe('goroutine-leak');
  });

  it('gives no all-clear where forty new ones block at one place, and names them when they stay', () => {
    const none = service('');
    const forty = service('main.handle go main.flush ×40 #1000 [chan send, by 900]');
    expect(verdictOf([none, forty]).verdict).toMatchObject({ kind: 'inconclusive' });
    expect(verdictOf([none, forty]).verdict.summary).toContain('goroutine leak is possible');
    expect(verdictOf([none, forty, none]).verdict.kind).toBe('healthy');
    const more = service('main.handle go main.flush ×80 #1000 [chan send, by 900]');
    expect(verdictOf([none, forty, more]).verdict.kind).toBe('goroutine-leak');
  });

  it('gives an all-clear where forty new ones wait for the network', () => {
    const none = service('');
    const forty = service('net/http.(*Server).Serve go main.read ×40 #1000 [IO wait, by 900]');
    expect(verdictOf([none, forty]).verdict.kind).toBe('healthy');
  });

  it('finds sixty that were left behind at start and never moved again', () => {
    const at = service('main.handle go main.flush ×60 #1000 [chan send, by 900]');
    expect(verdictOf([at, at, at]).verdict.kind).toBe('goroutine-leak');
  });

  it('finds one in five seconds over two minutes, and sixty in a service of two hundred', () => {
    const slow = (n: number) => service(`main.watchAll go main.watch ×${n} #1000 [select, by 900]`);
    expect(verdictOf([slow(2), slow(14), slow(26)], 60).verdict.kind).toBe('goroutine-leak');
    const crowd = 'main.startMailers go main.mailer ×80 #3000 [chan receive, by 1, chan 9]';
    const sixty = (n: number) =>
      service(`${crowd}\nmain.handle go main.flush ×${n} #1000 [chan send, by 900]`);
    const { verdict, signatures } = verdictOf([sixty(20), sixty(40), sixty(60)]);
    expect(verdict.kind).toBe('goroutine-leak');
    expect(signatures.map(({ frames }) => frames[0]?.func)).toEqual(['main.flush']);
  });

  it('finds fifty that leak among twenty thousand that come, go and stand', () => {
    const lively = (from: number) =>
      Array.from(
        { length: 40 },
        (_, at) => `main.serve go main.step${at} ×250 #${from + at * 250} [select, by 901]`,
      ).join('\n');
    const standing = 'main.startPool go main.idle ×10000 #2000 [chan receive, by 1, chan 8]';
    const at = (n: number, from: number) =>
      service(`${standing}\n${lively(from)}\nmain.handle go main.await ×${n} #1000 [chan receive, by 900]`);
    const { verdict, signatures } = verdictOf([at(10, 20_000), at(30, 40_000), at(50, 60_000)]);
    expect(verdict.kind).toBe('goroutine-leak');
    expect(signatures.map(({ frames }) => frames[0]?.func)).toEqual(['main.await']);
  });

  it('calls what the runtime marked proven', () => {
    const at = service('main.handle go main.flush ×2 #1000 [chan receive, leaked]');
    const { verdict, signatures } = verdictOf([at, at]);
    expect(verdict).toMatchObject({ kind: 'goroutine-leak', tier: 'proven' });
    expect(signatures[0]?.because.join()).toContain('runtime marks');
  });

  it('lists client connections whose response bodies stay open', () => {
    const at = (n: number) =>
      service(
        `net/http.(*Transport).dialConn go net/http.(*persistConn).readLoop ×${n} #1000 [select, by 900]`,
      );
    const { signatures } = verdictOf([at(10), at(40), at(70)]);
    expect(signatures[0]?.hint).toContain('Close every response body');
  });
});

describe('healthy services are not accused', () => {
  const healthy: readonly [string, readonly string[]][] = [
    ['a pool from boot', ['', '', '']],
    [
      'short-lived requests whose number rises',
      [
        'main.serve go main.lookup ×20 #1000 [sleep, by 900]',
        'main.serve go main.lookup ×60 #3000 [sleep, by 900]',
        'main.serve go main.lookup ×90 #6000 [sleep, by 900]',
      ],
    ],
    [
      'a pool that fills to its cap',
      [
        'main.submit go main.run ×40 #1000 [chan receive, by 900, chan 3]',
        'main.submit go main.run ×60 #1000 [chan receive, by 900, chan 3]',
        'main.submit go main.run ×60 #1000 [chan receive, by 900, chan 3]',
      ],
    ],
    [
      'a batch that drains',
      [
        'main.batch go main.job ×150 #1000 [chan send, by 900]',
        'main.batch go main.job ×90 #1060 [chan send, by 900]',
        'main.batch go main.job ×30 #1120 [chan send, by 900]',
      ],
    ],
    [
      'workers seen at work between two waits',
      [
        'main.submit go main.run ×30 #1000 [sleep, by 900]',
        'main.submit go main.run ×30 #1000 [chan receive, by 900]',
        'main.submit go main.run ×30 #1000 [chan receive, by 900]',
      ],
    ],
  ];
  it.each(healthy)('%s', (_, [a = '', b = '', c = '']) => {
    const { verdict, signatures } = verdictOf([service(a), service(b), service(c)]);
    expect(verdict.kind).toBe('healthy');
    expect(verdict.tier).toBeUndefined();
    expect(signatures).toEqual([]);
  });

  it('says scales-with-load when goroutines follow a connection gauge one to one', () => {
    const counts = [50, 90, 140];
    const moments = counts.map((n) => ({
      goroutines: service(`main.accept go main.session ×${n} #1000 [select, by 3]`),
      memory: [quiet({ gauges: { open_connections: n + 4 } })],
    }));
    const { verdict, signatures } = analyse([seriesOf(moments, 30)], CONTEXT);
    expect(verdict.kind).toBe('scales-with-load');
    expect(verdict.summary).toContain('`open_connections` (1 for each, r = 1.00)');
    expect(signatures).toEqual([]);
  });
});

describe('deadlocks', () => {
  it('says deadlock for flat counts behind locks, and names the likely holder', () => {
    const at = stacks`
      main.main → net/http.(*Server).Serve #1                                        [IO wait]
      main.handle go main.(*store).get → sync.(*Mutex).Lock ×5 #100                  [sync.Mutex.Lock, by 50]
      main.handle go main.(*store).put ×1 #90                                        [chan send, by 50]
    `;
    const { verdict, clues, signatures } = verdictOf([at, at, at]);
    expect(verdict.kind).toBe('deadlock');
    expect(signatures.map((s) => s.frames[0]?.func)).toEqual(
      expect.arrayContaining(['main.(*store).get', 'main.(*store).put']),
    );
    expect(clues.find((clue) => clue.clue === 'lock-holder')?.text).toContain('store).put');
  });

  it('believes the runtime when it found all goroutines asleep', () => {
    const goroutines: GoroutineDump = {
      ...stacks`
        main.main #1                       [chan receive]
        main.main go main.produce #18      [semacquire, by 1]
      `,
      preamble: { kind: 'fatal-error', text: 'fatal error: all goroutines are asleep - deadlock!' },
    };
    const { verdict } = analyse([seriesOf([{ goroutines }], 30)], CONTEXT);
    expect(verdict).toMatchObject({ kind: 'deadlock', tier: 'proven' });
  });
});

it('does not take a convoy behind a busy lock for a deadlock', () => {
  const at = (first: number) =>
    service(`main.start go main.(*hot).bump → sync.(*Mutex).Lock ×20 #${first} [sync.Mutex.Lock, by 1]
      main.start go main.(*hot).bump ×1 #${first === 1000 ? 1020 : 1000} [sleep, by 1]`);
  const { verdict, signatures } = verdictOf([at(1000), at(1001), at(1000)]);
  expect(verdict.kind).toBe('healthy');
  expect(signatures).toEqual([]);
});

describe('memory', () => {
  const calm = service('');
  const moment = (leaked: number, more: Parameters<typeof quiet>[0]) => ({
    goroutines: calm,
    heap: heapOf(
      { func: 'main.remember', inuse: leaked, alloc: leaked },
      { func: 'main.render', inuse: MIB, alloc: 500 * MIB },
    ),
    memory: [quiet(more)],
  });

  it('finds the site that keeps what it allocates', () => {
    const { verdict, heap } = analyse(
      [
        seriesOf(
          [10, 40, 70].map((mib, k) =>
            moment(mib * MIB, { nextGC: 2 * (mib + 4) * MIB, heapAlloc: (mib + 6) * MIB, numGC: 20 + 4 * k }),
          ),
          30,
        ),
      ],
      CONTEXT,
    );
    expect(verdict.kind).toBe('heap-leak');
    expect(verdict.summary).toContain('main.remember');
    expect(heap?.sites[0]).toMatchObject({ shape: 'leak', deltaBytes: 60 * MIB, perMinute: 60 * MIB });
  });

  it('does not accuse a cache that has filled', () => {
    const { verdict, heap } = analyse(
      [
        seriesOf(
          [10, 50, 50].map((mib, k) =>
            moment(mib * MIB, { nextGC: 2 * (mib + 4) * MIB, heapAlloc: (mib + 6) * MIB, numGC: 20 + 4 * k }),
          ),
          30,
        ),
      ],
      CONTEXT,
    );
    expect(verdict.kind).toBe('healthy');
    expect(heap?.sites[0]?.shape).toBe('cache');
  });

  it('does not compare profiles with no collection between them', () => {
    const { verdict, clues } = analyse(
      [
        seriesOf(
          [10, 30, 60].map((mib) => moment(mib * MIB, { numGC: 20 })),
          30,
        ),
      ],
      CONTEXT,
    );
    expect(verdict.kind).not.toBe('heap-leak');
    expect(clues.some((clue) => clue.clue === 'heap-unchanged')).toBe(true);
  });

  const kinds: readonly [string, (k: number) => Parameters<typeof quiet>[0]][] = [
    ['churn', (k) => ({ totalAlloc: (100 + k * 9000) * MIB, numGC: 20 + k * 300 })],
    [
      'fragmentation',
      () => ({ heapInuse: 300 * MIB, heapAlloc: 90 * MIB, sys: 400 * MIB, nextGC: 120 * MIB }),
    ],
    [
      'gc-pressure',
      (k) => ({
        heapAlloc: 97 * MIB,
        nextGC: 100 * MIB,
        heapInuse: 99 * MIB,
        numGC: 20 + k * 200,
        gcCPUFraction: 0.3,
      }),
    ],
    ['off-heap-growth', (k) => ({ rss: (60 + 30 * k) * MIB })],
  ];
  it.each(kinds)('recognises %s', (kind, more) => {
    const moments = [0, 1, 2].map((k) => ({ goroutines: calm, memory: [quiet(more(k))] }));
    const { verdict } = analyse([seriesOf(moments, 30)], CONTEXT);
    expect(verdict.kind).toBe(kind);
  });

  it('puts every resident byte in one band of the waterfall', () => {
    const { memory } = analyse(
      [seriesOf([{ goroutines: calm, memory: [quiet({ rss: 50 * MIB })] }], 30)],
      CONTEXT,
    );
    expect(memory.waterfall.reduce((sum, band) => sum + band.bytes, 0)).toBe(50 * MIB);
  });
});

describe('too little material', () => {
  it.each([0, 1])('says inconclusive with %d snapshots, and what would settle it', (n) => {
    const { verdict } = analyse([seriesOf(dumpsOf(...[service('')].slice(0, n)), 30)], CONTEXT);
    expect(verdict.kind).toBe('inconclusive');
    expect(verdict.nextStep).toContain('at least two snapshots');
  });

  it('has a verdict for no series at all', () => {
    expect(analyse([], CONTEXT).verdict.kind).toBe('inconclusive');
  });

  it('compares only the snapshots of one life of the process', () => {
    const at = (n: number, first: number) =>
      service(`main.handle go main.flush ×${n} #${first} [chan send, by 900]`);
    const moments = dumpsOf(at(10, 1000), at(50, 1000)).map((part, k) => ({
      ...part,
      memory: [quiet({ processStart: 1_000 + k * 500 })],
    }));
    const analysis = analyse([seriesOf(moments, 30)], CONTEXT);
    expect(analysis.restarts).toHaveLength(1);
    expect(analysis.verdict.kind).toBe('inconclusive');
  });

  it('does not clear a service from a dump that was cut off', () => {
    const cut = { ...service(''), truncated: true };
    expect(verdictOf([cut, cut]).verdict.kind).toBe('inconclusive');
  });
});

describe('several instances', () => {
  it('sums signatures by stable id and takes the worst well-founded verdict', () => {
    const at = (n: number) => service(`main.handle go main.flush ×${n} #1000 [chan send, by 900]`);
    const ill = seriesOf(dumpsOf(at(10), at(60), at(110)), 30, 'payments-1');
    const well = seriesOf(dumpsOf(service(''), service(''), service('')), 30, 'payments-2');
    const worse = seriesOf(dumpsOf(at(20), at(80), at(140)), 30, 'payments-3');
    const { verdict, signatures, instances } = analyse([well, ill, worse], CONTEXT);
    expect(instances).toEqual(['payments-2', 'payments-1', 'payments-3']);
    expect(verdict.kind).toBe('goroutine-leak');
    expect(verdict.summary).toContain('Measured on payments-1, the worst; seen on 2 of 3 instances.');
    expect(signatures).toHaveLength(1);
    expect(signatures[0]).toMatchObject({ count: 250, delta: 220 });
  });
});

it('answers the same, bit for bit, for the same input', () => {
  const at = (n: number) => service(`main.handle go main.flush ×${n} #1000 [chan send, by 900]`);
  const once = () => JSON.stringify(verdictOf([at(10), at(60), at(110)]));
  expect(once()).toBe(once());
});
