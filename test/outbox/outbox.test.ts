import { describe, expect, it } from 'vitest';
import { type Ledger, type Posting, postOnce } from '../../src/outbox/outbox.ts';

class Crash extends Error {}
class Refused extends Error {}
const isRefusal = (error: unknown): boolean => error instanceof Refused;

/** A thread that remembers what was posted, and a ledger that survives crashes. */
function world() {
  const posted: string[] = [];
  const looks: string[] = [];
  const memory = new Map<string, Posting>();
  const ledger: Ledger = {
    posting: async (step) => memory.get(step) ?? { state: 'absent' },
    claim: async (step, sinceMs) => {
      const before = memory.get(step) ?? { state: 'absent' };
      if (before.state === 'absent') memory.set(step, { state: 'intent', sinceMs });
      return before;
    },
    annotate: async (step, sinceMs, note) => {
      memory.set(step, { state: 'intent', sinceMs, note });
    },
    sent: async (step, ts) => {
      memory.set(step, { state: 'sent', ts });
    },
    withdraw: async (step) => {
      memory.delete(step);
    },
  };
  const clock = { now: () => 1_000, sleep: async () => {} };
  const attempt = (crash: 'before' | 'after' | 'refused' | 'never' = 'never') =>
    postOnce(
      'root',
      {
        post: async () => {
          if (crash === 'before') throw new Crash();
          if (crash === 'refused') throw new Refused();
          posted.push('root');
          if (crash === 'after') throw new Crash();
          return `ts-${posted.length}`;
        },
        find: async () => {
          looks.push('root');
          return posted.length > 0 ? 'ts-1' : undefined;
        },
        isRefusal,
      },
      ledger,
      clock,
    );
  return { posted, looks, attempt, memory };
}

describe('the outbox', () => {
  it('posts once and then only remembers', async () => {
    const { posted, attempt } = world();
    expect((await attempt()).ts).toBe('ts-1');
    expect((await attempt()).ts).toBe('ts-1');
    expect(posted).toHaveLength(1);
  });

  it('adopts a message whose confirmation was lost', async () => {
    const { posted, attempt, memory } = world();
    await expect(attempt('after')).rejects.toThrow(Crash);
    expect((await attempt()).ts).toBe('ts-1');
    expect(posted).toHaveLength(1);
    expect(memory.get('root')).toEqual({ state: 'sent', ts: 'ts-1' });
  });

  it('posts again what never arrived', async () => {
    const { posted, attempt } = world();
    await expect(attempt('before')).rejects.toThrow(Crash);
    expect((await attempt()).ts).toBe('ts-1');
    expect(posted).toHaveLength(1);
  });

  it('says of an adopted message that it may show what was true before', async () => {
    const { attempt } = world();
    await expect(attempt('after')).rejects.toThrow(Crash);
    expect(await attempt()).toEqual({ ts: 'ts-1', isNew: false });
  });

  it('does not look for what Slack refused', async () => {
    const { posted, looks, attempt } = world();
    await expect(attempt('refused')).rejects.toThrow(Refused);
    expect(await attempt()).toEqual({ ts: 'ts-1', isNew: true });
    expect(posted).toHaveLength(1);
    expect(looks).toHaveLength(0);
  });

  it('posts nothing that somebody else claimed and posted meanwhile', async () => {
    const { posted, attempt, memory } = world();
    const both = await Promise.all([attempt(), attempt()]);
    expect(posted).toHaveLength(1);
    expect(both.map(({ ts }) => ts)).toEqual(['ts-1', 'ts-1']);
    expect(memory.get('root')).toEqual({ state: 'sent', ts: 'ts-1' });
  });

  it('decides nothing while the thread cannot be read', async () => {
    const { posted, attempt, memory } = world();
    await expect(attempt('after')).rejects.toThrow(Crash);
    const blind = postOnce(
      'root',
      {
        post: async () => {
          posted.push('again');
          return 'ts-2';
        },
        find: async () => {
          throw new Error('Slack is away');
        },
        isRefusal,
      },
      {
        posting: async () => memory.get('root') ?? { state: 'absent' },
        claim: async () => memory.get('root') ?? { state: 'absent' },
        annotate: async () => {},
        sent: async () => {},
        withdraw: async () => {},
      },
      { now: () => 2_000, sleep: async () => {} },
    );
    await expect(blind).rejects.toThrow('Slack is away');
    expect(posted).toHaveLength(1);
  });
});
