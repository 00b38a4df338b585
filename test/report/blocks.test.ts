import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateBlocks } from '../../demo/workspace/blocks.ts';
import type { CaptureRequest, Progress } from '../../src/model/request.ts';
import {
  failureMessage,
  fullStacksFile,
  progressMessage,
  type SlackMessage,
  threadMessages,
  verdictMessage,
} from '../../src/report/blocks.ts';
import { charactersOf } from '../../src/report/elements.ts';
import * as limit from '../../src/report/limits.ts';
import { sampleReport } from '../kit/report.ts';
import { anyReport, hostileText } from '../kit/report-arbitraries.ts';
import { read } from './read-message.ts';

const request: CaptureRequest = {
  id: 'r1',
  service: 'payments-svc',
  instances: 'all',
  windowMs: 30_000,
  kinds: ['goroutine', 'heap', 'memstats'],
  origin: { door: 'slash', user: 'U0ONCALL', channel: 'C1' },
  acceptedAtMs: 0,
};
const about = {
  instances: ['payments-svc-1', 'payments-svc-2'],
  costSentence: 'about 12 requests per instance, no forced GC',
};

const BUTTONS = { capture_again: 'opaque-1', full_stacks: 'opaque-2', agree_to_price: 'opaque-3' };

describe('the root message of a leak', () => {
  const message = verdictMessage(sampleReport(), {
    buttons: BUTTONS,
    charts: [{ fileId: 'F1', alt: 'memory' }],
  });

  it('says verdict, evidence, signatures, next step and cost, in this order', () => {
    expect(read(message)).toMatchInlineSnapshot(`
      [
        ":rotating_light: *payments-svc: goroutine leak, proven* (confidence 98 %)",
        "+1,204 goroutines in 30 s, all blocked on chan send in \`ledger.(*Writer).flush\`, created by \`ledger.NewWriter\`; heap follows; memory limit reached in about 2 h 10 m.",
        "▲ *critical*  the runtime reports 1,216 leaked goroutines at \`ledger.(*Writer).flush\`.",
        "▲ *critical*  1,247 -&gt; 2,482 goroutines in 30 s (+41/s); 97 % of the growth is one signature.",
        "◆ *warning*  in-use heap +12.4 MiB, 10.2 KiB per leaked goroutine.",
        "*1.* \`payments/ledger.(*Writer).flush\`  *1,216 goroutines, +1,204 in 30 s*",
        "chan send at \`ledger/writer.go:88\` · oldest 14 min · created by \`payments/ledger.NewWriter\` · owner @payments-team",
        "*2.* \`retry.(*Backoff[...])…aitForUpstreamAvailability\`  *48 goroutines, +31 in 30 s*",
        "select at \`retry/backoff.go:132\` · oldest 9 min · created by \`gateway/retry.(*Backoff[...]).Start\` · owner @payments-team",
        "*3.* \`payments/notify.(*Hub).subscribe.func2\`  *12 goroutines, not growing*",
        "chan receive at \`notify/hub.go:203\`",
        "memory",
        "*Next:* Give the send in \`ledger.(*Writer).flush\` (ledger/writer.go:88) a way out: select on ctx.Done(), or a buffer of 1.",
        "2 snapshots over 30 s · cost: 1.91 MiB in 45 ms of answering, pauses about 11 ms · asked by <@U0ONCALL>",
        "Capture again and compare",
        "Full stacks",
      ]
    `);
  });

  it('stands alone as text', () => {
    expect(message.text).toMatchInlineSnapshot(
      `"payments-svc: goroutine leak, proven (confidence 98 %). +1,204 goroutines in 30 s, all blocked on chan send in \`ledger.(*Writer).flush\`, created by \`ledger.NewWriter\`; heap follows; memory limit reached in about 2 h 10 m."`,
    );
  });

  it('offers the next captures under opaque ids', () => {
    const buttons = message.blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
    expect(buttons).toMatchObject([
      { action_id: 'capture_again', value: 'opaque-1' },
      { action_id: 'full_stacks', value: 'opaque-2' },
    ]);
  });

  it('shows the uploaded picture', () => {
    expect(message.blocks).toContainEqual({ type: 'image', slack_file: { id: 'F1' }, alt_text: 'memory' });
  });
});

it('is one green line and the cost for a healthy service', () => {
  const message = verdictMessage(sampleReport('healthy'), { buttons: BUTTONS });
  expect(message.blocks.map(({ type }) => type)).toEqual(['section', 'context']);
  expect(read(message)[0]).toBe(
    ':white_check_mark: *payments-svc is healthy* (confidence 95 %): 212 goroutines and 41 MiB of live heap, both flat for 30 s.',
  );
});

it('says the title once, though the summary repeats it', () => {
  const report = sampleReport();
  report.verdict.summary = 'goroutine leak, proven: +3 goroutines.';
  expect(verdictMessage(report).text).toBe(
    'payments-svc: goroutine leak, proven (confidence 98 %). +3 goroutines.',
  );
});

it('gives the reasons of the first signature where no clue says anything', () => {
  const report = sampleReport();
  const quiet = { ...report, clues: report.clues.map((clue) => ({ ...clue, severity: 'none' as const })) };
  expect(read(verdictMessage(quiet))).toContain('● *notice*  1,204 more than 30 s before');
});

it('says of changes what people can use: signatures, sites, figures with plain names', () => {
  const report = sampleReport();
  const gone = { kind: 'goroutine' as const, status: 'gone' as const, before: 'select', after: null };
  const grown = { kind: 'memory' as const, status: 'grown' as const, id: 'm' };
  const changes = [
    { ...gone, id: '7', label: 'select in github.com/acme/hub/v2.(*Hub).wait' },
    { ...grown, label: 'heapInuse', before: 1_048_576, after: 2_097_152 },
    { ...grown, label: 'mallocs', before: 10, after: 20 },
  ];
  const said = threadMessages({ ...report, changes }).flatMap(read);
  expect(said).toContain('• heap in use: 1 MiB → 2 MiB');
  expect(said.join()).not.toMatch(/mallocs|Hub\)\.wait|heapInuse/);
});

it('says what else was left for the thread', () => {
  const report = sampleReport();
  const [first] = report.signatures;
  if (first) report.signatures = Array.from({ length: 44 }, () => first);
  expect(read(verdictMessage(report))).toContain('… 41 more in the thread');
  expect(read(threadMessages(report)[1] ?? { text: verdictMessage(report).text, blocks: [] })).toContain(
    '… 29 more in the triage file',
  );
});

describe('the root message on its way', () => {
  it.each<[Progress, string]>([
    [{ stage: 'queued' }, '▱▱▱▱▱▱▱▱▱▱▱▱  waiting for a worker'],
    [
      { stage: 'capturing', instancesDone: 1, instancesTotal: 2, what: 'heap profile', passed: 0.1 },
      '▰▰▱▱▱▱▱▱▱▱▱▱  capturing heap profile (instances done: 1 of 2)',
    ],
    [
      { stage: 'waiting', next: 'second', secondsLeft: 15, samples: 4, passed: 0.5 },
      '▰▰▰▰▰▰▱▱▱▱▱▱  second snapshot in 15 s, 4 memory readings so far',
    ],
    [{ stage: 'analysing' }, '▰▰▰▰▰▰▰▰▰▰▰▱  analysing'],
    [{ stage: 'done', reportId: 'r' }, '▰▰▰▰▰▰▰▰▰▰▰▰  done'],
  ])('shows %j', (progress, line) => {
    const lines = read(progressMessage(request, progress, about));
    expect(lines[0]).toBe(':mag: Capturing *`payments-svc`* for 30 s');
    expect(lines[1]).toBe(line);
    expect(lines[2]).toBe(
      'goroutines, heap, memory figures from `payments-svc-1`, `payments-svc-2` · asked by <@U0ONCALL>',
    );
    expect(lines[3]).toBe('Cost to the service: about 12 requests per instance, no forced GC');
  });

  it('ends in a cancel or in a failure with its next step', () => {
    const cancelled = progressMessage(request, { stage: 'cancelled', by: 'U0TWO' }, about);
    expect(cancelled.text).toBe(':black_square_for_stop: Capture of `payments-svc` cancelled by <@U0TWO>.');
    const failed = progressMessage(
      request,
      { stage: 'failed', what: 'It is down.', hint: 'Try `doctor`.' },
      about,
    );
    expect(read(failed)).toEqual([
      ':x: *Capture of `payments-svc` did not succeed*',
      'It is down.',
      'Try `doctor`.',
      'asked by <@U0ONCALL>',
    ]);
  });
});

describe('any report', () => {
  const options = { numRuns: 150 };

  it('fits Slack, and nothing foreign is left unescaped', () => {
    fc.assert(
      fc.property(anyReport(), (report) => {
        const messages = [
          verdictMessage(report, { buttons: BUTTONS, charts: [{ fileId: 'F0123456', alt: report.service }] }),
          ...threadMessages(report),
          ...threadMessages(report, { tables: 'text' }),
        ];
        for (const message of messages) expectSound(message, report.requestedBy);
        expect(threadMessages(report).length).toBeLessThanOrEqual(3);
      }),
      options,
    );
  });

  it('fits Slack on its way and when it fails', () => {
    const progress = fc.oneof<fc.Arbitrary<Progress>[]>(
      fc.record({
        stage: fc.constant('capturing' as const),
        instancesDone: fc.nat(),
        instancesTotal: fc.nat(),
        what: hostileText(),
        passed: fc.double({ noNaN: true }),
      }),
      fc.record({
        stage: fc.constant('waiting' as const),
        next: fc.constantFrom('second' as const, 'third' as const),
        secondsLeft: fc.double({ noNaN: true }),
        samples: fc.nat(),
        passed: fc.double({ noNaN: true }),
      }),
      fc.record({ stage: fc.constant('failed' as const), what: hostileText(), hint: hostileText() }),
      fc.record({ stage: fc.constant('cancelled' as const), by: hostileText() }),
    );
    fc.assert(
      fc.property(
        progress,
        hostileText(),
        fc.array(hostileText(), { maxLength: 30 }),
        (stage, service, instances) => {
          const words = { instances, costSentence: service };
          expectSound(progressMessage({ ...request, service }, stage, words), request.origin.user);
          expectSound(failureMessage({ service, what: service, hint: service, buttons: BUTTONS }), '');
        },
      ),
      options,
    );
  });

  it('writes a stacks file without control characters', () => {
    fc.assert(
      fc.property(anyReport(), (report) => {
        expect(fullStacksFile({ ...report, signatures: report.signatures.slice(0, 5) })).not.toMatch(
          /(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/u,
        );
      }),
      { numRuns: 50 },
    );
  });
});

/** Within every limit, by our own table and by the workspace's; `<` only where we mention who asked. */
function expectSound(message: SlackMessage, asker: string): void {
  expect(validateBlocks(message.blocks)).toEqual([]);
  expect(message.blocks.length).toBeLessThanOrEqual(limit.BLOCKS_PER_MESSAGE);
  expect(charactersOf(message.blocks)).toBeLessThanOrEqual(limit.MESSAGE_CHARACTERS);
  expect(message.text.length).toBeLessThanOrEqual(limit.FALLBACK_TEXT);
  for (const text of mrkdwnOf(message)) {
    const bare = text.replaceAll(`<@${asker}>`, '');
    expect(bare).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/);
    expect(bare).not.toMatch(/[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u);
    expect((bare.match(/`/g) ?? []).length % 2).toBe(0);
  }
}

function mrkdwnOf(message: SlackMessage): string[] {
  const inBlocks = message.blocks.flatMap((block) => {
    if (block.type === 'section') return block.text ? [block.text.text] : [];
    if (block.type !== 'context') return [];
    return block.elements.flatMap((element) => (element.type === 'image' ? [] : [element.text]));
  });
  return [message.text, ...inBlocks];
}
