import { describe, expect, it } from 'vitest';
import { pacedPoster, rememberedPace } from '../../src/deliver/paced.ts';
import type { SlackPoster } from '../../src/deliver/slack.ts';
import { SlackBusy } from '../../src/deliver/slack-call.ts';
import { progressMessage } from '../../src/report/blocks.ts';
import { requestOf } from '../workers/room.ts';

const message = progressMessage(
  requestOf('20261101-a'),
  { stage: 'queued' },
  { instances: [], costSentence: '' },
);

/** A Slack that is busy at first, a memory of what it asked, and what was called. */
function room(busyMs: number) {
  const called: string[] = [];
  const alone = new Map<string, number>();
  const answer = (what: string) => async (): Promise<string> => {
    called.push(what);
    if (called.length === 1) throw new SlackBusy(busyMs);
    return '1.1';
  };
  const slack: SlackPoster = {
    post: answer('post'),
    update: async () => void (await answer('update')()),
    find: answer('find'),
    upload: answer('upload'),
    findUpload: answer('findUpload'),
  };
  const pace = {
    waitMs: async (what: string) => alone.get(what) ?? 0,
    leaveAlone: async (what: string, forMs: number) => void alone.set(what, forMs),
  };
  return { paced: pacedPoster(slack, pace), called, alone };
}

describe('a paced poster', () => {
  it('leaves a method alone in the channel where Slack asked for it, also for other jobs', async () => {
    const { paced, called } = room(3_000);
    await expect(paced.post({ channel: 'C1' }, message, 'a:root')).rejects.toThrow(SlackBusy);
    await expect(paced.post({ channel: 'C1' }, message, 'b:root')).rejects.toMatchObject({
      retryAfterMs: 3_000,
    });
    expect(called).toEqual(['post']);
  });

  it('goes on with other methods, and in other channels', async () => {
    const { paced, called } = room(3_000);
    await expect(paced.post({ channel: 'C1' }, message, 'a:root')).rejects.toThrow(SlackBusy);
    await paced.update('C1', '1.1', message, 'a:root');
    await paced.post({ channel: 'C2' }, message, 'c:root');
    expect(called).toEqual(['post', 'update', 'post']);
  });

  it('is free again when the time is over', async () => {
    const { paced, alone } = room(3_000);
    await expect(paced.post({ channel: 'C1' }, message, 'a:root')).rejects.toThrow(SlackBusy);
    alone.clear();
    expect(await paced.post({ channel: 'C1' }, message, 'a:root')).toBe('1.1');
  });
});

describe('a pace that is remembered', () => {
  it('asks about a free method again after a moment, and knows at once what it was told itself', async () => {
    const clock = { ms: 0 };
    const asked: string[] = [];
    const alone = new Map<string, number>();
    const pace = rememberedPace(
      {
        waitMs: async (what: string) => {
          asked.push(what);
          return alone.get(what) ?? 0;
        },
        leaveAlone: async (what: string, forMs: number) => void alone.set(what, forMs),
      },
      () => clock.ms,
    );
    expect([await pace.waitMs('post C1'), await pace.waitMs('post C1')]).toEqual([0, 0]);
    expect(asked).toEqual(['post C1']);
    alone.set('post C1', 2_000);
    clock.ms = 100;
    expect(await pace.waitMs('post C1')).toBe(2_000);
    alone.delete('post C1');
    expect(await pace.waitMs('post C1')).toBe(0);
    await pace.leaveAlone('post C1', 3_000);
    expect(await pace.waitMs('post C1')).toBe(3_000);
  });
});
