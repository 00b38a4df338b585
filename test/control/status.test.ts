// What people are told by `status`, from a real Redis.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStatus, statusText } from '../../src/control/status.ts';
import { openCircuitStore } from '../../src/store/circuits.ts';
import { openSwitchStore } from '../../src/store/switches.ts';
import { requires } from '../kit/require.ts';
import { openRoom, type Room, requestOf } from '../workers/room.ts';

describe.skipIf(requires('redis'))('status', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  }, 30_000);
  afterAll(() => room?.close());

  const told = async (): Promise<string> => {
    const nowMs = Date.now();
    const { requests, queue, redis } = room;
    const ports = { requests, queue, switches: openSwitchStore(redis), circuits: openCircuitStore(redis) };
    return statusText(await readStatus(nowMs, ports), nowMs);
  };

  it('says that nothing is under way', async () => {
    expect(await told()).toMatch(/^No capture is under way\.\n/);
  });

  it('lists captures with the ids that cancel takes, and what each waits for', async () => {
    const request = requestOf('20261124-aaaaaaaaaaaa', { acceptedAtMs: Date.now() - 5_000 });
    await room.requests.accept(request);
    await room.requests.saveProgress(request.id, {
      stage: 'held',
      why: 'another capture is running',
      begun: false,
    });
    expect(await told()).toMatch(
      new RegExp(
        `^${request.id}  ${request.service}  waits: another capture is running  asked 5(\\.\\d+)? s ago`,
      ),
    );
  });

  it('names what is stopped and what is left alone', async () => {
    await openSwitchStore(room.redis).stop({ service: 'web-svc', by: 'U1', atMs: Date.now() - 60_000 });
    const circuit = { failures: 3, request: 'x', atMs: Date.now() - 60_000 };
    await openCircuitStore(room.redis).save('10.0.0.7:6060', circuit);
    const text = await told();
    expect(text).toContain('stopped: web-svc, 1 m 00 s ago');
    expect(text).toMatch(/left alone: 10\.0\.0\.7:6060 failed 3 times, for \d m \d\d s more/);
  });
});
