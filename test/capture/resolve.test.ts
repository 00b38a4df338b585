import { describe, expect, it } from 'vitest';
import { resolveInstances, serviceFromUrl } from '../../src/capture/resolve.ts';
import { parseServices } from '../../src/config/registry.ts';
import { Failure } from '../../src/failure.ts';

const [service] = parseServices(
  'services: { a: { instances: [http://h:1, http://h:2, http://h:3] } }',
  'services.yml',
);
if (!service) throw new Error('no service');
const names = (request: Parameters<typeof resolveInstances>[1]) =>
  resolveInstances(service, request).map(({ name }) => name);

describe('the instances a request means', () => {
  it('is one of them unless more are asked for, and not always the same', () => {
    const chosen = new Set(
      Array.from({ length: 30 }, (_, at) => names({ id: `20261123-${at}`, instances: 'one' }).join()),
    );
    expect([...chosen].sort()).toEqual(['a-1', 'a-2', 'a-3']);
  });

  it('is the same one again when a capture is repeated to be compared', () => {
    for (let at = 0; at < 10; at++) {
      const first = names({ id: `20261123-${at}`, instances: 'one' });
      expect(names({ id: `20261124-${at}`, instances: 'one', sameInstancesAs: `20261123-${at}` })).toEqual(
        first,
      );
    }
  });

  it('is all of them, or those named', () => {
    expect(names({ id: 'x', instances: 'all' })).toHaveLength(3);
    expect(names({ id: 'x', instances: ['a-2'] })).toEqual(['a-2']);
    expect(() => names({ id: 'x', instances: ['b-1'] })).toThrow(Failure);
  });
});

describe('a service that is only an address', () => {
  it.each([
    ['http://localhost:6060', 'http://localhost:6060/debug/pprof'],
    ['http://localhost:6060/', 'http://localhost:6060/debug/pprof'],
    ['http://localhost:6060/debug/pprof/', 'http://localhost:6060/debug/pprof'],
    ['https://host/prefix/debug/pprof', 'https://host/prefix/debug/pprof'],
  ])('%s', (address, pprof) => {
    expect(serviceFromUrl(address).instances[0]?.pprofUrl).toBe(pprof);
  });

  it.each(['ftp://host', 'http://user:secret@host', 'nonsense'])('refuses %s', (address) => {
    expect(() => serviceFromUrl(address)).toThrow(Failure);
  });
});
