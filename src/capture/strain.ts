// A service is looked at twice, a second apart, before anything dear is asked of it: one that is busy is left alone,
// and one that has only just started is captured for a person, who is told.
import { Failure } from '../failure.ts';
import type { IndexPage, StepRecord, Vitals } from '../model/capture.ts';
import type { Instance } from '../model/target.ts';
import { formatCount, formatDuration, formatPercent } from '../model/units.ts';
import { BUSY_SHARE, cpuShare, isBusy, youngForMs } from '../policy/strain.ts';
import type { Fetch } from './fetch.ts';
import type { AskRules } from './plan.ts';
import { readVitals } from './vitals.ts';

export interface StrainPorts {
  readonly fetch: Fetch;
  readonly sleep: (durationMs: number, signal: AbortSignal) => Promise<void>;
  /**
   * Gives the record as it was kept: the disk may have taken less.
   * @param before records of questions that were left out before it, to be written with it
   */
  readonly keep: (
    record: StepRecord,
    bytes: Uint8Array | undefined,
    before?: readonly StepRecord[],
  ) => Promise<StepRecord>;
  readonly signal: AbortSignal;
}

interface Looked {
  readonly instance: Instance;
  /** What the first look at /metrics said. */
  readonly vitals: Vitals;
  readonly page: IndexPage;
  readonly rules: Pick<AskRules, 'consent'>;
}

const BETWEEN_LOOKS_MS = 1_000;

/**
 * What is to be recorded of it: the second question, and what a person is told.
 * @throws Failure `left_alone`
 */
export async function secondLook(looked: Looked, ports: StrainPorts): Promise<readonly StepRecord[]> {
  const { instance, vitals, page, rules } = looked;
  const records: StepRecord[] = [];
  const keep = async (record: StepRecord): Promise<void> => {
    records.push(await ports.keep(record, undefined));
  };
  const young = youngForMs(vitals);
  if (young !== undefined) await keep(note('young-0', vitals.atMs, youngWords(instance, young)));
  if (vitals.cpuSeconds === undefined || vitals.cores === undefined) return records;

  await ports.sleep(BETWEEN_LOOKS_MS, ports.signal);
  ports.signal.throwIfAborted();
  const again = await ask(instance, ports);
  if (!again) return records;
  const share = cpuShare(vitals, again.vitals);
  if (!isBusy(share)) {
    await keep(again.record);
    return records;
  }
  const used = formatPercent(share ?? 0);
  if (rules.consent === 'forced') {
    const problem = `${instance.name} used ${used} of its processors, and was captured all the same with --force.`;
    await keep({ ...again.record, problem });
    return records;
  }
  throw new Failure('left_alone', {
    instance: instance.name,
    because: `it uses ${used} of its processors, and nothing dear is asked above ${formatPercent(BUSY_SHARE)}`,
    look:
      page.goroutines === undefined
        ? ''
        : `Its index page counts ${formatCount(page.goroutines)} goroutines.`,
  });
}

function youngWords({ name }: Instance, upMs: number): string {
  return `${name} had been up for ${formatDuration(upMs)} only: what a service fills at its start looks like a leak.`;
}

function note(id: string, atMs: number, problem: string): StepRecord {
  return { id, snapshot: 0, fromMs: atMs, toMs: atMs, bytes: 0, pauseMsEstimate: 0, problem, skipped: true };
}

async function ask(
  instance: Instance,
  { fetch, signal }: StrainPorts,
): Promise<{ readonly vitals: Vitals; readonly record: StepRecord } | undefined> {
  try {
    const { bytes, span, path } = await fetch(instance, 'metrics', signal);
    const vitals = readVitals(bytes, span.toMs);
    const record: StepRecord = {
      id: 'strain-0',
      snapshot: 0,
      ...span,
      path,
      bytes: bytes.byteLength,
      pauseMsEstimate: 0,
    };
    return vitals && { vitals, record };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
