// The probe inside a service, asked for all clues of a snapshot at once. Its answer is kept as if each had been asked for
// by itself, so nothing behind the capture has to know of it; what it does not answer is asked for one by one.
import { Failure } from '../failure.ts';
import type { IndexPage, StepRecord } from '../model/capture.ts';
import type { ProbeClue, ProbeSnapshot } from '../model/probe.ts';
import type { Instance } from '../model/target.ts';
import { dumpPrice } from '../policy/gates.ts';
import type { Fetch } from './fetch.ts';
import { lostRecord } from './lost.ts';
import { ASKED_OF_PROBE, type AskRules, pauseEstimateMs, refuseStep, type Step } from './plan.ts';
import { readProbeAnswer } from './probe-answer.ts';

export interface ProbePorts {
  readonly now: () => number;
  readonly fetch: Fetch;
  readonly keep: (record: StepRecord, bytes: Uint8Array | undefined) => Promise<StepRecord>;
  readonly signal: AbortSignal;
}

interface ProbeQuestion {
  readonly instance: Instance;
  readonly step: Step;
  readonly page: IndexPage;
  readonly rules: AskRules;
}

/** An earlier attempt has some of the clues by themselves: a probe's would be of another moment. */
export function isAskedOneByOne({ snapshot }: Step, done: ReadonlySet<string>): boolean {
  return ASKED_OF_PROBE.some((ask) => done.has(`${ask}-${snapshot}`));
}

/** One record a clue, and one of the question itself, which comes last: without it, an attempt was cut short. */
export async function askProbe(question: ProbeQuestion, ports: ProbePorts): Promise<readonly StepRecord[]> {
  const { instance, step, page, rules } = question;
  const base = { id: step.id, snapshot: step.snapshot, bytes: 0 };
  const from = ports.now();
  const isLight = refuseStep({ ...step, ask: 'goroutine-text' }, page, rules) !== undefined;
  try {
    const fetched = await ports.fetch(instance, isLight ? 'probe-light' : 'probe', ports.signal);
    const [snapshot, more] = (await readProbeAnswer(fetched.bytes)) ?? [];
    if (!snapshot || more) {
      throw new Failure('target_not_pprof', {
        instance: instance.name,
        url: fetched.path,
        what: 'half an archive',
      });
    }
    const records = await keepClues(snapshot, step.snapshot, fetched.span, ports);
    const pauses = records.map(({ id }) => pauseOf(id.replace(/-\d+$/, ''), snapshot.goroutines));
    const [problem] = snapshot.problems;
    const itself = {
      ...base,
      ...fetched.span,
      path: fetched.path,
      bytes: fetched.bytes.byteLength,
      pauseMsEstimate: pauses.reduce((sum, pause) => sum + pause, 0),
      ...(problem !== undefined && { problem }),
    };
    return [...records, await ports.keep(itself, undefined)];
  } catch (error) {
    ports.signal.throwIfAborted();
    if (!(error instanceof Failure) || error.code === 'left_alone') throw error;
    const lost = lostRecord(error, step, page.goroutines ?? 0, { ...base, fromMs: from, toMs: ports.now() });
    const told = instance.probe?.isGuess
      ? ''
      : `${lost.problem ?? ''} The clues were asked for one by one.`.trim();
    const record = { ...lost, ...(!lost.gone && { problem: told }) };
    return [await ports.keep(record, undefined)];
  }
}

/** Keeps the clues of one snapshot under the steps they stand for. */
export async function keepClues(
  { clues }: Pick<ProbeSnapshot, 'clues'>,
  at: number,
  span: { readonly fromMs: number; readonly toMs: number },
  { keep }: Pick<ProbePorts, 'keep'>,
): Promise<readonly StepRecord[]> {
  const records: StepRecord[] = [];
  for (const clue of clues) {
    const record = recordOf(clue, at, span);
    if (!record) continue;
    records.push(await keep(record, clue.bytes));
  }
  return records;
}

function recordOf(
  { ask, inside, file, bytes, problem = '' }: ProbeClue,
  at: number,
  span: { readonly fromMs: number; readonly toMs: number },
): StepRecord | undefined {
  const base = { id: `${ask}-${at}`, snapshot: at, ...span };
  if (file !== undefined && bytes) {
    return { ...base, file, bytes: bytes.byteLength, pauseMsEstimate: 0, inside };
  }
  // Full stacks that the probe would not write are not asked of its neighbour; anything else is.
  if (ask !== 'goroutine-text' || problem === '') return undefined;
  return { ...base, bytes: 0, pauseMsEstimate: 0, problem, skipped: true };
}

/** The world stops once for full stacks in here, and not several times. */
function pauseOf(ask: string, goroutines: number): number {
  if (ask === 'goroutine-text') return dumpPrice(goroutines).pauseMs;
  return ask === 'memory' || ask === 'goroutine' ? pauseEstimateMs(ask, goroutines) : 0;
}
