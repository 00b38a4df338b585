// What a daily digest is about: which services, when, where to; what is known of each; and what is told of each.
import type { Tier, VerdictKind } from './verdict.ts';

/** A digest as services.yml or somebody in Slack set it up. */
export interface Digest {
  /** The name of a service, of a digest in services.yml, or `all`. */
  readonly id: string;
  readonly services: readonly string[] | 'all';
  readonly cron: string;
  /** An IANA time zone. */
  readonly zone: string;
  /** Slack id of the channel. */
  readonly channel: string;
  /** Nothing is posted on a day on which every service is well. */
  readonly silentWhenHealthy: boolean;
  /** A digest later than this is skipped, and the next one says so. */
  readonly graceMs: number;
}

/** A digest of a service that services.yml sets up has the service's name, that of all services this one. */
export const ALL_SERVICES = 'all';

/** A verdict on a service as it was kept. */
export interface KeptVerdict {
  readonly atMs: number;
  readonly reportId: string;
  readonly kind: VerdictKind;
  readonly tier?: Tier;
  readonly summary: string;
  readonly signatures: readonly KeptSignature[];
}

export interface KeptSignature {
  readonly stableId: string;
  readonly knownAs?: string;
  /** The blocked function. */
  readonly func: string;
  readonly waitReason: string;
  readonly count: number;
  readonly firstSeenMs?: number;
  /** The build it was first seen in. */
  readonly firstBuild?: string;
}

/** One hour of a service, its largest instance. */
export interface MemoryPoint {
  readonly atMs: number;
  readonly bytes: number;
  readonly goroutines?: number;
}

/** What the watcher said. */
export interface KeptDetection {
  readonly atMs: number;
  readonly instance: string;
  readonly tier: 'probable' | 'suspect';
  readonly because: string;
  /** When memory reaches the limit; `highMs` null when it may never. */
  readonly forecast?: { readonly lowMs: number; readonly highMs: number | null };
}

/** All that is known of one service when a digest is made. */
export interface ServiceFacts {
  readonly service: string;
  readonly owner?: string;
  readonly limitBytes?: number;
  /** Oldest first; fourteen days at most. */
  readonly memory: readonly MemoryPoint[];
  /** Oldest first. */
  readonly verdicts: readonly KeptVerdict[];
  readonly detections: readonly KeptDetection[];
  /** Since yesterday. */
  readonly restarts: number;
  readonly build?: string;
  /** Why something is not known, in a sentence. */
  readonly unknown?: string;
}

export type Standing = 'sick' | 'unclear' | 'recovered' | 'well';
/** Against yesterday. */
export type Change = 'new' | 'worse' | 'same' | 'better' | 'gone';
export type Trend = 'rising' | 'level' | 'falling';

/** One service in a digest. */
export interface DigestRow {
  readonly service: string;
  readonly owner?: string;
  readonly standing: Standing;
  readonly change: Change;
  readonly trend?: Trend;
  /** The largest value of each of the last fourteen days, oldest first; undefined where nothing was sampled. */
  readonly days: readonly (number | undefined)[];
  readonly memory?: { readonly nowBytes: number; readonly dayAgoBytes?: number };
  readonly limitBytes?: number;
  readonly verdict?: KeptVerdict;
  readonly before?: KeptVerdict;
  readonly detections: readonly KeptDetection[];
  readonly forecast?: { readonly lowMs: number; readonly highMs: number | null };
  readonly signatures: readonly KeptSignature[];
  readonly restarts: number;
  readonly build?: string;
  readonly unknown?: string;
}

/** What is said of one slot. */
export interface DigestContent {
  readonly id: string;
  /** What it is of, as the wall clock of its zone shows it: `2026-11-26T09:00:00`. */
  readonly key: string;
  readonly atMs: number;
  readonly zone: string;
  /** Worst first. */
  readonly rows: readonly DigestRow[];
  /** Services that may not be shown in this channel. */
  readonly withheld: number;
  readonly lateMs?: number;
  /** Slots nobody was there for, oldest first. */
  readonly skipped: readonly { readonly key: string }[];
  /** Slack id of who asked for it, when it was not the clock. */
  readonly askedBy?: string;
}
