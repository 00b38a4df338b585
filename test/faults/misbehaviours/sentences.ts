// What is said of a service that misbehaves: the cause, and what to do next.
import type { Endpoint } from '../../../src/model/capture.ts';
import { PATHS } from './misbehaviour.ts';

export const RESTARTS = 'Look at whether the service restarts, or a proxy before it refuses us.';
export const OVERLOADED =
  'The service may be overloaded; try again with a lighter capture (`--kinds memstats`).';
export const ENDS_LONG =
  'Try again; if it stays so, look for a proxy or a WriteTimeout of the service that ends long answers.';
export const TOKEN = "Give the service's token by reference in services.yml (`auth: { token_env: … }`).";
export const PREFIX = 'Check the path prefix of pprof in services.yml.';
export const IN_TROUBLE =
  'Look at the service itself first: it, or a proxy before it, says that it is in trouble.';
export const REDIRECTS = 'Redirects are not followed; write the address it points to in services.yml.';
export const IMPORT = 'Import net/http/pprof in the service, or set the right `pprof` path in services.yml.';
export const MOUNTED =
  'See what is mounted there: a proxy or a router of the service may answer in its place.';
export const LIGHTER =
  'Look at what answers there; a lighter capture (`--kinds memstats`) leaves profiles out.';
export const OTHER_PORT = 'Write the port of pprof in services.yml; this is one of another protocol.';

/** `{INSTANCE} did not answer at …` with the instance's own name, which is its address here. */
export const at = (endpoint: Endpoint): string => `HOST${PATHS[endpoint]}`;
export const unreachable = (endpoint: Endpoint, reason: string, next: string): string =>
  `HOST did not answer at ${at(endpoint)}: ${reason}. ${next}`;
export const refused = (status: number, next: string): string =>
  `HOST answered ${at('index')} with HTTP ${status}. ${next}`;
export const instead = (endpoint: Endpoint, what: string, wanted: string, next: string): string =>
  `HOST answered at ${at(endpoint)}, but with ${what} instead of ${wanted}. ${next}`;
export const notWhole = (endpoint: Endpoint, how: string): string =>
  `The answer of HOST at ${at(endpoint)} is not whole: ${how}. ${ENDS_LONG}`;
