// Which of the dear questions may be asked of a service with so many goroutines. Pure; the count comes from the index
// page, which costs the service nothing.
import type { Offer } from '../model/capture.ts';
import type { Consent } from '../model/request.ts';
import type { CapturePermissions } from '../model/target.ts';
import { formatBytes, formatCount, formatDuration } from '../model/units.ts';

export interface GateFacts {
  /** Live goroutines; undefined when the service does not say. */
  readonly goroutines: number | undefined;
  readonly allow: CapturePermissions;
  readonly consent?: Consent;
  /** Nobody is waiting for this capture, and nobody could be asked. */
  readonly automatic?: boolean;
}

/** A question that is not asked: why, as a sentence for the report, and what somebody may agree to. */
export interface Refusal {
  readonly because: string;
  readonly offer?: Offer;
}

// Heavy questions are free to 2,000 goroutines unless services.yml says otherwise: at 10,000 a capture nobody agreed to
// anything for stops the service for less than a millisecond (docs/safety.md has what was measured).
/** Highest count at which somebody's agreement, by button or by services.yml, is enough for a heavy question. */
export const AGREED_UP_TO = 10_000;
/** Above this not even an admin's --force takes a dump or runs the detector. */
export const NEVER_ABOVE = 100_000;
/** Above this even the counting profiles cost the service seconds of CPU. */
export const COUNT_PROFILE_UP_TO = 200_000;
/** Sources nobody is waiting for ask nothing heavy above this. */
export const AUTOMATIC_UP_TO = 2_000;

// Measured on Go 1.22 to 1.27 with stacks of 6 to 20 frames (docs/safety.md); shallow ones cost a third. Go stops the
// service, and begins again with a doubled buffer until the text fits: the last attempt is a little under half of it.
const LONGEST_DUMP_PAUSE_MS = 0.06;
const DUMP_PAUSES_MS = 0.14;
const DUMP_BYTES = 1_100;
const LEAK_PAUSE_MS = 0.001;
/** Far above the agreed count the detector's work no longer fits beside the service's own. */
const LEAK_PAUSE_OF_MANY_MS = 0.03;
const TRACE_PAUSES_MS = 0.2;
const TRACE_PAUSE_MS = 0.00005;

/** What a full dump of so many goroutines costs: the longest single pause, all of them, and the bytes. */
export function dumpPrice(goroutines: number): { pauseMs: number; pausesMs: number; bytes: number } {
  return {
    pauseMs: goroutines * LONGEST_DUMP_PAUSE_MS,
    pausesMs: goroutines * DUMP_PAUSES_MS,
    bytes: goroutines * DUMP_BYTES,
  };
}

export function leakPauseMs(goroutines: number): number {
  return goroutines * (goroutines <= AGREED_UP_TO ? LEAK_PAUSE_MS : LEAK_PAUSE_OF_MANY_MS);
}

/** What recording an execution trace stops the service for, at its beginning and its end. */
export function tracePauseMs(goroutines: number): number {
  return TRACE_PAUSES_MS + goroutines * TRACE_PAUSE_MS;
}

/** debug=2: without a count never, above the free count only with somebody's agreement, far above it never. */
export function gateDump(facts: GateFacts): Refusal | undefined {
  return climb(facts, {
    missing: 'Full stacks were not fetched',
    upTo: facts.allow.dumpUpTo,
    never: 'services.yml allows none of this service',
    price: 'their cost',
    forced: 'takes them',
    offer: (goroutines) => {
      const { pauseMs, pausesMs, bytes } = dumpPrice(goroutines);
      const words = `pauses of about ${formatDuration(pausesMs)} in all, ${formatDuration(pauseMs)} at a time, for ${formatBytes(bytes)}`;
      return { words, offer: { what: 'full stacks', pauseMs: pausesMs } };
    },
  });
}

/** The runtime's leak detector, likewise; it is only asked where the index page offers it. */
export function gateLeakProfile(facts: GateFacts): Refusal | undefined {
  return climb(facts, {
    missing: "The runtime's leak detector was not run",
    upTo: facts.allow.leakProfileUpTo,
    never: 'services.yml does not allow it for this service',
    price: 'its cost',
    forced: 'runs it',
    offer: (goroutines) => {
      const pauseMs = leakPauseMs(goroutines);
      const words = `a pause of about ${formatDuration(pauseMs)}`;
      return { words, offer: { what: 'leak detector', pauseMs } };
    },
  });
}

/** An execution trace, which holds every goroutine: for a person who named it, never for a source nobody waits for. */
export function gateTrace(facts: GateFacts): Refusal | undefined {
  const missing = 'No execution trace was recorded';
  if (facts.automatic) return { because: `${missing}: only a person may ask for one.` };
  return climb(facts, {
    missing,
    upTo: facts.allow.traceUpTo,
    never: 'services.yml allows none of this service',
    price: 'its cost',
    forced: 'records one',
    offer: (goroutines) => {
      const pauseMs = tracePauseMs(goroutines);
      const words = `a trace with as many stacks, and pauses of about ${formatDuration(pauseMs)}`;
      return { words, offer: { what: 'execution trace', pauseMs } };
    },
  });
}

interface DearQuestion {
  /** As a refusal begins. */
  readonly missing: string;
  /** Highest count at which nobody has to agree; 0 = never. */
  readonly upTo: number;
  readonly never: string;
  readonly price: string;
  /** What an admin's --force does. */
  readonly forced: string;
  /** At how many goroutines somebody may agree to what. */
  readonly offer: (goroutines: number) => { readonly words: string; readonly offer: Offer };
}

/** The rungs that dear questions have in common. */
function climb(facts: GateFacts, question: DearQuestion): Refusal | undefined {
  const refuse = (why: string): Refusal => ({ because: `${question.missing}: ${why}.` });
  const { goroutines, consent, automatic = false } = facts;
  const { upTo, never, price, forced } = question;
  if (upTo === 0) return refuse(never);
  if (goroutines === undefined) return refuse(`the goroutine count is unknown, so ${price} is too`);
  const count = formatCount(goroutines);
  if (goroutines > NEVER_ABOVE) return refuse(`${count} goroutines are too many for that at any price`);
  if (automatic && goroutines > AUTOMATIC_UP_TO) return refuse(unattended(count));
  if (goroutines <= upTo || consent === 'forced') return undefined;
  if (goroutines > AGREED_UP_TO) {
    return refuse(
      `${count} goroutines are above ${formatCount(AGREED_UP_TO)}, where only an admin's --force ${forced}`,
    );
  }
  if (consent === 'confirmed') return undefined;
  const { words, offer } = question.offer(goroutines);
  return { ...refuse(`${count} goroutines mean ${words}, which somebody has to agree to first`), offer };
}

/** debug=0 and debug=1 stop the service for a moment only, but walk every stack. */
export function gateCount({ goroutines }: Pick<GateFacts, 'goroutines'>): Refusal | undefined {
  if (goroutines === undefined || goroutines <= COUNT_PROFILE_UP_TO) return undefined;
  return {
    because: `Goroutine stacks were not counted: ${formatCount(goroutines)} goroutines are too many to walk safely.`,
  };
}

function unattended(count: string): string {
  return `${count} goroutines are above ${formatCount(AUTOMATIC_UP_TO)}, where no automatic capture asks for it`;
}
