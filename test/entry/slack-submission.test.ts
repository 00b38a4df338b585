import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ACKNOWLEDGE_WITHIN_MS } from '../../src/entry/acknowledge.ts';
import { answered, type Complaints, NOTHING_WRONG } from '../../src/entry/slack-submission.ts';
import { createLog } from '../../src/log.ts';

async function submitted(work: () => Promise<Complaints>): Promise<readonly unknown[]> {
  const heard: unknown[] = [];
  const ack = async (answer?: unknown): Promise<void> => {
    heard.push(answer ?? 'closed');
  };
  const late = async (text: string): Promise<void> => {
    heard.push(`late: ${text}`);
  };
  await answered({ ack, field: 'name', log: createLog('test', 'silent'), id: 'V0VIEW', late }, work);
  return heard;
}

it('leaves a form open with what is wrong beside its fields, and closes it when nothing is', async () => {
  const complaints = { until: 'Choose a day that is not over.', reason: 'Say `why`.' };
  expect(await submitted(async () => complaints)).toEqual([
    { response_action: 'errors', errors: { ...complaints, reason: 'Say why.' } },
  ]);
  expect(await submitted(async () => NOTHING_WRONG)).toEqual(['closed']);
});

it('says afterwards what was found wrong when Slack could not be kept waiting', async () => {
  const slowly = async (): Promise<Complaints> => {
    await sleep(ACKNOWLEDGE_WITHIN_MS + 100);
    return { until: 'Choose a day that is not over.' };
  };
  expect(await submitted(slowly)).toEqual(['closed', 'late: Choose a day that is not over.']);
});
