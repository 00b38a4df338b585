// Shows a digest: one message in the channel, the details and the picture in its thread, each of them once. Knows
// nothing of queues or of Redis.
import { Failure } from '../failure.ts';
import type { DigestContent } from '../model/digest.ts';
import { type Clock, type Ledger, type Posted, postOnce } from '../outbox/outbox.ts';
import { digestChart, digestChartAlt } from '../report/charts/digest.ts';
import { CHART_SIZE } from '../report/charts/size.ts';
import { digestDetails, digestMessage } from '../report/digest-message.ts';
import type { SlackMessage } from '../report/elements.ts';
import { fileName, plain } from '../report/foreign.ts';
import type { ChartRenderer } from './charts.ts';
import type { Place, SlackPoster, Upload } from './slack.ts';
import { isRefusal } from './slack-call.ts';

export interface DigestPorts {
  readonly slack: SlackPoster;
  readonly renderChart: ChartRenderer;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Rejects when somebody else may be posting it by now. */
  readonly mayPost: () => Promise<void>;
}

const TITLE = 'Memory of the last fourteen days';
const MAX_TITLE = 120;
/** Slack dates messages by a clock of its own, and a digest twice is worse than a longer look. */
const LOOK_FURTHER_MS = 600_000;

/** `digest:payments-svc:2026-11-26T09:00:00`; the messages of its thread have one word more. */
export function digestKey(id: string, slot: string, part?: string): string {
  return `digest:${id}:${slot}${part === undefined ? '' : `:${part}`}`;
}

/**
 * Safe to repeat after any crash. The thread's parts do not keep the channel's message back.
 * @throws Failure when Slack will not have the message, SlackBusy when it wants to wait
 */
export async function showDigest(content: DigestContent, channel: string, ports: DigestPorts): Promise<void> {
  const root = await post(
    'root',
    digestKey(content.id, content.key),
    digestMessage(content),
    { channel },
    ports,
  );
  const thread: Place = { channel, threadTs: root.ts };
  const parts = [
    () => postChart(content, thread, ports),
    ...digestDetails(content).map((message, at) => () => {
      const step = `detail-${at}`;
      return post(step, digestKey(content.id, content.key, step), message, thread, ports);
    }),
  ];
  for (const part of parts) {
    try {
      await part();
    } catch (error) {
      // A scope that is missing costs the picture, not the digest.
      if (!(error instanceof Failure) || error.retry !== 'never') throw error;
    }
  }
}

function post(
  step: string,
  key: string,
  message: SlackMessage,
  place: Place,
  { slack, ledger, clock, mayPost }: DigestPorts,
): Promise<Posted> {
  return postOnce(
    step,
    {
      post: async () => {
        await mayPost();
        return slack.post(place, message, key);
      },
      find: (sinceMs) => slack.find(place, key, sinceMs - LOOK_FURTHER_MS),
      isRefusal,
    },
    ledger,
    clock,
  );
}

async function postChart(content: DigestContent, thread: Place, ports: DigestPorts): Promise<void> {
  const { slack, renderChart, ledger, clock, mayPost } = ports;
  const config = digestChart(content);
  if (!config || (await ledger.posting('chart')).state === 'sent') return;
  const { png } = await renderChart(config, CHART_SIZE);
  const file: Upload = {
    name: fileName('memory-by-day.png'),
    title: plain(TITLE, MAX_TITLE),
    altText: digestChartAlt(content),
    bytes: png,
  };
  let isAnnounced = false;
  await postOnce(
    'chart',
    {
      post: async (annotate) => {
        await mayPost();
        return slack.upload(thread, [file], async (fileIds) => {
          await annotate(fileIds);
          isAnnounced = true;
        });
      },
      find: async (sinceMs, fileIds) =>
        fileIds === undefined ? undefined : slack.findUpload(thread, fileIds, sinceMs - LOOK_FURTHER_MS),
      // What was uploaded is seen by nobody until it is announced and shared.
      isRefusal: (error) => !isAnnounced || isRefusal(error),
    },
    ledger,
    clock,
  );
}
