// How a process begins and ends: one sentence when it cannot begin; everything acquired is released backwards,
// once; the first signal drains, a second one forces.
import { type Env, readEnv } from './config/env.ts';
import { Failure } from './failure.ts';
import { createLog, type Log } from './log.ts';
import { redact } from './model/secrets.ts';

const EXIT_INTERNAL = 70;
/** Slack and orchestrators give about 30 s between SIGTERM and SIGKILL. */
const DRAIN_BUDGET_MS = 25_000;

export interface Lifecycle {
  /** Registers how to give a resource back; called in reverse order of registration. */
  readonly onEnd: (what: string, release: () => Promise<void> | void) => void;
  /** Releases everything; keeps going after a failure and reports each one. */
  readonly end: () => Promise<void>;
}

export interface Running {
  readonly env: Env;
  readonly log: Log;
  readonly lifecycle: Lifecycle;
}

/** Runs a process from its environment to its end. `open` returns when it is ready. */
export function runProcess(name: string, open: (running: Running) => Promise<void>): void {
  const begin = async (): Promise<void> => {
    const env = readEnv();
    const log = createLog(name, env.logLevel, env.secrets);
    const lifecycle = createLifecycle(log);
    endOnSignals(lifecycle, log);
    endOnFaults(lifecycle, log);
    await open({ env, log, lifecycle });
  };
  begin().catch((error: unknown) => {
    const known = error instanceof Failure;
    const words = known
      ? `${error.message} ${error.hint}`
      : String(error instanceof Error ? error.stack : error);
    process.stderr.write(`${redact(words)}\n`);
    process.exit(known ? error.exit : EXIT_INTERNAL);
  });
}

function createLifecycle(log: Log): Lifecycle {
  const releasers: { what: string; release: () => Promise<void> | void }[] = [];
  let ending: Promise<void> | undefined;
  const release = async (): Promise<void> => {
    for (let next = releasers.pop(); next; next = releasers.pop()) {
      try {
        await next.release();
      } catch (error) {
        log.error({ err: error }, `could not close ${next.what}`);
      }
    }
  };
  return {
    onEnd: (what, releaser) => releasers.push({ what, release: releaser }),
    end: () => {
      ending ??= release();
      return ending;
    },
  };
}

/** After an error that nobody caught nothing is certain: it is logged, and jobs are given back before leaving. */
function endOnFaults(lifecycle: Lifecycle, log: Log): void {
  const onFault = (error: unknown): void => {
    log.fatal({ err: error }, 'An error that nobody caught: leaving; unfinished jobs are taken over.');
    setTimeout(() => process.exit(EXIT_INTERNAL), DRAIN_BUDGET_MS).unref();
    void lifecycle.end().then(() => process.exit(EXIT_INTERNAL));
  };
  process.on('uncaughtException', onFault);
  process.on('unhandledRejection', onFault);
}

/** Ends the process on SIGTERM and SIGINT: drains within the budget, leaves at once on a second signal. */
function endOnSignals(lifecycle: Lifecycle, log: Log): void {
  let asked = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (asked) {
      log.warn(
        { signal },
        'Second signal: leaving at once; unfinished jobs are taken over by another worker.',
      );
      process.exit(1);
    }
    asked = true;
    log.info({ signal }, 'Finishing what is running; a second signal leaves at once.');
    setTimeout(() => {
      log.warn('The drain budget is over: leaving.');
      process.exit(1);
    }, DRAIN_BUDGET_MS).unref();
    void lifecycle.end().then(() => process.exit(0));
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
