// One instance of a capture job: waits for its turn at the address, then asks what is still missing.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fetch } from '../src/capture/fetch.ts';
import { isComplete, type Looks, planSteps } from '../src/capture/plan.ts';
import { captureInstance } from '../src/capture/run.ts';
import { type Captured, NotYet } from '../src/investigate.ts';
import type { CaptureRequest } from '../src/model/request.ts';
import { addressOf, type Instance, type Service } from '../src/model/target.ts';
import type { CaptureStore } from '../src/store/captures.ts';
import type { ProgressBoard } from './progress.ts';
import type { Turn } from './turn.ts';

export interface TargetWork {
  readonly captures: CaptureStore;
  readonly fetch: Fetch;
  readonly turn: Turn;
  readonly board: ProgressBoard;
}

/** One capture at an address at a time, whoever asks and whichever worker has it. */
const AT_ONE_ADDRESS = 1;

/** @throws NotYet while another capture is at the same address */
export async function captureTarget(
  request: CaptureRequest,
  service: Service,
  { instance, looks }: { readonly instance: Instance; readonly looks: Looks },
  work: TargetWork,
): Promise<Captured> {
  const { captures, turn } = work;
  const steps = planSteps(request.kinds, request.windowMs, looks);
  const earlier = await captures.records(request.id, instance.name);
  const kept = async (): Promise<Captured> => ({
    instance: instance.name,
    records: await captures.records(request.id, instance.name),
    snapshots: await captures.snapshots(request.id, instance.name),
  });
  if (isComplete(steps, earlier)) return kept();

  const place = await turn.take(`target:${addressOf(instance)}`, AT_ONE_ADDRESS);
  if (!place) throw new NotYet('another capture of this instance is running');
  try {
    await captureInstance(
      instance,
      { steps, allow: service.allow },
      {
        fetch: (...asked) => turn.ask(() => work.fetch(...asked)),
        now: Date.now,
        sleep: (durationMs, signal) => sleep(durationMs, undefined, { signal }),
        earlier,
        keep: (record, bytes) => captures.keep(request.id, instance.name, record, bytes),
        progress: (progress) => work.board.step(instance.name, progress),
        signal: turn.signal,
      },
    );
    return await kept();
  } finally {
    await turn.give(place);
  }
}
