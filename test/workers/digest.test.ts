import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startWorkspace, type Workspace } from '../../demo/workspace/server.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { createSlackClient, createSlackPoster, type SlackPoster } from '../../src/deliver/slack.ts';
import { SlackBusy } from '../../src/deliver/slack-call.ts';
import { Failure } from '../../src/failure.ts';
import { createLog } from '../../src/log.ts';
import type { Digest, ServiceFacts } from '../../src/model/digest.ts';
import { askStateId, type DigestStore, openDigestStore } from '../../src/store/digests.ts';
import { sealWith } from '../../src/store/seal.ts';
import { type Digests, type DigestWork, openDigests } from '../../workers/digest.ts';
import { atTime, factsOf, verdictOf } from '../kit/digests.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';
import { CHANNEL } from '../kit/stage.ts';

const MANIFEST = fileURLToPath(new URL('../../manifest.yml', import.meta.url));
const SECOND = 1_000;
const HOUR = 3_600_000;
const seal = sealWith(['a key of sixteen characters'], 'digest record 1');

describe.skipIf(requires('redis'))('digests', () => {
  let server: TestRedis;
  let workspace: Workspace;
  let store: DigestStore;
  let poster: SlackPoster;
  let nowMs: number;
  let facts: ServiceFacts;
  let opened: Digests[];
  let channels = 0;
  let digest: Digest;

  beforeAll(async () => {
    server = await openTestRedis();
    workspace = await startWorkspace({ manifest: MANIFEST });
    const { SLACK_BOT_TOKEN, SLACK_API_URL } = workspace.env();
    poster = createSlackPoster(createSlackClient(SLACK_BOT_TOKEN, SLACK_API_URL));
  }, 30_000);
  afterAll(async () => {
    await workspace?.close();
    await server?.close();
  });
  beforeEach(async () => {
    await server.redis.flushall();
    store = openDigestStore(server.redis, seal);
    // A clock of our own, behind the workspace's: messages are looked for since they may have been posted.
    nowMs = Math.floor(Date.now() / HOUR - 30) * HOUR + 1;
    facts = factsOf('svc', { verdicts: [verdictOf('healthy', nowMs - HOUR)] });
    opened = [];
    const id = `hourly-${++channels}`;
    digest = {
      id,
      services: 'all',
      cron: '0 * * * *',
      zone: 'UTC',
      channel: CHANNEL,
      silentWhenHealthy: false,
      graceMs: 2 * HOUR,
    };
  });
  afterEach(async () => {
    for (const each of opened) await each.close();
  });

  /** A worker of its own, with the same Redis and the same Slack. */
  function worker(more: Partial<DigestWork> = {}): Digests {
    const digests = openDigests({
      services: {
        all: () => [{ ...serviceFromUrl('http://127.0.0.1:1'), name: 'svc' }],
        digests: () => [digest],
      },
      digests: atTime(store, () => nowMs),
      factsOf: async () => facts,
      authorise: async () => ({ may: 'yes' }),
      slack: poster,
      renderChart: async () => ({ png: new Uint8Array([1]), renderer: 'embedded' }),
      clock: { now: () => nowMs, sleep: async () => {} },
      log: createLog('test', 'silent'),
      ...more,
    });
    opened.push(digests);
    return digests;
  }
  const once = async (...workers: readonly Digests[]): Promise<void> => {
    // Twice: the first look of a digest only notes from when on it counts.
    await Promise.all(workers.map((each) => each.look()));
    await Promise.all(workers.map((each) => each.look()));
    await Promise.all(workers.map((each) => each.idle()));
  };
  const shown = (prefix = `digest:${digest.id}:`) =>
    workspace
      .messages(CHANNEL)
      .filter(({ metadata }) =>
        String((metadata?.event_payload as { key?: unknown } | undefined)?.key).startsWith(prefix),
      )
      .map(({ text }) => text);
  const hour = (ahead: number) => new Date(nowMs + ahead * HOUR).toISOString().slice(0, 13).replace('T', ' ');

  it('says nothing of the time before it was set up, and every slot from then on once', async () => {
    const workers = [worker(), worker(), worker()];
    await once(...workers);
    expect(shown()).toEqual([]);
    for (let at = 0; at < 3; at++) {
      nowMs += HOUR;
      await once(...workers);
    }
    expect(shown()).toEqual([
      expect.stringContaining(`${hour(-2)}:00`),
      expect.stringContaining(`${hour(-1)}:00`),
      expect.stringContaining(`${hour(0)}:00`),
    ]);
  });

  it('is late within its grace and says so; names what was skipped', async () => {
    await once(worker());
    nowMs += 4 * HOUR + 20 * 60_000;
    await once(worker());
    expect(shown()).toEqual([
      expect.stringMatching(
        new RegExp(`Late by 20 m.*Skipped: ${hour(-3)}:00, ${hour(-2)}:00, ${hour(-1)}:00`),
      ),
    ]);
  });

  it('skips a slot after its grace, and says so the next time', async () => {
    digest = { ...digest, cron: '0 0,6,12,18 * * *', graceMs: HOUR };
    nowMs = Math.floor(nowMs / (6 * HOUR)) * 6 * HOUR + 1;
    await once(worker());
    nowMs += 8 * HOUR;
    await once(worker());
    expect(shown()).toEqual([]);
    nowMs += 4 * HOUR;
    await once(worker());
    expect(shown()).toEqual([expect.stringContaining(`Skipped: ${hour(-6)}:00.`)]);
  });

  it('is posted once by a worker that dies when Slack has it, and the one who takes it up', async () => {
    const never = new Promise<never>(() => {});
    let posted = (): void => {};
    const isPosted = new Promise<void>((resolve) => {
      posted = resolve;
    });
    const dying = worker({
      slack: {
        ...poster,
        post: async (...message) => {
          await poster.post(...message);
          posted();
          return never;
        },
      },
    });
    const next = worker();
    await dying.look();
    nowMs += HOUR;
    await dying.look();
    await isPosted;
    await once(next);
    expect(await store.state(digest.id)).toMatchObject({ plan: { slot: { atMs: nowMs - 1 } } });
    // Nobody renews the claim of one that was killed.
    await dying.close();
    await once(next);
    expect(shown()).toHaveLength(1);
    expect(await store.state(digest.id)).toMatchObject({ last: { atMs: nowMs - 1 } });
  });

  it('is neither repeated nor lost when Redis is emptied', async () => {
    const [one, two] = [worker(), worker()];
    await once(one, two);
    nowMs += HOUR;
    await once(one);
    await two.look();
    // Between the message and its last entry.
    await server.redis.flushall();
    await once(one, two);
    expect(shown()).toHaveLength(1);
    await server.redis.flushall();
    nowMs += HOUR;
    await once(two, one);
    await once(two, one);
    expect(shown()).toHaveLength(2);
  });

  it('finds what it had posted before Redis was emptied, and had not written down', async () => {
    const witness = worker();
    await once(witness);
    nowMs += HOUR;
    const crashed = worker({
      slack: {
        ...poster,
        post: async (...message) => {
          const ts = await poster.post(...message);
          await server.redis.flushall();
          return ts;
        },
      },
    });
    await once(crashed);
    await once(witness);
    await once(witness);
    expect(shown()).toHaveLength(1);
  });

  it('waits for a busy Slack, and gives up what Slack refuses for good; the next one names it', async () => {
    let says: Error | undefined = new SlackBusy(50);
    const asked = worker({
      slack: {
        ...poster,
        post: (...message) => (says ? Promise.reject(says) : poster.post(...message)),
      },
    });
    await once(asked);
    nowMs += HOUR;
    await once(asked);
    says = new Failure('not_in_channel', { channel: CHANNEL });
    await expect
      .poll(async () => {
        await once(asked);
        return (await store.state(digest.id))?.givenUp;
      })
      .toBe(new Date(nowMs - 1).toISOString().slice(0, 19));
    says = undefined;
    await once(asked);
    expect(shown()).toEqual([]);
    nowMs += HOUR;
    await once(asked);
    expect(shown()).toEqual([expect.stringContaining(`Skipped: ${hour(-1)}:00.`)]);
  });

  it('is silent while all is well if so set, and the slot is dealt with all the same', async () => {
    digest = { ...digest, silentWhenHealthy: true };
    await once(worker());
    nowMs += HOUR;
    await once(worker());
    expect(shown()).toEqual([]);
    facts = factsOf('svc', { verdicts: [verdictOf('deadlock', nowMs - 2, { tier: 'proven' })] });
    await once(worker());
    expect(shown()).toEqual([]);
    nowMs += HOUR;
    await once(worker());
    expect(shown()).toEqual([expect.stringContaining('1 needs somebody')]);
  });

  it('comes once to whoever wants it now, however often that is delivered', async () => {
    const ask = { id: 'delivery-1', digest, by: 'U0ONCALL', door: 'slash' as const, atMs: nowMs };
    await store.ask(ask);
    await store.ask(ask);
    await once(worker(), worker());
    await once(worker());
    expect(shown(`digest:${askStateId('delivery-1')}:`)).toEqual([
      expect.stringContaining('asked by <@U0ONCALL>'),
    ]);
    expect(await store.asked()).toEqual([]);
  });

  it('goes by what people set up, unless somebody edited that in Redis', async () => {
    await once(worker());
    await store.put(digest.id, 'off', { key: '', atMs: nowMs });
    nowMs += HOUR;
    await once(worker());
    expect(shown()).toEqual([]);
    await store.put(digest.id, digest, { key: '', atMs: nowMs });
    nowMs += HOUR;
    await once(worker());
    expect(shown()).toHaveLength(1);
    const forged = { text: JSON.stringify({ ...digest, channel: 'C0SECRET' }), seal: 'none' };
    await server.redis.hset('{goleak}:digests', digest.id, JSON.stringify(forged));
    expect(await store.setUp()).toEqual(new Map());
  });

  it('leaves out services that may not be shown in its channel, and counts them', async () => {
    const refusal = new Failure('channel_not_allowed', { service: 'svc', channels: ['secret'] });
    const strict = worker({ authorise: async () => ({ may: 'no', refusal }) });
    await once(strict);
    nowMs += HOUR;
    await once(strict);
    expect(shown()).toEqual([expect.stringContaining('1 service may not be shown in this channel.')]);
  });
});

describe.skipIf(requires('redis'))('a clock that is wrong', () => {
  it('is warned about once it is half a minute off, and nothing goes by it', async () => {
    const server = await openTestRedis();
    try {
      const told: string[] = [];
      const log = {
        ...createLog('test', 'silent'),
        warn: (...words: unknown[]) => told.push(String(words.at(-1))),
      };
      const work = (aheadMs: number) =>
        openDigests({
          services: { all: () => [], digests: () => [] },
          digests: openDigestStore(server.redis),
          factsOf: async () => factsOf('svc'),
          authorise: async () => ({ may: 'yes' }),
          slack: {} as SlackPoster,
          renderChart: async () => ({ png: new Uint8Array(), renderer: 'embedded' }),
          clock: { now: () => Date.now() + aheadMs, sleep: async () => {} },
          log: log as unknown as DigestWork['log'],
        });
      await work(29 * SECOND).look();
      expect(told).toEqual([]);
      const wrong = work(90 * SECOND);
      await wrong.look();
      await wrong.look();
      await work(-90 * SECOND).look();
      expect(told).toEqual([
        expect.stringMatching(/^This machine's clock is 1 m (30|29) s ahead of that of Redis/),
        expect.stringMatching(/^This machine's clock is 1 m (30|29) s behind that of Redis/),
      ]);
    } finally {
      await server.close();
    }
  });
});
