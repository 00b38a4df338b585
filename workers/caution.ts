// Leaves an instance alone that failed again and again, or that is too busy for the cheapest question. A person who asks
// all the same is told what its index page says; nothing dearer is asked.
import type { Fetch } from '../src/capture/fetch.ts';
import { readIndexPage } from '../src/capture/index-page.ts';
import { readVitals } from '../src/capture/vitals.ts';
import { Failure, isGone } from '../src/failure.ts';
import { NotYet } from '../src/investigate.ts';
import { type CaptureRequest, isAutomatic } from '../src/model/request.ts';
import { addressOf, type Instance } from '../src/model/target.ts';
import { formatCount, formatDuration } from '../src/model/units.ts';
import { momentWords } from '../src/policy/budget.ts';
import { failedAgain, isSlowIndex, standingOf } from '../src/policy/circuit.ts';
import { youngForMs } from '../src/policy/strain.ts';
import type { CircuitStore } from '../src/store/circuits.ts';

/** What says that the service is not well, and not that somebody asked for the wrong thing. */
const TROUBLE: readonly string[] = [
  'target_unreachable',
  'target_timeout',
  'target_cut',
  'target_refused',
  'target_not_pprof',
];

/**
 * Runs the capture of one instance if it may be asked, and remembers how it went.
 * @param fetch asks one question; used for the look at the index page
 * @throws Failure `left_alone`
 */
export async function withCaution<Value>(
  request: CaptureRequest,
  instance: Instance,
  { circuits, fetch, signal }: { circuits: CircuitStore; fetch: Fetch; signal: AbortSignal },
  capture: (cautious: Fetch) => Promise<Value>,
): Promise<Value> {
  const address = addressOf(instance);
  const before = await circuits.load(address);
  const standing = standingOf(before, Date.now());
  if (standing.kind === 'open') {
    const because = `${before?.failures ?? 0} captures in a row have failed; the next one is possible at ${momentWords(standing.untilMs, Date.now())}`;
    const seen = isAutomatic(request.origin) ? { look: '' } : await lookAtIndex(instance, fetch, signal);
    throw new Failure('left_alone', { instance: instance.name, because, ...seen });
  }
  try {
    const value = await capture((...asked) => unlessSlow(fetch, ...asked));
    if (before) await circuits.clear(address);
    return value;
  } catch (error) {
    if (error instanceof Failure && TROUBLE.includes(error.code)) {
      await circuits.save(address, failedAgain(before, request.id, Date.now()));
    }
    throw error;
  }
}

/**
 * Nobody is waiting for an automatic capture, so it waits itself while caches fill and pools open.
 * @throws NotYet
 */
export async function waitUntilGrown(instance: Instance, fetch: Fetch, signal: AbortSignal): Promise<void> {
  try {
    const { bytes, span } = await fetch(instance, 'metrics', signal);
    const vitals = readVitals(bytes, span.toMs);
    if (vitals && youngForMs(vitals) !== undefined) throw new NotYet(YOUNG);
  } catch (error) {
    signal.throwIfAborted();
    // Most services have no /metrics, and then nobody knows.
    if (!(error instanceof Failure)) throw error;
  }
}

const YOUNG = 'it has only just started, and automatic captures wait until a service has been up for 2 min';

const unlessSlow: (fetch: Fetch, ...asked: Parameters<Fetch>) => ReturnType<Fetch> = async (
  fetch,
  instance,
  endpoint,
  signal,
) => {
  const answer = await fetch(instance, endpoint, signal);
  const tookMs = answer.span.toMs - answer.span.fromMs;
  if (endpoint !== 'index' || !isSlowIndex(tookMs)) return answer;
  throw new Failure('left_alone', {
    instance: instance.name,
    because: `it needed ${formatDuration(tookMs)} for its index page, the cheapest question there is`,
    look: countWords(answer.bytes),
  });
};

async function lookAtIndex(
  instance: Instance,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<{ readonly look: string; readonly isGone?: boolean }> {
  try {
    const { bytes } = await fetch(instance, 'index', signal);
    return { look: countWords(bytes) || 'Its index page answers.' };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Failure)) throw error;
    return { look: `A look at its index page now: ${error.message}`, isGone: isGone(error) };
  }
}

function countWords(bytes: Uint8Array): string {
  const count = readIndexPage(bytes)?.goroutines;
  return count === undefined ? '' : `Its index page counts ${formatCount(count)} goroutines.`;
}
