import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuthorise } from '../../src/authorise.ts';
import { isOnList } from '../../src/capture/allow-list.ts';
import { withAccepted } from '../../src/config/accepted.ts';
import { proposedService } from '../../src/config/proposals.ts';
import { parseRegistry } from '../../src/config/registry.ts';
import type { ServiceCatalog } from '../../src/config/services.ts';
import { decide, type ProposalPorts, propose, withdraw } from '../../src/control/proposals.ts';
import type { Origin } from '../../src/model/request.ts';
import type { Directory } from '../../src/model/who.ts';
import { followRegistered, openProposalStore } from '../../src/store/proposals.ts';
import { proposalSeal } from '../../src/store/seal.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';

const FILE = `
admins: [U0ADMIN]
proposals: { allow: [10.0.0.0/8, "*.internal"] }
services:
  payments-svc: { instances: ["http://10.0.0.1:6060"] }
`;
const MEMBER: Origin = { door: 'form', user: 'U0MEMBER' };
const ADMIN: Origin = { door: 'button', user: 'U0ADMIN' };
const NEW = { name: 'Ledger-svc', url: ' http://10.0.0.9:6060 ', owner: '@ledger' };

describe.skipIf(requires('redis'))('a service that is proposed', () => {
  let server: TestRedis;
  let file: string;
  let ports: ProposalPorts;
  let catalog: ServiceCatalog;
  let audited: string[];
  beforeAll(async () => {
    server = await openTestRedis();
  }, 30_000);
  afterAll(() => server?.close());
  beforeEach(async () => {
    await server.redis.flushall();
    file = FILE;
    audited = [];
    const registry = () => parseRegistry(file, 'services.yml');
    const written = {
      all: () => registry().services,
      find: (name: string) => registry().services.find((each) => each.name === name),
      admins: () => registry().admins,
      proposals: () => registry().proposals,
    } as ServiceCatalog;
    const proposals = openProposalStore(server.redis, proposalSeal(['a key of some length']));
    const { current, refresh, stop } = followRegistered(proposals);
    stop();
    catalog = withAccepted(written, current, isOnList);
    const directory: Directory = {
      standingOf: async (user) => (user === 'U0GUEST' ? 'guest' : 'member'),
      groupsOf: async () => ({ groups: [] }),
      placeOf: async (id) => ({ id, kind: 'public' }),
    };
    ports = {
      rules: catalog.proposals,
      services: catalog.all,
      authorise: createAuthorise({ directory, admins: catalog.admins }),
      proposals,
      isAllowed: isOnList,
      serviceOf: proposedService,
      refresh,
      audit: ({ what, origin, proposal }) => audited.push(`${origin.user} ${what} ${proposal.name}`),
      now: () => 1_000,
    };
  });

  const names = () => catalog.all().map(({ name }) => name);

  it('is registered once an admin accepts it, and not before', async () => {
    const proposal = await propose(NEW, MEMBER, ports);
    expect(names()).toEqual(['payments-svc']);
    await decide({ id: proposal.id, isAccepted: true }, ADMIN, ports);
    expect(catalog.find('ledger-svc')).toMatchObject({
      owner: '@ledger',
      instances: [{ name: 'ledger-svc-1', pprofUrl: 'http://10.0.0.9:6060/debug/pprof' }],
    });
    expect(audited).toEqual(['U0MEMBER proposed ledger-svc', 'U0ADMIN registered ledger-svc']);
    await expect(decide({ id: proposal.id, isAccepted: false }, ADMIN, ports)).rejects.toMatchObject({
      code: 'proposal_gone',
    });
  });

  it('is taken back by an admin alone, and asked nothing any more', async () => {
    const proposal = await propose(NEW, MEMBER, ports);
    await decide({ id: proposal.id, isAccepted: true }, ADMIN, ports);
    expect(catalog.find('ledger-svc')?.acceptedBy).toBe('U0ADMIN');
    await expect(withdraw('ledger-svc', MEMBER, ports)).rejects.toMatchObject({ code: 'admins_only' });
    await withdraw('ledger-svc', ADMIN, ports);
    expect(names()).toEqual(['payments-svc']);
    expect(audited.at(-1)).toBe('U0ADMIN unregistered ledger-svc');
    const again = await propose(NEW, MEMBER, ports);
    await decide({ id: again.id, isAccepted: true }, ADMIN, ports);
    expect(names()).toEqual(['payments-svc', 'ledger-svc']);
  });

  it('is not taken back when services.yml has it', async () => {
    await expect(withdraw('payments-svc', ADMIN, ports)).rejects.toMatchObject({ code: 'not_accepted' });
    expect(names()).toEqual(['payments-svc']);
  });

  it('is registered once, though two of its name are accepted at the same moment', async () => {
    const first = await propose(NEW, MEMBER, ports);
    const second = await propose({ ...NEW, url: 'http://10.0.0.10:6060' }, MEMBER, ports);
    const blind = { ...ports, services: () => [] };
    await decide({ id: first.id, isAccepted: true }, ADMIN, blind);
    await expect(decide({ id: second.id, isAccepted: true }, ADMIN, blind)).rejects.toMatchObject({
      code: 'proposal_gone',
    });
    expect(catalog.find('ledger-svc')?.instances[0]?.pprofUrl).toContain('10.0.0.9');
  });

  it('is one of five at most that one person has waiting', async () => {
    const numbered = (at: number) => ({ name: `svc-${at}`, url: `http://10.0.0.${at}:6060` });
    for (let at = 1; at <= 5; at++) await propose(numbered(at), MEMBER, ports);
    await expect(propose(numbered(6), MEMBER, ports)).rejects.toMatchObject({ code: 'proposals_own' });
    await propose(numbered(5), MEMBER, ports);
    await propose(numbered(6), { ...MEMBER, user: 'U0OTHER' }, ports);
    expect(await ports.proposals.waiting()).toHaveLength(6);
  });

  it('is accepted as the admin was shown it, though it was proposed with another owner since', async () => {
    const shown = await propose(NEW, MEMBER, ports);
    await propose({ ...NEW, owner: 'S0EVERYBODY1' }, MEMBER, ports);
    await decide({ id: shown.id, isAccepted: true }, ADMIN, ports);
    expect(catalog.find('ledger-svc')?.owner).toBe('@ledger');
  });

  it('is forgotten when an admin refuses it', async () => {
    const { id } = await propose(NEW, MEMBER, ports);
    await decide({ id, isAccepted: false }, ADMIN, ports);
    expect(names()).toEqual(['payments-svc']);
    expect(await ports.proposals.waiting()).toEqual([]);
    expect(audited.at(-1)).toBe('U0ADMIN declined ledger-svc');
  });

  it.each([
    ['whoever is no admin', MEMBER, 'admins_only'],
    ['a guest', { ...MEMBER, user: 'U0GUEST' }, 'person_refused'],
  ])('is not accepted by %s', async (_who, origin, code) => {
    const { id } = await propose(NEW, MEMBER, ports);
    await expect(decide({ id, isAccepted: true }, origin, ports)).rejects.toMatchObject({ code });
    expect(names()).toEqual(['payments-svc']);
  });

  it.each([
    ['outside of the bounds', { url: 'http://11.0.0.1:6060' }, 'proposal_outside'],
    ['of the cloud’s own', { url: 'http://169.254.169.254' }, 'proposal_outside'],
    ['with credentials', { url: 'http://me:secret@10.0.0.9' }, 'proposal_wrong'],
    ['that is none', { url: 'ledger' }, 'proposal_wrong'],
    ['with a path of its own', { url: 'http://10.0.0.9:8500/v1/agent/leave#' }, 'proposal_wrong'],
    ['with a query of its own', { url: 'http://10.0.0.9:8500?leave=' }, 'proposal_wrong'],
    ['under a name that is none', { name: 'Ledger svc!' }, 'proposal_wrong'],
    ['under a name that is taken', { name: 'payments-svc' }, 'service_taken'],
  ])('is not kept at an address or name %s', async (_what, change, code) => {
    await expect(propose({ ...NEW, ...change }, MEMBER, ports)).rejects.toMatchObject({ code });
    expect(await ports.proposals.waiting()).toEqual([]);
  });

  it('is refused with a way out where the operator allows none', async () => {
    file = FILE.replace(/proposals.*\n/, '');
    const refused = propose(NEW, MEMBER, ports);
    await expect(refused).rejects.toMatchObject({ code: 'proposals_closed' });
    await expect(refused).rejects.toThrow('the operator has not said which addresses may be');
  });

  it('gives way to services.yml, and to bounds that were narrowed since', async () => {
    const { id } = await propose(NEW, MEMBER, ports);
    await decide({ id, isAccepted: true }, ADMIN, ports);
    file = FILE.replace('services:', 'services:\n  ledger-svc: { instances: ["http://10.0.0.200:6060"] }');
    expect(catalog.find('ledger-svc')?.instances[0]?.pprofUrl).toContain('10.0.0.200');
    expect(names().filter((name) => name === 'ledger-svc')).toHaveLength(1);
    file = FILE.replace('10.0.0.0/8', '10.9.0.0/16');
    expect(catalog.find('ledger-svc')).toBeUndefined();
  });

  it('is nothing where somebody without our key wrote it into Redis', async () => {
    const { id } = await propose(NEW, MEMBER, ports);
    await decide({ id, isAccepted: true }, ADMIN, ports);
    const kept = (await server.redis.hget('{goleak}:registered', 'ledger-svc')) ?? '';
    await server.redis.hset('{goleak}:registered', 'ledger-svc', kept.replace('10.0.0.9', '10.0.0.8'));
    await ports.refresh();
    expect(names()).toEqual(['payments-svc']);
    // Nor is one record good under another name.
    await server.redis.hset('{goleak}:registered', 'other-svc', kept);
    await ports.refresh();
    expect(names()).toEqual(['payments-svc']);
  });
});
