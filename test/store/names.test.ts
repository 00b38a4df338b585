// Names that try to leave the folder they are kept in. Ids and instances come from the registry and from us; the
// store does not rely on that.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCaptureStore } from '../../src/store/captures.ts';
import { openReportStore } from '../../src/store/reports.ts';
import { Random } from '../fuzz/random.ts';
import { CLASSICS } from '../kit/classics.ts';
import { sampleReport } from '../kit/report.ts';

const NAMES = 2_000;
const BYTES = new TextEncoder().encode('kept');
const PIECES = [
  ...[
    '..',
    '../',
    '..\\',
    '/',
    '\\',
    '.',
    './',
    '~',
    '\0',
    '%2e%2e%2f',
    '%00',
    '..%c0%af',
    '\u2025/',
    '．．／',
    '\uff0e\uff0e',
  ],
  ...[
    'C:',
    '\\\\server\\share',
    'CON',
    'NUL',
    'COM1',
    'AUX.txt',
    '/dev/null',
    '/dev/stdout',
    '/proc/self/fd/1',
  ],
  ...[
    'etc/passwd',
    'captures',
    'reports',
    'manifest.jsonl',
    '.part',
    '20261123',
    'a',
    ' ',
    '\n',
    '\u202e',
    'é',
    '💥',
    '\ud800',
  ],
  ...Object.values(CLASSICS).filter(({ length }) => length < 100),
];

function names(): string[] {
  const random = new Random(1, 0);
  const made = Array.from({ length: NAMES - 2 }, () =>
    Array.from({ length: 1 + random.small(8) }, () => random.pick(PIECES)).join(''),
  );
  return [...made, '../'.repeat(2_000), 'x'.repeat(100_000)];
}

interface Place {
  id: string;
  instance: string;
  file: string;
}

describe('the store', () => {
  let parent: string;
  let home: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'goleak-names-'));
    home = join(parent, 'a', 'home');
    mkdirSync(home, { recursive: true });
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  const record = { id: 'heap-0', snapshot: 0, fromMs: 1, toMs: 2, bytes: BYTES.length, pauseMsEstimate: 0 };
  const filesBelow = (folder: string) =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

  it('writes nothing outside its folder, whatever things are called', async () => {
    const captures = openCaptureStore(home);
    const reports = openReportStore(home);
    const report = sampleReport('healthy');
    const keepOne = async (name: string, at: number): Promise<void> => {
      const place: Place = { id: '20261123-aaaa', instance: 'i', file: 'f' };
      place[(['id', 'instance', 'file'] as const)[at % 3] ?? 'id'] = name;
      await captures.keep(place.id, place.instance, { ...record, file: place.file }, BYTES);
      if (at % 5 === 0) await reports.save({ ...report, id: name });
    };
    await Promise.all(names().map(keepOne));
    const written = filesBelow(parent).map((entry) => relative(home, join(entry.parentPath, entry.name)));
    expect(written.length).toBeGreaterThan(1_000);
    for (const path of written) expect(path.split(sep)[0]).toMatch(/^(captures|reports)$/);
  }, 120_000);

  it('gives back what was kept under such a name', async () => {
    const captures = openCaptureStore(home);
    for (const name of ['../../x', 'a/b', '..', '\0']) {
      await captures.keep(name, name, { ...record, file: name }, BYTES);
      expect((await captures.records(name, name)).at(-1)?.file, name).toBe(name);
    }
  });

  it('does not write through a link that somebody laid there', async () => {
    const captures = openCaptureStore(home);
    const canary = join(parent, 'canary');
    writeFileSync(canary, 'untouched');
    const folder = join(home, 'captures', '20261123', '20261123-aaaa', 'i');
    mkdirSync(join(folder, '0'), { recursive: true });
    symlinkSync(canary, join(folder, '0', 'f'));
    await captures.keep('20261123-aaaa', 'i', { ...record, file: 'f' }, BYTES);
    expect(readFileSync(join(folder, '0', 'f'), 'utf8')).toBe('kept');
    rmSync(join(folder, 'manifest.jsonl'));
    symlinkSync(canary, join(folder, 'manifest.jsonl'));
    await expect(captures.keep('20261123-aaaa', 'i', { ...record, file: 'f' }, BYTES)).rejects.toThrow(
      /ELOOP/,
    );
    symlinkSync(join(parent, 'nowhere'), join(folder, '0', 'g'));
    await captures.keep('20261123-aaaa', 'i2', { ...record, file: 'g' }, BYTES);
    expect(readFileSync(canary, 'utf8')).toBe('untouched');
    expect(existsSync(join(parent, 'nowhere'))).toBe(false);
  });
});
