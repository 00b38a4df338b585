import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../../demo/stage.ts';
import { auditFolder } from '../../src/audit/trail.ts';
import { verifyTrail } from '../../src/audit/verify.ts';
import { readDecisions } from '../../src/audit/words.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { requires } from '../kit/require.ts';
import {
  CHANNEL,
  filesOf,
  finishedThread,
  ON_CALL,
  openTestStage,
  rootSaying,
  roots,
  types,
} from '../kit/stage.ts';

const WINDOW_S = 10;

describe.skipIf(requires('redis') || requires('go'))(
  'a capture, from the typed command to the thread',
  () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await openTestStage();
    }, 180_000);
    afterAll(() => stage?.close());

    it('ends in one root message with the verdict, charts, signatures and artefacts in its thread', async () => {
      await types(stage, `/goleak capture payments-svc for ${WINDOW_S}s`);
      const root = await rootSaying(stage, /goroutine leak/, 60_000);
      const files = await finishedThread(stage, root.ts);

      expect(roots(stage)).toHaveLength(1);
      expect(root.text).toContain('ledger.(*Writer).flush');
      expect(root.text).toContain('created by');
      const stages = root.revisions.map(({ text }) => text);
      expect(stages.join('\n')).toMatch(/Capturing .*\n(.*\n)*.*second snapshot in/);

      expect(files.filter((name) => name.endsWith('.png'))).toEqual([
        'memory-and-goroutines.png',
        'signatures.png',
        'heap-flame.png',
      ]);
      expect(files.filter((name) => /^report_\d{8}_\d{4}\.html$/.test(name))).toHaveLength(1);
      expect(files.filter((name) => name.endsWith('-goroutines.txt'))).toHaveLength(2);
      const replies = stage.workspace.thread(CHANNEL, root.ts).length - 1;
      expect(replies).toBeLessThanOrEqual(5);

      const triage = stage.workspace.files().find(({ name }) => name.startsWith('triage_'));
      const bytes = stage.workspace.fileBytes(triage?.id ?? '');
      const report = reportSchema.parse(JSON.parse(Buffer.from(bytes ?? []).toString()));
      expect(report.verdict.kind).toBe('goroutine-leak');
      expect(report.signatures[0]?.frames[0]?.func).toBe('example.com/payments/ledger.(*Writer).flush');
      expect(report.signatures[0]?.createdBy?.func).toBe('example.com/payments/ledger.(*Writer).Post');
      expect(report.signatures[0]?.delta).toBeGreaterThan(50);
      expect(triage?.name).toMatch(/^triage_\d{8}_\d{4}\.json$/);
    }, 120_000);

    it('captures again and compares in the same thread when the button is pressed', async () => {
      const root = roots(stage)[0];
      if (!root) throw new Error('the first capture left no root message');
      const before = stage.workspace.thread(CHANNEL, root.ts).length;
      await stage.workspace.click({
        channel: CHANNEL,
        ts: root.ts,
        actionId: 'capture_again',
        user: ON_CALL,
      });
      const again = await stage.workspace.waitFor(
        () =>
          stage.workspace
            .thread(CHANNEL, root.ts)
            .slice(before)
            .find(({ text }) => /goroutine leak/.test(text)),
        60_000,
      );
      expect(again.threadTs).toBe(root.ts);
      expect(JSON.stringify(again.blocks)).toContain('Since the capture before');
      expect(roots(stage)).toHaveLength(1);
      await stage.workspace.waitFor(
        () => filesOf(stage, root.ts).filter((name) => name.startsWith('triage_')).length === 2,
        20_000,
      );
    }, 120_000);

    it('posts the full stacks once, however often the button is pressed', async () => {
      const root = roots(stage)[0];
      if (!root) throw new Error('the first capture left no root message');
      const press = () =>
        stage.workspace.click({ channel: CHANNEL, ts: root.ts, actionId: 'full_stacks', user: ON_CALL });
      await press();
      await stage.workspace.waitFor(() => filesOf(stage, root.ts).includes('stacks.txt'), 20_000);
      await press();
      await types(stage, '/goleak services');
      await stage.workspace.waitFor(
        () => stage.workspace.ephemerals().some(({ text }) => text.includes('ledger-svc')),
        10_000,
      );
      expect(filesOf(stage, root.ts).filter((name) => name === 'stacks.txt')).toHaveLength(1);
    }, 60_000);

    it('clears the healthy service in one line', async () => {
      await types(stage, `/goleak capture ledger-svc for ${WINDOW_S}s`);
      const root = await rootSaying(stage, /ledger-svc.*healthy/i, 60_000);
      expect(root.text).not.toContain('leak,');
      expect(root.blocks.length).toBeLessThanOrEqual(3);
    }, 90_000);

    it('leaves an unbroken audit, with one acceptance and one outcome for each capture', async () => {
      const folder = auditFolder(join(stage.home, 'kept'));
      expect(verifyTrail(folder).faults).toEqual([]);
      const decisions = readDecisions(folder, { most: 1_000 });
      const requests = [...new Set(decisions.flatMap(({ request }) => request ?? []))];
      expect(requests.length).toBeGreaterThanOrEqual(3);
      expect(decisions.filter(({ why }) => why === 'full-stacks')).toHaveLength(2);
      for (const id of requests) {
        const told = decisions.filter(({ request, what }) => request === id && what !== 'pressed');
        expect(told.map(({ what }) => what)).toEqual(['accepted', 'captured']);
        expect(told[1]).toMatchObject({ who: ON_CALL, cost: { requests: expect.any(Number) } });
        expect(told[1]?.artefacts).toMatch(/^[0-9a-f]{64}$/);
      }
    });

    it('answers a mention in its thread', async () => {
      await types(stage, '@goleak capture ledger-svc for 2s');
      const mention = stage.workspace
        .messages(CHANNEL)
        .findLast(({ text }) => text.includes('capture ledger-svc for 2s'));
      const answer = await stage.workspace.waitFor(
        () =>
          stage.workspace
            .thread(CHANNEL, mention?.ts ?? '')
            .find(({ text, metadata }) => metadata && /ledger-svc/.test(text)),
        30_000,
      );
      expect(answer.threadTs).toBe(mention?.ts);
    }, 60_000);
  },
);
