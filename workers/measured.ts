// What a worker does, counted from outside: each of these wraps a function and leaves what it does alone.
import { UnrecoverableError, WaitingError } from 'bullmq';
import type { Fetch } from '../src/capture/fetch.ts';
import { Failure } from '../src/failure.ts';
import type { Metrics } from '../src/metrics.ts';
import type { ReportStore } from '../src/store/reports.ts';
import type { RequestStore } from '../src/store/requests.ts';

export function measuredFetch(fetch: Fetch, metrics: Metrics): Fetch {
  return async (instance, endpoint, signal, capture) => {
    const started = performance.now();
    const tell = (outcome: string, bytes: number): void =>
      metrics.asked(endpoint, outcome, { bytes, ms: performance.now() - started });
    try {
      const fetched = await fetch(instance, endpoint, signal, capture);
      tell('ok', fetched.bytes.byteLength);
      return fetched;
    } catch (error) {
      tell(error instanceof Failure ? error.code : 'cancelled', 0);
      throw error;
    }
  };
}

export async function measuredCapture(run: () => Promise<void>, metrics: Metrics): Promise<void> {
  try {
    await run();
    metrics.captured('done');
  } catch (error) {
    if (error instanceof WaitingError) metrics.captured('given-back');
    else metrics.captured(error instanceof UnrecoverableError ? 'failed' : 'tried-again');
    throw error;
  }
}

export function measuredReports(reports: ReportStore, metrics: Metrics): ReportStore {
  return {
    ...reports,
    save: async (report) => {
      await reports.save(report);
      metrics.judged(report.verdict.kind);
    },
  };
}

export function measuredOutbox(requests: RequestStore, metrics: Metrics): RequestStore {
  return {
    ...requests,
    ledger: (id) => {
      const ledger = requests.ledger(id);
      return {
        ...ledger,
        claim: async (step, nowMs) => {
          const before = await ledger.claim(step, nowMs);
          if (before.state === 'absent') metrics.outbox('intent');
          return before;
        },
        withdraw: async (step) => {
          await ledger.withdraw(step);
          metrics.outbox('withdrawn');
        },
        adopted: () => metrics.outbox('adopted'),
      };
    },
  };
}
