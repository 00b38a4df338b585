import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Attempt, Envelope, Outcome, Wire } from './delivery.ts';
import { isJson, parsedJson } from './json.ts';
import { ACK_DEADLINE_MS, SOCKETS_PER_APP } from './limits.ts';
import { APP_ID, newId } from './nouns.ts';

/** Socket Mode: tickets, hello, envelopes that must be acknowledged, and the ways a connection ends or goes silent. */

const PING_EVERY_MS = 5_000;
const TICKET_LIFETIME_MS = 30_000;
/** Clients get this long to finish the closing handshake. */
const GOODBYE_MS = 200;
const GOING_AWAY = 1001;
const MESSAGE_BYTES = 1024 * 1024;

interface Waiting {
  readonly socket: WebSocket;
  readonly done: (outcome: Outcome) => void;
}

export class SocketMode implements Wire {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES });
  readonly #tickets = new Map<string, number>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #silent = new Set<WebSocket>();
  readonly #onChange: () => void;
  readonly #ackDeadlineMs: number;
  #open: WebSocket[] = [];
  #unanswered = 0;
  readonly #hanging = new Set<Duplex>();
  #pinger: NodeJS.Timeout;

  constructor(onChange: () => void, ackDeadlineMs = ACK_DEADLINE_MS) {
    this.#onChange = onChange;
    this.#ackDeadlineMs = ackDeadlineMs;
    this.#pinger = setInterval(() => {
      for (const socket of this.#open) if (!this.#silent.has(socket)) socket.ping();
    }, PING_EVERY_MS).unref();
  }

  /** Those that fell silent are open, but nobody can be reached by them. */
  get connections(): number {
    return this.#open.filter((socket) => !this.#silent.has(socket)).length;
  }

  /** The path of a connection that may be opened once, soon. */
  ticket(): string {
    const ticket = newId('') + newId('');
    this.#tickets.set(ticket, Date.now());
    return `/link/?ticket=${ticket}&app_id=${APP_ID}`;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? '';
    const issuedMs = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    if (issuedMs === undefined || Date.now() - issuedMs > TICKET_LIFETIME_MS) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
      return;
    }
    if (this.#unanswered > 0) {
      this.#unanswered -= 1;
      this.#hanging.add(socket);
      // Whoever gives up is let go.
      for (const over of ['end', 'error', 'close'] as const) socket.once(over, () => this.#letGo(socket));
      socket.resume();
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#welcome(opened));
  }

  async send(envelope: Envelope, attempt: Attempt | undefined): Promise<Outcome> {
    const socket = this.#open[0];
    if (!socket) return { kind: 'unreachable', why: 'no Socket Mode connection' };
    this.#open = [...this.#open.slice(1), socket];
    const id = randomUUID();
    const startedMs = performance.now();
    return await new Promise((resolve) => {
      const done = (outcome: Outcome) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(outcome.kind === 'acked' ? { ...outcome, ms: performance.now() - startedMs } : outcome);
      };
      const timer = setTimeout(() => done({ kind: 'timeout' }), this.#ackDeadlineMs);
      this.#waiting.set(id, { socket, done });
      if (this.#silent.has(socket)) return;
      const retry = attempt ? { retry_attempt: attempt.number, retry_reason: attempt.reason } : {};
      const about = { envelope_id: id, accepts_response_payload: envelope.type !== 'events_api', ...retry };
      socket.send(JSON.stringify({ ...about, type: envelope.type, payload: envelope.payload }));
    });
  }

  /** Says goodbye the way Slack does before it recycles a connection; the client is expected to come back. */
  refresh(reason: 'refresh_requested' | 'warning' | 'link_disabled' = 'refresh_requested'): void {
    for (const socket of this.#open)
      socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: DEBUG_INFO }));
  }

  /** The connection breaks without a word. */
  drop(): void {
    for (const socket of this.#open) socket.terminate();
  }

  /** The connection stays open and nothing passes any more: no pings, no pongs, no envelopes, no acknowledgements. */
  blackHole(): void {
    for (const socket of this.#open) {
      this.#silent.add(socket);
      socket.pause();
    }
  }

  /** The next connections are accepted, and never opened. */
  leaveUnanswered(times: number): void {
    this.#unanswered = times;
  }

  async close(): Promise<void> {
    clearInterval(this.#pinger);
    const deadline = Date.now() + GOODBYE_MS;
    for (const socket of this.#open) socket.close(GOING_AWAY);
    while (this.#open.length > 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5));
    for (const socket of this.#open) socket.terminate();
    for (const socket of this.#hanging) this.#letGo(socket);
    this.#server.close();
  }

  #letGo(socket: Duplex): void {
    this.#hanging.delete(socket);
    socket.destroy();
  }

  #welcome(socket: WebSocket): void {
    // Those that fell silent count as well: Slack does not know it yet.
    if (this.#open.length >= SOCKETS_PER_APP) {
      socket.send(
        JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets', debug_info: DEBUG_INFO }),
      );
      socket.close();
      return;
    }
    this.#open = [...this.#open, socket];
    socket.on('message', (bytes) => this.#received(String(bytes)));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#gone(socket));
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.#open.length,
        connection_info: { app_id: APP_ID },
        debug_info: DEBUG_INFO,
      }),
    );
    this.#onChange();
  }

  #received(text: string): void {
    const message = parsedJson(text);
    if (!isJson(message) || typeof message.envelope_id !== 'string') return;
    this.#waiting.get(message.envelope_id)?.done({ kind: 'acked', body: message.payload, ms: 0 });
  }

  #gone(socket: WebSocket): void {
    this.#open = this.#open.filter((each) => each !== socket);
    this.#silent.delete(socket);
    for (const waiting of [...this.#waiting.values()]) {
      if (waiting.socket === socket)
        waiting.done({ kind: 'unreachable', why: 'the connection closed before an answer' });
    }
    this.#onChange();
  }
}

const DEBUG_INFO = { host: 'local-workspace', build_number: 1, approximate_connection_time: 18_060 };
