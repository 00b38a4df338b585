// What services do wrong when they are asked, one after the other, and the one sentence each of them is worth.
import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { CAPS, type Caps, DEADLINES, type Deadlines } from '../../src/capture/limits.ts';
import type { Endpoint } from '../../src/model/capture.ts';
import { formatBytes } from '../../src/model/units.ts';
import { type Fault, type Reply, soundAnswer, startFaultServer, whole } from './fault-server.ts';

export interface Misbehaviour {
  readonly name: string;
  /** The question it shows at; those before it are answered well. */
  readonly endpoint: Endpoint;
  readonly promise: string;
  /** Cause and next step. HOST is the address, {headers}, {idle}, {rate} and {total} are seconds, {body} and {inflated} caps. */
  readonly says: string;
  readonly start: () => Promise<{
    readonly url: string;
    readonly open: () => number;
    readonly close: () => Promise<void>;
  }>;
}

/** The sentence with its figures in place. */
export function saysAt(
  { says }: Misbehaviour,
  host: string,
  deadlines: Deadlines = DEADLINES,
  caps: Caps = CAPS,
): string {
  return says
    .replaceAll('HOST', host)
    .replace('{headers}', `${deadlines.headersMs / 1000}`)
    .replace('{idle}', `${deadlines.idleMs / 1000}`)
    .replace('{rate}', `${deadlines.rateMs / 1000}`)
    .replace('{total}', `${deadlines.totalMs / 1000}`)
    .replace('{body}', formatBytes(caps.bodyBytes))
    .replace('{inflated}', formatBytes(caps.inflatedBytes));
}

const PATHS: Readonly<Partial<Record<Endpoint, string>>> = {
  index: '/debug/pprof/',
  heap: '/debug/pprof/heap',
  goroutine: '/debug/pprof/goroutine',
  'goroutine-text': '/debug/pprof/goroutine?debug=2',
};

const RESTARTS = 'Look at whether the service restarts, or a proxy before it refuses us.';
const OVERLOADED = 'The service may be overloaded; try again with a lighter capture (`--kinds memstats`).';
const ENDS_LONG =
  'Try again; if it stays so, look for a proxy or a WriteTimeout of the service that ends long answers.';
const TOKEN = "Give the service's token by reference in services.yml (`auth: { token_env: … }`).";
const PREFIX = 'Check the path prefix of pprof in services.yml.';
const IN_TROUBLE = 'Look at the service itself first: it, or a proxy before it, says that it is in trouble.';
const REDIRECTS = 'Redirects are not followed; write the address it points to in services.yml.';
const IMPORT = 'Import net/http/pprof in the service, or set the right `pprof` path in services.yml.';
const MOUNTED = 'See what is mounted there: a proxy or a router of the service may answer in its place.';
const LIGHTER = 'Look at what answers there; a lighter capture (`--kinds memstats`) leaves profiles out.';
const OTHER_PORT = 'Write the port of pprof in services.yml; this is one of another protocol.';

/** `{INSTANCE} did not answer at …` with the instance's own name, which is its address here. */
const at = (endpoint: Endpoint): string => `HOST${PATHS[endpoint]}`;
const unreachable = (endpoint: Endpoint, reason: string, next: string): string =>
  `HOST did not answer at ${at(endpoint)}: ${reason}. ${next}`;
const refused = (status: number, next: string): string =>
  `HOST answered ${at('index')} with HTTP ${status}. ${next}`;
const instead = (endpoint: Endpoint, what: string, wanted: string, next: string): string =>
  `HOST answered at ${at(endpoint)}, but with ${what} instead of ${wanted}. ${next}`;
const notWhole = (endpoint: Endpoint, how: string): string =>
  `The answer of HOST at ${at(endpoint)} is not whole: ${how}. ${ENDS_LONG}`;

function misbehaviour(
  name: string,
  endpoint: Endpoint,
  says: string,
  fault: Omit<Fault, 'at'>,
  promise = 'one plain sentence with a cause and a next step',
): Misbehaviour {
  const path = PATHS[endpoint] ?? '*';
  return { name, endpoint, promise, says, start: () => startFaultServer({ ...fault, at: path }) };
}

const send =
  (bytes: string | Uint8Array): Reply =>
  (socket) => {
    socket.write(bytes);
  };
const sendAndEnd =
  (bytes: string | Uint8Array): Reply =>
  (socket) => {
    socket.end(bytes);
  };
const silent: Reply = () => {};

/** Writes again and again until the other side leaves. */
function keepWriting(socket: Socket, piece: string | Uint8Array, everyMs: number): void {
  const timer = setInterval(() => socket.write(piece), everyMs);
  socket.once('close', () => clearInterval(timer));
}

/** As fast as the other side takes it. */
function flood(socket: Socket, piece: Uint8Array): void {
  const write = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', write);
  write();
}

const chunk = (bytes: string | Uint8Array): Buffer => {
  const body = Buffer.from(bytes as string);
  return Buffer.concat([Buffer.from(`${body.byteLength.toString(16)}\r\n`), body, Buffer.from('\r\n')]);
};
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const heap = (): Buffer => soundAnswer('/debug/pprof/heap') ?? Buffer.alloc(0);
const stacks = (): Buffer => soundAnswer('/debug/pprof/goroutine?debug=2') ?? Buffer.alloc(0);
const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.byteLength >> 1);
const LOGIN = '<!doctype html><html><form action=/login><input name=password></form></html>';
const okHead = (length: number): string => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`;

/** A reply that needs bytes of its own each time. */
const sendMade =
  (make: () => string | Uint8Array, end = false): Reply =>
  (socket) => {
    if (end) socket.end(make());
    else socket.write(make());
  };

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE((copy.readUInt32LE(copy.length - 8) ^ 0xffff) >>> 0, copy.length - 8);
  return copy;
}

const CONNECTIONS: readonly Misbehaviour[] = [
  misbehaviour(
    'reset',
    'index',
    unreachable('index', 'the connection was cut before an answer came', RESTARTS),
    {
      reply: (socket) => socket.resetAndDestroy(),
    },
  ),
  misbehaviour(
    'closes at once',
    'index',
    unreachable('index', 'the connection was cut before an answer came', RESTARTS),
    {
      reply: (socket) => socket.end(),
    },
  ),
  misbehaviour(
    'hangs before the headers',
    'index',
    `HOST did not begin to answer ${at('index')} within {headers} s. ${OVERLOADED}`,
    {
      reply: silent,
    },
  ),
  misbehaviour(
    'says "continue" for ever',
    'index',
    `HOST did not begin to answer ${at('index')} within {headers} s. ${OVERLOADED}`,
    {
      reply: (socket) => keepWriting(socket, 'HTTP/1.1 102 Processing\r\n\r\n', 20),
    },
  ),
  misbehaviour(
    'drips its headers',
    'index',
    `HOST did not begin to answer ${at('index')} within {headers} s. ${OVERLOADED}`,
    {
      reply: (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nX-Slow: ');
        keepWriting(socket, 'z', 20);
      },
    },
  ),
  misbehaviour(
    'hangs in the middle of the body',
    'heap',
    `HOST stopped in the middle of its answer at ${at('heap')}: nothing came for {idle} s. ${OVERLOADED}`,
    {
      reply: sendMade(() => Buffer.concat([Buffer.from(okHead(heap().byteLength)), half(heap())])),
    },
  ),
  misbehaviour(
    'drips its body',
    'heap',
    `HOST answers ${at('heap')} too slowly: less than 1 KiB a second for {rate} s. ${OVERLOADED}`,
    {
      reply: (socket) => {
        socket.write(CHUNKED);
        keepWriting(socket, chunk('z'), 20);
      },
    },
  ),
  misbehaviour(
    'never ends, slowly',
    'heap',
    `HOST did not finish answering ${at('heap')} within {total} s. ${OVERLOADED}`,
    {
      reply: (socket) => {
        socket.write(CHUNKED);
        keepWriting(socket, chunk('z'.repeat(512)), 20);
      },
    },
  ),
  {
    name: 'nothing listens',
    endpoint: 'index',
    promise: 'says so at once',
    says: unreachable(
      'index',
      'nothing listens on that port',
      'Check that the service is up, and the port in services.yml.',
    ),
    start: closedPort,
  },
  {
    name: 'a name that does not resolve',
    endpoint: 'index',
    promise: 'says that it is the name',
    says: unreachable(
      'index',
      'its name does not resolve',
      'Check the address in services.yml, and that this machine resolves the name.',
    ),
    // RFC 6761: no name server knows a name under "invalid".
    start: async () => ({ url: 'http://payments.invalid:6060', open: () => 0, close: async () => {} }),
  },
];

const PROTOCOLS: readonly Misbehaviour[] = [
  misbehaviour(
    'a gRPC port',
    'index',
    unreachable(
      'index',
      'it speaks HTTP/2 only, as gRPC does',
      'Write the port of pprof in services.yml; gRPC has one of its own.',
    ),
    {
      greet: (socket) => socket.write(Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 5, 0, 0, 64, 0])),
      reply: (socket) => socket.end(),
    },
  ),
  misbehaviour('an SSH port', 'index', unreachable('index', 'what it speaks is not HTTP', OTHER_PORT), {
    greet: (socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'),
    reply: silent,
  }),
  misbehaviour(
    'two lengths in one answer',
    'index',
    unreachable('index', 'what it speaks is not HTTP', OTHER_PORT),
    {
      reply: send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello'),
    },
  ),
  misbehaviour(
    'TLS on the http port',
    'index',
    unreachable('index', 'it speaks TLS on that port', 'Write https:// instead of http:// in services.yml.'),
    {
      // Alert, TLS 1.0, fatal, "unexpected message": what an OpenSSL server says to a plain GET.
      reply: sendAndEnd(Buffer.from([0x15, 3, 1, 0, 2, 2, 10])),
    },
  ),
  misbehaviour(
    "Go's TLS on the http port",
    'index',
    `HOST wants TLS and refused ${at('index')} with HTTP 400. Write https:// instead of http:// in services.yml.`,
    {
      reply: sendAndEnd('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'),
    },
  ),
  {
    ...misbehaviour(
      'plain HTTP on the https port',
      'index',
      unreachable(
        'index',
        'it does not speak TLS on that port',
        'Write http:// instead of https:// in services.yml, or correct the port.',
      ),
      {
        greet: (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
        reply: silent,
      },
    ),
    start: async () => {
      const server = await startFaultServer({
        at: '*',
        greet: (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
        reply: silent,
      });
      return { ...server, url: server.url.replace('http:', 'https:') };
    },
  },
  misbehaviour(
    'a certificate of its own making',
    'index',
    unreachable(
      'index',
      'its certificate is signed by itself',
      'Give the service a certificate this machine trusts, or name its authority in NODE_EXTRA_CA_CERTS.',
    ),
    {
      tls: true,
      reply: silent,
    },
  ),
  misbehaviour(
    'a flood of headers',
    'index',
    unreachable(
      'index',
      'it sent more than 16 KiB of headers',
      'Look at what answers there: no Go service sends so many.',
    ),
    {
      reply: send(`HTTP/1.1 200 OK\r\n${'X-Noise: zzzzzzzzzzzzzzzzzzzzzzzzzzzzz\r\n'.repeat(2_000)}\r\n`),
    },
  ),
];

const STATUSES: readonly Misbehaviour[] = [
  ...(
    [
      ['401 Unauthorized', TOKEN],
      ['403 Forbidden', TOKEN],
      ['404 Not Found', PREFIX],
      ['405 Method Not Allowed', PREFIX],
      ['429 Too Many Requests', IN_TROUBLE],
      ['500 Internal Server Error', IN_TROUBLE],
      ['502 Bad Gateway', IN_TROUBLE],
      ['503 Service Unavailable', IN_TROUBLE],
    ] as const
  ).map(([status, next]) =>
    misbehaviour(status, 'index', refused(Number.parseInt(status, 10), next), {
      reply: send(whole(status, `${status}\n`)),
    }),
  ),
  misbehaviour('204 and nothing else', 'index', refused(204, PREFIX), {
    reply: send('HTTP/1.1 204 No Content\r\n\r\n'),
  }),
  misbehaviour(
    'a profile that is in use',
    'heap',
    `HOST refused ${at('heap')} with HTTP 500. Another profile of this kind is being taken there; try again when it has ended.`,
    {
      reply: send(
        whole('500 Internal Server Error', 'Could not enable CPU profiling: cpu profiling already in use\n'),
      ),
    },
  ),
  misbehaviour(
    "longer than the server's WriteTimeout",
    'heap',
    `HOST refused ${at('heap')} with HTTP 400. Take a shorter capture, or raise the WriteTimeout of the service's pprof server.`,
    {
      reply: send(whole('400 Bad Request', "profile duration exceeds server's WriteTimeout\n")),
    },
  ),
  ...([301, 302, 303, 305, 307, 308] as const).map((status, nth) =>
    misbehaviour(`a redirect (${status})`, 'index', refused(status, REDIRECTS), {
      reply: (socket, url) =>
        socket.write(
          whole(`${status} Elsewhere`, '', [
            `Location: ${[`${url}/login`, 'http://169.254.169.254/latest/meta-data/', 'file:///etc/passwd'][nth % 3]}`,
          ]),
        ),
    }),
  ),
];

const BODIES: readonly Misbehaviour[] = [
  misbehaviour('a login page with 200', 'index', instead('index', 'a web page', 'pprof', IMPORT), {
    reply: send(whole('200 OK', LOGIN, ['Content-Type: text/html'])),
  }),
  misbehaviour('a JSON error with 200', 'index', instead('index', 'some JSON', 'pprof', IMPORT), {
    reply: send(whole('200 OK', '{"error":"not found"}', ['Content-Type: application/json'])),
  }),
  misbehaviour('nothing with 200', 'index', instead('index', 'an empty answer', 'pprof', IMPORT), {
    reply: send(whole('200 OK', '')),
  }),
  misbehaviour(
    'no pprof, but an app that answers every path',
    'heap',
    instead('heap', 'a web page', 'a heap profile', MOUNTED),
    {
      reply: send(whole('200 OK', '<!doctype html><div id=root></div>', ['Content-Type: text/html'])),
    },
  ),
  misbehaviour('a picture', 'heap', instead('heap', 'some other bytes', 'a heap profile', MOUNTED), {
    reply: send(
      whole('200 OK', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), ['Content-Type: image/png']),
    ),
  }),
  misbehaviour(
    'a profile of another kind',
    'heap',
    instead('heap', 'a goroutine profile', 'a heap profile', MOUNTED),
    {
      reply: sendMade(() => whole('200 OK', soundAnswer('/debug/pprof/goroutine') ?? '')),
    },
  ),
  misbehaviour(
    'an empty profile',
    'goroutine',
    instead('goroutine', 'an empty answer', 'a goroutine profile', MOUNTED),
    {
      reply: send(whole('200 OK', '')),
    },
  ),
  misbehaviour(
    'gzip with nothing in it',
    'goroutine',
    instead('goroutine', 'something else in gzip', 'a goroutine profile', MOUNTED),
    {
      reply: sendMade(() => whole('200 OK', gzipSync(''))),
    },
  ),
  misbehaviour(
    'text where a profile should be',
    'goroutine',
    instead('goroutine', 'some text', 'a goroutine profile', MOUNTED),
    {
      reply: send(whole('200 OK', 'goroutine profile: total 0\n')),
    },
  ),
  misbehaviour(
    'JSON where stacks should be',
    'goroutine-text',
    instead('goroutine-text', 'some JSON', 'full stacks', MOUNTED),
    {
      reply: send(whole('200 OK', '{"goroutines":0}')),
    },
  ),
  misbehaviour(
    'an encoding nobody asked for',
    'index',
    instead('index', 'an encoding nobody asked for', 'pprof', IMPORT),
    {
      reply: sendMade(() => whole('200 OK', gzipSync('<html></html>'), ['Content-Encoding: gzip'])),
    },
  ),
];

const SIZES: readonly Misbehaviour[] = [
  misbehaviour(
    'cut within its length',
    'heap',
    notWhole('heap', 'the connection was cut in the middle of it'),
    {
      reply: sendMade(() => Buffer.concat([Buffer.from(okHead(heap().byteLength)), half(heap())]), true),
    },
  ),
  misbehaviour(
    'cut within its chunks',
    'heap',
    notWhole('heap', 'the connection was cut in the middle of it'),
    {
      reply: sendMade(() => Buffer.concat([Buffer.from(CHUNKED), chunk(half(heap()))]), true),
    },
  ),
  misbehaviour(
    'reset in the middle',
    'heap',
    notWhole('heap', 'the connection was cut in the middle of it'),
    {
      reply: (socket) => {
        socket.write(Buffer.concat([Buffer.from(okHead(heap().byteLength)), half(heap())]));
        setTimeout(() => socket.resetAndDestroy(), 30);
      },
    },
  ),
  misbehaviour('HTTP/1.0, cut where nobody can tell', 'heap', notWhole('heap', 'its gzip ends too early'), {
    reply: sendMade(() => Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\n\r\n'), half(heap())]), true),
  }),
  misbehaviour(
    'stacks by HTTP/1.0, cut in a line',
    'goroutine-text',
    notWhole('goroutine-text', 'it ends in the middle of a line'),
    {
      reply: sendMade(
        () =>
          Buffer.concat([
            Buffer.from('HTTP/1.0 200 OK\r\n\r\n'),
            Buffer.from('goroutine 7 [chan send]:\nmain.wor'),
          ]),
        true,
      ),
    },
  ),
  misbehaviour('a length shorter than the body', 'heap', notWhole('heap', 'its gzip ends too early'), {
    reply: sendMade(() => Buffer.concat([Buffer.from(okHead(heap().byteLength >> 1)), heap()])),
  }),
  misbehaviour('gzip that was cut', 'heap', notWhole('heap', 'its gzip ends too early'), {
    reply: sendMade(() => whole('200 OK', half(heap()))),
  }),
  misbehaviour('gzip with a wrong checksum', 'heap', notWhole('heap', 'its gzip is damaged'), {
    reply: sendMade(() => whole('200 OK', damaged(heap()))),
  }),
  misbehaviour(
    'a length of terabytes',
    'heap',
    `The answer of HOST at ${at('heap')} is larger than {body}; it was not kept. ${LIGHTER}`,
    {
      reply: send('HTTP/1.1 200 OK\r\nContent-Length: 9000000000000\r\n\r\nz'),
    },
  ),
  misbehaviour(
    'a body without end',
    'heap',
    `The answer of HOST at ${at('heap')} is larger than {body}; it was not kept. ${LIGHTER}`,
    {
      reply: (socket) => {
        socket.write(CHUNKED);
        flood(socket, chunk(Buffer.alloc(64 * 1024, 'z')));
      },
    },
  ),
  misbehaviour(
    'a gzip bomb',
    'heap',
    `The answer of HOST at ${at('heap')} inflates to more than {inflated}; it was not kept. ${LIGHTER}`,
    {
      reply: sendMade(() => whole('200 OK', Buffer.concat(Array.from({ length: 20 }, () => BOMB)))),
    },
  ),
  misbehaviour(
    'a stack dump without end',
    'goroutine-text',
    `The answer of HOST at ${at('goroutine-text')} is larger than {body}; it was not kept. ${LIGHTER}`,
    {
      reply: (socket) => {
        socket.write(CHUNKED);
        flood(socket, chunk(stacks()));
      },
    },
  ),
];

/** Sixteen MiB of zeros in sixteen KiB; a gzip file may hold any number of them. */
const BOMB = gzipSync(Buffer.alloc(16 * 1024 * 1024));

export const MISBEHAVIOURS: readonly Misbehaviour[] = [
  ...CONNECTIONS,
  ...PROTOCOLS,
  ...STATUSES,
  ...BODIES,
  ...SIZES,
];

async function closedPort(): Promise<{ url: string; open: () => number; close: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${port}`, open: () => 0, close: async () => {} };
}
