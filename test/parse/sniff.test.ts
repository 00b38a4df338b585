import { readFileSync } from 'node:fs';
import { deflateSync, gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { parseArtefact } from '../../src/parse/artefact.ts';

const CAPTURES = new URL('../captures/', import.meta.url);

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

function parse(bytes: Uint8Array | string) {
  return parseArtefact({ name: 'x', bytes: typeof bytes === 'string' ? bytesOf(bytes) : bytes });
}

function capture(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, CAPTURES)));
}

const DUMP =
  'goroutine 7 [select]:\nmain.f()\n\t/a.go:1 +0x1\ncreated by main.main in goroutine 1\n\t/a.go:2 +0x1\n';
const METRICS = '# HELP go_goroutines Number of goroutines.\n# TYPE go_goroutines gauge\ngo_goroutines 12\n';

describe('a file nobody can use', () => {
  it.each([
    ['empty', '', 'file-empty', 'empty'],
    ['blank', ' \n\n', 'file-empty', 'empty'],
    [
      'login page',
      '<!DOCTYPE html><html><form>Sign in <input type="password"></form>',
      'html-login',
      'login page',
    ],
    ['pprof index', '<html>\n<head><title>/debug/pprof/</title></head> profiles', 'html-index', 'index page'],
    ['other page', '<html><h1>It works!</h1></html>', 'html-page', 'HTML page'],
    [
      'JSON error',
      '{"error": {"code": 403, "message": "forbidden by policy"}}',
      'json-error',
      'forbidden by policy',
    ],
    ['other JSON', '[1, 2, 3]', 'json-unknown', 'neither'],
    ['broken JSON', '{"memstats": {"Alloc": 12', 'json-broken', 'damaged or cut off'],
    ['deep JSON', '['.repeat(300_000), 'json-too-deep', 'nested deeper'],
    ['pprof error', 'Unknown profile\n', 'http-error-text', '"Unknown profile"'],
    [
      'Java dump',
      '2026-11-23 06:22:00\nFull thread dump OpenJDK 64-Bit Server VM (21):\n\n"main" #1 prio=5',
      'java-thread-dump',
      'Java',
    ],
    ['core file', `\x7fELF\x02\x01\x01${'\0'.repeat(9)}\x04\0>\0`, 'core-file', 'core file'],
    ['binary', `\x7fELF\x02\x01\x01${'\0'.repeat(9)}\x02\0>\0`, 'binary-file', 'executable'],
    ['photo', '\xff\xd8\xff\xe0\0\x10JFIF\0', 'picture', 'picture'],
    ['screenshot', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'picture', 'picture'],
    ['PDF', '%PDF-1.7\n%\xe2\xe3', 'document', 'plain text'],
    ['heap dump', 'go1.7 heap dump\n\x01\x02', 'heap-dump', 'WriteHeapDump'],
    ['prose', 'Dear team, the service is slow.\n', 'not-recognised', 'neither'],
    ['damaged gzip', '\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff\xff\xff\xff', 'gzip-damaged', 'damaged'],
    ['damaged zip', 'PK\x03\x04\x14\0\0\0', 'zip-damaged', 'could not be opened'],
    ['damaged zstd', '\x28\xb5\x2f\xfd\x04\x00\xff\xff\xff', 'zstd-damaged', 'damaged'],
  ])('%s', (_name, content, code, said) => {
    const { value, problems } = parse(content);
    expect(value).toEqual([]);
    expect(problems).toEqual([{ code, text: expect.stringContaining(said) }]);
  });

  it('a CPU profile is shown, with a word on what it cannot tell', () => {
    // sample_type cpu/nanoseconds, string table "", "cpu", "nanoseconds"
    const proto = Uint8Array.of(
      0x0a,
      4,
      8,
      1,
      16,
      2,
      0x32,
      0,
      0x32,
      3,
      99,
      112,
      117,
      0x32,
      11,
      ...bytesOf('nanoseconds'),
    );
    const { value, problems } = parse(new Uint8Array(gzipSync(proto)));
    expect(value).toMatchObject([{ kind: 'profile', profile: { kind: 'cpu' } }]);
    expect(problems).toEqual([{ code: 'cpu-profile', text: expect.stringContaining('CPU profile') }]);
  });

  it('an execution trace is recognised with its format', () => {
    expect(parse('go 1.26 trace\0\0\0\x01')).toMatchObject({
      value: [],
      problems: [{ code: 'trace-cut' }],
    });
  });
});

describe('a file under whatever wrapping', () => {
  it.each([
    ['gzip', gzipSync(DUMP)],
    ['gzip twice', gzipSync(gzipSync(DUMP))],
    ['zstd', zstdOf(DUMP)],
    ['zip', zipSync({ 'a/goroutines.txt': bytesOf(DUMP) })],
    ['gzip in zip', zipSync({ 'a/goroutines.txt.gz': new Uint8Array(gzipSync(DUMP)) })],
    ['tar', tarOf({ 'a.txt': DUMP })],
    ['tar.gz', gzipSync(tarOf({ 'a.txt': DUMP }))],
    ['UTF-8 mark', Buffer.from(`\ufeff${DUMP}`)],
    ['UTF-16 of Windows', Buffer.from(`\ufeff${DUMP}`, 'utf16le')],
  ])('%s', (_name, bytes) => {
    const { value, problems } = parse(new Uint8Array(bytes));
    expect(problems).toEqual([]);
    expect(value).toMatchObject([{ kind: 'goroutines', dump: { total: 1, truncated: false } }]);
  });

  it('a cut gzip still gives its beginning', () => {
    const whole = gzipSync(
      Array.from({ length: 2000 }, (_, id) => DUMP.replace('7', `${id * 7919}`)).join('\n'),
    );
    const { value, problems } = parse(new Uint8Array(whole.subarray(0, whole.length - 2000)));
    expect(value).toMatchObject([{ kind: 'goroutines', dump: { truncated: true } }]);
    expect(problems.map(({ code }) => code)).toContain('gzip-truncated');
  });

  it('an archive of mixed files gives what each holds, and passes over what file managers add', () => {
    const zip = zipSync({
      'one/goroutine.txt': bytesOf(DUMP),
      'one/heap.pb.gz': capture('profiles/heap-leak.t065.heap.pb.gz'),
      'one/vars.json': capture('samples/heap-leak.t065.vars.json'),
      '__MACOSX/one/._vars.json': bytesOf('junk'),
      'one/.DS_Store': bytesOf('junk'),
      'one/notes.txt': bytesOf('see ticket'),
    });
    const { value, problems } = parse(zip);
    expect(value.map(({ kind }) => kind)).toEqual(['goroutines', 'profile', 'memory']);
    expect(problems.map(({ code }) => code)).toEqual(['not-recognised']);
  });
});

describe('bombs are refused, each for its own reason, at once', () => {
  const zeros = (mib: number) => new Uint8Array(mib << 20);
  const nested = () => {
    let zip = zipSync({ a: bytesOf(DUMP) });
    for (let depth = 0; depth < 4; depth++) zip = zipSync({ 'inner.zip': zip });
    return zip;
  };
  it.each([
    ['gzip of zeros', () => gzipSync(zeros(64)), 'gzip-bomb'],
    ['zip of zeros', () => zipSync({ a: zeros(40) }), 'archive-too-large'],
    [
      'zip with too many files',
      () =>
        zipSync(Object.fromEntries(Array.from({ length: 2100 }, (_, nth) => [`f${nth}`, bytesOf(METRICS)])), {
          level: 0,
        }),
      'archive-too-large',
    ],
    ['zips in zips', nested, 'archive-too-deep'],
    ['zip that lies about its size: no more is unfolded than it said', lyingZip, 'profile-empty'],
    ['zstd asking for 2 GiB', () => bytesOf('\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00'), 'zstd-bomb'],
    ['tar cut short', () => tarOf({ a: DUMP.repeat(20) }).subarray(0, 1024), 'tar-truncated'],
  ])('%s', (_name, make, code) => {
    const bytes = new Uint8Array(make());
    const started = performance.now();
    const { problems } = parse(bytes);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(problems.map((problem) => problem.code)).toContain(code);
  });
});

/** An entry whose header says 8 bytes and whose stream unfolds to 8 MiB. */
function lyingZip(): Uint8Array {
  const zip = Buffer.from(zipSync({ a: new Uint8Array(8) }, { level: 0 }));
  const stream = deflateSync(new Uint8Array(8 << 20)).subarray(2, -4);
  const local = Buffer.concat([zip.subarray(0, 31), stream]);
  const central = Buffer.from(zip.subarray(zip.indexOf('PK\x01\x02', 0, 'latin1')));
  local.writeUInt16LE(8, 8);
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(stream.length, 20);
  local.writeUInt32LE(stream.length, 18);
  const end = central.indexOf('PK\x05\x06', 0, 'latin1');
  central.writeUInt32LE(local.length, end + 16);
  return Buffer.concat([local, central]);
}

/** ustar, as `tar cf` writes it. */
function tarOf(files: Readonly<Record<string, string>>): Uint8Array {
  const blocks = Object.entries(files).map(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644\0', 100);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('0', 156);
    header.write('ustar\0', 257);
    return Buffer.concat([header, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512)]);
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** One raw block in a zstd frame: magic, a single segment of that size, the block, nothing more. */
function zstdOf(text: string): Uint8Array {
  const block = (text.length << 3) | 1;
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0x20, text.length, block & 255, (block >> 8) & 255, block >> 16];
  return Buffer.concat([Buffer.from(head), Buffer.from(text)]);
}
