// A report beside what is known of its service from before: what is usual, and since when its signatures are known.
// What cannot be looked up now is left out; the verdict stands without it.
import { knownWords } from '../src/known/signature.ts';
import type { Log } from '../src/log.ts';
import type { Report } from '../src/report/schema.ts';
import type { HistoryStore } from '../src/store/history.ts';
import type { KnownStore } from '../src/store/known.ts';
import { type UsualPorts, withBaseline } from '../src/usual.ts';

export interface RememberWork extends UsualPorts {
  readonly known: KnownStore;
  readonly history: Pick<HistoryStore, 'load' | 'now' | 'state'>;
  readonly log: Log;
}

export async function remember(report: Report, work: RememberWork): Promise<Report> {
  try {
    return await withKnown(await withBaseline(report, work), work);
  } catch (error) {
    work.log.warn({ err: error, request: report.id }, 'A report goes without what was known before.');
    return report;
  }
}

async function withKnown(report: Report, { known, history }: RememberWork): Promise<Report> {
  const { id, service, instances, signatures, verdict, window } = report;
  const states = await Promise.all(instances.map((instance) => history.state({ service, instance })));
  const build = states.map((state) => state?.last.version).find((version) => version !== undefined);
  const kept = await known.note(service, {
    atMs: window.to ?? 0,
    reportId: id,
    ...(build !== undefined && { build }),
    shown: signatures.map(({ stableId, waitReason, frames, count }) => ({
      stableId,
      label: `${waitReason} in ${frames[0]?.func ?? 'unknown'}`,
      count,
    })),
    isWhole: verdict.kind !== 'inconclusive' && report.changes.length > 0,
  });
  return {
    ...report,
    signatures: signatures.map((signature) => {
      const each = kept.get(signature.stableId);
      const words = each && knownWords(each, id);
      return words === undefined ? signature : { ...signature, known: words };
    }),
  };
}
