import { describe, expect, it } from 'vitest';
import { type ChannelFacts, channelLookup } from '../../src/entry/whereabouts.ts';

/** Slack as a list of answers, a clock the test moves, and what was asked. */
function room(...answers: (() => Promise<ChannelFacts>)[]) {
  const asked: string[] = [];
  const trouble: unknown[] = [];
  let nowMs = 0;
  const look = channelLookup({
    ask: async (channel) => {
      asked.push(channel);
      return (answers.length > 1 ? answers.shift() : answers[0])?.();
    },
    onTrouble: (error) => trouble.push(error),
    now: () => nowMs,
  });
  return { look, asked, trouble, pass: (ms: number) => (nowMs += ms) };
}

const member = async (): Promise<ChannelFacts> => ({ is_member: true, name: 'payments' });
const stranger = async (): Promise<ChannelFacts> => ({ is_member: false, name: 'payments' });
const refused = (error: string) => async (): Promise<ChannelFacts> => {
  throw Object.assign(new Error(error), { data: { error } });
};

describe('looking up a channel', () => {
  it('believes for a minute that the bot is in it', async () => {
    const { look, asked, pass } = room(member);
    expect(await look('C1')).toEqual({ isMember: true, name: 'payments' });
    await look('C1');
    expect(asked).toHaveLength(1);
    pass(60_001);
    await look('C1');
    expect(asked).toHaveLength(2);
  });

  it('asks once for many who ask at the same time', async () => {
    const { look, asked } = room(member);
    await Promise.all(Array.from({ length: 50 }, () => look('C1')));
    expect(asked).toHaveLength(1);
  });

  it('asks again for a bot that was not in it', async () => {
    const { look } = room(stranger, refused('channel_not_found'), member);
    expect((await look('C1')).isMember).toBe(false);
    expect((await look('C1')).isMember).toBe(false);
    expect((await look('C1')).isMember).toBe(true);
  });

  it('goes on when Slack cannot say, or says nothing', async () => {
    const broken = room(refused('internal_error'));
    expect(await broken.look('C1')).toEqual({ isMember: true });
    expect(broken.trouble).toHaveLength(1);
    const silent = room(() => new Promise(() => {}));
    expect(await silent.look('C1')).toEqual({ isMember: true });
  });

  it('asks nothing about a direct message', async () => {
    const { look, asked } = room(stranger);
    expect(await look('D1')).toEqual({ isMember: true });
    expect(asked).toEqual([]);
  });
});
