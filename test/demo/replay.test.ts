import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Moment, packMoments, readRecording, unpackMoments } from '../../demo/replay/recording.ts';
import { type Replay, replayClock, startReplay } from '../../demo/replay/server.ts';
import { parseGoroutines } from '../../src/parse/goroutines.ts';
import { parseExpvar } from '../../src/parse/memstats.ts';
import { goroutineCounts, parsePprof } from '../../src/parse/pprof.ts';

const BEGAN_MS = Date.UTC(2027, 0, 1);

/** A clock the test moves. */
function testClock() {
  let nowMs = BEGAN_MS;
  return { now: () => nowMs, pass: (seconds: number) => (nowMs += seconds * 1000) };
}

async function get(
  replay: Replay,
  path: string,
): Promise<{ status: number; type: string; bytes: Uint8Array; text: string }> {
  const response = await fetch(replay.url + path);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, bytes, text: new TextDecoder().decode(bytes) };
}

describe('a replay', () => {
  const clock = testClock();
  let replay: Replay;
  beforeAll(async () => {
    replay = await startReplay({ recording: 'payments-svc-1', nowMs: clock.now });
  });
  afterAll(() => replay.close());

  it('grows while a capture goes on, with the same goroutines surviving', async () => {
    const before = parseGoroutines((await get(replay, '/debug/pprof/goroutine?debug=2')).bytes).value[0];
    clock.pass(30);
    const after = parseGoroutines((await get(replay, '/debug/pprof/goroutine?debug=2')).bytes).value[0];
    const stuck = (dump: typeof before) =>
      dump?.groups
        .filter((group) => group.state === 'chan send')
        .reduce((sum, group) => sum + group.count, 0) ?? 0;
    expect(stuck(after) - stuck(before)).toBeGreaterThan(200);
    const survivors = new Set(after?.ids);
    expect([...(before?.ids ?? [])].filter((id) => survivors.has(id)).length).toBeGreaterThan(stuck(before));
  });

  it('counts alike on the index page, in the text and in the profile', async () => {
    const page = await get(replay, '/debug/pprof/');
    const listed = Number(/<td>(\d+)<\/td>\s*<td>\s*<a href='goroutine/.exec(page.text)?.[1]);
    const text = Number(
      /^goroutine profile: total (\d+)/.exec((await get(replay, '/debug/pprof/goroutine?debug=1')).text)?.[1],
    );
    const profile = parsePprof((await get(replay, '/debug/pprof/goroutine')).bytes).value;
    const counted = profile ? goroutineCounts(profile).total : 0;
    expect(page.type).toContain('text/html');
    for (const count of [text, counted]) expect(Math.abs(count - listed)).toBeLessThan(20);
    expect(listed).toBeGreaterThan(500);
  });

  it('stamps profiles and garbage collections with the time of asking', async () => {
    for (const path of ['/debug/pprof/goroutine', '/debug/pprof/heap']) {
      const profile = parsePprof((await get(replay, path)).bytes).value;
      expect(Number(profile?.timeNanos) / 1e6).toBeCloseTo(clock.now(), -1);
    }
    const [reading] = parseExpvar((await get(replay, '/debug/vars')).bytes).value;
    const sinceGcMs = clock.now() - (reading?.lastGCNanos ?? 0) / 1e6;
    expect(sinceGcMs).toBeGreaterThan(-5_000);
    expect(sinceGcMs).toBeLessThan(60_000);
    expect(reading?.gauges?.payments_requests_total).toBeGreaterThan(100);
  });

  it('answers 404 to what was not recorded, as a service without it does', async () => {
    for (const path of ['/debug/pprof/goroutineleak', '/debug/pprof/heap?seconds=5', '/metrics', '/']) {
      expect(await get(replay, path)).toMatchObject({ status: 404, text: 'Unknown profile\n' });
    }
  });
});

describe('the clock of a replay', () => {
  const recording = readRecording('ledger-svc-1');
  const length = recording.moments.at(-1)?.at ?? 0;

  it('shows the nearest moment, and keeps the last while somebody goes on asking', () => {
    const clock = testClock();
    const moment = replayClock(recording, clock.now);
    expect(moment().at).toBe(0);
    clock.pass(4.9);
    expect(moment().at).toBe(5);
    for (let asked = 0; asked < 10; asked++) {
      clock.pass(30);
      moment();
    }
    expect(moment().at).toBe(length);
  });

  it('stands still while nobody asks, and starts again when too little is left for a capture', () => {
    const clock = testClock();
    const moment = replayClock(recording, clock.now);
    moment();
    clock.pass(30);
    expect(moment().at).toBe(30);
    clock.pass(3_600);
    expect(moment().at).toBe(35);
    for (let at = 35; at < 130; at += 5) {
      clock.pass(5);
      moment();
    }
    clock.pass(3_600);
    expect(moment().at).toBe(0);
  });
});

describe('a recording', () => {
  it('holds the same bytes after packing', () => {
    const moments: Moment[] = [
      {
        at: 0,
        files: new Map([
          ['vars.json', Uint8Array.of(1, 10, 2)],
          ['heap.pb', new Uint8Array()],
        ]),
      },
      { at: 5, files: new Map([['vars.json', Uint8Array.of(255, 0)]]) },
    ];
    const plain = (all: readonly Moment[]) =>
      all.map(({ at, files }) => [at, [...files].map(([file, body]) => [file, [...body]])]);
    expect(plain(unpackMoments(packMoments(moments)))).toEqual(plain(moments));
  });
  it('says which recordings there are when asked for another', () => {
    expect(() => readRecording('nope-svc')).toThrow(/payments-svc-1, payments-svc-2, ledger-svc-1/);
  });
  it('shows nothing of the machine it was made on', () => {
    for (const instance of ['payments-svc-1', 'payments-svc-2', 'ledger-svc-1']) {
      for (const { files } of readRecording(instance).moments) {
        for (const body of files.values())
          expect(Buffer.from(body).includes('/work/') || Buffer.from(body).includes('/root/')).toBe(false);
      }
    }
  });
});
