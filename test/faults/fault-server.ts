// A service on one port of this machine that answers pprof's questions from a recording, but for one question, at which
// it does what it should not. Speaks in raw bytes: half of what must be tried no HTTP library would send.
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { readRecording } from '../../demo/replay/recording.ts';

/** What is done with one connection once its question has come; `url` is this server's own address. */
export type Reply = (socket: Socket, url: string) => void;

export interface Fault {
  /** Path and query that are answered wrongly; every other question is answered well. `*` for all of them. */
  readonly at: string;
  readonly reply: Reply;
  /** Done as soon as somebody connects; the reply still waits for a question. */
  readonly greet?: (socket: Socket) => void;
  readonly tls?: boolean;
}

export interface FaultServer {
  readonly url: string;
  /** What was asked, oldest first. */
  readonly asked: readonly string[];
  /** Connections that are open now. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
}

const FILES: Readonly<Record<string, string>> = {
  '/debug/pprof/': 'index.html',
  '/debug/vars': 'vars.json',
  '/debug/pprof/goroutine': 'goroutine.pb',
  '/debug/pprof/heap': 'heap.pb',
  '/debug/pprof/goroutine?debug=2': 'goroutine.debug2.txt',
};

/** What a well service answers; profiles in gzip, as Go sends them. */
export function soundAnswer(path: string): Buffer | undefined {
  const name = FILES[path];
  const bytes = name === undefined ? undefined : readRecording('ledger-svc-1').moments[0]?.files.get(name);
  if (bytes === undefined) return undefined;
  return name?.endsWith('.pb') ? gzipSync(bytes) : Buffer.from(bytes);
}

export async function startFaultServer({ at, reply, greet, tls = false }: Fault): Promise<FaultServer> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  let url = '';
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    greet?.(socket);
    let head = '';
    socket.on('data', (bytes) => {
      head += bytes.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      const path = head.split(' ')[1] ?? '';
      head = '';
      asked.push(path);
      if (at === '*' || at === path) reply(socket, url);
      else answerWell(socket, path);
    });
  };
  const server: Server = tls ? createTlsServer(certificate(), serve) : createServer(serve);
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  return {
    url,
    asked,
    open: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A whole answer with its length, as net/http sends it. */
export function whole(status: string, body: string | Uint8Array, headers: readonly string[] = []): Buffer {
  const bytes = Buffer.from(body as string);
  const lines = [`HTTP/1.1 ${status}`, `Content-Length: ${bytes.byteLength}`, ...headers];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]);
}

function answerWell(socket: Socket, path: string): void {
  const body = soundAnswer(path);
  socket.write(body ? whole('200 OK', body) : whole('404 Not Found', 'Unknown profile\n'));
}

function certificate(): { key: Buffer; cert: Buffer } {
  const read = (name: string): Buffer => readFileSync(fileURLToPath(new URL(name, import.meta.url)));
  return { key: read('self-signed.key.pem'), cert: read('self-signed.cert.pem') };
}
