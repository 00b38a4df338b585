// The story with recorded bytes instead of a service: nothing here touches the world.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readCaptures } from '../src/analysis.ts';
import { serviceFromUrl } from '../src/capture/resolve.ts';
import { Failure } from '../src/failure.ts';
import { type Captured, type InvestigatePorts, investigate } from '../src/investigate.ts';
import type { CaptureRequest } from '../src/model/request.ts';
import type { RawArtefact } from '../src/model/snapshot.ts';
import { DEFAULT_KINDS } from '../src/model/target.ts';
import { reportSchema } from '../src/report/schema.ts';

const SAMPLES = 'test/captures/samples';
const service = serviceFromUrl('http://127.0.0.1:6060');
const request: CaptureRequest = {
  id: '20261123-aaaaaaaaaaaa',
  service: service.name,
  instances: 'one',
  windowMs: 30_000,
  kinds: DEFAULT_KINDS,
  origin: { door: 'terminal', user: 'terminal' },
  acceptedAtMs: 0,
};

const dump = (name: string, second: number): RawArtefact => ({
  name: `${name}.txt`,
  bytes: new Uint8Array(gunzipSync(readFileSync(`${SAMPLES}/${name}.t0${second}.goroutine-debug2.txt.gz`))),
  taken: { fromMs: second * 1000, toMs: second * 1000 + 10 },
});

/** Plays the dumps of a sample, as many as the looks asked for; remembers what was asked. */
function recorded(name: string) {
  const asked: number[] = [];
  const capture = async (_: unknown, looks: number): Promise<Captured> => {
    asked.push(looks);
    return { instance: 'one', records: [] };
  };
  const analyse: InvestigatePorts['analyse'] = async (captured, context) => {
    const snapshots = [35, 65, 95].slice(0, asked.at(-1)).map((second) => [dump(name, second)]);
    return readCaptures(
      captured.map((one) => ({ ...one, snapshots, earlier: [] })),
      context,
    );
  };
  return { asked, ports: { capture, analyse, analysing: async () => {} } };
}

describe('an investigation', () => {
  it('ends in a report that keeps to its schema', async () => {
    const { ports } = recorded('leak-send');
    const report = await investigate(request, service, ports);
    expect(reportSchema.parse(report)).toEqual(report);
    expect(report.verdict.kind).toBe('goroutine-leak');
    expect(report.signatures[0]?.frames[0]?.func).toBe('main.slowQuery');
    expect(report.signatures[0]?.createdBy?.func).toBe('main.handleTimeout');
  });

  it('ends as interrupted, whatever other instances had to say', async () => {
    const three = {
      ...service,
      instances: ['a', 'b', 'c'].map((name) => ({ name, pprofUrl: 'http://h:1' })),
    };
    const { ports } = recorded('leak-send');
    const capture = async (instance: { name: string }, looks: number): Promise<Captured> => {
      if (instance.name === 'a') return ports.capture(instance, looks);
      throw new Failure('interrupted', {});
    };
    const asked = investigate({ ...request, instances: 'all' }, three, { ...ports, capture });
    await expect(asked).rejects.toMatchObject({ code: 'interrupted', exit: 3 });
  });

  it('takes a third look by itself when two leave doubt, and only then', async () => {
    const doubtful = recorded('ok-slowstart');
    const report = await investigate(request, service, doubtful.ports);
    expect(report.verdict.kind).toBe('healthy');
    expect(doubtful.asked).toEqual([2, 3]);
    const clear = recorded('leak-send');
    const found = await investigate(request, service, clear.ports);
    expect(clear.asked).toEqual(found.verdict.tier === 'suspect' ? [2, 3] : [2]);
  });

  it('does not double a window of five minutes without being asked', async () => {
    const doubtful = recorded('ok-slowstart');
    await investigate({ ...request, windowMs: 300_000 }, service, doubtful.ports);
    expect(doubtful.asked).toEqual([2]);
  });

  it('reports on the instances that answered, and says which did not', async () => {
    const [first] = service.instances;
    if (!first) throw new Error('no instance');
    const two = { ...service, instances: [first, { ...first, name: 'gone' }] };
    const { ports } = recorded('leak-send');
    const report = await investigate({ ...request, instances: 'all' }, two, {
      ...ports,
      capture: async (instance, looks) => {
        if (instance.name !== 'gone') return ports.capture(instance, looks);
        throw new Failure('target_unreachable', {
          instance: 'gone',
          url: 'h:1',
          reason: 'nothing listens on that port',
        });
      },
    });
    expect(report.verdict.kind).toBe('goroutine-leak');
    expect(report.problems.map(({ code }) => code)).toContain('instance-not-captured');
  });

  it('asks one of all instances first, and leaves the others alone when that one cannot be captured', async () => {
    const fleet = {
      ...service,
      instances: Array.from({ length: 30 }, (_, at) => ({ name: `i${at}`, pprofUrl: `http://h:${at + 1}` })),
    };
    const { ports } = recorded('leak-send');
    const asked: string[] = [];
    let atOnce = 0;
    let most = 0;
    const capture = async (instance: { name: string }, looks: number): Promise<Captured> => {
      asked.push(instance.name);
      most = Math.max(most, ++atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce--;
      if (asked.length === 1) expect(most).toBe(1);
      return { ...(await ports.capture(instance, looks)), instance: instance.name };
    };
    await investigate({ ...request, instances: 'all' }, fleet, { ...ports, capture });
    expect(new Set(asked).size).toBe(30);
    expect(most).toBe(3);

    asked.length = 0;
    const down = async (instance: { name: string }): Promise<Captured> => {
      asked.push(instance.name);
      throw new Failure('target_unreachable', { instance: instance.name, url: 'h:1', reason: 'it is down' });
    };
    const failed = investigate({ ...request, instances: 'all' }, fleet, { ...ports, capture: down });
    await expect(failed).rejects.toThrow(/it is down.* was asked first; the others were left alone/);
    expect(asked).toHaveLength(1);
  });

  it('fails with the reason when no instance could be captured', async () => {
    const { ports } = recorded('leak-send');
    const gone = new Failure('target_unreachable', {
      instance: 'a',
      url: 'h:1',
      reason: 'nothing listens on that port',
    });
    await expect(
      investigate(request, service, { ...ports, capture: () => Promise.reject(gone) }),
    ).rejects.toBe(gone);
  });

  it('gives the same report for the same bytes', async () => {
    const once = await investigate(request, service, recorded('leak-send').ports);
    expect(await investigate(request, service, recorded('leak-send').ports)).toEqual(once);
  });
});
