// Captures that nobody asked for: the watcher saw something. One thread for a service and a cause a day, in the first of
// the service's channels, within half of every budget. What comes near its limit is captured for the black box as well
// when it has its thread already, or there is no channel: lightly, and nobody is told.
import { Failure } from '../src/failure.ts';
import type { Log } from '../src/log.ts';
import type { CaptureRequest, Origin } from '../src/model/request.ts';
import { DEFAULT_KINDS, DEFAULT_WINDOW_MS, type Instance, type Service } from '../src/model/target.ts';
import { formatPercent } from '../src/model/units.ts';
import type { WatchingStore } from '../src/store/watching.ts';
import type { CaptureTrigger, Detection } from '../src/watch/sample.ts';
import type { Raised } from './sample.ts';

export interface AutomaticWork {
  readonly watching: Pick<WatchingStore, 'claim' | 'unclaim'>;
  readonly submit: (request: CaptureRequest) => Promise<void>;
  /** The id of a channel named in services.yml; undefined when there is none such that the app can see. */
  readonly channelId: (name: string) => Promise<string | undefined>;
  /** True when somebody has put off whatever is known to leak there. */
  readonly isPutOff: (service: string) => Promise<boolean>;
  readonly requestId: (delivery: string, nowMs: number) => string;
  readonly now: () => number;
  readonly log: Log;
}

interface Cause {
  readonly cause: string;
  /** Goroutines that grow: what snoozes and rules are about. Memory is told whatever was put off. */
  readonly grows?: true;
  readonly because: string;
}

/** Starts what the watcher's words are worth: at most one capture, for the gravest of them. */
export async function captureByItself(
  service: Service,
  instance: Instance,
  raised: Raised,
  work: AutomaticWork,
): Promise<void> {
  const [cause] = causesOf(raised);
  if (!cause) return;
  const log = work.log.child({ service: service.name, instance: instance.name, cause: cause.cause });
  log.info(cause.because);
  const nowMs = work.now();
  const id = work.requestId(`watch ${service.name} ${instance.name} ${cause.cause} ${nowMs}`, nowMs);
  const origin = await tellable(service, { ...cause, id }, work, log);
  // Without anybody to tell, or told already: what comes near its limit is still kept for when it is gone.
  if (!origin && raised.captures.length === 0) return;
  const request: CaptureRequest = {
    id,
    service: service.name,
    instances: [instance.name],
    windowMs: DEFAULT_WINDOW_MS,
    kinds: DEFAULT_KINDS,
    origin: origin ?? { door: 'schedule', user: '' },
    acceptedAtMs: nowMs,
    because: cause.because,
    ...(!origin && { quiet: true, lightOnly: true, windowMs: QUIET_WINDOW_MS }),
  };
  try {
    await work.submit(request);
  } catch (error) {
    if (origin) await work.watching.unclaim(service.name, cause.cause);
    if (!(error instanceof Failure)) throw error;
    log.info({ err: error }, 'The automatic capture was not started.');
  }
}

/** Near its limit a process may not live for longer. */
const QUIET_WINDOW_MS = 10_000;

/** A service that never comes near a limit has a pair a day; a worker that has just started does not begin with that. */
const PAIR_FIRST_AFTER_MS = 3_600_000;

/** Keeps the black box from being empty or old: told of every sample, it captures one instance of a service a day. */
export function pairKeeper(work: Omit<AutomaticWork, 'channelId' | 'isPutOff'>) {
  const nextMs = new Map<string, number>();
  return async (service: Service, instance: Instance): Promise<void> => {
    const nowMs = work.now();
    const dueMs = nextMs.get(service.name);
    if (dueMs !== undefined && dueMs > nowMs) return;
    nextMs.set(service.name, nowMs + PAIR_FIRST_AFTER_MS);
    if (dueMs === undefined) return;
    const id = work.requestId(`pair ${service.name} ${instance.name} ${nowMs}`, nowMs);
    if (!(await work.watching.claim(service.name, PAIR_CAUSE, id))) return;
    try {
      await work.submit({
        id,
        service: service.name,
        instances: [instance.name],
        windowMs: QUIET_WINDOW_MS,
        kinds: DEFAULT_KINDS,
        origin: { door: 'schedule', user: '' },
        acceptedAtMs: nowMs,
        because: 'the black box has no pair of today',
        quiet: true,
        lightOnly: true,
      });
    } catch (error) {
      await work.watching.unclaim(service.name, PAIR_CAUSE);
      if (!(error instanceof Failure)) throw error;
    }
  };
}

const PAIR_CAUSE = 'black-box';

/** Where the capture is told; undefined when there is no such place, or it has a thread for this cause already. */
async function tellable(
  service: Service,
  { cause, grows, id }: Pick<Cause, 'cause' | 'grows'> & { readonly id: string },
  { channelId, watching, isPutOff }: AutomaticWork,
  log: Log,
): Promise<Origin | undefined> {
  if (grows && (await isPutOff(service.name))) {
    log.info('Nobody is told: what is known to leak there has been put off.');
    return undefined;
  }
  const [named] = service.channels ?? [];
  const channel = named === undefined ? undefined : await channelId(named);
  if (channel === undefined) {
    log.warn('Nobody is told: services.yml names no channel the app is in.');
    return undefined;
  }
  const isFirst = await watching.claim(service.name, cause, id);
  return isFirst ? { door: 'schedule', user: '', channel } : undefined;
}

/** Leaks before levels: what says why is worth more than what says how much. */
function causesOf({ detections, captures }: Raised): readonly Cause[] {
  return [...detections.map(ofDetection), ...captures.map(ofTrigger)];
}

function ofDetection({ kind, instance, because }: Detection): Cause {
  return {
    cause: kind,
    ...(kind === 'goroutine_leak' && { grows: true }),
    because: `${instance}: ${kind.replaceAll('_', ' ')}: ${because}`,
  };
}

function ofTrigger({ instance, percent }: CaptureTrigger): Cause {
  return {
    cause: `limit-${percent}`,
    because: `${instance} has reached ${formatPercent(percent / 100)} of its memory limit`,
  };
}
