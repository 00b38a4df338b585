import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignedTable, displayWidth } from '../../src/report/table.ts';
import { reportText } from '../../src/report/text.ts';
import { sampleReport } from '../kit/report.ts';
import { anyReport } from '../kit/report-arbitraries.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: the program's own colours are looked for
const COLOUR = /\u001b\[[0-9;]+m/g;

describe('reportText', () => {
  it('reads well on a terminal of 100 columns', () => {
    expect(reportText(sampleReport(), { color: false, width: 100 })).toMatchInlineSnapshot(`
      "▲ payments-svc: goroutine leak, proven (confidence 98 %)
      +1,204 goroutines in 30 s, all blocked on chan send in \`ledger.(*Writer).flush\`, created by
      \`ledger.NewWriter\`; heap follows; memory limit reached in about 2 h 10 m.

      Evidence
        ▲ critical the runtime reports 1,216 leaked goroutines at \`ledger.(*Writer).flush\`.
        ▲ critical 1,247 -> 2,482 goroutines in 30 s (+41/s); 97 % of the growth is one signature.
        ◆ warning  in-use heap +12.4 MiB, 10.2 KiB per leaked goroutine.

      Leaking goroutines
        #  Blocked in                                    Waiting on    Count  Growth  Oldest  Tier
        1  payments/ledger.(*Writer).flush               chan send     1,216  +1,204  14 min  proven
        2  retry.(*Backoff[...…tForUpstreamAvailability  select           48     +31   9 min  probable
        3  payments/notify.(*Hub).subscribe.func2        chan receive     12       0          suspect

      Heap sites
        Allocated in                 Where                In use     Growth  Shape
        payments/ledger.NewWriter    ledger/file.go:41  13.6 MiB  +12.4 MiB  leak
        payments/cache.(*Store).Put  cache/file.go:19    6.1 MiB   +102 KiB  cache

      Memory
        Part                      Size  Share  What it is
        live objects          53.4 MiB   48 %  reachable after the last GC
        garbage                9.2 MiB    8 %  waiting for the next GC
        idle, not given back    22 MiB   20 %  free, not yet given back to the system
        goroutine stacks      19.5 MiB   17 %  goroutine stacks
        the runtime            8.1 MiB    7 %  the runtime itself
        Trend: goroutines +2,466/min, heap with garbage +24.6 MiB/min.
        Forecast: memory reaches its limit of 512 MiB in about 2 h 10 m.

      Changes
        What       Change  Name                                               Before → after
        signature  grown   ledger.(*Writer).flush                             12 → 1,216
        signature  grown   retry.(*Backoff[...]).waitForUpstreamAvailability  17 → 48
        site       grown   ledger.NewWriter                                   1.2 MiB → 13.6 MiB
        goroutine  gone    http.(*conn).serve                                 select → none

      Why not something else
        · heap leak: in-use heap grows only as fast as the goroutines that hold it (10.2 KiB each).
        · growth that follows load: \`requests_in_flight\` stayed at 40 through the window.
        · allocation churn: allocation rate is flat at 3.1 MiB/s.

      Next
        Give the send in \`ledger.(*Writer).flush\` (ledger/writer.go:88) a way out: select on ctx.Done(),
        or a buffer of 1.

      Notes
        · Heap figures are sampled (one in 512 KiB) and as of the last GC.

      From payments-svc-1, payments-svc-2, 2 snapshots over 30 s; cost: 1 index page, 2 heap profiles, 2
      full stacks, 1 memory reading: 1.91 MiB in 45 ms of answering, pauses about 11 ms; asked by
      U0ONCALL.
      "
    `);
  });

  it('says little of a healthy service', () => {
    const text = reportText(sampleReport('healthy'), { color: false, width: 100 });
    expect(text.split('\n').slice(0, 2)).toEqual([
      '✓ payments-svc: healthy (confidence 95 %)',
      '212 goroutines and 41 MiB of live heap, both flat for 30 s.',
    ]);
    expect(text).not.toContain('Leaking goroutines');
  });

  it('says of saved files that the service was not asked', () => {
    const report = sampleReport('healthy', { cost: { requests: [], pauseMsEstimate: 0 } });
    const text = reportText(report, { color: false, width: 200 });
    expect(text).toContain('cost: nothing was asked of the service: saved files were read.');
  });

  it('uses colour only when asked, and then says the same', () => {
    const plain = reportText(sampleReport(), { color: false, width: 100 });
    const coloured = reportText(sampleReport(), { color: true, width: 100 });
    expect(plain).not.toMatch(COLOUR);
    expect(coloured).toMatch(COLOUR);
    expect(coloured.replace(COLOUR, '').replaceAll('`', '')).toBe(plain.replaceAll('`', ''));
  });

  it('prints any report within the width and without foreign control sequences', () => {
    fc.assert(
      fc.property(anyReport(), fc.integer({ min: 60, max: 200 }), (report, width) => {
        const text = reportText(report, { color: false, width });
        expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/u);
        for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
      }),
      { numRuns: 60 },
    );
  });
});

describe('alignedTable', () => {
  const columns = [
    { title: 'Name', align: 'left' },
    { title: 'Empty', align: 'left' },
    { title: 'Count', align: 'right' },
  ] as const;

  it('aligns, and leaves out a column nobody fills', () => {
    expect(
      alignedTable(
        columns,
        [
          ['a', '', '1'],
          ['bb', '', '1,000'],
        ],
        40,
      ),
    ).toEqual(['Name  Count', 'a         1', 'bb    1,000']);
  });

  it('takes folders away before letters when it must be narrower', () => {
    const rows = [['payments/ledger.(*Writer).flush', '', '12']];
    expect(alignedTable(columns, rows, 30)[1]).toBe('ledger.(*Writer).flush      12');
    expect(alignedTable(columns, rows, 22)[1]).toBe('ledger…r).flush     12');
  });

  it('counts wide characters as two columns', () => {
    expect(displayWidth('a漢🔥e\u0301')).toBe(6);
    expect(
      alignedTable(
        columns,
        [
          ['漢字', '', '1'],
          ['abc', '', '2'],
        ],
        40,
      ),
    ).toEqual(['Name  Count', '漢字      1', 'abc       2']);
  });
});
