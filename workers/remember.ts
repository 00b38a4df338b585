// A report beside what is known of its service from before: what is usual, since when its signatures are known, and what
// the process before it ended with. Then it goes into the black box itself. What cannot be looked up now is left out; the
// verdict stands without it.
import { hash64, stableKey } from '../src/analyse/signature.ts';
import { type KnownSignature, knownWords } from '../src/known/signature.ts';
import type { Log } from '../src/log.ts';
import type { WaitFamily } from '../src/model/goroutine.ts';
import { lastLifeOf } from '../src/past/black-box.ts';
import { type UsualPorts, withBaseline } from '../src/past/usual.ts';
import { lastLifeWords } from '../src/report/black-box-message.ts';
import type { Report, ReportSignature } from '../src/report/schema.ts';
import { type BlackBox, pairOf } from '../src/store/black-box.ts';
import type { HistoryStore } from '../src/store/history.ts';
import type { KnownStore } from '../src/store/known.ts';
import type { InstanceState } from '../src/watch/state.ts';

export interface RememberWork extends UsualPorts {
  readonly known: KnownStore;
  readonly history: Pick<HistoryStore, 'load' | 'now' | 'state'>;
  readonly blackBox: BlackBox;
  /** Deletes what the black box has no room for any more and nobody has a thread of. */
  readonly drop: (reportId: string) => Promise<void>;
  readonly now: () => number;
  readonly log: Log;
}

export async function remember(
  report: Report,
  { quiet = false }: { readonly quiet?: boolean },
  work: RememberWork,
): Promise<Report> {
  try {
    const { service, instances } = report;
    const states = await Promise.all(
      instances.map(async (instance) => [instance, await work.history.state({ service, instance })] as const),
    );
    const watched = new Map(states.flatMap(([instance, state]) => (state ? [[instance, state]] : [])));
    const whole = await withLastLife(
      await withKnown(await withBaseline(report, [...watched.keys()], work), watched, work),
      watched,
      work,
    );
    await keep(whole, quiet, work);
    return whole;
  } catch (error) {
    work.log.warn({ err: error, request: report.id }, 'A report goes without what was known before.');
    return report;
  }
}

type Watched = ReadonlyMap<string, InstanceState>;

async function withKnown(report: Report, watched: Watched, { known }: RememberWork): Promise<Report> {
  const { id, service, signatures, verdict, window } = report;
  const build = [...watched.values()]
    .map(({ last }) => last.version)
    .find((version) => version !== undefined);
  const kept = await known.note(service, {
    atMs: window.to ?? 0,
    reportId: id,
    ...(build !== undefined && { build }),
    shown: signatures.map((signature) => ({
      stableId: knownId(signature),
      label: `${signature.waitReason} in ${signature.frames[0]?.func ?? 'unknown'}`,
      count: signature.count,
    })),
    isWhole: verdict.kind !== 'inconclusive' && report.changes.length > 0,
  });
  return {
    ...report,
    signatures: signatures.map((signature) => {
      const each = kept.get(knownId(signature));
      const words = each && knownWords(each, id);
      return {
        ...signature,
        ...(words !== undefined && { known: words }),
        ...(each && { firstSeen: firstSeenOf(each) }),
      };
    }),
  };
}

/** Without who started it: light captures cannot tell, and the same leak must not be two to those that can. */
export function knownId({ family, frames }: ReportSignature): string {
  const stack = frames.map(({ func, file, line }) => ({ func, file, line }));
  return hash64(stableKey(family as WaitFamily, stack, undefined));
}

function firstSeenOf({ first: { atMs, build } }: KnownSignature): NonNullable<ReportSignature['firstSeen']> {
  return { at: atMs, ...(build !== undefined && { build }) };
}

async function withLastLife(report: Report, watched: Watched, work: RememberWork): Promise<Report> {
  const life = await lastLifeOf(report, watched, work);
  if (!life) return report;
  const { instance, how, atMs } = life;
  return { ...report, before: { instance, how, at: atMs, text: lastLifeWords(life) } };
}

async function keep(report: Report, quiet: boolean, { blackBox, drop, now }: RememberWork): Promise<void> {
  const pair = pairOf(report, quiet);
  if (!pair) return;
  for (const instance of report.instances) {
    const gone = await blackBox.keep(report.service, instance, pair, now());
    for (const { reportId, isQuiet } of gone) if (isQuiet) await drop(reportId);
  }
}
