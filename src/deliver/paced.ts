// A poster that honours what Slack asked of another one: a rate limit is of a method in a channel, not of the job that
// met it, so no other job of any worker calls that method there before the time is over.
import type { Place, SlackPoster } from './slack.ts';
import { SlackBusy } from './slack-call.ts';

export interface Pace {
  readonly waitMs: (what: string) => Promise<number>;
  readonly leaveAlone: (what: string, forMs: number) => Promise<void>;
}

/** Wraps a poster. Its functions throw SlackBusy, without a call, while Slack is to be left alone. */
export function pacedPoster(slack: SlackPoster, pace: Pace): SlackPoster {
  const paced = async <Value>(method: string, channel: string, run: () => Promise<Value>): Promise<Value> => {
    const what = `${method} ${channel}`;
    const waitMs = await pace.waitMs(what);
    if (waitMs > 0) throw new SlackBusy(waitMs);
    try {
      return await run();
    } catch (error) {
      if (error instanceof SlackBusy) await pace.leaveAlone(what, error.retryAfterMs);
      throw error;
    }
  };
  const look = ({ threadTs }: Place): string => (threadTs === undefined ? 'history' : 'replies');
  return {
    post: (place, message, key) => paced('post', place.channel, () => slack.post(place, message, key)),
    update: (channel, ts, message, key) =>
      paced('update', channel, () => slack.update(channel, ts, message, key)),
    find: (place, key, sinceMs) => paced(look(place), place.channel, () => slack.find(place, key, sinceMs)),
    upload: (place, files, announce) =>
      paced('upload', place.channel, () => slack.upload(place, files, announce)),
    findUpload: (place, fileIds, sinceMs) =>
      paced(look(place), place.channel, () => slack.findUpload(place, fileIds, sinceMs)),
  };
}
