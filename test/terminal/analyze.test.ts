// `goleak analyze` on what people have: logs of collectors, archives, loose files, saved folders.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { formatCount } from '../../src/model/units.ts';
import type { Report } from '../../src/report/schema.ts';
import { reportText } from '../../src/report/text.ts';
import { analyzeBatch, analyzePaths } from '../../src/terminal/analyze.ts';
import { captured, capturedText, criLog, dockerLog, faultsBy, folderOf, terminalOf } from './desk.ts';

const START = Date.UTC(2026, 10, 23, 6, 22);
const SECONDS = [35, 65, 95] as const;
const GO_DUMP_LIMIT = 64 << 20;

async function analyze(...paths: readonly string[]): Promise<Report> {
  const report = await analyzePaths({ kind: 'analyze', paths, intervalMs: 30_000 });
  expect(faultsBy('report', report)).toBeNull();
  return report;
}

function analyzeFile(name: string, content: string | Uint8Array): Promise<Report> {
  return analyze(join(folderOf({ [name]: content }), name));
}

/** The dump of a program that leaks `main.slowQuery`, so many seconds after its start. */
function leakSend(seconds: number): string {
  return capturedText(`samples/leak-send.t0${seconds}.goroutine-debug2.txt.gz`);
}

/** Three dumps thirty seconds apart with what a service logs between them. */
function serviceLog(wrap: (text: string, startMs: number) => string, dumps: readonly string[]): string {
  const requests = (at: number) =>
    Array.from({ length: 5 }, (_, nth) => `INFO request path=/orders id=${at * 5 + nth} status=200`).join(
      '\n',
    );
  return dumps
    .flatMap((dump, at) => {
      const startMs = START + at * 30_000;
      return [wrap(requests(at), startMs - 1000), wrap(dump, startMs), wrap(requests(at), startMs + 20_000)];
    })
    .join('\n');
}

function expectLeakSend({ verdict, signatures, window }: Report): void {
  expect(verdict.kind).toBe('goroutine-leak');
  expect(window.snapshots).toBe(3);
  expect(signatures[0]?.frames[0]?.func).toBe('main.slowQuery');
  expect(signatures[0]?.count).toBe(474);
  expect(signatures[0]?.delta).toBe(303);
}

describe('analyze: logs', () => {
  it('finds the leak in a docker log with three dumps between other lines', async () => {
    expectLeakSend(await analyzeFile('payments-json.log', serviceLog(dockerLog, SECONDS.map(leakSend))));
  });

  it('finds it in a CRI log with long lines in parts', async () => {
    const parts = (text: string, startMs: number) => criLog(text, startMs, 40);
    const log = serviceLog(parts, SECONDS.map(leakSend));
    expect(log).toContain(' stderr P ');
    expectLeakSend(await analyzeFile('0.log', log));
  });

  it('reads three SIGQUIT dumps of a restarted container and sees no growth', async () => {
    const sigquit = capturedText('samples/sigquit-go1.26.txt');
    const report = await analyzeFile('restarts.log', serviceLog(dockerLog, [sigquit, sigquit, sigquit]));
    expect(report.window.snapshots).toBe(3);
    expect(report.verdict.kind).not.toBe('goroutine-leak');
    expect(report.signatures.filter(({ delta }) => delta !== 0)).toEqual([]);
  });

  it('says what the runtime said in a crash: all goroutines are asleep', async () => {
    const report = await analyzeFile('crash.log', captured('samples/crash-go1.26-deadlock.txt'));
    expect(report.verdict.kind).toBe('deadlock');
  });
});

function analyzeHeaps(...seconds: readonly string[]): Promise<Report> {
  const name = (second: string) => `heap-leak.t${second}.heap.pb.gz`;
  const files = seconds.map((second) => [name(second), captured(`profiles/${name(second)}`)]);
  const folder = folderOf(Object.fromEntries(files));
  return analyze(...seconds.map((second) => join(folder, name(second))));
}

describe('analyze: files', () => {
  it('takes the folders of a zip as snapshots, whatever lies beside them', async () => {
    const entries = SECONDS.map((seconds, at) => [
      [`capture/${at}/stacks`, captured(`samples/leak-send.t0${seconds}.goroutine-debug2.txt.gz`)],
      [`capture/${at}/counts`, captured(`profiles/leak-send.t0${seconds}.goroutine.pb.gz`)],
    ]);
    const files = Object.fromEntries([...entries.flat(), ['capture/notes.json', Buffer.from('{"by":"me"}')]]);
    const report = await analyzeFile('capture.zip', zipSync(files));
    expectLeakSend(report);
    expect(report.problems.map(({ text }) => text).join()).toContain('notes.json: This is JSON');
  });

  it('deals out the files of a zip without folders by kind', async () => {
    const files = Object.fromEntries([
      ...SECONDS.map((seconds) => [`stacks-${seconds}.txt`, Buffer.from(leakSend(seconds))]),
      ['heap.pb.gz', captured('profiles/zoo-go1.26.heap.pb.gz')],
    ]);
    const report = await analyzeFile('dumps.zip', zipSync(files));
    expectLeakSend(report);
    expect(report.heap).toBeDefined();
  });

  it('puts two heap profiles in the order of their own clocks and names the site that grew', async () => {
    const report = await analyzeHeaps('305', '065');
    expect(report.problems.map(({ code }) => code)).toContain('snapshots-reordered');
    expect(report.window.seconds).toBeCloseTo(240, -1);
    const [site] = report.heap?.sites ?? [];
    expect(site).toMatchObject({ frames: [{ func: 'main.main.func16' }, {}], shape: 'leak' });
    expect((site?.deltaBytes ?? 0) / 2 ** 20).toBeCloseTo(196, 0);
  });

  it('finds a heap leak in three heap profiles alone', async () => {
    const report = await analyzeHeaps('065', '185', '305');
    expect(report.verdict.kind).toBe('heap-leak');
    expect(report.verdict.summary).toContain('main.main.func16');
  });

  it('reads the memory of the trailer of a heap text', async () => {
    const report = await analyzeFile('heap.txt', captured('profiles/zoo-go1.26.heap-debug1.txt'));
    expect(report.verdict.kind).toBe('inconclusive');
    expect(report.memory.samples).toMatchObject([{ source: 'heap-trailer', heapAlloc: 1_440_272 }]);
  });

  it('reads saved snapshot folders', async () => {
    const files = SECONDS.map((seconds) => [`${seconds}/dump`, leakSend(seconds)]);
    expectLeakSend(await analyze(folderOf(Object.fromEntries(files))));
  });

  it('says that Go cut the dump at 64 MiB and how many goroutines are missing', async () => {
    const dump = dumpAtLimit();
    const headers = dump.match(/^goroutine /gm)?.length ?? 0;
    const folder = folderOf({ 'now/stacks.txt': dump, 'now/metrics': 'go_goroutines 1e+06\n' });
    const report = await analyze(join(folder, 'now'));
    const missing = report.problems.find(({ code }) => code === 'goroutines-missing');
    expect(missing?.text).toContain(`shows ${formatCount(headers)} of about 1,000,000 goroutines`);
    expect(missing?.text).toContain(`about ${formatCount(1e6 - headers)} are missing`);
    const text = reportText(report, { color: false, width: 100 });
    expect(text.replace(/\s+/g, ' ')).toContain('at its limit of 64 MiB');
    expect(report.verdict.kind).toBe('inconclusive');
  });
});

/** As many goroutines of a captured dump as Go prints before it stops, each with an id of its own. */
function dumpAtLimit(): string {
  const goroutines = leakSend(95)
    .split('\n\n')
    .filter((goroutine) => goroutine.includes('main.slowQuery'))
    .map((goroutine) => goroutine.replace(/^goroutine \d+/, ''));
  const pieces: string[] = [];
  for (let size = 0, id = 1; size < GO_DUMP_LIMIT; id++) {
    const piece = `goroutine ${id}${goroutines[id % goroutines.length]}\n\n`;
    pieces.push(piece);
    size += piece.length;
  }
  return pieces.join('').slice(0, GO_DUMP_LIMIT);
}

describe('analyze --batch', () => {
  it('gives every case a report, an unreadable one too', async () => {
    const dumps = SECONDS.map((seconds) => [`leaks/${seconds}/dump.txt`, leakSend(seconds)]);
    const batch = folderOf({
      ...Object.fromEntries(dumps),
      'leaks/meta.json': '{"program":"leak-send"}',
      'page/1/heap.pb.gz': '<!DOCTYPE html><title>Sign in</title>',
      'empty/1/.keep': '',
    });
    const out = folderOf({});
    const { terminal, printed } = terminalOf(true);
    const command = {
      kind: 'analyze',
      paths: [],
      intervalMs: 30_000,
      batch,
      out: join(out, 'reports'),
    } as const;

    expect(await analyzeBatch(command, terminal)).toBe(0);

    const reports = ['empty', 'leaks', 'page'].map(
      (name): Report => JSON.parse(readFileSync(join(out, 'reports', `${name}.json`), 'utf8')),
    );
    for (const report of reports) expect(faultsBy('report', report)).toBeNull();
    const [empty, leaks, page] = reports;
    if (!empty || !leaks || !page) throw new Error('three cases, three reports');
    expectLeakSend(leaks);
    expect(leaks.problems.map(({ text }) => text).join()).toContain('meta.json: This is JSON');
    expect([empty.verdict.kind, page.verdict.kind]).toEqual(['inconclusive', 'inconclusive']);
    expect(page.problems.map(({ code }) => code)).toContain('html-login');
    expect(printed.map((line) => JSON.parse(line))).toMatchObject([
      { case: 'empty', kind: 'inconclusive' },
      { case: 'leaks', kind: 'goroutine-leak', signatures: 1 },
      { case: 'page', kind: 'inconclusive' },
    ]);
  });

  it('refuses a folder without cases', async () => {
    const { terminal } = terminalOf();
    const command = {
      kind: 'analyze',
      paths: [],
      intervalMs: 1,
      batch: folderOf({}),
      out: folderOf({}),
    } as const;
    await expect(analyzeBatch(command, terminal)).rejects.toMatchObject({ code: 'file_unreadable', exit: 1 });
  });
});

describe('goleak analyze --html', () => {
  it('writes the report as a page, flames and all', async () => {
    const folder = folderOf({
      'a.heap.pb.gz': captured('profiles/heap-leak.t065.heap.pb.gz'),
      'b.heap.pb.gz': captured('profiles/heap-leak.t305.heap.pb.gz'),
    });
    const html = join(folder, 'report.html');
    const paths = ['a', 'b'].map((name) => join(folder, `${name}.heap.pb.gz`));
    await analyzePaths({ kind: 'analyze', paths, intervalMs: 30_000, html });
    const page = readFileSync(html, 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('id="flame-heap"');
    expect(page).toContain('Width: ');
  }, 60_000);

  it('says so before the work when it cannot be written', async () => {
    const html = join(folderOf({}), 'nowhere', 'report.html');
    const asked = { kind: 'analyze', paths: ['not-even-read'], intervalMs: 30_000, html } as const;
    await expect(analyzePaths(asked)).rejects.toThrow(/cannot be written to .*: its folder is not there\./);
  });
});

describe('goleak analyze with a goref file', () => {
  const files = {
    'before.pb.gz': captured('profiles/heap-leak.t065.heap.pb.gz'),
    'after.pb.gz': captured('profiles/heap-leak.t305.heap.pb.gz'),
    // Whatever it is called.
    'from-the-core': captured('profiles/heap-leak.grf.out'),
  };
  const expectHeld = (report: Report) => {
    expect(report.verdict.summary).toContain('held by the map `m` of `main.main.func16`');
    expect(report.retention?.holders[0]).toMatchObject({
      root: { kind: 'local', name: 'main.every.f', func: 'main.every' },
      depth: 4,
    });
    const text = reportText(report, { color: false, width: 100 });
    expect(text).toContain('Way: main.every.f → closure main.main.func16 → m → its values.');
    // Whoever has the file needs no recipe for it.
    expect(text).not.toContain('gcore');
  };

  it('reads it among loose files, and in a zip of them', async () => {
    const folder = folderOf(files);
    expectHeld(await analyze(...Object.keys(files).map((name) => join(folder, name))));
    const zip = zipSync(
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, new Uint8Array(bytes)])),
    );
    expectHeld(await analyzeFile('evidence.zip', zip));
  });

  it('draws the way into the page', async () => {
    const folder = folderOf(files);
    const html = join(folder, 'report.html');
    const paths = Object.keys(files).map((name) => join(folder, name));
    await analyzePaths({ kind: 'analyze', paths, intervalMs: 30_000, html });
    const page = readFileSync(html, 'utf8');
    expect(page).toMatch(/<section aria-labelledby="retention">[\s\S]*<svg[\s\S]*map\[int\]\[\]uint8/);
  });

  it('prints how to make one where a heap leaks, and nowhere else', async () => {
    const folder = folderOf(files);
    const leak = await analyze(join(folder, 'before.pb.gz'), join(folder, 'after.pb.gz'));
    const text = reportText(leak, { color: false, width: 100 });
    expect(text).toContain('over HTTP nobody can tell');
    expect(text).toContain('gcore -o /var/tmp/service $pid');
    expect(text).toContain('The core holds everything the process had in memory: passwords');
    const calm = await analyzeFile('one.pb.gz', captured('profiles/heap-ok.t065.heap.pb.gz'));
    expect(reportText(calm, { color: false, width: 100 })).not.toContain('gcore');
  });
});
