import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { type CaptureRequest, DOORS, isAutomatic, type Progress } from '../../src/model/request.ts';
import type { Service } from '../../src/model/target.ts';
import { DEFAULT_WHO, type WhoRules } from '../../src/model/who.ts';
import { CAPTURE_QUEUE } from '../../src/queue/jobs.ts';
import { runCapture } from '../../workers/capture.ts';
import { type FakeTarget, fakeTarget } from '../kit/fake-target.ts';
import { requires } from '../kit/require.ts';
import { CHANNEL } from '../kit/stage.ts';
import { openRoom, type Room, requestOf } from './room.ts';

describe.skipIf(requires('redis'))('who may, asked again before a service is asked anything', () => {
  let room: Room;
  let target: FakeTarget;
  let count = 0;
  beforeAll(async () => {
    room = await openRoom();
    room.worker(
      CAPTURE_QUEUE,
      (job, token, signal) =>
        runCapture(
          job,
          token,
          signal,
          room.captureWork((...asked) => target.fetch(...asked)),
        ),
      { concurrency: 4 },
    );
  }, 60_000);
  afterAll(() => room?.close());
  beforeEach(() => {
    target = fakeTarget();
  });

  function register(who?: Partial<WhoRules>): Service {
    const name = `ruled-${++count}`;
    const [one] = serviceFromUrl('http://127.0.0.1:1').instances;
    if (!one) throw new Error('no instance');
    const service: Service = {
      ...serviceFromUrl('http://127.0.0.1:1'),
      name,
      instances: [{ ...one, name: `${name}-1`, pprofUrl: `http://${name}:1/debug/pprof` }],
      ...(who && { who: { ...DEFAULT_WHO, ...who } }),
    };
    room.services.set(name, service);
    return service;
  }
  async function accept(service: Service, user: string, about: Partial<CaptureRequest> = {}) {
    const id = `20261102-${String(++count).padStart(12, '0')}`;
    const origin = { door: 'slash', user, channel: CHANNEL } as const;
    await room.requests.accept(requestOf(id, { service: service.name, windowMs: 100, origin, ...about }));
    return id;
  }
  const ended = async (id: string, stage: Progress['stage']): Promise<Progress> => {
    await expect.poll(async () => (await room.requests.progress(id)).stage, { timeout: 20_000 }).toBe(stage);
    return room.requests.progress(id);
  };
  const somebody = (standing = {}) => room.workspace.addUser(`somebody-${++count}`, standing).id;

  it('nothing is asked when the rule was taken away between door and worker, and the thread says why', async () => {
    const user = somebody();
    const service = register({ light: { people: { users: [user], groups: [] } } });
    const id = await accept(service, user);
    room.services.set(service.name, {
      ...service,
      who: { ...DEFAULT_WHO, light: 'admins', heavy: 'admins' },
    });
    await room.queue.capture(requestOf(id));
    expect(await ended(id, 'failed')).toMatchObject({
      what: `services.yml does not let whoever asked capture ${service.name}, asking here.`,
    });
    expect(target.asked).toEqual([]);
  }, 30_000);

  it('nothing is asked for somebody who was deactivated in between, though the door had let them in', async () => {
    const user = somebody();
    const id = await accept(register(), user);
    expect(await room.authorise({ at: 'door', origin: { door: 'slash', user }, actions: ['look'] })).toEqual({
      may: 'yes',
    });
    room.workspace.changeUser(user, { deactivated: true });
    // What Slack said is believed for half a minute.
    room.pass(31_000);
    await room.queue.capture(requestOf(id));
    expect(await ended(id, 'failed')).toMatchObject({ what: expect.stringMatching(/^Deactivated accounts/) });
    expect(target.asked).toEqual([]);
  }, 30_000);

  it('nothing is asked for a channel that was shared with another company in between', async () => {
    const channel = room.workspace.addChannel(`shared-${++count}`, { members: ['on-call', 'goleak'] }).id;
    const origin = { door: 'slash', user: 'U0ONCALL', channel } as const;
    const id = await accept(register(), 'U0ONCALL', { origin });
    room.workspace.shareChannel(channel, 'pending');
    await room.queue.capture(requestOf(id));
    expect(await ended(id, 'failed')).toMatchObject({ what: expect.stringMatching(/company is invited to/) });
    expect(target.asked).toEqual([]);
  }, 30_000);

  it('nothing heavy is asked once the group that may was left', async () => {
    const user = somebody();
    const group = room.workspace.addUserGroup(`g${++count}`, [user]).id;
    const service = register({ heavy: { people: { users: [], groups: [group] } } });
    const before = await accept(service, user);
    await room.queue.capture(requestOf(before));
    await ended(before, 'done');
    const heavy = () => target.asked.filter((each) => /goroutine-text|goroutineleak/.test(each)).length;
    expect(heavy()).toBeGreaterThan(0);
    room.workspace.world.userGroups.get(group)?.members.clear();
    room.pass(31_000);
    target = fakeTarget();
    const after = await accept(service, user);
    await room.queue.capture(requestOf(after));
    await ended(after, 'done');
    expect(heavy()).toBe(0);
    const said = ((await room.work.reports.load(after))?.problems ?? []).map(({ text }) => text).join('\n');
    expect(said).toMatch(/left out: services\.yml does not let whoever asked have them/);
  }, 40_000);

  describe('an execution trace', () => {
    const traced = { kinds: ['goroutine', 'trace'], windowMs: 100 } as const;
    const problemsOf = async (id: string) =>
      ((await room.work.reports.load(id))?.problems ?? []).map(({ text }) => text);

    it('is recorded once for a person who named it', async () => {
      const id = await accept(register(), somebody(), traced);
      await room.queue.capture(requestOf(id));
      await ended(id, 'done');
      expect(target.asked.filter((each) => each.endsWith(':trace'))).toHaveLength(1);
      expect((await problemsOf(id)).join('\n')).toContain('The execution trace holds no events.');
    }, 30_000);

    it.each(DOORS.filter((door) => isAutomatic({ door, user: '' })))(
      'is never asked for by what nobody waits for, whatever it and services.yml say: %s',
      async (door) => {
        const service = register({ automatic: 'heavy' });
        room.services.set(service.name, { ...service, allow: { ...service.allow, traceUpTo: 10_000 } });
        const origin = { door, user: '', channel: CHANNEL };
        const id = await accept(service, '', { ...traced, origin, consent: 'forced' });
        await room.queue.capture(requestOf(id));
        await ended(id, 'done');
        expect(target.asked).toContain(`${service.name}-1:goroutine-text`);
        expect(target.asked).not.toContain(`${service.name}-1:trace`);
        expect(await problemsOf(id)).toContain(
          'No execution trace was recorded: only a person may ask for one.',
        );
      },
      30_000,
    );

    it('is left out for somebody who may have light questions only, and the report says so', async () => {
      const user = somebody();
      const service = register({ heavy: 'admins' });
      const id = await accept(service, user, traced);
      await room.queue.capture(requestOf(id));
      await ended(id, 'done');
      expect(target.asked).not.toContain(`${service.name}-1:trace`);
      expect((await problemsOf(id)).join('\n')).toMatch(
        /^The execution trace was left out: services\.yml does not let whoever asked have them/m,
      );
    }, 30_000);
  });

  it('stays light when the door had allowed no more, whatever became allowed since', async () => {
    const id = await accept(register(), somebody(), { lightOnly: true });
    await room.queue.capture(requestOf(id));
    await ended(id, 'done');
    expect(target.asked.some((each) => /goroutine-text|goroutineleak/.test(each))).toBe(false);
  }, 30_000);

  it('waits, and says so, while Slack does not say who asked; then goes on', async () => {
    const user = somebody();
    const id = await accept(register(), user);
    room.workspace.faults.add({ kind: 'unavailable', method: 'users.info', where: { user }, times: 1_000 });
    await room.queue.capture(requestOf(id));
    const held = (await ended(id, 'held')) as Extract<Progress, { stage: 'held' }>;
    expect(held.why).toMatch(/Slack has not said yet whether whoever asked may/);
    expect(target.asked).toEqual([]);
    room.workspace.faults.clear();
    await ended(id, 'done');
  }, 40_000);

  it('lets those go on who asked for the same and may', async () => {
    const [leader, follower] = [somebody(), somebody()];
    const service = register();
    const same = `same-${count}`;
    const request = (id: string, user: string) =>
      requestOf(id, {
        service: service.name,
        windowMs: 100,
        origin: { door: 'slash', user, channel: CHANNEL },
      });
    const [first, second] = [`20261103-${++count}`, `20261103-${++count}`];
    await room.requests.accept(request(first, leader), same);
    expect(await room.requests.accept(request(second, follower), same)).toBe(first);
    room.workspace.changeUser(leader, { deactivated: true });
    await room.queue.capture(requestOf(first));
    await ended(first, 'failed');
    await ended(second, 'done');
  }, 40_000);
});
