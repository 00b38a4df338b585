// A poster that honours what Slack asked of another one: a rate limit is of a method in a channel, not of the job that
// met it, so no other job of any worker calls that method there before the time is over.
import type { Place, SlackPoster } from './slack.ts';
import { SlackBusy } from './slack-call.ts';

export interface Pace {
  readonly waitMs: (what: string) => Promise<number>;
  readonly leaveAlone: (what: string, forMs: number) => Promise<void>;
}

/** What was free a moment ago is not asked about again: whoever calls then is told by Slack itself. */
const FREE_MS = 100;
const MAX_REMEMBERED = 1_000;

/** The same pace, asked of Redis less often; what this process was told to leave alone holds at once. */
export function rememberedPace<Store extends Pace>(pace: Store, now: () => number): Store {
  const freeAtMs = new Map<string, number>();
  return {
    ...pace,
    waitMs: async (what) => {
      if (now() - (freeAtMs.get(what) ?? Number.NEGATIVE_INFINITY) < FREE_MS) return 0;
      const waitMs = await pace.waitMs(what);
      if (freeAtMs.size >= MAX_REMEMBERED) freeAtMs.clear();
      if (waitMs === 0) freeAtMs.set(what, now());
      return waitMs;
    },
    leaveAlone: async (what, forMs) => {
      freeAtMs.delete(what);
      await pace.leaveAlone(what, forMs);
    },
  };
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
