import type { LastKnown } from './black-box.ts';
import type { Fix } from './fix.ts';
import type { CaptureKind } from './target.ts';

/** Where requests come from; a workflow is a door at which nobody waits. */
export const DOORS = [
  'slash',
  'mention',
  'button',
  'form',
  'shortcut',
  'dm',
  'terminal',
  'workflow',
  'schedule',
  'webhook',
] as const;

/** Who asked, and where the answer goes. Slack ids are opaque here. */
export interface Origin {
  readonly door: (typeof DOORS)[number];
  readonly user: string;
  readonly channel?: string;
  /** Set when the request was made inside an existing thread. */
  readonly threadTs?: string;
}

/** Nobody is waiting for this one: it may be refused more easily. */
export function isAutomatic({ door }: Origin): boolean {
  return door === 'schedule' || door === 'webhook' || door === 'workflow';
}

/** What somebody agreed to beforehand: the printed price (button), or more than is safe (an admin's --force). */
export type Consent = 'confirmed' | 'forced';

/** A capture somebody asked for. Queue jobs carry only its id. */
export interface CaptureRequest {
  /** Hash of what makes the delivery unique (Slack's trigger id, event id), so a redelivery is the same request. */
  readonly id: string;
  readonly service: string;
  /** Named instances, or all of them, or (default) one. */
  readonly instances: readonly string[] | 'all' | 'one';
  /** 0: one look, without a window. */
  readonly windowMs: number;
  readonly kinds: readonly CaptureKind[];
  readonly origin: Origin;
  readonly acceptedAtMs: number;
  readonly consent?: Consent;
  /** Whoever asked may not have the heavy questions asked. */
  readonly lightOnly?: boolean;
  /** Report to compare with ("capture again and compare"). */
  readonly compareWith?: string;
  /** The request whose choice among the instances is kept to, so that like is compared with like. */
  readonly sameInstancesAs?: string;
  /** Made for an incident, whose own thread tells what comes of it. */
  readonly incident?: string;
  /** Made for the black box, or for another thread: it has none of its own. */
  readonly quiet?: true;
  /** A look at a new build, for the thread of a leak. */
  readonly verifies?: { readonly request: string; readonly build: string };
  /** Slack's ids of files somebody uploaded, in their order: these are read, and no service is asked anything. */
  readonly files?: readonly string[];
  /** Its snapshots were pushed by the service's own probe: the service is asked nothing. */
  readonly pushed?: true;
  /** Why it is made though nobody asked, as in "payments-svc-1 has reached 85 % of its memory limit". */
  readonly because?: string;
}

/** How far a capture has come; the root message shows it, edited in place. */
export type Progress =
  | { readonly stage: 'queued' }
  | {
      /** Has to wait for its turn: not at work, and not forgotten. */
      readonly stage: 'held';
      /** What it waits for, as in "waiting: another capture of this service is running". */
      readonly why: string;
      /** Something of it is captured already. */
      readonly begun: boolean;
    }
  | {
      readonly stage: 'capturing';
      readonly instancesDone: number;
      readonly instancesTotal: number;
      readonly what: string;
      /** Share of the window that has passed, 0..1. */
      readonly passed: number;
    }
  | {
      readonly stage: 'waiting';
      /** The snapshot waited for; the third is taken when two left doubt. */
      readonly next: 'second' | 'third';
      readonly secondsLeft: number;
      readonly samples: number;
      readonly passed: number;
    }
  | { readonly stage: 'analysing' }
  | {
      readonly stage: 'done';
      readonly reportId: string;
      /** What became of it in a newer build. */
      readonly fix?: Fix;
    }
  | {
      readonly stage: 'failed';
      readonly what: string;
      readonly hint: string;
      /** Nobody was there to be asked, and this is what is known from before. */
      readonly lastKnown?: LastKnown;
    }
  | { readonly stage: 'cancelled'; readonly by: string };

/** After these nothing more comes. */
export function isLastWord(stage: Progress['stage']): boolean {
  return stage === 'done' || stage === 'failed' || stage === 'cancelled';
}
