// Look-alikes of leaks: crowds that grow or stand, and yet somebody moves, waits for them, or answers for them.
import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analyse/analyse.ts';
import { drawDump } from '../kit/stacks.ts';
import { CONTEXT, dumpsOf, seriesOf } from './series.ts';

const FURNITURE = `
  main.main → net/http.(*Server).Serve ×1 #1                          [IO wait]
  net/http.(*Server).Serve go net/http.(*conn).serve ×4 #100          [IO wait, by 1]
`;

/** The functions accused over three snapshots ten seconds apart. */
function accused(...drawings: readonly string[]): readonly (string | undefined)[] {
  const dumps = drawings.map((drawing) => drawDump(FURNITURE + drawing));
  const { signatures } = analyse([seriesOf(dumpsOf(...dumps), 10)], CONTEXT);
  return signatures.map(({ frames }) => frames[0]?.func);
}

describe('a queue that moves', () => {
  const at = (from: number, to: number) =>
    `main.ingest go main.(*sink).push ×${to - from} #${from} [chan send, by 900]`;

  it('is no leak while the oldest leave it, though it grows', () => {
    expect(accused(at(1000, 1060), at(1004, 1120), at(1008, 1180))).toEqual([]);
  });

  it('is a leak when newcomers pass and the oldest stay', () => {
    const stuck = (n: number) => `main.ingest go main.(*sink).push ×${n} #1000 [chan send, by 900]`;
    const passing = (from: number) => `main.ingest go main.(*sink).push ×4 #${from} [chan send, by 900]`;
    expect(accused(`${stuck(60)}\n${passing(1500)}`, `${stuck(120)}\n${passing(1600)}`, stuck(180))).toEqual([
      'main.(*sink).push',
    ]);
  });
});

describe('senders before a slow consumer', () => {
  const parsers = 'main.start go main.parse → main.(*sink).push ×16 #1000 [chan send, by 900, chan 3]';

  it('are held up, not lost, while somebody works on the same object', () => {
    const consumer = 'main.start go main.(*sink).consume ×1 #1100 [sleep, by 900, chan 3]';
    const both = `${parsers}\n${consumer}`;
    expect(accused(both, both, both)).toEqual([]);
  });

  it('are held up while whoever started them stands by and somebody may receive', () => {
    const cameras = 'main.start go main.camera.film ×40 #1000 [chan send, by 900]';
    const rest =
      'main.main go main.start ×1 #900 [select, by 1]\nmain.main go main.encode ×1 #901 [sleep, by 1]';
    const both = `${cameras}\n${rest}`;
    expect(accused(both, both, both)).toEqual([]);
  });

  it('are lost when nobody does', () => {
    expect(accused(parsers, parsers, parsers)).toEqual(['main.(*sink).push']);
  });
});

describe('slow calls', () => {
  const handlers = (n: number) =>
    `net/http.(*Server).Serve go net/http.(*conn).serve → main.search ×${n} #1000 [chan receive, by 1]`;
  const watches = (n: number) =>
    Array.from(
      { length: n },
      (_, i) =>
        `net/http.(*conn).serve go net/http.(*connReader).backgroundRead ×1 #${5000 + i} [IO wait, by ${1000 + i}]`,
    ).join('\n');
  const parts = (n: number) =>
    Array.from(
      { length: n },
      (_, i) => `main.search go main.part ×2 #${2000 + 2 * i} [chan send, by ${1000 + i}]`,
    ).join('\n');

  it('keep their client waiting at the other end', () => {
    const at = (n: number) => `${handlers(n)}\n${watches(n)}`;
    expect(accused(at(8), at(20), at(32))).toEqual([]);
  });

  it('are stuck when their clients have gone', () => {
    expect(accused(handlers(8), handlers(20), handlers(32))).toEqual(['main.search']);
  });

  it('answer for the goroutines they have started and wait for', () => {
    const at = (n: number) => `${handlers(n)}\n${watches(n)}\n${parts(n)}`;
    expect(accused(at(8), at(20), at(32))).toEqual([]);
  });

  it('have lost their goroutines when they have returned', () => {
    expect(accused(parts(8), parts(20), parts(32))).toEqual(['main.part']);
  });
});

describe('connections to others', () => {
  const loops = (n: number) =>
    `net/http.(*Transport).dialConn go net/http.(*persistConn).readLoop ×${n} #1000 [select, by 900]`;
  const readers = (n: number) =>
    `main.mirror go main.fetch → io.ReadAll → net/http.(*bodyEOFSignal).Read ×${n} #3000 [IO wait, by 900]`;

  it('are in use while a caller reads from each', () => {
    const at = (n: number) => `${loops(n)}\n${readers(n)}`;
    expect(accused(at(10), at(40), at(70))).not.toContain('net/http.(*persistConn).readLoop');
  });

  it('are lost with the calls that hang on them', () => {
    const hung = (n: number) =>
      `main.notify go main.call → net/http.(*Client).Do → net/http.(*persistConn).roundTrip ×${n} #3000 [select, by 900]`;
    const at = (n: number) => `${loops(n)}\n${hung(n)}`;
    const names = accused(at(10), at(40), at(70));
    expect(names[0]).toBe('net/http.(*persistConn).roundTrip');
    expect(names).toContain('net/http.(*persistConn).readLoop');
  });

  it('are left open when nobody does', () => {
    expect(accused(loops(10), loops(40), loops(70))).toEqual(['net/http.(*persistConn).readLoop']);
  });

  it('are conversations when both ends listen in one program', () => {
    const server = (n: number) => `main.accept go main.(*session).read ×${n} #1000 [IO wait, by 900]`;
    const client = (n: number) => `main.dial go main.(*browser).read ×${n} #3000 [IO wait, by 901]`;
    const both = (n: number) => `${server(n)}\n${client(n)}`;
    expect(accused(both(10), both(30), both(50))).toEqual([]);
  });
});

describe('what is made once per tenant', () => {
  const busy = (id: number) => `main.serve go main.ping ×1 #${id} [sleep, by 901]`;
  const janitors = (n: number) => `main.shard go main.(*cache).janitor ×${n} #1000 [select, by 900]`;

  it('is mostly made early: growth runs out while work goes on', () => {
    const at = (n: number, id: number) => `${janitors(n)}\n${busy(id)}`;
    expect(accused(at(30, 2000), at(42, 5000), at(47, 8000))).toEqual([]);
  });

  it('is a leak when it goes on with the work', () => {
    const at = (n: number, id: number) => `${janitors(n)}\n${busy(id)}`;
    expect(accused(at(30, 2000), at(75, 5000), at(120, 8000))).toEqual(['main.(*cache).janitor']);
  });
});

it('a single coordinator that waits for its batch is no crowd', () => {
  const batch = 'main.nightly go main.runBatch ×1 #1000 [sync.WaitGroup.Wait, by 900]';
  expect(accused('', batch, batch)).toEqual([]);
});

describe('the workers of a pool', () => {
  const home = (...ids: number[]) =>
    `main.newPool go main.(*pool).work ×${ids[1]} #${ids[0]} [chan receive, by 1]`;
  const inJob = (from: number, n: number) =>
    `main.newPool go main.(*pool).work → main.(*pool).settle → main.(*pool).exchange ×${n} #${from} [chan receive, by 1]`;

  it('are lost when one after the other stops in the middle of a job and none goes on', () => {
    const at = (lost: number) => `${inJob(1000, lost)}\n${home(1000 + lost, 400 - lost)}`;
    expect(accused(at(4), at(27), at(57))).toEqual(['main.(*pool).exchange']);
  });

  it('are at work when others stand there each time', () => {
    const at = (from: number) =>
      `${home(1000, from - 1000)}\n${inJob(from, 30)}\n${home(from + 30, 1370 - from)}`;
    expect(accused(at(1040), at(1140), at(1240))).toEqual([]);
  });
});

describe('sleepers', () => {
  const busy = (id: number) => `main.serve go main.ping ×1 #${id} [runnable, by 901]`;
  const refills = (n: number, first: number, step: number) =>
    Array.from(
      { length: n },
      (_, at) => `main.New go main.(*Bucket).refill ×1 #${first + at * step} [sleep, by 900]`,
    ).join('\n');

  it('are left behind when they date from long before a short window and none has ended', () => {
    const at = (n: number, id: number) => `${refills(n, 1000, 200)}\n${busy(id)}`;
    expect(accused(at(300, 61_000), at(330, 67_000), at(360, 73_000))).toEqual(['main.(*Bucket).refill']);
  });

  it('are delays when all of them are young', () => {
    const at = (n: number, id: number) => `${refills(n, 60_000, 20)}\n${busy(id)}`;
    expect(accused(at(30, 61_000), at(330, 67_000), at(630, 73_000))).toEqual([]);
  });
});

describe('a lock that eight tellers use all day', () => {
  const tellers = (place: string, state: string, ...ids: number[]) =>
    ids.map((id) => `main.open go main.open.func1${place} ×1 #${id} [${state}, by 1]`).join('\n');
  const waiting = (...ids: number[]) => tellers(' → main.(*bank).transfer:20', 'sync.Mutex.Lock', ...ids);
  const inside = (id: number) => tellers(' → main.(*bank).transfer:22', 'sleep', id);
  const outside = (...ids: number[]) => tellers('', 'sleep', ...ids);
  const dump = (...lines: string[]) => lines.join('\n');

  it('is contended, not stuck, while somebody new stands past the line where the same ones wait', () => {
    const a = dump(waiting(1000, 1001, 1002), inside(1003), outside(1004, 1005, 1006, 1007));
    const b = dump(waiting(1000, 1001, 1002, 1004, 1005, 1006), inside(1007), outside(1003));
    expect(accused(a, b)).toEqual([]);
    expect(accused(a, b, b)).toEqual([]);
  });

  it('is stuck while the same one stands there', () => {
    const a = dump(waiting(1000, 1001, 1002), inside(1003), outside(1004, 1005, 1006, 1007));
    const b = dump(waiting(1000, 1001, 1002, 1004, 1005, 1006), inside(1003), outside(1007));
    const c = dump(waiting(1000, 1001, 1002, 1004, 1005, 1006, 1007), inside(1003));
    expect(accused(a, b, c)).toContain('main.(*bank).transfer');
  });
});

describe('handlers of kept-alive connections', () => {
  const handlers = (n: number) =>
    `net/http.(*Server).Serve go net/http.(*conn).serve → main.(*db).query ×${n} #1000 [sync.Mutex.Lock, by 1]`;
  const watches = (n: number, first: number) =>
    Array.from(
      { length: n },
      (_, i) =>
        `net/http.(*conn).serve go net/http.(*connReader).backgroundRead ×1 #${first + i} [IO wait, by ${1000 + i}]`,
    ).join('\n');

  it('have moved on when their connection is watched anew', () => {
    const at = (n: number, first: number) => `${handlers(n)}\n${watches(n, first)}`;
    expect(accused(at(8, 5000), at(20, 6000), at(32, 7000))).toEqual([]);
  });

  it('are stuck behind the lock while the same watch goes on', () => {
    const at = (n: number) => `${handlers(n)}\n${watches(n, 5000)}`;
    expect(accused(at(8), at(20), at(32))).toEqual(['main.(*db).query']);
  });
});

describe('sessions without a gauge', () => {
  const readers = (n: number) => `main.listen go main.(*session).run ×${n} #1000 [IO wait, by 900]`;
  const writers = (n: number) =>
    Array.from(
      { length: n },
      (_, i) => `main.(*session).run go main.(*session).write ×1 #${3000 + i} [select, by ${1000 + i}]`,
    ).join('\n');

  it('are let be while each has its writer', () => {
    const at = (n: number) => `${readers(n)}\n${writers(n)}`;
    expect(accused(at(8), at(20), at(32))).toEqual([]);
  });

  it('leave their writers behind when the readers have gone', () => {
    const loop = 'main.main go main.listen ×1 #900 [IO wait, by 1]';
    const pumps = (n: number) => `main.listen go main.(*session).pump ×${n} #3000 [chan receive, by 900]`;
    const at = (n: number) => `${loop}\n${readers(2)}\n${pumps(n)}`;
    expect(accused(at(8), at(20), at(32))).toEqual(['main.(*session).pump']);
  });
});

it('delays are let sleep, though more begin than end in a short window', () => {
  const at = (n: number) => `main.order go main.remindLater ×${n} #1000 [sleep, by 900]`;
  expect(accused(at(8), at(20), at(32))).toEqual([]);
});

it('a batch behind a semaphore drains in any order when nobody joins it', () => {
  const at = (from: number, to: number) => `main.run go main.job ×${to - from} #${from} [chan send, by 900]`;
  expect(accused(at(1000, 1200), at(1000, 1190), at(1000, 1180))).toEqual([]);
});
