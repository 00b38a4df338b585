import { describe, expect, it } from 'vitest';
import { fullStacksFile, type ThreadStyle, threadMessages, verdictMessage } from '../../src/report/blocks.ts';
import { sampleReport } from '../kit/report.ts';
import { read } from './read-message.ts';

describe('the thread', () => {
  it('holds at most three messages, each a part of its own', () => {
    const messages = threadMessages(sampleReport());
    expect(messages.map(({ text }) => text)).toMatchInlineSnapshot(`
      [
        "Why: goroutine leak, proven. Give the send in \`ledger.(*Writer).flush\` (ledger/writer.go:88) a way out: select on ctx.Done(), or a buffer of 1.",
        "3 leaking goroutine signatures, 2 heap sites",
        "Memory, changes and footnotes",
      ]
    `);
    expect(messages.map(({ blocks }) => blocks.map(({ type }) => type))).toEqual([
      ['section', 'section', 'section', 'section'],
      ['section', 'table', 'section'],
      ['section', 'section', 'section', 'context'],
    ]);
  });

  it('is one message where nothing leaks, without calls that come and go', () => {
    const leaking = sampleReport();
    const calm = { ...leaking, signatures: [], verdict: { ...leaking.verdict, kind: 'healthy' as const } };
    const whole = threadMessages(calm);
    expect(whole).toHaveLength(1);
    const titles = whole.flatMap(read).filter((line) => /^\*.*\*/.test(line));
    expect(titles.map((line) => line.split('*')[1])).toEqual([
      'What was measured',
      'Why not something else',
      'Also seen',
      'Next step',
      'Heap sites by growth',
      'Where the memory is',
      'Look yourself',
    ]);
  });

  it('is several messages where one would be too large for Slack', () => {
    const leaking = sampleReport();
    const [clue] = leaking.clues;
    const because = '<&>'.repeat(130);
    const talkative = {
      ...leaking,
      signatures: [],
      clues: clue ? Array.from({ length: 8 }, () => ({ ...clue, text: because })) : [],
      verdict: {
        ...leaking.verdict,
        kind: 'inconclusive' as const,
        whyNot: Array.from({ length: 6 }, () => ({ kind: 'heap-leak' as const, because })),
      },
      problems: Array.from({ length: 5 }, () => ({ code: 'x', text: '<&>'.repeat(80) })),
      also: Array.from({ length: 3 }, () => ({ ...leaking.verdict, summary: because })),
      memory: {
        ...leaking.memory,
        waterfall: leaking.memory.waterfall.flatMap((band) =>
          Array.from({ length: 8 }, () => ({ ...band, source: because, note: because })),
        ),
      },
      restarts: Array.from({ length: 5 }, (_, at) => ({
        instance: '<&>'.repeat(26),
        because: `${at}${because}`,
        at,
      })),
      ...(leaking.heap && {
        heap: {
          ...leaking.heap,
          sites: leaking.heap.sites.flatMap((site) => [site, site, site]),
        },
      }),
      changes: Array.from({ length: 8 }, (_, at) => ({
        kind: 'site' as const,
        id: String(at),
        status: 'grown' as const,
        label: because,
        before: 1,
        after: 2,
      })),
    };
    expect(threadMessages(talkative).length).toBeGreaterThan(1);
  });

  it('calls owners who are to be told, and nobody else', () => {
    const [signature] = sampleReport().signatures;
    const told = signature ? [{ group: 'S012AB3CD', signature }] : [];
    const lines = (style?: ThreadStyle) => threadMessages(sampleReport(), style).flatMap(read);
    const calls = (style?: ThreadStyle) => lines(style).filter((line) => line.includes('<!'));
    expect(calls({ told })).toEqual(['<!subteam^S012AB3CD>: `payments/ledger.(*Writer).flush` is yours.']);
    expect(calls()).toEqual([]);
  });

  it('shows the signature table as text where tables are refused', () => {
    const [, message] = threadMessages(sampleReport(), { tables: 'text' });
    expect(message?.blocks.map(({ type }) => type)).toEqual(['section', 'section', 'section']);
    expect(
      read(message ?? { text: verdictMessage(sampleReport()).text, blocks: [] }).slice(1, 6),
    ).toMatchInlineSnapshot(`
      [
        "\`\`\`",
        "#  Blocked in                                    Where                 Waiting on    Count  Growth  Oldest",
        "1  payments/ledger.(*Writer).flush               ledger/writer.go:88   chan send     1,216  +1,204  14 min",
        "2  retry.(*Backoff[...…tForUpstreamAvailability  retry/backoff.go:132  select           48     +31   9 min",
        "3  payments/notify.(*Hub).subscribe.func2        notify/hub.go:203     chan receive     12       0",
      ]
    `);
  });

  it('gives the command that compares the two heaps', () => {
    const lines = threadMessages(sampleReport('heap-leak')).flatMap(read);
    expect(lines).toContain(
      'go tool pprof -http=: -diff_base=payments-svc-1.0.heap.pb.gz payments-svc-1.1.heap.pb.gz',
    );
  });
});

it('prints every stack whole', () => {
  expect(fullStacksFile(sampleReport()).split('\n').slice(0, 18)).toMatchInlineSnapshot(`
    [
      "payments-svc: goroutine leak, proven",
      "+1,204 goroutines in 30 s, all blocked on chan send in \`ledger.(*Writer).flush\`, created by \`ledger.NewWriter\`; heap follows; memory limit reached in about 2 h 10 m.",
      "payments-svc-1, payments-svc-2, 2 snapshots over 30 s",
      "",
      "#1  1,216 goroutines (+1,204), chan send, oldest 14 min, proven, holds 12.1 MiB, owner @payments-team",
      "id 4be0a7719c33d012",
      "labels route=/v1/charge",
      "- the runtime itself reports these goroutines as leaked",
      "- 1,204 more than 30 s before",
      "- oldest has waited 14 min",
      "github.com/acme/payments/ledger.(*Writer).flush",
      "    /build/payments/ledger/writer.go:88",
      "github.com/acme/payments/ledger.(*Writer).Append.func1",
      "    /build/payments/ledger/writer.go:61",
      "created by github.com/acme/payments/ledger.NewWriter",
      "    /build/payments/ledger/writer.go:41",
      "",
      "Hint: A send on an unbuffered channel blocks for ever when the receiver has gone: give it a buffer of 1 or select on ctx.Done().",
    ]
  `);
});
