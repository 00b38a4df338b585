import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { guardPushes, MAX_PUSH_BYTES, type Pushed, type PushPorts } from '../../src/entry/push.ts';
import { Failure } from '../../src/failure.ts';
import { createLog } from '../../src/log.ts';
import type { ProbeSnapshot } from '../../src/model/probe.ts';
import { DEFAULT_BUDGET, DEFAULT_PERMISSIONS, type Service } from '../../src/model/target.ts';

const NOW = Date.UTC(2026, 10, 26, 12);
const TOKENS: Readonly<Record<string, string>> = { ORDERS_TOKEN: 'of-orders', PAYMENTS_TOKEN: 'of-payments' };
const servers: Server[] = [];

const service = (name: string, pushTokenEnv?: string): Service => ({
  name,
  instances: [{ name: `${name}-1`, pprofUrl: 'http://h:1/debug/pprof' }],
  firstParty: [],
  allow: DEFAULT_PERMISSIONS,
  budget: DEFAULT_BUDGET,
  ...(pushTokenEnv !== undefined && { pushTokenEnv }),
});
const SERVICES = [
  service('orders', 'ORDERS_TOKEN'),
  service('payments', 'PAYMENTS_TOKEN'),
  service('silent'),
  service('unset', 'NOBODY_SET_IT'),
];

const at = (beganMs: number): ProbeSnapshot => ({ beganMs, goroutines: 1, clues: [], problems: [] });

async function open(about: Partial<PushPorts> = {}) {
  const taken: Pushed[] = [];
  const ports: PushPorts = {
    find: (name) => SERVICES.find((each) => each.name === name),
    secret: (name) => TOKENS[name],
    wasHeard: async () => false,
    read: async () => [at(NOW - 20_000), at(NOW - 10_000)],
    take: async (pushed) => {
      taken.push(pushed);
      return 'taken';
    },
    now: () => NOW,
    log: createLog('test', 'silent'),
    ...about,
  };
  const server = createServer(guardPushes((_request, response) => response.writeHead(204).end(), ports));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const push = async (path: string, token: string, body: string | Uint8Array<ArrayBuffer> = 'pair') => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body });
    return { status: answer.status, headers: answer.headers, says: await answer.text() };
  };
  return { taken, push };
}

describe('the door for probes', () => {
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('takes a pair of the instance whose service the token is for', async () => {
    const { taken, push } = await open();
    expect((await push('/probe/orders/orders-1', 'of-orders')).status).toBe(200);
    expect(taken).toMatchObject([{ service: { name: 'orders' }, instance: 'orders-1' }]);
    expect((await push('/elsewhere', 'of-orders')).status).toBe(204);
  });

  it.each([
    ['another service’s token', '/probe/orders/orders-1', 'of-payments'],
    ['a service that takes none', '/probe/silent/silent-1', ''],
    ['a token that is not set', '/probe/unset/unset-1', 'undefined'],
    ['a service nobody knows', '/probe/nobody/nobody-1', 'of-orders'],
    ['half a path', '/probe/orders', 'of-orders'],
    ['a name that is none', '/probe/__proto__/x', 'of-orders'],
  ])('answers %s as it answers everybody without a token', async (_, path, token) => {
    const { taken, push } = await open();
    const { status, says } = await push(path, token);
    expect({ status, says }).toEqual({
      status: 401,
      says: '{"error":"The token is missing or wrong."}\n',
    });
    expect(taken).toEqual([]);
  });

  it('takes the same bytes once', async () => {
    const { taken, push } = await open({ wasHeard: async () => true });
    expect((await push('/probe/orders/orders-1', 'of-orders')).says).toContain('duplicate');
    expect(taken).toEqual([]);
  });

  it('tells a service that pushes in a circle when to come again, and no other', async () => {
    const { taken, push } = await open();
    const statuses: number[] = [];
    for (let n = 0; n < 4; n++) statuses.push((await push('/probe/orders/orders-1', 'of-orders')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const late = await push('/probe/orders/orders-1', 'of-orders');
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await push('/probe/payments/payments-1', 'of-payments')).status).toBe(200);
    expect(taken).toHaveLength(4);
  });

  it.each<[string, readonly ProbeSnapshot[] | undefined]>([
    ['something else', undefined],
    ['one snapshot', [at(NOW)]],
    ['three', [at(NOW - 2), at(NOW - 1), at(NOW)]],
    ['a pair in the wrong order', [at(NOW), at(NOW - 1)]],
    ['a pair of last week', [at(NOW - 7 * 86_400_000), at(NOW - 7 * 86_400_000 + 10_000)]],
    ['a pair of tomorrow', [at(NOW + 86_400_000), at(NOW + 86_410_000)]],
    ['two moments of one day', [at(NOW - 3_600_000), at(NOW)]],
  ])('refuses %s', async (_, snapshots) => {
    const { taken, push } = await open({ read: async () => snapshots });
    expect((await push('/probe/orders/orders-1', 'of-orders')).status).toBe(400);
    expect(taken).toEqual([]);
  });

  it('refuses what is too large, and asks to come again when there is no room or no queue', async () => {
    const large = await open();
    expect(
      (await large.push('/probe/orders/orders-1', 'of-orders', new Uint8Array(MAX_PUSH_BYTES + 1))).status,
    ).toBe(413);
    expect(large.taken).toEqual([]);
    const full = await (await open({ take: async () => 'full' })).push('/probe/orders/orders-1', 'of-orders');
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '30']);
    const take = async (): Promise<never> => {
      throw new Failure('queue_unavailable', {});
    };
    expect((await (await open({ take })).push('/probe/orders/orders-1', 'of-orders')).status).toBe(503);
  });
});
