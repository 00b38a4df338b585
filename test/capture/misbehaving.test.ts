import { afterEach, describe, expect, it } from 'vitest';
import { readCaptures } from '../../src/analysis.ts';
import { createFetcher } from '../../src/capture/fetch.ts';
import { CAPS, DEADLINES, type Deadlines } from '../../src/capture/limits.ts';
import { planSteps } from '../../src/capture/plan.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { captureInstance } from '../../src/capture/run.ts';
import { Failure } from '../../src/failure.ts';
import { investigate } from '../../src/investigate.ts';
import type { Endpoint, StepRecord } from '../../src/model/capture.ts';
import type { CaptureRequest } from '../../src/model/request.ts';
import type { RawArtefact } from '../../src/model/snapshot.ts';
import { type CaptureKind, DEFAULT_PERMISSIONS } from '../../src/model/target.ts';
import { verdictMessage } from '../../src/report/root-message.ts';
import { reportText } from '../../src/report/text.ts';
import { threadMessages } from '../../src/report/thread-messages.ts';
import { MISBEHAVIOURS } from '../faults/misbehaviours/all.ts';
import { type Misbehaviour, misbehaviour, saysAt } from '../faults/misbehaviours/misbehaviour.ts';
import { half, sendMade } from '../faults/misbehaviours/replies.ts';
import { trace } from '../faults/misbehaviours/traces.ts';

const TIGHT = { ...CAPS, bodyBytes: 2 * 1024 * 1024, inflatedBytes: 8 * 1024 * 1024 };
const MAX_EVIDENCE_BYTES = 4 * 1024;

/** Only the deadline a misbehaviour is about is short, so that a busy machine changes nothing. */
function hasteFor({ says }: Misbehaviour): Deadlines {
  return {
    ...DEADLINES,
    ...(says.includes('{headers}') && { headersMs: 200 }),
    ...(says.includes('{idle}') && { idleMs: 200 }),
    ...(says.includes('{rate}') && { rateMs: 300 }),
    ...(says.includes('{total}') && { totalMs: 600 }),
  };
}

const KINDS: Readonly<Partial<Record<Endpoint, readonly CaptureKind[]>>> = {
  heap: ['heap'],
  trace: ['heap', 'trace'],
};

const open: { close: () => Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** One snapshot of a service that misbehaves, through the whole story up to the report. */
async function capture(misbehaviour: Misbehaviour) {
  const target = await misbehaviour.start();
  const deadlines = hasteFor(misbehaviour);
  const { fetch, close } = createFetcher(() => undefined, { deadlines, caps: TIGHT });
  open.push(target, { close });
  const service = serviceFromUrl(target.url);
  const kept: StepRecord[] = [];
  const files: RawArtefact[] = [];
  const request: CaptureRequest = {
    id: '20261126-0123456789ab',
    service: service.name,
    instances: 'one',
    windowMs: misbehaviour.endpoint === 'trace' ? 0 : 1_000,
    kinds: KINDS[misbehaviour.endpoint] ?? ['goroutine'],
    origin: { door: 'terminal', user: 'terminal' },
    acceptedAtMs: 0,
  };
  const steps = planSteps(request.kinds, request.windowMs).filter(({ snapshot }) => snapshot === 0);
  const outcome = await investigate(request, service, {
    capture: async (instance) => {
      const records = await captureInstance(
        instance,
        { steps, allow: DEFAULT_PERMISSIONS },
        {
          fetch,
          now: Date.now,
          sleep: async () => {},
          earlier: [...kept],
          keep: async (record, bytes) => {
            if (kept.some(({ id }) => id === record.id)) return record;
            kept.push(record);
            if (record.file !== undefined && bytes) files.push({ name: record.file, bytes });
            return record;
          },
          progress: () => {},
          signal: new AbortController().signal,
        },
      );
      return { instance: instance.name, records };
    },
    analyse: async (captured, context) =>
      readCaptures(
        captured.map((one) => ({ ...one, snapshots: [files], earlier: [] })),
        context,
      ),
    analysing: async () => {},
  }).catch((error: unknown) => error);
  return { target, kept, outcome, says: saysAt(misbehaviour, new URL(target.url).host, deadlines, TIGHT) };
}

describe('a service that misbehaves', () => {
  it('does so in more than thirty ways', () => {
    expect(new Set(MISBEHAVIOURS.map(({ name }) => name)).size).toBe(MISBEHAVIOURS.length);
    expect(MISBEHAVIOURS.length).toBeGreaterThan(30);
  });

  it.each(MISBEHAVIOURS)('$name: one sentence, its cause and the next step', async (misbehaviour) => {
    const { kept, outcome, says } = await capture(misbehaviour);
    // None of them has /metrics, which most services have not either.
    const failed = kept.filter(({ id, evidence }) => evidence !== undefined && id !== 'process-0');
    expect(failed.map(({ evidence }) => evidence?.says)).toEqual([says]);
    expect(Buffer.byteLength(JSON.stringify(failed[0]))).toBeLessThanOrEqual(MAX_EVIDENCE_BYTES);
    if (misbehaviour.endpoint === 'index') {
      expect(outcome).toBeInstanceOf(Failure);
      const failure = outcome as Failure;
      expect(`${failure.message} ${failure.hint}`).toBe(says);
      expect(failure.exit).toBe(2);
      return;
    }
    // A question that was asked in vain has cost something all the same, one that was refused has not.
    const isRefused = says.includes('with HTTP');
    expect(failed[0]?.path === undefined, 'not counted').toBe(isRefused);
    // What else could be captured is judged, and what is missing is said, once.
    if (outcome instanceof Error) throw outcome;
    const report = outcome as Awaited<ReturnType<typeof investigate>>;
    expect(report.problems.filter(({ text }) => text === says)).toHaveLength(1);
    const told = [
      reportText(report, { color: false, width: 100 }),
      JSON.stringify(verdictMessage(report)),
      JSON.stringify(threadMessages(report)),
    ].join('\n');
    expect(told).not.toMatch(/\b(0|no) goroutines\b|healthy/i);
  });

  it('sends a trace that is cut where HTTP cannot tell: the report says that it is, and stands', async () => {
    const cut = misbehaviour('a trace by HTTP/1.0, cut', 'trace', '', {
      reply: sendMade(() => Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\n\r\n'), half(trace())]), true),
    });
    const { kept, outcome } = await capture(cut);
    expect(kept.at(-1)).toMatchObject({ id: 'trace-0', file: 'trace.out' });
    const { problems, artefacts } = outcome as Awaited<ReturnType<typeof investigate>>;
    expect(problems.map(({ text }) => text).join('\n')).toMatch(/execution trace is cut off or damaged/);
    expect(artefacts.map(({ name }) => name)).toContainEqual(expect.stringMatching(/\/0\/trace\.out$/));
  });

  it.each(MISBEHAVIOURS.filter(({ says }) => /\{(headers|idle|rate|total|body)\}/.test(says)))(
    '$name: its connection is closed',
    async (misbehaviour) => {
      const { target } = await capture(misbehaviour);
      await expect.poll(target.open).toBe(0);
    },
  );
});
