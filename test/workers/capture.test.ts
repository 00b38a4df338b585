import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuthorise } from '../../src/authorise.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { type ControlCommand, control } from '../../src/control/captures.ts';
import type { CaptureRequest, Origin, Progress } from '../../src/model/request.ts';
import { CAPTURE_QUEUE } from '../../src/queue/jobs.ts';
import { openCircuitStore } from '../../src/store/circuits.ts';
import { openSwitchStore } from '../../src/store/switches.ts';
import { runCapture } from '../../workers/capture.ts';
import { type FakeTarget, fakeTarget } from '../kit/fake-target.ts';
import { requires } from '../kit/require.ts';
import { CHANNEL, ON_CALL } from '../kit/stage.ts';
import { openRoom, type Room, requestOf } from './room.ts';

const WINDOW_MS = 100;

describe.skipIf(requires('redis'))('capture jobs', () => {
  let room: Room;
  let target: FakeTarget;
  let count = 0;
  beforeAll(async () => {
    room = await openRoom();
    for (let worker = 0; worker < 3; worker++) {
      room.worker(
        CAPTURE_QUEUE,
        (job, token, signal) =>
          runCapture(
            job,
            token,
            signal,
            room.captureWork((...asked) => target.fetch(...asked)),
          ),
        { concurrency: 6 },
      );
    }
  }, 60_000);
  afterAll(() => room?.close());
  beforeEach(() => {
    target = fakeTarget();
  });
  afterEach(() => expect(target.open()).toBe(0));

  /** A service nobody else knows, with so many instances. */
  function register(instances = 1) {
    const name = `svc-${++count}`;
    const [one] = serviceFromUrl('http://127.0.0.1:1').instances;
    if (!one) throw new Error('no instance');
    const service = {
      ...serviceFromUrl('http://127.0.0.1:1'),
      name,
      instances: Array.from({ length: instances }, (_, at) => ({
        ...one,
        name: `${name}-${at + 1}`,
        pprofUrl: `http://${name}:${at + 1}/debug/pprof`,
      })),
    };
    room.services.set(name, service);
    return service;
  }
  async function ask(service: string, about: Partial<CaptureRequest> = {}): Promise<string> {
    const id = `20261101-${String(++count).padStart(12, '0')}`;
    await room.requests.accept(requestOf(id, { service, windowMs: WINDOW_MS, ...about }));
    await room.queue.capture({ id, service });
    return id;
  }
  const stageOf = async (id: string): Promise<Progress> => room.requests.progress(id);
  const ended = (id: string, stage: Progress['stage'] = 'done') =>
    expect.poll(async () => (await stageOf(id)).stage, { timeout: 25_000 }).toBe(stage);

  const problemsOf = async (id: string) =>
    ((await room.work.reports.load(id))?.problems ?? []).map(({ text }) => text).join('\n');

  describe('of one service', () => {
    it('are made one after the other, and hand the place on at once', async () => {
      const service = register(3);
      target.answerMs = 100;
      const names = service.instances.map(({ name }) => name);
      const asked = await Promise.all(
        names.map((name) => ask(service.name, { instances: [name], windowMs: 0 })),
      );
      for (const id of asked) await ended(id);
      expect(target.mostOfAll()).toBe(1);
    }, 40_000);

    it('keep no other service waiting, however many there are', async () => {
      const busy = register(12);
      const quiet = register();
      target.answerMs = 200;
      const many = await Promise.all(
        busy.instances.map(({ name }) => ask(busy.name, { instances: [name], windowMs: 0 })),
      );
      await ended(await ask(quiet.name, { windowMs: 0 }));
      const stages = await Promise.all(many.map(async (id) => (await stageOf(id)).stage));
      expect(stages.filter((stage) => stage !== 'done').length).toBeGreaterThan(6);
      for (const id of many) await ended(id);
    }, 60_000);
  });

  describe('within their budget', () => {
    it('are light, and say so, once the heavy ones are spent; then say when the next one is possible', async () => {
      const service = register();
      room.services.set(service.name, { ...service, budget: { light: 1, heavy: 1, service: 20 } });
      // One after the other: captures that wait for each other come in no certain order.
      const heavy = await ask(service.name);
      await ended(heavy);
      const light = await ask(service.name);
      await ended(light);
      const none = await ask(service.name);
      await ended(none, 'failed');
      const asked = target.asked.map((each) => each.split(':')[1]);
      expect(asked.filter((endpoint) => endpoint === 'goroutineleak')).toHaveLength(2);
      const problems = [await problemsOf(heavy), await problemsOf(light), await problemsOf(none)].join('\n');
      expect(problems.match(/left out: .* has had the heavy captures of this hour/g)).toHaveLength(1);
      expect(await stageOf(none)).toMatchObject({
        what: expect.stringMatching(/possible at \d\d:\d\d UTC, in 60 min/),
      });
    }, 40_000);

    it('cost nothing heavy when nothing heavy was asked', async () => {
      const service = register();
      room.services.set(service.name, { ...service, budget: { light: 2, heavy: 1, service: 20 } });
      target.goroutines = 150_000;
      const many = await ask(service.name);
      await ended(many);
      target.goroutines = 20;
      const few = await ask(service.name);
      await ended(few);
      expect(target.asked).toContain(`${service.name}-1:goroutineleak`);
    }, 40_000);
  });

  describe('of thousands of goroutines', () => {
    const dumps = () => target.asked.filter((each) => each.endsWith(':goroutine-text')).length;
    it.each<[string, number, Partial<CaptureRequest>, boolean]>([
      ['nobody agreed', 4_000, {}, false],
      ['somebody agreed to the price', 4_000, { consent: 'confirmed' }, true],
      ['somebody agreed to another price', 11_000, { consent: 'confirmed' }, false],
      ['somebody forced it who is no admin', 11_000, { consent: 'forced' }, false],
      [
        'the terminal forced it',
        11_000,
        { consent: 'forced', origin: { door: 'terminal', user: 'x' } },
        true,
      ],
      [
        'the terminal forced too much',
        100_001,
        { consent: 'forced', origin: { door: 'terminal', user: 'x' } },
        false,
      ],
      ['an alert asked', 2_001, { origin: { door: 'webhook', user: 'x' }, consent: 'confirmed' }, false],
    ])(
      'full stacks when %s',
      async (_, goroutines, about, taken) => {
        const { name } = register();
        target.goroutines = goroutines;
        await ended(await ask(name, about));
        expect(dumps() > 0).toBe(taken);
      },
      40_000,
    );
  });

  describe('of a service that is not well', () => {
    /** As if the last failure had been so long ago. */
    const age = async (address: string, ms: number): Promise<void> => {
      const circuits = openCircuitStore(room.redis);
      const circuit = await circuits.load(address);
      if (circuit) await circuits.save(address, { ...circuit, atMs: circuit.atMs - ms });
    };

    it('leave it alone after three failures, but for a look at its index page, until it is well again', async () => {
      const service = register();
      const instance = `${service.name}-1`;
      target.down.add(instance);
      for (let failure = 0; failure < 3; failure++) await ended(await ask(service.name), 'failed');
      target.down.delete(instance);
      target.asked.length = 0;
      const alone = await ask(service.name);
      await ended(alone, 'failed');
      expect(target.asked).toEqual([`${instance}:index`]);
      expect(await stageOf(alone)).toMatchObject({
        what: expect.stringMatching(/3 captures in a row .* possible at .* counts 20 goroutines/),
      });
      await ended(await ask(service.name, { origin: { door: 'webhook', user: 'alerts' } }), 'failed');
      expect(target.asked).toEqual([`${instance}:index`]);

      await age(`${service.name}:1`, 600_000);
      await ended(await ask(service.name));
      await ended(await ask(service.name));
      expect(await openCircuitStore(room.redis).load(`${service.name}:1`)).toBeUndefined();
    }, 90_000);

    it('wait until it has been up for two minutes, when nobody waits for them', async () => {
      const service = register();
      target.startedAtMs = Date.now() - 60_000;
      const id = await ask(service.name, { origin: { door: 'schedule', user: ON_CALL, channel: CHANNEL } });
      await ended(id, 'held');
      expect(new Set(target.asked)).toEqual(new Set([`${service.name}-1:metrics`]));
      target.startedAtMs = Date.now() - 121_000;
      await ended(id);
      expect(await problemsOf(id)).not.toContain('had been up');
    });

    it('do not wait for that when a person asks, who is told', async () => {
      const service = register();
      target.startedAtMs = Date.now() - 60_000;
      const id = await ask(service.name);
      await ended(id);
      expect(await problemsOf(id)).toMatch(
        /had been up for 1 m \d\d s only: what a service fills at its start/,
      );
    });

    it('ask nothing dearer of one that needs more than a second for its index page', async () => {
      const { name } = register();
      target.indexMs = 1_001;
      const id = await ask(name);
      await ended(id, 'failed');
      expect(target.asked).toEqual([`${name}-1:index`]);
      expect(await stageOf(id)).toMatchObject({ what: expect.stringContaining('counts 20 goroutines') });
    }, 40_000);
  });

  describe('whose Redis is emptied', () => {
    it('are put back and end, without asking again what was answered', async () => {
      const { name } = register();
      target.answerMs = 150;
      const id = await ask(name, { windowMs: 0 });
      await expect.poll(() => target.asked.length, { timeout: 10_000 }).toBeGreaterThan(2);
      await room.redis.flushall();
      await ended(id);
      expect(target.asked.filter((each) => each.endsWith(':index'))).toHaveLength(1);
      expect(await room.requests.ledger(id).posting('root')).toMatchObject({ state: 'intent' });
    }, 40_000);

    it('stay away when it was not emptied and they were taken back', async () => {
      const { name } = register();
      target.answerMs = 150;
      const id = await ask(name, { windowMs: 0 });
      await expect.poll(() => target.asked.length, { timeout: 10_000 }).toBeGreaterThan(2);
      await room.redis.del(`{goleak}:request:${id}`);
      await expect.poll(() => room.queue.captureState(id), { timeout: 20_000 }).toMatch(/completed|failed/);
      expect(await room.requests.load(id)).toBeUndefined();
    }, 40_000);
  });

  describe('when people change their minds', () => {
    const admin = { door: 'slash', user: 'U0ADMIN' } as const;
    const directory = {
      standingOf: async () => 'member' as const,
      groupsOf: async () => ({ groups: [] }),
      placeOf: async (id: string) => ({ id, kind: 'public' as const }),
    };
    const ports = (admins: readonly string[] = []) => ({
      services: [...room.services.keys()],
      authorise: createAuthorise({ directory, admins: () => ({ users: admins, groups: [] }) }),
      requests: room.requests,
      queue: room.queue,
      switches: openSwitchStore(room.redis),
      now: Date.now,
    });
    const act = (command: ControlCommand, asker: Origin = admin, admins?: string[]) =>
      control(command, asker, ports(admins));
    const running = (least: number) =>
      expect.poll(() => target.open(), { timeout: 15_000 }).toBeGreaterThanOrEqual(least);

    it('end when they are stopped, long before the service would answer, those that wait too, and none begins until resumed', async () => {
      const { name: other } = register();
      const { name } = register(10);
      const instances = [...(room.services.get(name)?.instances ?? [])];
      target.answerMs = 8_000;
      const ids = await Promise.all(instances.map((instance) => ask(name, { instances: [instance.name] })));
      const waiting = await ask(name, { instances: [instances[0]?.name ?? ''] });
      await running(1);
      const said = await act({ kind: 'stop', service: name });
      // The answers would take eight.
      await expect.poll(() => target.open(), { timeout: 5_000, interval: 20 }).toBe(0);
      expect(said).toContain('11 that ran or waited were ended');
      for (const id of [...ids, waiting]) {
        expect(await stageOf(id)).toMatchObject({
          stage: 'failed',
          what: expect.stringContaining('were stopped'),
        });
      }
      target.answerMs = 2;
      const asked = target.asked.length;
      const late = await ask(name);
      await ended(late, 'failed');
      expect(target.asked.length).toBe(asked);
      await ended(await ask(other));

      expect(await act({ kind: 'resume' })).toContain(`${name} may run again`);
      await ended(await ask(name));
    }, 60_000);

    it('end when all services are stopped, and for followers too', async () => {
      const { name } = register();
      target.answerMs = 8_000;
      const [leader, follower] = [`20261101-${++count}aaaaaaaaaa`, `20261101-${++count}bbbbbbbbbb`];
      await room.requests.accept(requestOf(leader, { service: name }), name);
      await room.queue.capture({ id: leader, service: name });
      expect(await room.requests.accept(requestOf(follower, { service: name }), name)).toBe(leader);
      await running(1);
      await act({ kind: 'stop' });
      await ended(leader, 'failed');
      await ended(follower, 'failed');
      await expect.poll(() => target.open(), { timeout: 3_000 }).toBe(0);
      await act({ kind: 'resume' });
    }, 40_000);

    it('are cancelled one by one, by the start of their id', async () => {
      const { name } = register();
      target.answerMs = 8_000;
      const id = await ask(name);
      await running(1);
      await expect(act({ kind: 'cancel', id: 'nonesuch' })).rejects.toMatchObject({
        code: 'request_unknown',
      });
      await act({ kind: 'cancel', id: id.split('-')[1] ?? '' });
      await expect.poll(() => target.open(), { timeout: 3_000 }).toBe(0);
      expect(await stageOf(id)).toEqual({ stage: 'cancelled', by: 'U0ADMIN' });
      await expect.poll(() => room.queue.captureState(id), { timeout: 5_000 }).toBe('completed');
      expect(await stageOf(id)).toEqual({ stage: 'cancelled', by: 'U0ADMIN' });
    }, 40_000);

    it('are stopped by admins only where some are named, and cancelled by whoever asked', async () => {
      const { name } = register();
      target.answerMs = 8_000;
      const id = await ask(name);
      await running(1);
      const somebody = { door: 'slash', user: 'U0OTHER' } as const;
      for (const command of [{ kind: 'stop' }, { kind: 'resume' }, { kind: 'cancel', id }] as const) {
        await expect(act(command, somebody, ['U0ADMIN'])).rejects.toMatchObject({ code: 'admins_only' });
      }
      await act({ kind: 'cancel', id }, { door: 'slash', user: ON_CALL }, ['U0ADMIN']);
      await expect.poll(() => target.open(), { timeout: 3_000 }).toBe(0);
    }, 40_000);

    it('ask a service nothing that must not be touched', async () => {
      const service = register();
      room.services.set(service.name, { ...service, doNotTouch: true });
      const id = await ask(service.name);
      await ended(id, 'failed');
      expect(await stageOf(id)).toMatchObject({ what: expect.stringContaining('must not be touched') });
      expect(target.asked).toEqual([]);
    }, 40_000);
  });

  it('keep the merged stacks beside the report, made where the files were parsed', async () => {
    const id = await ask(register().name);
    await ended(id);
    expect(room.work.flames.load(id)).toMatchObject({
      since: 'window',
      goroutines: { names: ['main.main'], before: [1, 1], after: [1, 1] },
    });
  }, 40_000);

  describe('at one instance', () => {
    it('take turns, and say what they wait for', async () => {
      const { name } = register();
      target.answerMs = 60;
      const ids = [await ask(name), await ask(name), await ask(name)];
      await expect
        .poll(async () => Promise.all(ids.map(stageOf)))
        .toContainEqual({ stage: 'held', why: 'another capture of this service is running', begun: false });
      for (const id of ids) await ended(id);
      expect(target.most()).toBe(1);
    }, 40_000);

    it('take turns even when it is registered under two names', async () => {
      const first = register();
      const second = register();
      room.services.set(second.name, { ...second, instances: first.instances });
      target.answerMs = 30;
      const ids = [await ask(first.name), await ask(second.name)];
      for (const id of ids) await ended(id);
      expect(target.most()).toBe(1);
    }, 40_000);
  });
});
