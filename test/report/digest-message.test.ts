import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateBlocks } from '../../demo/workspace/blocks.ts';
import { digestRows } from '../../src/digest/content.ts';
import type { DigestContent, ServiceFacts } from '../../src/model/digest.ts';
import { digestChart } from '../../src/report/charts/digest.ts';
import { digestDetails, digestMessage, digestPreview, sparkline } from '../../src/report/digest-message.ts';
import { charactersOf } from '../../src/report/elements.ts';
import { FALLBACK_TEXT, MESSAGE_CHARACTERS } from '../../src/report/limits.ts';
import { DAY_MS, factsOf, MIB, memoryBefore, verdictOf } from '../kit/digests.ts';
import { hostileText } from '../kit/report-arbitraries.ts';

const NOW = Date.UTC(2026, 10, 26, 8);
const hostile = hostileText(400);

function contentOf(services: readonly ServiceFacts[], more: Partial<DigestContent> = {}): DigestContent {
  const about = { id: 'all', key: '2026-11-26T09:00:00', atMs: NOW, zone: 'Europe/Berlin', skipped: [] };
  return { ...about, rows: digestRows(services, NOW), withheld: 0, ...more };
}

const signature = {
  stableId: 'a',
  func: 'github.com/acme/payments/ledger.(*Writer).flush',
  waitReason: 'chan send',
  count: 1_216,
  firstSeenMs: NOW - 3 * DAY_MS,
  firstBuild: 'v2.16.0',
};
const SERVICES = [
  factsOf('payments-svc', {
    owner: '@payments-oncall',
    limitBytes: 512 * MIB,
    memory: memoryBefore(NOW, 14 * 24, (before) => 480 - before),
    verdicts: [
      verdictOf('goroutine-leak', NOW - 2 * DAY_MS, {
        tier: 'probable',
        signatures: [{ ...signature, count: 400 }],
      }),
      verdictOf('goroutine-leak', NOW - 1, {
        tier: 'proven',
        signatures: [signature],
        summary: 'blocked in `flush`',
      }),
    ],
    detections: [
      {
        atMs: NOW - 2,
        instance: 'payments-svc-1',
        tier: 'probable',
        because: 'heap +1.2 MiB an hour',
        forecast: { lowMs: NOW + 26 * 3_600_000, highMs: null },
      },
    ],
    restarts: 2,
    build: 'v2.16.1',
  }),
  factsOf('ledger-svc', {
    memory: memoryBefore(NOW, 72, () => 40),
    verdicts: [verdictOf('healthy', NOW - 1)],
  }),
];

describe('a digest', () => {
  it('is one green line on a morning on which all is well', () => {
    const { blocks } = digestMessage(contentOf(SERVICES.slice(1)));
    expect(blocks).toHaveLength(1);
    expect(JSON.stringify(blocks)).toMatch(
      /:white_check_mark: \*Memory digest of .*: all is well · `ledger-svc`/,
    );
  });

  it('says how each service stands, worst first, and why in the thread', () => {
    const content = contentOf(SERVICES, {
      lateMs: 720_000,
      skipped: [{ key: '2026-11-24T09:00:00' }, { key: '2026-11-25T09:00:00' }],
      withheld: 1,
    });
    const words = (message: unknown) => JSON.stringify(message).match(/"text":"[^"]+"/g);
    expect(words(digestMessage(content).blocks)).toMatchInlineSnapshot(`
      [
        ""text":":bar_chart: *Memory digest of 2026-11-26 09:00 Europe/Berlin*\\n1 needs somebody, 1 is well"",
        ""text":"▲ *\`payments-svc\`* ↗ ▃▄▄▄▅▅▆▆▆▇▇███  *goroutine leak, proven, worse than yesterday*\\nup to 480 MiB of 512 MiB, +24 MiB on the day before · limit in 26 h at the earliest · 2 restarts since yesterday · build \`v2.16.1\` · @payments-oncall"",
        ""text":"○ well: \`ledger-svc\`"",
        ""text":"Late by 12 m 00 s: nobody was there to send it."",
        ""text":"Skipped: 2026-11-24 09:00, 2026-11-25 09:00."",
        ""text":"1 service may not be shown in this channel."",
      ]
    `);
    expect(digestDetails(content).flatMap(({ blocks }) => words(blocks))).toMatchInlineSnapshot(`
      [
        ""text":"*\`payments-svc\`*\\nNow: Blocked in \`flush\`\\nYesterday: It is goroutine-leak\\n• \`payments/ledger.(*Writer).flush\` chan send, 1,216 goroutines, first seen in build \`v2.16.0\`, since 2026-11-23\\nWatched: \`payments-svc-1\` heap +1.2 MiB an hour"",
      ]
    `);
    expect(digestPreview(content)).toMatchInlineSnapshot(`
      [
        "Memory digest of 2026-11-26 09:00 Europe/Berlin: 1 needs somebody, 1 is well",
        "▲ payments-svc  ↗ ▃▄▄▄▅▅▆▆▆▇▇███  goroutine leak, proven, worse than yesterday; up to 480 MiB of 512 MiB, +24 MiB on the day before",
        "○ ledger-svc  → ···········▂▂▂  healthy; up to 40 MiB, as the day before",
        "1 service may not be shown in this channel.",
      ]
    `);
  });

  it('names slots that were skipped, and of many the first and the last', () => {
    const keys = Array.from({ length: 40 }, (_, at) => ({
      key: `2026-11-26T08:00:${String(at).padStart(2, '0')}`,
    }));
    expect(digestMessage(contentOf([], { skipped: keys.slice(0, 1) })).text).toContain(
      'Skipped: 2026-11-26 08:00.',
    );
    expect(digestMessage(contentOf([], { skipped: keys })).text).toContain(
      'Skipped: 40 from 2026-11-26 08:00 to 2026-11-26 08:00:39.',
    );
  });

  it('draws fourteen days, and nothing of a single one', () => {
    expect(digestChart(contentOf(SERVICES))?.data.labels).toHaveLength(14);
    expect(
      digestChart(contentOf([factsOf('new', { memory: memoryBefore(NOW, 3, () => 1) })])),
    ).toBeUndefined();
  });

  it('stays within what Slack takes, and foreign text stays text, whatever is known', () => {
    const kind = fc.constantFrom('goroutine-leak', 'healthy', 'inconclusive', 'deadlock', 'scales-with-load');
    const facts = fc.record({
      service: hostile,
      owner: hostile,
      restarts: fc.nat(),
      build: hostile,
      memory: fc.array(fc.record({ atMs: fc.integer({ min: 0, max: NOW }), bytes: fc.nat() }), {
        maxLength: 30,
      }),
      detections: fc.array(
        fc.record({
          atMs: fc.integer({ min: NOW - DAY_MS, max: NOW }),
          instance: hostile,
          tier: fc.constantFrom('probable', 'suspect'),
          because: hostile,
        }),
        { maxLength: 4 },
      ),
      verdicts: fc.array(
        fc.record({
          atMs: fc.integer({ min: NOW - 3 * DAY_MS, max: NOW }),
          reportId: fc.string(),
          kind,
          tier: fc.constantFrom('proven', 'suspect'),
          summary: hostile,
          signatures: fc.array(
            fc.record({
              stableId: fc.string(),
              func: hostile,
              waitReason: hostile,
              count: fc.nat(),
              firstBuild: hostile,
            }),
            { maxLength: 6 },
          ),
        }),
        { maxLength: 3 },
      ),
    });
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 60 }), hostile, (services, zone) => {
        const content = contentOf(services as ServiceFacts[], { zone });
        for (const { text, blocks } of [digestMessage(content), ...digestDetails(content)]) {
          expect(text.length).toBeLessThanOrEqual(FALLBACK_TEXT);
          expect(charactersOf(blocks)).toBeLessThanOrEqual(MESSAGE_CHARACTERS);
          expect(validateBlocks(blocks)).toEqual([]);
          expect(JSON.stringify(blocks)).not.toMatch(/<[!@#h]/);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('a sparkline', () => {
  it('begins at zero and leaves a dot for a day without samples', () => {
    expect(sparkline([undefined, 100, 100, 50, 0])).toBe('·██▄▁');
    expect(sparkline([100, 98, undefined, 101])).toBe('▂▂·▂');
    expect(sparkline([])).toBe('');
    expect(sparkline([0, 0])).toBe('▁▁');
  });
});
