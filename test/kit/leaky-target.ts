// A service that puts secrets wherever a Go service can: variables and their names, the command line, labels, paths,
// panics, metrics; and, where it refuses, into everything a refusal is made of, our own token included.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { MARK, type Planted } from './planted-secrets.ts';

const CAPTURES = fileURLToPath(new URL('../captures/profiles/', import.meta.url));

export interface LeakyTarget {
  readonly url: string;
  /** How many credentials it has sent so far. */
  readonly sent: () => number;
  /** Authorization headers it was sent. */
  readonly heard: readonly string[];
  readonly close: () => Promise<void>;
}

/** Ways to fail, by the first element of the path; `sound` answers everything. */
export const WAYS = ['sound', 'broken', 'forbidden', 'moved', 'login', 'odd'] as const;
type Way = (typeof WAYS)[number];

export async function startLeakyTarget(secrets: readonly Planted[]): Promise<LeakyTarget> {
  const heard: string[] = [];
  let sent = 0;
  const pages = soundPages(secrets);
  const server = createServer((request, response) => {
    heard.push(request.headers.authorization ?? '');
    const [, way = '', ...rest] = (request.url ?? '').split('/');
    const write = response.end.bind(response);
    response.end = ((body: string | Uint8Array = '') => {
      sent += Buffer.from(body).toString('latin1').split(MARK).length - 1;
      return write(body);
    }) as typeof response.end;
    answer(way as Way, `/${rest.join('/')}`, { request, response, pages, secrets });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => sent + pages.compressed(),
    heard,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly pages: Pages;
  readonly secrets: readonly Planted[];
}

function answer(way: Way, path: string, { request, response, pages, secrets }: Asked): void {
  const words = secrets.slice(0, 60).map(({ text }) => text);
  const inLine = words.map((text) => text.replaceAll('\n', ' ')).join(' ');
  const echo = `${JSON.stringify(request.headers)}\n${words.join('\n')}`;
  const page = pages.of(path);
  if (page !== undefined && (way === 'sound' || (way === 'broken' && path === '/debug/pprof/'))) {
    response.writeHead(200, { 'x-token': words[1] ?? '' }).end(page);
    return;
  }
  switch (way) {
    case 'forbidden':
      response.writeHead(403, 'Forbidden', { 'www-authenticate': inLine }).end(echo);
      return;
    case 'moved':
      response
        .writeHead(302, { location: words.find((text) => text.startsWith('https://')) ?? '' })
        .end(echo);
      return;
    case 'login':
      response
        .writeHead(200, { 'content-type': `text/html; x=${inLine.slice(0, 300)}` })
        .end(`<!doctype html><title>${inLine}</title>${echo}`);
      return;
    case 'odd':
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ error: echo }));
      return;
    default:
      response.writeHead(500).end(echo);
  }
}

interface Pages {
  readonly of: (path: string) => string | Uint8Array | undefined;
  readonly compressed: () => number;
}

/** Every secret stands in one of nine places. */
function soundPages(secrets: readonly Planted[]): Pages {
  const at = (place: number): string[] =>
    secrets.filter((_, index) => Math.floor(index / 20) % 9 === place).map(({ text }) => text);
  const goroutine = profileWith('leak-send.t065.goroutine.pb.gz', at(5), at(6));
  const heap = profileWith('heap-leak.t305.heap.pb.gz', [], at(7));
  let compressed = 0;
  const pages: Readonly<Record<string, string | Uint8Array>> = {
    '/debug/pprof/': `<tr><td>60</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr><tr><td>0</td><td><a href='heap?debug=1'>heap</a></td></tr><!-- ${at(0).slice(0, 20).join(' ')} -->`,
    '/debug/vars': JSON.stringify({
      cmdline: ['/bin/svc', ...at(0)],
      memstats: { HeapAlloc: 1e6, HeapInuse: 2e6, Sys: 9e6, NumGC: 3 },
      config: Object.fromEntries(at(1).map((text, n) => [`value-${n}`, { nested: [text], text }])),
      seen: Object.fromEntries(at(2).map((text, n) => [text, n])),
      dsn: at(3),
    }),
    '/metrics': [
      '# TYPE go_goroutines gauge',
      'go_goroutines 60',
      'process_resident_memory_bytes 12000000',
      ...at(3).map((text, n) => `seen_total{by=${JSON.stringify(text)}} ${n}`),
      '',
    ].join('\n'),
    '/debug/pprof/goroutine?debug=2': [...at(4), ...at(8)]
      .map(
        (text, n) =>
          `goroutine ${n + 1} [chan send, 3 minutes, labels:{"for": ${JSON.stringify(text)}}]:\nmain.f(${n % 2 ? '{0xc000114780, 0x12}' : JSON.stringify(text)})\n\t/a/b.go:12 +0x1d\n`,
      )
      .join('\n'),
    '/debug/pprof/goroutine': goroutine.bytes,
    '/debug/pprof/heap': heap.bytes,
  };
  const inside = new Map<Uint8Array, number>([
    [goroutine.bytes, goroutine.count],
    [heap.bytes, heap.count],
  ]);
  return {
    of: (path) => {
      const page = pages[path] ?? pages[path.replace(/\?.*$/, '')];
      if (page instanceof Uint8Array) compressed += inside.get(page) ?? 0;
      return page;
    },
    compressed: () => compressed,
  };
}

/** A captured profile with more strings behind those Go interned first: values of labels, and names of files. */
function profileWith(file: string, labels: readonly string[], files: readonly string[]) {
  const captured = gunzipSync(readFileSync(`${CAPTURES}${file}`));
  const known = countStrings(captured);
  const name = known + labels.length + files.length;
  const strings = [...labels, ...files, 'label'].map((text) => field(6, Buffer.from(text)));
  const samples = labels.map((_, at) =>
    // Sample { location_id = 1: [1], value = 2: one for each type, label = 3 { key = 1, str = 2 } }
    field(
      2,
      field(1, varint(1)),
      field(2, Buffer.from([1, 1, 1, 1].slice(0, typesOf(file)))),
      labelOf(name, known + at),
    ),
  );
  const functions = files.map((_, at) => {
    // Function { id = 1, name = 2, filename = 4 }
    const filename = known + labels.length + at;
    return field(5, number(1, 100_000 + at), number(2, name), number(4, filename));
  });
  const bytes = gzipSync(Buffer.concat([captured, ...strings, ...samples, ...functions]));
  return { bytes, count: labels.length + files.length };
}

function typesOf(file: string): number {
  return file.includes('goroutine') ? 1 : 4;
}

function labelOf(key: number, value: number): Buffer {
  return field(3, number(1, key), number(2, value));
}

function countStrings(profile: Buffer): number {
  let count = 0;
  for (let at = 0; at < profile.length; ) {
    const tag = readVarint(profile, at);
    const value = readVarint(profile, tag.end);
    at = tag.value % 8 === 2 ? value.end + value.value : value.end;
    if (Math.floor(tag.value / 8) === 6) count += 1;
  }
  return count;
}

function readVarint(bytes: Buffer, from: number): { value: number; end: number } {
  let value = 0;
  let end = from;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[end++] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, end };
  }
}

function field(at: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([varint((at << 3) | 2), varint(body.length), body]);
}

function number(at: number, value: number): Buffer {
  return Buffer.concat([varint(at << 3), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left >>= 7) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}
