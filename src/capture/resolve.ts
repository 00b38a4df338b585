import { Failure } from '../failure.ts';
import type { CaptureRequest } from '../model/request.ts';
import { DEFAULT_BUDGET, DEFAULT_PERMISSIONS, type Instance, type Service } from '../model/target.ts';
import { writtenHost } from './address.ts';

/**
 * The instances a request means. "one" is a canary: one instance stands for the fleet, a different one
 * for each request (picked by its id), so that the same copy is not the guinea pig every night.
 * @throws Failure `instance_unknown`
 */
export function resolveInstances(
  service: Service,
  request: Pick<CaptureRequest, 'id' | 'instances' | 'sameInstancesAs'>,
): readonly Instance[] {
  const { instances: wanted } = request;
  if (wanted === 'all') return service.instances;
  if (wanted === 'one') {
    const turn = [...(request.sameInstancesAs ?? request.id)].reduce(
      (sum, char) => (sum * 31 + char.charCodeAt(0)) % 65_521,
      7,
    );
    const canary = service.instances[turn % service.instances.length];
    return canary ? [canary] : [];
  }
  return wanted.map((name) => {
    const instance = service.instances.find((candidate) => candidate.name === name);
    if (instance) return instance;
    const known = service.instances.map((candidate) => candidate.name);
    throw new Failure('instance_unknown', { service: service.name, instance: name.slice(0, 80), known });
  });
}

/**
 * A service that is only an address, for the terminal: `http://localhost:6060`, with or without `/debug/pprof`.
 * @throws Failure `usage_wrong` when it is not an http(s) address, or carries credentials.
 */
export function serviceFromUrl(text: string): Service {
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw new Failure(
      'usage_wrong',
      { what: `"${text.slice(0, 80)}" is not an address`, usage: 'capture http://localhost:6060' },
      { cause: error },
    );
  }
  const host = writtenHost(text);
  if (host === undefined) {
    throw new Failure('usage_wrong', {
      what: 'Only plain http and https addresses without credentials are taken',
      usage: 'capture http://localhost:6060',
    });
  }
  const mounted = /^(.*?)(\/debug\/pprof)?\/*$/.exec(url.pathname)?.[1] ?? '';
  // The host as it was written: what it means is judged when it is connected to.
  const base = `${url.protocol}//${host}${url.port === '' ? '' : `:${url.port}`}${mounted}`;
  const instance: Instance = {
    name: url.host,
    pprofUrl: `${base}/debug/pprof`,
    varsUrl: `${base}/debug/vars`,
    metricsUrl: `${base}/metrics`,
  };
  return {
    name: url.host,
    instances: [instance],
    firstParty: [],
    allow: DEFAULT_PERMISSIONS,
    budget: DEFAULT_BUDGET,
  };
}
