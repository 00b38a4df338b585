// Nothing that is written, resolved or answered leads anywhere but to what is registered. The resolver and the dialler
// are ours: they record, and nothing but the canary on this machine could ever be connected to.
import { connect, createServer, type Server, type Socket } from 'node:net';
import { duplexPair } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dial, Network } from '../../src/capture/dial.ts';
import { createFetcher } from '../../src/capture/fetch.ts';
import { resolveInstances, serviceFromUrl } from '../../src/capture/resolve.ts';
import { readCommand } from '../../src/command/read.ts';
import { VERBS } from '../../src/command/verbs.ts';
import { wordsOf } from '../../src/command/words.ts';
import { parseServices } from '../../src/config/registry.ts';
import { findService, toRequest } from '../../src/entry/accept.ts';
import { Failure } from '../../src/failure.ts';
import type { Instance } from '../../src/model/target.ts';
import { Random } from '../fuzz/random.ts';
import { type AddressForm, anyForm, FINE } from './address-forms.ts';

const SEED = Number(process.env.GOLEAK_SEED ?? 20_261_126);
const HOW_MANY = Number(process.env.GOLEAK_FORMS ?? 10_000);
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];

let canary: Server;
let port = 0;
let hits = 0;
const before = PROXIES.map((name) => [name, process.env[name]] as const);
beforeAll(async () => {
  canary = createServer((socket) => {
    hits += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
  const address = canary.address();
  port = typeof address === 'object' && address ? address.port : 0;
  for (const name of PROXIES) process.env[name] = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await new Promise((resolve) => canary.close(resolve));
});

/** Records; what is not a fine address is handed to the canary, so that a hole is a hit. */
function recordingNetwork({ answers, reply }: Pick<AddressForm, 'answers' | 'reply'>) {
  const dialled: Dial[] = [];
  const resolved: string[] = [];
  const heads: string[] = [];
  const network: Network = {
    resolve: async (name) => {
      const answer = answers[Math.min(resolved.length, answers.length - 1)] ?? [];
      resolved.push(name);
      return answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
    dial: (to) => {
      dialled.push(to);
      if (!to.addresses.every(({ address }) => FINE.has(address))) return connect(port, '127.0.0.1');
      const [ours, theirs] = duplexPair();
      let head = '';
      theirs.on('data', (bytes: Buffer) => {
        head += bytes.toString('latin1');
        if (!head.endsWith('\r\n\r\n')) return;
        heads.push(head);
        theirs.end(reply);
      });
      setImmediate(() => ours.emit(to.tlsName === undefined ? 'connect' : 'secureConnect'));
      return ours as unknown as Socket;
    },
  };
  return { network, dialled, resolved, heads };
}

const never = new AbortController().signal;

/** Through the door where it is let in, and past it where it is not: the fetcher stands alone. */
function registered(url: string): Instance {
  try {
    const [instance] = serviceFromUrl(url).instances;
    if (instance) return instance;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  return { name: 'payments-svc-1', pprofUrl: `${url}/debug/pprof` };
}

async function ask(form: AddressForm, nth: number) {
  const record = recordingNetwork(form);
  const secret = `secret-${nth}`;
  const { fetch, close } = createFetcher(() => secret, { network: record.network });
  // By the registration, and again with the address as it was written.
  const instances = [registered(form.url), { name: 'as-written', pprofUrl: `${form.url}/debug/pprof` }];
  const instance = { ...(instances[nth % 2] as Instance), tokenEnv: 'TOKEN' };
  const outcome: unknown = await fetch(instance, 'index', never).catch((error: unknown) => error);
  await close();
  return { ...record, secret, outcome };
}

/** What went wrong with a form; nothing, it is hoped. */
function faultsOf({ leadsTo }: AddressForm, met: Awaited<ReturnType<typeof ask>>): string[] {
  const { dialled, resolved, heads, secret, outcome } = met;
  const faults: string[] = [];
  const addresses = dialled.map((dial) => dial.addresses.map(({ address }) => address).join());
  // Pinned is what was judged: the whole first answer, and no second question.
  const wanted = leadsTo.length > 0 ? [leadsTo.join()] : [];
  if (addresses.join(' ') !== wanted.join(' ')) faults.push(`dialled ${addresses.join(' ') || 'nothing'}`);
  if (resolved.length > 1) faults.push(`resolved ${resolved.length} times`);
  // Nobody answers as pprof does here, so each ends in a sentence.
  if (!(outcome instanceof Failure)) faults.push(`ended with ${String(outcome)}`);
  else if (outcome.message.includes(secret)) faults.push('spoke the secret');
  if (heads.length !== wanted.length) faults.push(`asked ${heads.length} times`);
  for (const head of heads) {
    if (!head.startsWith('GET /')) faults.push('did not ask with GET');
    if (head.split(secret).length !== 2) faults.push('did not send the secret once');
  }
  return faults;
}

describe('a fetcher', () => {
  it(`leads nowhere but to judged addresses, in ${HOW_MANY} forms (seed ${SEED})`, {
    timeout: 600_000,
  }, async () => {
    const random = new Random(SEED, 1);
    const kinds = new Set<string>();
    const faults: string[] = [];
    const { stackTraceLimit } = Error;
    // Ten thousand failures need no stacks, which take most of the time under a test runner.
    Error.stackTraceLimit = 0;
    let reached = 0;
    for (let nth = 0; nth < HOW_MANY; nth++) {
      const form = anyForm(random, nth, port);
      const met = await ask(form, nth);
      kinds.add(form.what);
      reached += met.heads.length;
      const found = faultsOf(form, met);
      if (found.length > 0)
        faults.push(`form ${nth}, ${form.what}: ${found.join(', ')}: ${JSON.stringify(form)}`);
    }
    Error.stackTraceLimit = stackTraceLimit;
    expect(faults).toEqual([]);
    expect(hits).toBe(0);
    // It is not that nothing works, nor that little was tried.
    expect(reached).toBeGreaterThan(HOW_MANY / 5);
    expect(kinds.size).toBeGreaterThan(HOW_MANY >= 10_000 ? 300 : 0);
  });
});

const REGISTERED = parseServices(
  'services: { payments-svc: { instances: [http://10.0.0.7:6060, { name: blue, url: http://10.0.0.8:6060 }] } }',
  'services.yml',
);
const HOMES = ['10.0.0.7:6060', '10.0.0.8:6060'];

/** What somebody types who wants to be led elsewhere. */
function hostileWord(random: Random, nth: number): string {
  const host = random.pick([
    `127.0.0.1:${port}`,
    '169.254.169.254',
    `localhost:${port}`,
    '[::1]',
    '2130706433',
  ]);
  const word = random.pick([
    host,
    `http://${host}/`,
    `<http://${host}|payments-svc>`,
    `payments-svc@${host}`,
    `payments-svc,http://${host}`,
    `payments-svc#${host}`,
    `payments-svc.${host}`,
    `payments-svc/../../${host}`,
    `blue@${host}`,
    `../../../etc/passwd`,
    `file:///etc/passwd`,
    `unix:/run/docker.sock`,
    `\u202epayments-svc`,
    `PAYMENTS-SVC`,
    'payments-svc',
    'blue',
    '__proto__',
    'constructor',
    `$(curl http://${host})`,
    `{"url":"http://${host}"}`,
    `%2e%2e/${host}`,
    `--instance=http://${host}`,
    `\u2014pprof=http://${host}`,
    `--save=http://${host}`,
    `goroutine,http://${host}`,
    `goroutine?debug=2&url=http://${host}`,
    `30s;http://${host}`,
    '9'.repeat(1 + random.below(400)),
    String.fromCodePoint(...Array.from({ length: 1 + random.below(20) }, () => 32 + random.below(0x2fff))),
  ]);
  return random.chance(1, 8) ? `${word}${nth}` : word;
}

describe('words typed into chat', () => {
  it(`reach nothing but what is registered, in ${HOW_MANY} hostile lines (seed ${SEED})`, {
    timeout: 600_000,
  }, async () => {
    const random = new Random(SEED, 2);
    const { network, dialled, resolved } = recordingNetwork({
      answers: [],
      reply: 'HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n',
    });
    const seen: string[] = [];
    const { fetch, close } = createFetcher(() => undefined, {
      network: {
        ...network,
        dial: (to) => {
          seen.push(...to.addresses.map(({ address }) => `${address}:${to.port}`));
          return network.dial({ ...to, addresses: [{ address: '10.0.0.7', family: 4 }] });
        },
      },
    });
    const verbs = VERBS.filter(({ doors }) => doors.includes('chat'));
    let captures = 0;
    for (let nth = 0; nth < HOW_MANY; nth++) {
      const { verb, flags } = random.chance(3, 4) ? (VERBS[0] ?? random.pick(verbs)) : random.pick(verbs);
      const words = [verb, random.chance(1, 2) ? 'payments-svc' : hostileWord(random, nth)];
      for (const { flag } of flags) {
        if (random.chance(1, 4)) words.push(flag.split(' ')[0] ?? '', hostileWord(random, nth));
      }
      if (random.chance(1, 4)) words.push(hostileWord(random, nth));
      try {
        const command = readCommand(wordsOf(words.join(' ')), 'chat');
        if (command.kind !== 'capture') continue;
        const service = findService(command.target, REGISTERED);
        const request = toRequest(command, service, {
          origin: { door: 'slash', user: 'U1', channel: 'C1' },
          delivery: `${nth}`,
          nowMs: 0,
        });
        for (const instance of resolveInstances(service, request)) {
          captures += 1;
          await expect(fetch(instance, 'index', never, request.id)).rejects.toThrow(Failure);
        }
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
      }
    }
    await close();
    expect(captures).toBeGreaterThan(0);
    expect([...new Set(seen)].sort()).toEqual(HOMES);
    expect(dialled.length).toBeGreaterThan(0);
    expect(resolved).toEqual([]);
    expect(hits).toBe(0);
  });
});

describe('the canary', () => {
  it('would have been seen: a registration that says loopback plainly does reach this machine', async () => {
    const { network } = recordingNetwork({ answers: [['127.0.0.1']], reply: '' });
    const { fetch, close } = createFetcher(() => undefined, { network });
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      const [instance] = serviceFromUrl(`http://${host}:${port}`).instances;
      if (!instance) throw new Error('no instance');
      await expect(fetch(instance, 'index', never)).rejects.toThrow(Failure);
    }
    await close();
    expect(hits).toBe(3);
  });
});
