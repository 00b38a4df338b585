// Connections that are never opened, break, or speak something else.
import { createServer } from 'node:net';
import { startFaultServer } from '../fault-server.ts';
import { type Misbehaviour, misbehaviour } from './misbehaviour.ts';
import {
  CHUNKED,
  chunk,
  half,
  heap,
  keepWriting,
  okHead,
  send,
  sendAndEnd,
  sendMade,
  silent,
} from './replies.ts';
import { at, OTHER_PORT, OVERLOADED, RESTARTS, unreachable } from './sentences.ts';

export const CONNECTIONS: readonly Misbehaviour[] = [
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

export const PROTOCOLS: readonly Misbehaviour[] = [
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

async function closedPort(): Promise<{ url: string; open: () => number; close: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${port}`, open: () => 0, close: async () => {} };
}
