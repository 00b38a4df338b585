// Makes one channel show an incident: one message that is edited, the details of the first capture below it, and at the
// end the picture of before and after. Safe to repeat; only differences are posted.
import type { Flames } from '../model/flame.ts';
import type { Incident } from '../model/incident.ts';
import { type Posted, postOnce } from '../outbox/outbox.ts';
import type { SlackMessage } from '../report/blocks.ts';
import { recoveryPictures } from '../report/charts/pictures.ts';
import type { Report } from '../report/schema.ts';
import type { Place } from './slack.ts';
import { isRefusal, SlackBusy } from './slack-call.ts';
import { postPictures, showDetails, type ThreadPorts, type ThreadState } from './thread.ts';

export interface IncidentThread {
  readonly incident: Incident;
  readonly message: SlackMessage;
  /** The first capture that came to a verdict. */
  readonly first?: ThreadState & { readonly report: Report };
  /** The capture after it got well, and its stacks. */
  readonly after?: Report;
  readonly afterFlames?: Flames;
}

/** @returns the timestamp of its message */
export async function showIncident(
  thread: IncidentThread,
  channel: string,
  ports: ThreadPorts,
): Promise<string> {
  const { incident, message, first, after, afterFlames = {} } = thread;
  const ts = await showMessage(incident, message, channel, ports);
  const place: Place = { channel, threadTs: ts };
  if (first !== undefined) await showDetails(first, first.report, place, ports);
  if (first !== undefined && after !== undefined) {
    const flames = { before: first.flames ?? {}, after: afterFlames };
    const draw = () => recoveryPictures({ before: first.report, after, flames });
    await postPictures('before-and-after', draw, place, ports);
  }
  return ts;
}

async function showMessage(
  { id, closed }: Incident,
  message: SlackMessage,
  channel: string,
  ports: ThreadPorts,
): Promise<string> {
  const content = JSON.stringify(message);
  const { ts, isNew } = await postKeyed(`${id}:root`, 'root', message, { channel }, ports);
  if (!isNew) {
    if ((await ports.shown.load()) === content) return ts;
    // What is heard of a storm is one edit a second; its last word does not wait for that.
    const waitMs = closed === undefined ? await ports.progressTurn(channel) : 0;
    if (waitMs > 0) throw new SlackBusy(waitMs);
    await ports.slack.update(channel, ts, message, `${id}:root`);
  }
  await ports.shown.save(content);
  return ts;
}

/** Posts a message that carries this key, once. */
export function postKeyed(
  key: string,
  step: string,
  message: SlackMessage,
  place: Place,
  { slack, ledger, clock }: Pick<ThreadPorts, 'slack' | 'ledger' | 'clock'>,
): Promise<Posted> {
  return postOnce(
    step,
    {
      post: () => slack.post(place, message, key),
      find: (sinceMs) => slack.find(place, key, sinceMs),
      isRefusal,
    },
    ledger,
    clock,
  );
}
