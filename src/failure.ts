// The one error type thrown on purpose, and every sentence it can say. Parsers and analysers never
// throw; edges throw a Failure where the fact is known and catch it once: doors, workers, the CLI.

import type { Standing } from './model/who.ts';

const PEOPLE: Readonly<Record<Standing, string>> = {
  member: 'Members of this workspace',
  guest: 'Guests of this workspace',
  'single-channel-guest': 'Guests of a single channel',
  'other-team': 'People of other workspaces',
  stranger: 'People of other workspaces',
  bot: 'Bots',
  deactivated: 'Deactivated accounts',
};

interface Entry<Facts> {
  /** What happened: one sentence ending in a full stop. */
  readonly say: (facts: Facts) => string;
  /** What to do next: one imperative sentence. */
  readonly hint: (facts: Facts) => string;
  /** Whether trying the same again can help. Decided here, where the fact is known. */
  readonly retry: 'never' | 'later';
  /** Exit status of the CLI: 1 usage or bad input, 2 target unreachable, 3 partial, 70 broke on our side. */
  readonly exit: 1 | 2 | 3 | 70;
}

function entry<Facts>(definition: Entry<Facts>): Entry<Facts> {
  return definition;
}

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

function statusHint(status: number): string {
  if (status === 401 || status === 403)
    return "Give the service's token by reference in services.yml (`auth: { token_env: … }`).";
  if (status >= 300 && status < 400)
    return 'Redirects are not followed; write the address it points to in services.yml.';
  if (status === 429 || (status >= 500 && status !== 501))
    return 'Look at the service itself first: it, or a proxy before it, says that it is in trouble.';
  return 'Check the path prefix of pprof in services.yml.';
}

export const catalogue = {
  command_unknown: entry<{ word: string; suggestion?: string | undefined }>({
    say: ({ word }) => `"${word}" is not a command.`,
    hint: ({ suggestion }) =>
      suggestion ? `Did you mean \`${suggestion}\`?` : 'Try `help` for the list of commands.',
    retry: 'never',
    exit: 1,
  }),
  terminal_only: entry<{ verb: string; usage: string }>({
    say: ({ verb }) => `\`${verb}\` is for a terminal: it works with files and programs of that machine.`,
    hint: ({ usage }) =>
      `Run \`goleak ${usage}\` there; here, \`capture <service>\` looks at a running service.`,
    retry: 'never',
    exit: 1,
  }),
  usage_wrong: entry<{ what: string; usage: string }>({
    say: ({ what }) => `${what}.`,
    hint: ({ usage }) => `Use it like this: \`${usage}\`.`,
    retry: 'never',
    exit: 1,
  }),
  service_unknown: entry<{ service: string; suggestion?: string | undefined; known: readonly string[] }>({
    say: ({ service }) => `No service called "${service}" is registered.`,
    hint: ({ suggestion, known }) => {
      if (suggestion) return `Did you mean \`${suggestion}\`?`;
      if (known.length === 0) return 'Add it to services.yml first.';
      return `Known services: ${known.slice(0, 10).join(', ')}${known.length > 10 ? ', …' : ''}.`;
    },
    retry: 'never',
    exit: 1,
  }),
  instance_unknown: entry<{ service: string; instance: string; known: readonly string[] }>({
    say: ({ service, instance }) => `${service} has no instance called "${instance}".`,
    hint: ({ known }) =>
      `Its instances are: ${known.slice(0, 10).join(', ')}${known.length > 10 ? ', …' : ''}.`,
    retry: 'never',
    exit: 1,
  }),
  url_in_slack: entry<{ word: string }>({
    say: () => 'Addresses are not taken from chat; only registered services can be captured.',
    hint: () => 'Add the service to services.yml, or run `goleak capture URL` in a terminal.',
    retry: 'never',
    exit: 1,
  }),
  config_bad: entry<{ file: string; faults: readonly string[] }>({
    say: ({ file, faults }) => `${file} cannot be used: ${faults.slice(0, 5).join('; ')}.`,
    hint: ({ file }) => `Correct ${file}; a goleak that is running keeps to the last good version meanwhile.`,
    retry: 'never',
    exit: 1,
  }),
  config_missing: entry<{ what: string; how: string }>({
    say: ({ what }) => `${what} is not set.`,
    hint: ({ how }) => how,
    retry: 'never',
    exit: 1,
  }),
  file_unreadable: entry<{ path: string; reason: string }>({
    say: ({ path, reason }) => `${path} could not be read: ${reason}.`,
    hint: () => 'Check the path and its permissions.',
    retry: 'never',
    exit: 1,
  }),
  folder_unwritable: entry<{ path: string; reason: string }>({
    say: ({ path, reason }) => `Nothing can be saved in ${path}: ${reason}.`,
    hint: () => 'Name a new or an empty folder.',
    retry: 'never',
    exit: 1,
  }),
  artefact_unknown: entry<{ path: string; reasons: readonly string[] }>({
    say: ({ path, reasons }) => {
      if (reasons.length === 0) return `There is nothing to read in ${path}.`;
      const more = reasons.length > 3 ? ` … and ${reasons.length - 3} more.` : '';
      return `${reasons.slice(0, 3).join(' ')}${more}`;
    },
    hint: () =>
      'Give a goroutine dump, a profile, /debug/vars, metrics or a log that holds one; the README says how to get them.',
    retry: 'never',
    exit: 1,
  }),
  history_empty: entry<{ path: string; reasons: readonly string[] }>({
    say: ({ path, reasons }) => [`${path} holds no samples.`, ...reasons.slice(0, 2)].join(' '),
    hint: () =>
      'Give one JSON object a line, each with `t` in unix seconds and what was measured; docs/watching.md lists the fields.',
    retry: 'never',
    exit: 1,
  }),
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
    hint: ({ status, said }) => (said === undefined ? statusHint(status) : SAID[said].hint),
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
    hint: () => 'Look at what answers there; a lighter capture (`--kinds memstats`) leaves profiles out.',
    retry: 'never',
    exit: 2,
  }),
  nothing_captured: entry<{ service: string; reasons: readonly string[]; isGone?: boolean }>({
    say: ({ service, reasons }) =>
      reasons.length > 0 ? reasons.slice(0, 3).join(' ') : `Nothing could be captured from ${service}.`,
    hint: () => 'Run `goleak doctor` to see which instances answer.',
    retry: 'never',
    exit: 2,
  }),
  queue_unavailable: entry<Record<never, never>>({
    say: () => 'The queue (Redis) is not answering, so nothing was started.',
    hint: () => 'Try again in a minute; an operator can run `goleak doctor`.',
    retry: 'later',
    exit: 2,
  }),
  admins_only: entry<{ what: string; admins: readonly string[] }>({
    say: ({ what }) => `${what} is for admins.`,
    hint: ({ admins }) =>
      admins.length === 0
        ? 'Name them under `admins` in services.yml, by the ids of their Slack users or user groups.'
        : 'Ask one of those that services.yml names under `admins`.',
    retry: 'never',
    exit: 1,
  }),
  person_refused: entry<{ standing: Standing; what: string }>({
    say: ({ standing, what }) => `${PEOPLE[standing]} may not ${what}.`,
    hint: ({ standing }) =>
      standing === 'deactivated'
        ? 'Ask somebody whose account is active to do it.'
        : 'Ask a full member of this workspace to do it, or have it allowed under `who` in services.yml.',
    retry: 'never',
    exit: 1,
  }),
  person_unknown: entry<{ what: string }>({
    say: ({ what }) => `Slack did not say whether whoever asked may ${what}, so nothing was done.`,
    hint: () => 'Try again in a minute.',
    retry: 'later',
    exit: 2,
  }),
  place_refused: entry<{ service: string; isPending: boolean }>({
    say: ({ service, isPending }) =>
      `Results of ${service} are not shown in a channel that ${isPending ? 'another company is invited to' : 'is shared with another company'}.`,
    hint: () =>
      'Ask in a channel of your own, or have `external_channels: true` put under `who` in services.yml.',
    retry: 'never',
    exit: 1,
  }),
  place_unknown: entry<{ service: string }>({
    say: ({ service }) =>
      `Slack did not say what kind of channel this is, so nothing of ${service} is shown here.`,
    hint: () => 'Try again in a minute.',
    retry: 'later',
    exit: 2,
  }),
  rule_refused: entry<{ what: string }>({
    say: ({ what }) => `services.yml does not let whoever asked ${what}, asking here.`,
    hint: () => 'Ask one of those whom `who` in services.yml names, or an admin.',
    retry: 'never',
    exit: 1,
  }),
  automatic_refused: entry<{ what: string }>({
    say: ({ what }) => `Automatic captures may not ${what}.`,
    hint: () => 'Have `automatic` changed under `who` in services.yml.',
    retry: 'never',
    exit: 1,
  }),
  scope_missing: entry<{ what: string; scope: string }>({
    say: ({ what, scope }) => `Slack does not tell this app ${what}: its scope \`${scope}\` is missing.`,
    hint: () =>
      'Have the app installed again with the scopes of manifest.yml; `doctor` names what is missing.',
    retry: 'never',
    exit: 1,
  }),
  button_unknown: entry<Record<never, never>>({
    say: () => 'This button is none of mine.',
    hint: () => 'Type the command instead; `help` lists them.',
    retry: 'never',
    exit: 1,
  }),
  button_elsewhere: entry<Record<never, never>>({
    say: () => 'This button belongs to another message, so nothing was done.',
    hint: () => 'Press the one under the capture it belongs to, or type the command.',
    retry: 'never',
    exit: 1,
  }),
  button_early: entry<Record<never, never>>({
    say: () => 'The message of this button is still being written.',
    hint: () => 'Press it again in a moment.',
    retry: 'later',
    exit: 2,
  }),
  button_expired: entry<{ days: number }>({
    say: ({ days }) => `This button is more than ${days} days old, so it does nothing any more.`,
    hint: () => 'Type the command instead.',
    retry: 'never',
    exit: 1,
  }),
  budget_spent: entry<{ what: string; limit: number; frees: string }>({
    say: ({ what, limit, frees }) =>
      `${what} has had the ${limit} captures an hour that its budget allows; the next one is possible at ${frees}.`,
    hint: () => 'Its last report may do meanwhile; an operator can raise `budget` in services.yml.',
    retry: 'never',
    exit: 1,
  }),
  left_alone: entry<{ instance: string; because: string; look: string; isGone?: boolean }>({
    say: ({ instance, because, look }) =>
      `${instance} is left alone: ${because}.${look === '' ? '' : ` ${look}`}`,
    hint: () => 'Look at the service itself first, and capture it again when it is well.',
    retry: 'never',
    exit: 2,
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
  request_unknown: entry<{ id: string }>({
    say: ({ id }) => `No single capture that runs or waits is called "${id}".`,
    hint: () => 'Take an id from `status`.',
    retry: 'never',
    exit: 1,
  }),
  request_expired: entry<{ service: string; minutes: number }>({
    say: ({ service, minutes }) =>
      `This capture of ${service} waited ${minutes} min for a worker, so it was not run: the moment you asked about has passed.`,
    hint: () => 'Capture it again if it is still wanted; `status` shows what the workers have to do.',
    retry: 'never',
    exit: 70,
  }),
  workers_lost: entry<{ service: string }>({
    say: ({ service }) => `The workers that captured ${service} ended in the middle of it, more than once.`,
    hint: () =>
      'Try it with fewer instances or lighter kinds; an operator finds the cause in the workers’ logs.',
    retry: 'never',
    exit: 70,
  }),
  job_refused: entry<{ service: string; reason: string }>({
    say: ({ service, reason }) =>
      `The workers did not take the capture of ${service} up: ${reason.slice(0, 200).replace(/[.!?]$/, '')}.`,
    hint: () => 'Capture it again; an operator finds more in `status` and in the logs.',
    retry: 'never',
    exit: 70,
  }),
  worker_outdated: entry<{ service: string }>({
    say: ({ service }) =>
      `The capture of ${service} was asked for by a newer goleak than the workers are: this worker is older than the app.`,
    hint: () => 'Update the workers, then capture it again.',
    retry: 'never',
    exit: 70,
  }),
  analysis_stopped: entry<{ service: string; reason: string; file?: string | undefined }>({
    say: ({ service, reason, file }) =>
      `What was captured of ${service} could not be analysed, so there is no verdict: ${reason}${file ? `, at ${file}` : ''}.`,
    hint: () =>
      'The files are kept; capture fewer instances or lighter kinds (`--kinds memstats`), or read the files with `goleak analyze` on a bigger machine.',
    retry: 'never',
    exit: 70,
  }),
  analysis_died: entry<{ service: string; how: string; file?: string | undefined }>({
    say: ({ service, how, file }) =>
      `The analysis of what was captured of ${service} ended by itself (${how})${file ? `, at ${file}` : ''}, so there is no verdict.`,
    hint: () => 'The files are kept; an operator finds more in the log of the workers.',
    retry: 'later',
    exit: 70,
  }),
  report_not_kept: entry<{ service: string; reason: string }>({
    say: ({ service, reason }) =>
      `The report on ${service} could not be kept: ${reason}, and it is too large to be kept elsewhere.`,
    hint: () => 'Make room in the goleak home folder, then capture again.',
    retry: 'later',
    exit: 70,
  }),
  report_elsewhere: entry<{ id: string }>({
    say: ({ id }) => `The report of ${id} is not on this worker's disk.`,
    hint: () => 'Give all workers the same GOLEAK_HOME folder.',
    retry: 'later',
    exit: 70,
  }),
  redis_missing: entry<{ install: string }>({
    say: () => 'No redis-server or valkey-server was found on this machine.',
    hint: ({ install }) => `Run \`${install}\`, or set REDIS_URL to a Redis of yours.`,
    retry: 'never',
    exit: 1,
  }),
  redis_failed: entry<{ reason: string }>({
    say: ({ reason }) => `The private Redis did not start: ${reason}.`,
    hint: () => 'Look at redis.log in the goleak home folder, or set REDIS_URL.',
    retry: 'later',
    exit: 70,
  }),
  not_in_channel: entry<{ channel: string }>({
    say: () => 'I am not a member of this channel, so I cannot post the result here.',
    hint: () => 'Type `/invite @goleak` and run the command again.',
    retry: 'never',
    exit: 1,
  }),
  channel_not_allowed: entry<{ service: string; channels: readonly string[] }>({
    say: ({ service }) => `Results of ${service} may not be shown in this channel.`,
    hint: ({ channels }) =>
      `Ask in ${channels.slice(0, 5).join(', ')}, or have \`channels\` extended in services.yml.`,
    retry: 'never',
    exit: 1,
  }),
  slack_refused: entry<{ method: string; error: string }>({
    say: ({ method, error }) => `Slack refused ${method} with "${error}".`,
    hint: () => 'Run `goleak doctor` to check the tokens and scopes.',
    retry: 'never',
    exit: 70,
  }),
  slack_unreachable: entry<{ method: string; reason: string }>({
    say: ({ method, reason }) => `Slack did not answer ${method}: ${reason}.`,
    hint: () => 'It will be tried again.',
    retry: 'later',
    exit: 70,
  }),
  report_missing: entry<{ id: string }>({
    say: ({ id }) => `Report ${id} is no longer kept.`,
    hint: () => 'Capture the service again.',
    retry: 'never',
    exit: 1,
  }),
  verb_needs_redis: entry<{ verb: string }>({
    say: ({ verb }) => `\`${verb}\` works on a running goleak and needs its Redis.`,
    hint: () => 'Set REDIS_URL to the Redis the app and the workers use.',
    retry: 'never',
    exit: 1,
  }),
  interrupted: entry<Record<never, never>>({
    say: () => 'Interrupted before there was a verdict.',
    hint: () => 'Run it again and let the window pass, or take a shorter one with `--for 10s`.',
    retry: 'never',
    exit: 3,
  }),
} as const;

export type Code = keyof typeof catalogue;
export type Facts<C extends Code> = (typeof catalogue)[C] extends Entry<infer F> ? F : never;

/** A failure with a code, typed facts, a sentence and a next step. `cause` carries the original error. */
export class Failure<C extends Code = Code> extends Error {
  override readonly name = 'Failure';
  readonly code: C;
  readonly facts: Facts<C>;
  readonly hint: string;
  readonly retry: 'never' | 'later';
  readonly exit: number;

  constructor(code: C, facts: Facts<C>, options?: ErrorOptions) {
    const words = catalogue[code] as unknown as Entry<Facts<C>>;
    super(words.say(facts), options);
    this.code = code;
    this.facts = facts;
    this.hint = words.hint(facts);
    this.retry = words.retry;
    this.exit = words.exit;
  }
}

/** What a person is told of any error: a Failure's own words, or one honest sentence with an id for the log. */
export function explain(error: unknown, id: string): { readonly what: string; readonly hint: string } {
  if (error instanceof Failure) return { what: error.message, hint: error.hint };
  return {
    what: `Something broke on our side (${id}).`,
    hint: 'The details are in the log under that id; please try again.',
  };
}

const GONE: readonly Code[] = ['target_unreachable', 'target_timeout', 'target_cut'];

/** True of failures that say that nobody was there to be asked, or nobody who answers. */
export function isGone(error: unknown): boolean {
  if (!(error instanceof Failure)) return false;
  const { code, facts } = error as Failure;
  return GONE.includes(code) || ('isGone' in facts && facts.isGone === true);
}
