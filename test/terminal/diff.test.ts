// `goleak diff` on recorded captures, on finished reports, and on what must not be compared.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Diff } from '../../src/report/diff-text.ts';
import type { Report } from '../../src/report/schema.ts';
import { diffPaths } from '../../src/terminal/diff.ts';
import { sampleReport } from '../kit/report.ts';
import { captured, capturedText, folderOf, terminalOf } from './desk.ts';

const FIX = fileURLToPath(new URL('../captures/fix/', import.meta.url));
const [BEFORE, AFTER] = [join(FIX, 'before'), join(FIX, 'after')];

async function diff(before: string, after: string): Promise<Diff> {
  const { terminal, printed } = terminalOf(true);
  expect(await diffPaths({ before, after }, terminal)).toBe(0);
  return JSON.parse(printed.join('\n'));
}

async function textOf(before: string, after: string, style = {}): Promise<string> {
  const { terminal, printed } = terminalOf();
  await diffPaths({ before, after }, { ...terminal, ...style });
  return printed.join('\n');
}

const codes = ({ problems }: Diff) => problems.map(({ code }) => code);

function fileOf(name: string, content: string | Uint8Array): string {
  return join(folderOf({ [name]: content }), name);
}

function reportFile(report: Report): string {
  return fileOf('triage.json', JSON.stringify(report, null, 2));
}

describe('a fix', () => {
  it('is said in one sentence: the signature is gone', async () => {
    const { schema, sentence, changes } = await diff(BEFORE, AFTER);
    expect(schema).toBe('goleak.diff/v1');
    expect(sentence).toMatch(
      /^fixed: `ledger\.\(\*Writer\)\.flush` \(chan send, 503 goroutines\) is gone; 14 other signatures unchanged\.$/,
    );
    expect(changes).toContainEqual(
      expect.objectContaining({ kind: 'signature', status: 'gone', before: 503, after: 0 }),
    );
    expect(changes.find(({ kind, label }) => kind === 'site' && label.includes('readBody'))?.status).toBe(
      'gone',
    );
  });

  it('is another build, so goroutines are compared by signature, and that is said', async () => {
    const found = await diff(BEFORE, AFTER);
    expect(found.changes.filter(({ kind }) => kind === 'goroutine')).toEqual([]);
    expect(found.problems.map(({ text }) => text).join()).toContain(
      'Another process (the snapshots come from two builds of the program): goroutines were compared by signature.',
    );
  });

  it('turned round is worse', async () => {
    const { sentence } = await diff(AFTER, BEFORE);
    expect(sentence).toContain('worse: `ledger.(*Writer).flush` (chan send, 503 goroutines) is new');
  });

  it('reads the same from zip files', async () => {
    const zipped = (where: 'before' | 'after') =>
      fileOf(
        `${where}.zip`,
        zipSync({
          'snapshot/goroutines.txt': Buffer.from(capturedText(`fix/${where}/goroutines.txt.gz`)),
          'snapshot/heap.pb.gz': captured(`fix/${where}/heap.pb.gz`),
        }),
      );
    const { sentence } = await diff(zipped('before'), zipped('after'));
    expect(sentence).toContain('flush` (chan send, 503 goroutines) is gone');
  });

  it('is not believed when the later dump is cut short', async () => {
    const whole = capturedText('fix/before/goroutines.txt.gz');
    const cut = whole.slice(0, whole.indexOf('ledger.(*Writer).flush') - 80);
    const { sentence } = await diff(fileOf('a.txt', whole), fileOf('b.txt', cut));
    expect(sentence).toMatch(/^cannot tell: .*but the later dump is cut short\.$/);
  });
});

describe('two moments of one process', () => {
  const moment = (seconds: number) => join(FIX, `../samples/leak-send.t0${seconds}.goroutine-debug2.txt.gz`);

  it('are followed goroutine by goroutine', async () => {
    const found = await diff(moment(35), moment(95));
    expect(found.sentence).toMatch(/^worse: `main\.slowQuery` \(chan send\) grew from 171 to 474 goroutines/);
    expect(found.changes.filter(({ kind, status }) => kind === 'goroutine' && status === 'new').length).toBe(
      200,
    );
    expect(codes(found)).not.toContain('another-process');
  });

  it('are one row where many did the same, in text no wider than the terminal', async () => {
    const text = await textOf(moment(35), moment(95));
    expect(text).toMatch(/\d+ goroutines +new +chan send in main\.slowQuery/);
    for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(100);
    expect(text).not.toContain('\u001b');
    expect(await textOf(moment(35), moment(95), { color: true })).toContain('\u001b[1;31m');
  });

  it('that are the same moment are no change', async () => {
    const { sentence, changes } = await diff(moment(35), moment(35));
    expect(sentence).toBe('nothing changed (compared: goroutines).');
    expect(changes).toEqual([]);
  });

  it('of two processes are told apart though the ids are the same ones', async () => {
    const one = 'goroutine 21 [select]:\nmain.a()\n\t/m.go:1\ncreated by main.main\n\t/m.go:9\n';
    const other = one.replace('main.a', 'main.b');
    const found = await diff(fileOf('a.txt', one), fileOf('b.txt', other));
    expect(codes(found)).toContain('another-process');
    expect(found.changes.filter(({ kind }) => kind === 'goroutine')).toEqual([]);
  });
});

describe('two reports', () => {
  it('say which leak is gone and what became of the verdict', async () => {
    const sick = sampleReport('goroutine-leak');
    const found = await diff(reportFile(sick), reportFile(sampleReport('healthy')));
    expect(found.sentence).toMatch(
      /^fixed: .* is gone.*; the verdict went from goroutine leak to healthy\.$/,
    );
    const gone = found.changes.filter(({ kind, status }) => kind === 'signature' && status === 'gone');
    expect(gone.map(({ id }) => id).sort()).toEqual(sick.signatures.map(({ stableId }) => stableId).sort());
  });

  it('do not call fixed what the later one could not see', async () => {
    const { sentence } = await diff(
      reportFile(sampleReport('goroutine-leak')),
      reportFile(sampleReport('inconclusive')),
    );
    expect(sentence).toMatch(/^cannot tell: .*the later report is inconclusive/);
  });

  it('keep hostile names from the terminal', async () => {
    const sick = sampleReport('goroutine-leak');
    const [first, ...rest] = sick.signatures;
    if (!first) throw new Error('a sick report names a signature');
    const evil = { ...first, frames: [{ func: 'a\u001b[2J\u202e.\nB', file: '', line: 0 }] };
    const text = await textOf(
      reportFile({ ...sick, signatures: [evil, ...rest] }),
      reportFile(sampleReport('healthy')),
    );
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u202e');
  });
});

describe('what cannot be compared', () => {
  it.each([
    ['a report and a snapshot', () => reportFile(sampleReport()), () => AFTER, 'finished report'],
    ['an address', () => 'http://localhost:6060', () => AFTER, 'is an address'],
    [
      'a heap and a dump',
      () => fileOf('a', captured('fix/before/heap.pb.gz')),
      () => fileOf('b', captured('fix/after/goroutines.txt.gz')),
      'nothing of one kind',
    ],
  ])('%s is refused with a sentence', async (_, before, after, says) => {
    const { terminal } = terminalOf();
    const refused = diffPaths({ before: before(), after: after() }, terminal);
    await expect(refused).rejects.toMatchObject({
      code: 'usage_wrong',
      exit: 1,
      message: expect.stringContaining(says),
    });
  });

  it('names what a file is instead', async () => {
    const { terminal } = terminalOf();
    const letter = fileOf('letter.txt', 'Dear team, the service is slow.\n');
    await expect(diffPaths({ before: letter, after: AFTER }, terminal)).rejects.toMatchObject({
      code: 'artefact_unknown',
    });
  });
});
