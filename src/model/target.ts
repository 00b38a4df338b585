import type { Rule } from './rule.ts';
import type { WhoRules } from './who.ts';

/** A Go program the team owns, as services.yml names it. */
export interface Service {
  readonly name: string;
  readonly instances: readonly Instance[];
  /** Slack user group or person to show as owner, as written in services.yml (`@payments-team`, `S0123`). */
  readonly owner?: string;
  /** Its repository, where a CODEOWNERS says whose each part is. */
  readonly code?: {
    /** `github.com/acme/payments`: what the repository's import paths begin with. */
    readonly module: string;
    /** Owners of a path in the repository, as written there; empty when nobody is. */
    readonly ownersOf: (path: string) => readonly string[];
  };
  /** Address of the form in which issues are filed, with `{title}` and `{body}` in it. */
  readonly issues?: string;
  /** Channels (ids or names without #) in which results may be shown; absent: any the bot is in. */
  readonly channels?: readonly string[];
  /** Who may capture it; absent: every full member, from every channel within the company. */
  readonly who?: WhoRules;
  /** Slack id of the admin who accepted it in Slack; absent: services.yml has it. */
  readonly acceptedBy?: string;
  readonly memoryLimitBytes?: number;
  /** Signatures that services.yml says are no leak, those that have lapsed too. */
  readonly notALeak?: readonly Rule[];
  /** Registered, and not to be asked anything for the time being. */
  readonly doNotTouch?: boolean;
  /** Full stacks are posted as they came, argument words and all. */
  readonly rawStacks?: boolean;
  /** Import-path prefixes of the team's own code. */
  readonly firstParty: readonly string[];
  readonly allow: CapturePermissions;
  readonly budget: CaptureBudget;
  /** Sampled all the time, as services.yml has it; `watch` and `unwatch` in chat have the last word. */
  readonly watch?: WatchRules;
  /** Where its history is read from, instead of the samples that goleak takes itself. */
  readonly prometheus?: PrometheusSource;
  /** Name of the environment variable with the token of pairs that its probe pushes; absent: none are taken. */
  readonly pushTokenEnv?: string;
}

/** A Prometheus server that scrapes the service. */
export interface PrometheusSource {
  /** Origin and prefix, `http://prometheus:9090`. Never carries credentials. */
  readonly url: string;
  /** Matchers that pick the service's series, `job="payments"`. */
  readonly match: string;
  /** The label that tells one instance from another. */
  readonly instanceLabel: string;
  /** Name of the environment variable that holds the bearer token. */
  readonly tokenEnv?: string;
}

/** Who is told of leaks that are theirs. */
export interface OwnerRules {
  /** Slack user groups by the names CODEOWNERS, catalogue and services.yml give owners. */
  readonly groups: ReadonlyMap<string, string>;
  /** From which tier on an owner's group is mentioned. */
  readonly mention: 'proven' | 'probable' | 'suspect' | 'never';
}

export const OWNERLESS: OwnerRules = { groups: new Map(), mention: 'never' };

/** How a service is sampled. */
export interface WatchRules {
  readonly everyMs: number;
  /** The expvar that names the build, for services without a `*_build_info` metric. */
  readonly buildVar?: string;
}

export const DEFAULT_WATCH: WatchRules = { everyMs: 60_000 };
/** An address is asked for a sample at most this often, whoever watches it. */
export const LEAST_SAMPLE_MS = 30_000;
/** Slower than this, ten minutes hold no sample to speak of. */
export const MOST_SAMPLE_MS = 300_000;

/** Captures an hour: of one instance, light and heavy ones, and of all instances of the service together. */
export interface CaptureBudget {
  readonly light: number;
  readonly heavy: number;
  readonly service: number;
}

/** Reliability policy; counts captures, each of which asks many questions. */
export const DEFAULT_BUDGET: CaptureBudget = { light: 6, heavy: 4, service: 20 };

/** What captures of this service may do beyond the safe defaults (reliability policy: gates). */
export interface CapturePermissions {
  /** Highest goroutine count at which full dumps (debug=2) are fetched. */
  readonly dumpUpTo: number;
  /** Highest goroutine count at which the runtime's leak detector is run; 0 = never. */
  readonly leakProfileUpTo: number;
  /** Highest goroutine count at which an execution trace is recorded, when a person asks for one; 0 = never. */
  readonly traceUpTo: number;
}

/** One running copy of a service. */
export interface Instance {
  /** Short id shown to people: `payments-svc-1` or `host:port`. */
  readonly name: string;
  /** Origin and prefix: `http://10.0.0.7:6060/debug/pprof`. Never carries credentials. */
  readonly pprofUrl: string;
  readonly varsUrl?: string;
  readonly metricsUrl?: string;
  /** Name of the environment variable that holds the bearer token; the value is looked up at fetch time. */
  readonly tokenEnv?: string;
  /** Where the probe is mounted, when the service has one. */
  readonly probe?: Probe;
}

/** Holds the token of probes for which nothing else is named; the probe itself reads it from there too. */
export const PROBE_TOKEN = 'GOLEAK_PROBE_TOKEN';

/** A probe inside a service (probe/ in this repository). */
export interface Probe {
  readonly url: string;
  /** Name of the environment variable that holds its token. */
  readonly tokenEnv?: string;
  /** Nobody said that it is there: that it is not needs no word. */
  readonly isGuess?: true;
}

/** The address at which captures take turns, `10.0.0.7:6060`: one process under two names is one target. */
export function addressOf({ pprofUrl }: Instance): string {
  const { protocol, hostname, port } = new URL(pprofUrl);
  return `${hostname.toLowerCase()}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

/** Kinds a person can ask for. */
export const CAPTURE_KINDS = ['goroutine', 'heap', 'memstats', 'trace'] as const;
export type CaptureKind = (typeof CAPTURE_KINDS)[number];

/** What is captured when nobody says what; an execution trace has to be named, by a person. */
export const DEFAULT_KINDS: readonly CaptureKind[] = ['goroutine', 'heap', 'memstats'];
export const DEFAULT_WINDOW_MS = 30_000;
/** Recorded of an execution trace: what is born within it and left behind is seen, and the service pays for no more. */
export const TRACE_SECONDS = 1;
/** Interval of MemStats readings through the window: 30 s hold 7 of them, 60 s the handbook's 12-sample window. */
export const SAMPLE_INTERVAL_MS = 5_000;
/** It brings its own second: without anything to compare beside it, there is no window to wait for. */
export function isTraceAlone(kinds: readonly CaptureKind[]): boolean {
  return kinds.length > 0 && kinds.every((kind) => kind === 'trace');
}

export const MIN_WINDOW_MS = 1_000;
export const MAX_WINDOW_MS = 15 * 60_000;

export const DEFAULT_PERMISSIONS: CapturePermissions = {
  dumpUpTo: 2_000,
  leakProfileUpTo: 2_000,
  traceUpTo: 2_000,
};
