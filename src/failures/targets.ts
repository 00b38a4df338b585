// Services that do not answer as they should, or are not to be asked.
import { entry } from './entry.ts';

type Where = {
  readonly instance: string;
  readonly url: string;
  /** The beginning of what came instead, kept as evidence and never spoken. */
  readonly received?: string | undefined;
};

/** Which deadline an answer missed. */
export type Late = 'begin' | 'idle' | 'drip' | 'finish';

/** What net/http and net/http/pprof say when they refuse, and what it means. */
const SAID = {
  'profile in use': {
    say: 'refused',
    hint: 'Another profile of this kind is being taken there; try again when it has ended.',
  },
  'write timeout': {
    say: 'refused',
    hint: "Take a shorter capture, or raise the WriteTimeout of the service's pprof server.",
  },
  'https wanted': {
    say: 'wants TLS and refused',
    hint: 'Write https:// instead of http:// in services.yml.',
  },
} as const;
export type Said = keyof typeof SAID;

/** Asked for one at this address. */
const ASKS_TRACE = /\/trace\?seconds=\d+$/;

function statusHint(status: number, url: string): string {
  if (status === 404 && ASKS_TRACE.test(url))
    return 'Mount `pprof.Trace` there: `pprof.Index` alone serves no traces.';
  if (status === 401 || status === 403)
    return "Give the service's token by reference in services.yml (`auth: { token_env: … }`).";
  if (status >= 300 && status < 400)
    return 'Redirects are not followed; write the address it points to in services.yml.';
  if (status === 429 || (status >= 500 && status !== 501))
    return 'Look at the service itself first: it, or a proxy before it, says that it is in trouble.';
  return 'Check the path prefix of pprof in services.yml.';
}

export const TARGETS = {
  target_unreachable: entry<Where & { reason: string; next?: string | undefined }>({
    say: ({ instance, url, reason }) => `${instance} did not answer at ${url}: ${reason}.`,
    hint: ({ next }) =>
      next ??
      'Check that the service is up, that net/http/pprof is mounted, and that the port is reachable from here.',
    retry: 'later',
    exit: 2,
  }),
  target_timeout: entry<Where & { seconds: number; late?: Late }>({
    say: ({ instance, url, seconds, late = 'finish' }) => {
      if (late === 'begin') return `${instance} did not begin to answer ${url} within ${seconds} s.`;
      if (late === 'idle')
        return `${instance} stopped in the middle of its answer at ${url}: nothing came for ${seconds} s.`;
      if (late === 'drip')
        return `${instance} answers ${url} too slowly: less than 1 KiB a second for ${seconds} s.`;
      return `${instance} did not finish answering ${url} within ${seconds} s.`;
    },
    hint: () => 'The service may be overloaded; try again with a lighter capture (`--kinds memstats`).',
    retry: 'later',
    exit: 2,
  }),
  target_cut: entry<Where & { how: string }>({
    say: ({ instance, url, how }) => `The answer of ${instance} at ${url} is not whole: ${how}.`,
    hint: () =>
      'Try again; if it stays so, look for a proxy or a WriteTimeout of the service that ends long answers.',
    retry: 'later',
    exit: 2,
  }),
  target_refused: entry<Where & { status: number; said?: Said | undefined }>({
    say: ({ instance, url, status, said }) =>
      `${instance} ${said === undefined ? 'answered' : SAID[said].say} ${url} with HTTP ${status}.`,
    hint: ({ status, url, said }) => (said === undefined ? statusHint(status, url) : SAID[said].hint),
    retry: 'never',
    exit: 2,
  }),
  target_not_pprof: entry<Where & { what: string; wanted?: string }>({
    say: ({ instance, url, what, wanted = 'pprof' }) =>
      `${instance} answered at ${url}, but with ${what} instead of ${wanted}.`,
    hint: ({ wanted }) =>
      wanted === undefined
        ? 'Import net/http/pprof in the service, or set the right `pprof` path in services.yml.'
        : 'See what is mounted there: a proxy or a router of the service may answer in its place.',
    retry: 'never',
    exit: 2,
  }),
  target_too_big: entry<Where & { limit: string; inflated?: boolean }>({
    say: ({ instance, url, limit, inflated = false }) =>
      inflated
        ? `The answer of ${instance} at ${url} inflates to more than ${limit}; it was not kept.`
        : `The answer of ${instance} at ${url} is larger than ${limit}; it was not kept.`,
    hint: ({ url }) =>
      ASKS_TRACE.test(url)
        ? 'The names in a trace come last, so a part of it says nothing: capture again when the service does less, or without `trace`.'
        : 'Look at what answers there; a lighter capture (`--kinds memstats`) leaves profiles out.',
    retry: 'never',
    exit: 2,
  }),
  nothing_captured: entry<{ service: string; reasons: readonly string[]; isGone?: boolean }>({
    say: ({ service, reasons }) =>
      reasons.length > 0 ? reasons.slice(0, 3).join(' ') : `Nothing could be captured from ${service}.`,
    hint: () => '`doctor` shows which instances answer.',
    retry: 'never',
    exit: 2,
  }),
  left_alone: entry<{ instance: string; because: string; look: string; isGone?: boolean }>({
    say: ({ instance, because, look }) =>
      `${instance} is left alone: ${because}.${look === '' ? '' : ` ${look}`}`,
    hint: () => 'Look at the service itself first, and capture it again when it is well.',
    retry: 'never',
    exit: 2,
  }),
  budget_spent: entry<{ what: string; limit: number; frees: string }>({
    say: ({ what, limit, frees }) =>
      `${what} has had the ${limit} captures an hour that its budget allows; the next one is possible at ${frees}.`,
    hint: () => 'Its last report may do meanwhile; an operator can raise `budget` in services.yml.',
    retry: 'never',
    exit: 1,
  }),
  stopped: entry<{ service: string; at: string }>({
    say: ({ service, at }) => `Captures of ${service} were stopped at ${at}.`,
    hint: () => 'Capture it again after somebody has typed `resume`; `status` shows who stopped it.',
    retry: 'never',
    exit: 1,
  }),
  do_not_touch: entry<{ service: string }>({
    say: ({ service }) => `services.yml says that ${service} must not be touched.`,
    hint: () => 'Have `do_not_touch` taken out there first.',
    retry: 'never',
    exit: 1,
  }),
};
