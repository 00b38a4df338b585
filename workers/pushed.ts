// A pair that a probe pushed, kept as if the service had been captured: from there on it is a capture like any other.
import { keepClues } from '../src/capture/probe.ts';
import { Failure } from '../src/failure.ts';
import type { Captured } from '../src/investigate.ts';
import type { StepRecord } from '../src/model/capture.ts';
import type { CaptureStore } from '../src/store/captures.ts';
import type { PushStore } from '../src/store/pushes.ts';

export interface PushedWork {
  readonly captures: Pick<CaptureStore, 'records' | 'keep'>;
  readonly pushes: Pick<PushStore, 'load' | 'drop'>;
}

const WHOLE = 'pushed';

/**
 * Keeps both snapshots, once; an attempt that was cut short is made again from the beginning.
 * @throws Failure `push_lost`
 */
export async function capturePushed(
  id: string,
  instance: string,
  { captures, pushes }: PushedWork,
): Promise<Captured> {
  const earlier = await captures.records(id, instance);
  if (earlier.some((record) => record.id === WHOLE)) return { instance, records: earlier };
  const pair = await pushes.load(id);
  if (!pair || pair.instance !== instance) throw new Failure('push_lost', { instance });
  const done = new Set(earlier.map((record) => record.id));
  const keep = (record: StepRecord, bytes: Uint8Array | undefined): Promise<StepRecord> =>
    done.has(record.id) ? Promise.resolve(record) : captures.keep(id, instance, record, bytes);
  for (const [at, snapshot] of pair.snapshots.entries()) {
    const { beganMs, clues, goroutines, problems } = snapshot;
    const lastNs = Math.max(0, ...clues.map(({ inside }) => inside.toNs));
    const span = { fromMs: beganMs, toMs: beganMs + lastNs / 1e6 };
    await keepClues(snapshot, at, span, { keep });
    const base = { snapshot: at, ...span, bytes: 0, pauseMsEstimate: 0 };
    await keep({ ...base, id: `count-${at}`, page: { goroutines, profiles: [] } }, undefined);
    for (const [n, problem] of problems.entries())
      await keep({ ...base, id: `note-${at}-${n}`, problem }, undefined);
  }
  const { beganMs = 0 } = pair.snapshots.at(-1) ?? {};
  const whole = { id: WHOLE, snapshot: 0, fromMs: beganMs, toMs: beganMs, bytes: 0, pauseMsEstimate: 0 };
  await captures.keep(id, instance, whole, undefined);
  await pushes.drop(id);
  return { instance, records: await captures.records(id, instance) };
}
