import type { Frame, WaitFamily } from './goroutine.ts';
import type { MemoryReading } from './memory.ts';
import type { Problem } from './problem.ts';
import type { RetentionFindings } from './retention.ts';
import type { HiddenGroup } from './rule.ts';
import type { ArtefactTime } from './snapshot.ts';
import type { TraceAnswers } from './trace.ts';

export const VERDICT_KINDS = [
  'goroutine-leak',
  'deadlock',
  'heap-leak',
  'churn',
  'fragmentation',
  'off-heap-growth',
  'gc-pressure',
  'scales-with-load',
  'healthy',
  'inconclusive',
] as const;
export type VerdictKind = (typeof VERDICT_KINDS)[number];

/** proven: the runtime itself says so. probable: act on it. suspect: look, and take another snapshot. */
export const TIERS = ['proven', 'probable', 'suspect'] as const;
export type Tier = (typeof TIERS)[number];

/** The class joined from all clues. "healthy" and "inconclusive" are verdicts too, without a tier. */
export interface Verdict {
  readonly kind: VerdictKind;
  readonly tier?: Tier;
  /** 0..1, calibrated: of verdicts said with 0.9, nine in ten are right. */
  readonly confidence: number;
  /** One sentence an engineer can act on. */
  readonly summary: string;
  readonly whyNot: readonly { readonly kind: VerdictKind; readonly because: string }[];
  readonly nextStep: string;
}

/** What holds besides the first verdict. */
export interface SideVerdict {
  readonly kind: VerdictKind;
  readonly tier?: Tier;
  readonly confidence: number;
  readonly summary: string;
}

export interface WaitMinutes {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** What the runtime's leak detector says of a signature's goroutines. */
export interface SignatureProof {
  /** Proven leaked. */
  readonly confirmed: number;
  /** Neither proven nor cleared. */
  readonly unseen: number;
  /** Why it cannot see those; absent when there are none. */
  readonly because?: string;
}

/** What its leak profiles say in all, and what they can never see. */
export interface ProofFindings {
  /** Leak profiles that were taken and agree; 0 where only marks of an earlier run are known. */
  readonly profiles: number;
  readonly confirmed: number;
  /** Goroutines of listed signatures that it neither proves nor clears. */
  readonly unseen: number;
  readonly blindSpots: readonly string[];
}

/** A leaking or suspect group of goroutines. Innocent ones are not listed. */
export interface LeakSignature {
  /** Exact id: state family, functions with lines, creator. 16 hex digits. */
  readonly id: string;
  /** Survives line drift, closure renaming, inlining and module versions. 16 hex digits. */
  readonly stableId: string;
  /** Without who started it: what memory, snoozes and rules know it by. */
  readonly knownAs?: string;
  readonly state: string;
  readonly waitReason: string;
  readonly family: WaitFamily;
  /** At the last snapshot. */
  readonly count: number;
  /** Last minus first snapshot. */
  readonly delta: number;
  readonly perMinute: number;
  /** Printed ages; absent when the dump printed none. */
  readonly waitMinutes?: WaitMinutes;
  /** Leaf first, leading runtime frames stripped: `frames[0]` is the blocked user or library function. */
  readonly frames: readonly Frame[];
  readonly createdBy?: Frame;
  readonly labels?: Readonly<Record<string, string>>;
  readonly tier: Tier;
  /** Absent where the runtime was not asked. */
  readonly proof?: SignatureProof;
  readonly score: number;
  /** Evidence in short sentences with their numbers. */
  readonly because: readonly string[];
  readonly status: 'new' | 'grown' | 'steady';
  /** Heap held per these goroutines, when the heap profile tells. */
  readonly retainedBytes?: number;
  /** How such a leak is usually fixed. */
  readonly hint?: string;
}

/** One row of a diff. */
export interface Change {
  readonly kind: 'goroutine' | 'signature' | 'site' | 'memory';
  readonly id: string;
  readonly status: 'new' | 'grown' | 'shrunk' | 'state-changed' | 'gone';
  readonly before: number | string | null;
  readonly after: number | string | null;
  /** What the row is about, for people. */
  readonly label: string;
}

/** One line of evidence from one kind of measurement. */
export interface Clue {
  readonly clue: string;
  readonly severity: 'none' | 'notice' | 'warning' | 'critical';
  readonly text: string;
  readonly evidence: Readonly<Record<string, number | string>>;
}

export interface HeapSite {
  /** Leaf first, leading allocator frames stripped. */
  readonly frames: readonly Frame[];
  readonly inuseBytes: number;
  readonly inuseObjects: number;
  readonly allocBytes: number;
  readonly allocObjects: number;
  /** Growth of in-use over the window. */
  readonly deltaBytes: number;
  readonly perMinute: number;
  readonly shape: 'leak' | 'churn' | 'cache' | 'steady';
}

export interface Baseline {
  readonly mean: number;
  readonly p95: number;
  readonly std: number;
  readonly samples: number;
}

/** One band of resident memory, bottom up; `bytes` sum to what the process holds. */
export interface WaterfallBand {
  readonly band:
    | 'live'
    | 'garbage'
    | 'size-class-loss'
    | 'idle-unreturned'
    | 'stacks'
    | 'runtime'
    | 'off-heap';
  readonly bytes: number;
  readonly text: string;
}

export interface MemoryFindings {
  readonly samples: readonly MemoryReading[];
  /** Robust slopes in bytes (or count) per second, by MemoryReading field name. */
  readonly slopes: Readonly<Record<string, number>>;
  readonly waterfall: readonly WaterfallBand[];
  readonly baseline?: Baseline;
  readonly forecast?: { readonly limitBytes: number; readonly secondsToLimit: number | null };
}

/** One of several instances, at the first and at the last reading of the window; what is not known is absent. */
export interface InstanceFigures {
  readonly instance: string;
  readonly verdict: VerdictKind;
  readonly heapBytes?: { readonly before: number; readonly after: number };
  readonly goroutines?: { readonly before: number; readonly after: number };
}

/** Everything the analysis concludes; the report adds who asked, what it cost and where the files are. */
export interface Analysis {
  readonly instances: readonly string[];
  readonly window: {
    readonly from?: number;
    readonly to?: number;
    readonly seconds: number;
    readonly snapshots: number;
  };
  readonly verdict: Verdict;
  readonly also: readonly SideVerdict[];
  readonly signatures: readonly LeakSignature[];
  readonly changes: readonly Change[];
  readonly load: readonly { readonly name: string; readonly samples: readonly number[] }[];
  readonly restarts: readonly { readonly instance: string; readonly because: string }[];
  readonly heap?: {
    readonly sites: readonly HeapSite[];
    readonly sampleRate: number;
    readonly asOfGc?: number;
  };
  /** Who holds the memory, where a goref file was given. */
  readonly retention?: RetentionFindings;
  /** What an execution trace answers, where one was given. */
  readonly trace?: TraceAnswers;
  readonly memory: MemoryFindings;
  /** A row an instance; absent where there is only one. */
  readonly fleet?: readonly InstanceFigures[];
  /** Absent where the runtime was not asked for its proof. */
  readonly proof?: ProofFindings;
  readonly clues: readonly Clue[];
  readonly alignment: readonly ArtefactTime[];
  /** What was left out of all this because somebody has said that it is no leak. */
  readonly hidden?: readonly HiddenGroup[];
  readonly problems: readonly Problem[];
}

/** Figures of the forensic handbook. They are cautious defaults; a service may set its own. */
export interface HandbookRules {
  /** Goroutines waiting at one place that make a pile-up. */
  readonly pileUp: number;
  /** Share of in-use heap from one site. */
  readonly siteShare: number;
  /** HeapAlloc / NextGC, sustained. */
  readonly nearGoal: number;
  /** HeapInuse - HeapAlloc, bytes. */
  readonly fragmentationBytes: number;
  /** Live heap growth in bytes per second, sustained for `growthSeconds`. */
  readonly growthBytesPerSecond: number;
  readonly growthSeconds: number;
  /** Share of frees among allocations below which freeing lags. */
  readonly freesShare: number;
  /** Path length to a root from which on retention is deep. */
  readonly retentionDepth: number;
}

/** What the analysis may know about the service beside its snapshots. */
export interface AnalysisContext {
  readonly firstParty: readonly string[];
  readonly memoryLimitBytes?: number;
  /** Assumed spacing of snapshots that carry no time of their own, milliseconds. */
  readonly fallbackIntervalMs: number;
  /** Signatures that somebody has said are no leak: see model/rule.ts. */
  readonly hidden?: readonly string[];
  /** Own figures in place of the handbook's. */
  readonly rules?: Partial<HandbookRules>;
}
