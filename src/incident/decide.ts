// What is to be done about an incident now: look, close, or wait, and until when.
import {
  beganMs,
  type ClosedWhy,
  type Incident,
  type IncidentLook,
  type IncidentRules,
  type LookOutcome,
  recoveredMs,
} from '../model/incident.ts';
import type { VerdictKind } from '../model/verdict.ts';

export interface Plan {
  readonly look?: true;
  readonly close?: ClosedWhy;
  /** When to decide again, unless something is heard before; undefined when nothing is left to do. */
  readonly nextAtMs?: number;
}

/** Nothing about an incident is interesting after a day; somebody would have asked. */
export const GIVE_UP_AFTER_MS = 86_400_000;
/** A capture that has said nothing for so long never will. */
const LOST_AFTER_MS = 20 * 60_000;
const POLL_MS = 30_000;
/** What recovered longer ago than this, when it was first heard of, is no news. */
export const STALE_AFTER_MS = 15 * 60_000;
/** Looks at the usual pace; after these they become rarer. */
const USUAL_LOOKS = 4;
const LONGEST_EVERY_MS = 3_600_000;
/** Looks in a row after which a channel without alerts is told that nothing is to be found. */
const HEALTHY_LOOKS = 3;
const FAILED_LOOKS = 2;

/** Verdicts with which a service may be called recovered, once its alerts are over. */
const CALM: ReadonlySet<VerdictKind> = new Set(['healthy', 'inconclusive', 'scales-with-load', 'churn']);

type Pace = Pick<IncidentRules, 'lookEveryMs' | 'settleMs'>;

export function decide(incident: Incident, nowMs: number, pace: Pace): Plan {
  if (incident.closed !== undefined) return {};
  const pending = incident.looks.find(({ outcome }) => outcome === undefined);
  if (pending !== undefined) {
    return {
      nextAtMs: Math.min(nowMs + POLL_MS, Math.max(nowMs + 1_000, pending.plannedAtMs + LOST_AFTER_MS)),
    };
  }
  if (nowMs - openedMs(incident) >= GIVE_UP_AFTER_MS) return { close: 'given-up' };
  const recovered = recoveredMs(incident);
  return recovered === undefined
    ? whileItLasts(incident, nowMs, pace)
    : onceItIsOver(incident, recovered, nowMs, pace);
}

/** True when nobody has to be told: it was over before it was heard of. */
export function isStale(incident: Incident, heardAtMs: number): boolean {
  const recovered = recoveredMs(incident);
  return incident.looks.length === 0 && recovered !== undefined && recovered < heardAtMs - STALE_AFTER_MS;
}

/** A capture whose word will not come any more. */
export function lostLook({ looks }: Incident, nowMs: number): IncidentLook | undefined {
  return looks.find(
    ({ outcome, plannedAtMs }) => outcome === undefined && nowMs - plannedAtMs >= LOST_AFTER_MS,
  );
}

export function isCalm(outcome: LookOutcome | undefined): boolean {
  return outcome?.kind === 'seen' && CALM.has(outcome.verdict);
}

/** An alert may have been firing for weeks when goleak first hears of it: what counts is when it was first looked at. */
function openedMs(incident: Incident): number {
  return incident.looks[0]?.plannedAtMs ?? beganMs(incident);
}

function whileItLasts(incident: Incident, nowMs: number, pace: Pace): Plan {
  const { looks, alerts } = incident;
  if (looks.length === 0) return { look: true };
  const lately = looks.slice(-HEALTHY_LOOKS);
  if (
    alerts.length === 0 &&
    lately.length === HEALTHY_LOOKS &&
    lately.every(({ outcome }) => isCalm(outcome))
  ) {
    return { close: 'healthy' };
  }
  const dueMs = Math.min(nextLookMs(incident, pace), newBuildMs(incident, pace));
  return lookAt(dueMs, nowMs, openedMs(incident));
}

/** A new build may be the cure: it is looked at as soon as it has settled, and not only when it is time again. */
function newBuildMs({ build, looks }: Incident, { settleMs }: Pace): number {
  if (build === undefined) return Number.POSITIVE_INFINITY;
  const dueMs = build.atMs + settleMs;
  return looks.some(({ plannedAtMs }) => plannedAtMs >= dueMs) ? Number.POSITIVE_INFINITY : dueMs;
}

function onceItIsOver(incident: Incident, recovered: number, nowMs: number, pace: Pace): Plan {
  const dueMs = recovered + pace.settleMs;
  const since = incident.looks.filter(({ plannedAtMs }) => plannedAtMs >= dueMs);
  const last = since.at(-1)?.outcome;
  if (last === undefined) return lookAt(dueMs, nowMs, openedMs(incident));
  if (isCalm(last)) return { close: 'recovered' };
  const failed = since.slice(-FAILED_LOOKS);
  if (failed.length === FAILED_LOOKS && failed.every(({ outcome }) => outcome?.kind === 'failed')) {
    return { close: 'unverified' };
  }
  return lookAt(nextLookMs(incident, pace), nowMs, openedMs(incident));
}

function lookAt(dueMs: number, nowMs: number, openedAtMs: number): Plan {
  if (dueMs <= nowMs) return { look: true };
  return { nextAtMs: Math.min(dueMs, openedAtMs + GIVE_UP_AFTER_MS) };
}

/** At the usual pace for an hour or so, then each time twice as late, up to once an hour. */
export function nextLookMs({ looks }: Incident, { lookEveryMs }: Pace): number {
  const last = looks.at(-1);
  const doublings = Math.max(0, looks.length - USUAL_LOOKS);
  const everyMs = Math.min(
    Math.max(lookEveryMs, LONGEST_EVERY_MS),
    lookEveryMs * 2 ** Math.min(10, doublings),
  );
  return (last?.plannedAtMs ?? 0) + everyMs;
}
