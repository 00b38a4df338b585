// Addresses of messages. Slack makes them from the workspace's own address, which is asked for once: no call a message.
import type { WebClient } from '@slack/web-api';

export interface Linked {
  readonly channel: string;
  readonly ts: string;
  /** The thread it is in, where it is a reply. */
  readonly threadTs?: string;
}

export function openSlackLinks(slack: WebClient): (message: Linked) => Promise<string | undefined> {
  let asked: Promise<string | undefined> | undefined;
  const home = async (): Promise<string | undefined> => {
    asked ??= slack.auth.test().then(({ url }) => url);
    try {
      return await asked;
    } catch {
      asked = undefined;
      return undefined;
    }
  };
  return async ({ channel, ts, threadTs }) => {
    const url = await home();
    if (url === undefined) return undefined;
    const message = `${url.replace(/\/+$/, '')}/archives/${channel}/p${ts.replace('.', '')}`;
    return threadTs === undefined || threadTs === ts
      ? message
      : `${message}?thread_ts=${threadTs}&cid=${channel}`;
  };
}
