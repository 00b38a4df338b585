import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/capture/fetch.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { Failure } from '../../src/failure.ts';
import type { CaptureRequest } from '../../src/model/request.ts';
import { addressOf, type Service } from '../../src/model/target.ts';
import { SAMPLE_QUEUE } from '../../src/queue/jobs.ts';
import { openHistoryStore } from '../../src/store/history.ts';
import { openSwitchStore } from '../../src/store/switches.ts';
import { openWatchingStore } from '../../src/store/watching.ts';
import { rowsOf } from '../../src/watch/roll-up.ts';
import { captureByItself, pairKeeper } from '../../workers/automatic.ts';
import { createSampler, type Raised } from '../../workers/sample.ts';
import { openSampling } from '../../workers/sampling.ts';
import { requires } from '../kit/require.ts';
import { CHANNEL } from '../kit/stage.ts';
import { openRoom, type Room } from './room.ts';

const MIB = 1024 * 1024;

describe.skipIf(requires('redis'))('the sampler', () => {
  let room: Room;
  let ports = 20_000;
  beforeAll(async () => {
    room = await openRoom();
  }, 30_000);
  afterAll(() => room?.close());

  /** A service at an address of its own, so that no other test has sampled it. */
  const watched = (name: string, about: Partial<Service> = {}): Service => {
    const url = serviceFromUrl(`http://10.1.0.1:${++ports}`);
    const service = { ...url, name, watch: { everyMs: 60_000 }, ...about };
    room.services.set(name, service);
    return service;
  };
  const sampler = (
    fetch: Fetch,
    raise: (raised: Raised, service: Service) => Promise<void> = async () => {},
  ) =>
    createSampler({
      ...room.captureWork(fetch),
      watching: openWatchingStore(room.redis),
      history: openHistoryStore(room.redis),
      raise: (service, _, raised) => raise(raised, service),
    });
  const round = (service: string) => ({ data: { v: 1, service, shard: 0 } });
  const rows = async ({ name, instances }: Service): Promise<number> => {
    const [instance] = instances;
    const kept = await openHistoryStore(room.redis).load({ service: name, instance: instance?.name ?? '' });
    return rowsOf(kept, 'raw', 0, Number.POSITIVE_INFINITY).length;
  };
  const page = (resident: number) =>
    `go_memstats_heap_alloc_bytes ${resident / 2}\ngo_goroutines 12\nprocess_resident_memory_bytes ${resident}\n`;
  const answering = (resident = 100 * MIB) => {
    const asked: string[] = [];
    const fetch: Fetch = async (instance, endpoint) => {
      asked.push(`${instance.name}:${endpoint}`);
      const bytes = new TextEncoder().encode(page(resident));
      return { bytes, contentType: 'text/plain', span: { fromMs: 0, toMs: 1 }, path: '/metrics' };
    };
    return { asked, fetch };
  };

  it('keeps one sample an address in half a minute, whoever asks', async () => {
    const service = watched('once-svc');
    const { asked, fetch } = answering();
    await Promise.all([sampler(fetch)(round('once-svc')), sampler(fetch)(round('once-svc'))]);
    await sampler(fetch)(round('once-svc'));
    expect(asked).toHaveLength(1);
    expect(await rows(service)).toBe(1);
  });

  it('leaves alone what is stopped, not to be touched, switched off, or left alone after failures', async () => {
    const { asked, fetch } = answering();
    watched('stopped-svc');
    await openSwitchStore(room.redis).stop({ service: 'stopped-svc', by: 'U1', atMs: 1 });
    watched('untouched-svc', { doNotTouch: true });
    watched('off-svc');
    await openWatchingStore(room.redis).switch('off-svc', { on: false, by: 'U1', atMs: 1 });
    const failing = watched('failing-svc');
    const [instance] = failing.instances;
    if (!instance) throw new Error('no instance');
    const circuit = { failures: 3, atMs: Date.now(), request: 'r' };
    await room.redis.hset('{goleak}:circuits', addressOf(instance), JSON.stringify(circuit));
    for (const name of ['stopped-svc', 'untouched-svc', 'off-svc', 'failing-svc', 'unknown-svc']) {
      await sampler(fetch)(round(name));
    }
    expect(asked).toEqual([]);
  });

  it('watches a service that somebody switched on, without a word of it in services.yml', async () => {
    const { asked, fetch } = answering();
    const { watch: _, ...plain } = watched('chat-svc');
    room.services.set('chat-svc', plain);
    await sampler(fetch)(round('chat-svc'));
    expect(asked).toEqual([]);
    await openWatchingStore(room.redis).switch('chat-svc', { on: true, by: 'U1', atMs: 1 });
    await sampler(fetch)(round('chat-svc'));
    expect(asked).toHaveLength(1);
  });

  it('does not ask while a capture is at the address, and gives the address back', async () => {
    const service = watched('busy-svc');
    const [instance] = service.instances;
    if (!instance) throw new Error('no instance');
    const { leases } = room.captureWork(answering().fetch);
    const name = `target:${addressOf(instance)}`;
    const held = await leases.take(name, { request: 'a-capture', attempt: '1' }, 1);
    const { asked, fetch } = answering();
    await sampler(fetch)(round('busy-svc'));
    expect(asked).toEqual([]);
    if (held) await leases.give(held);
    await room.redis.del(`{goleak}:sampled:${addressOf(instance)}`);
    await sampler(fetch)(round('busy-svc'));
    expect(asked).toHaveLength(1);
    expect(await leases.take(name, { request: 'another', attempt: '1' }, 1)).toBeDefined();
  });

  it('remembers since when an instance does not answer, and forgets it when it does', async () => {
    const service = watched('gone-svc');
    const [instance] = service.instances;
    if (!instance) throw new Error('no instance');
    const down: Fetch = async ({ name }) => {
      throw new Failure('target_unreachable', {
        instance: name,
        url: 'h:1',
        reason: 'nothing listens on that port',
      });
    };
    const history = openHistoryStore(room.redis);
    await sampler(down)(round('gone-svc'));
    const first = (await history.missing('gone-svc')).get(instance.name);
    expect(first?.says).toContain('nothing listens');
    await room.redis.del(`{goleak}:sampled:${addressOf(instance)}`);
    await sampler(down)(round('gone-svc'));
    expect((await history.missing('gone-svc')).get(instance.name)).toEqual(first);
    await room.redis.del(`{goleak}:sampled:${addressOf(instance)}`);
    await sampler(answering().fetch)(round('gone-svc'));
    expect((await history.missing('gone-svc')).size).toBe(0);
  });

  it('starts one capture with a thread for a cause, in the first channel of the service; others are for the black box', async () => {
    const service = watched('limit-svc', { memoryLimitBytes: 110 * MIB, channels: [CHANNEL] });
    const submitted: CaptureRequest[] = [];
    let isPutOff = false;
    const watching = openWatchingStore(room.redis);
    const { fetch } = answering(105 * MIB);
    const raise = (raised: Raised): Promise<void> => {
      const [instance] = service.instances;
      if (!instance) throw new Error('no instance');
      return captureByItself(service, instance, raised, {
        watching,
        submit: async (request) => {
          submitted.push(request);
        },
        channelId: async (name) => name,
        isPutOff: async () => isPutOff,
        requestId: (delivery) => delivery,
        now: Date.now,
        log: room.work.log,
      });
    };
    await sampler(fetch, raise)(round('limit-svc'));
    const again = { detections: [], captures: [{ t: 1, instance: 'other', percent: 95 }] };
    await raise(again);
    const slow = { t: 1, instance: 'other', kind: 'heap_leak', tier: 'probable', forecast: null } as const;
    await openWatchingStore(room.redis).claim('limit-svc', 'heap_leak', 'an earlier one');
    await raise({ detections: [{ ...slow, because: 'it grows' }], captures: [] });
    expect(submitted).toHaveLength(2);
    const [told, quiet] = submitted;
    expect(told).toMatchObject({
      service: 'limit-svc',
      origin: { door: 'schedule', channel: CHANNEL },
      because: expect.stringContaining('95 %'),
    });
    expect(told).not.toHaveProperty('quiet');
    expect(quiet).toMatchObject({ quiet: true, lightOnly: true, origin: { door: 'schedule', user: '' } });
    expect(quiet?.origin).not.toHaveProperty('channel');
    submitted.length = 0;
    isPutOff = true;
    const leak = { ...slow, kind: 'goroutine_leak', because: 'goroutines grow' } as const;
    await raise({ detections: [leak], captures: [] });
    expect(submitted).toEqual([]);
    isPutOff = false;
    await raise({ detections: [leak], captures: [] });
    expect(submitted).toMatchObject([{ because: expect.stringContaining('goroutines grow') }]);
  });

  it('keeps a pair a day of a service that never comes near its limit, but not as soon as a worker starts', async () => {
    watched('calm-svc');
    const submitted: CaptureRequest[] = [];
    let nowMs = Date.now();
    const keeper = () =>
      pairKeeper({
        watching: openWatchingStore(room.redis),
        submit: async (request) => {
          submitted.push(request);
        },
        requestId: (delivery) => delivery,
        now: () => nowMs,
        log: room.work.log,
      });
    const { fetch } = answering();
    const keepers = [keeper(), keeper()];
    const twoRounds = async (): Promise<void> => {
      for (const sampled of keepers) {
        const service = room.services.get('calm-svc');
        const [instance] = service?.instances ?? [];
        if (!service || !instance) throw new Error('no instance');
        await room.redis.del(`{goleak}:sampled:${addressOf(instance)}`);
        const work = { ...room.captureWork(fetch), watching: openWatchingStore(room.redis) };
        await createSampler({
          ...work,
          history: openHistoryStore(room.redis),
          raise: async () => {},
          sampled,
        })(round('calm-svc'));
      }
    };
    await twoRounds();
    expect(submitted).toEqual([]);
    nowMs += 3_600_001;
    await twoRounds();
    await twoRounds();
    expect(submitted).toMatchObject([
      { service: 'calm-svc', quiet: true, lightOnly: true, windowMs: 10_000 },
    ]);
    nowMs += 3_600_001;
    await twoRounds();
    expect(submitted).toHaveLength(1);
  });
});

describe.skipIf(requires('redis'))('the schedulers of the sampler', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  }, 30_000);
  afterAll(() => room?.close());

  it('are made where they are missing, left alone where they are right, and removed where nobody watches', async () => {
    const [first] = serviceFromUrl('http://10.1.0.1:1').instances;
    if (!first) throw new Error('no instance');
    const instances = Array.from({ length: 250 }, (_, at) => ({ ...first, name: `i-${at}` }));
    const service = {
      ...serviceFromUrl('http://10.1.0.1:1'),
      name: 'wide-svc',
      instances,
      watch: { everyMs: 60_000 },
    };
    const services = { all: () => [...room.services.values()] };
    room.services.set('wide-svc', service);
    const watching = openWatchingStore(room.redis);
    const sampling = openSampling(room.redis, { services, watching, now: Date.now });
    const jobs = room.jobs(SAMPLE_QUEUE);
    const there = async () =>
      (await jobs.getJobSchedulers(0, 100)).map(({ key, every, next }) => ({ key, every, next }));
    await sampling.reconcile();
    const before = await there();
    expect(before.map(({ key }) => key).sort()).toEqual([0, 1, 2].map((shard) => `sample-wide-svc-${shard}`));
    await sampling.reconcile();
    expect(await there()).toEqual(before);
    await room.redis.flushall();
    await sampling.reconcile();
    expect(await there()).toHaveLength(3);
    await watching.switch('wide-svc', { on: false, by: 'U1', atMs: 1 });
    await sampling.reconcile();
    expect(await there()).toEqual([]);
    await sampling.close();
  });
});
