// How a misbehaving service answers: bytes of its own making, at its own pace.
import type { Socket } from 'node:net';
import { type Reply, soundAnswer } from '../fault-server.ts';

export const send =
  (bytes: string | Uint8Array): Reply =>
  (socket) => {
    socket.write(bytes);
  };
export const sendAndEnd =
  (bytes: string | Uint8Array): Reply =>
  (socket) => {
    socket.end(bytes);
  };
export const silent: Reply = () => {};

/** Writes again and again until the other side leaves. */
export function keepWriting(socket: Socket, piece: string | Uint8Array, everyMs: number): void {
  const timer = setInterval(() => socket.write(piece), everyMs);
  socket.once('close', () => clearInterval(timer));
}

/** As fast as the other side takes it. */
export function flood(socket: Socket, piece: Uint8Array): void {
  const write = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', write);
  write();
}

export const chunk = (bytes: string | Uint8Array): Buffer => {
  const body = Buffer.from(bytes as string);
  return Buffer.concat([Buffer.from(`${body.byteLength.toString(16)}\r\n`), body, Buffer.from('\r\n')]);
};
export const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
export const heap = (): Buffer => soundAnswer('/debug/pprof/heap') ?? Buffer.alloc(0);
export const stacks = (): Buffer => soundAnswer('/debug/pprof/goroutine?debug=2') ?? Buffer.alloc(0);
export const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.byteLength >> 1);
export const LOGIN = '<!doctype html><html><form action=/login><input name=password></form></html>';
export const okHead = (length: number): string => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`;

/** A reply that needs bytes of its own each time. */
export const sendMade =
  (make: () => string | Uint8Array, end = false): Reply =>
  (socket) => {
    if (end) socket.end(make());
    else socket.write(make());
  };

export function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE((copy.readUInt32LE(copy.length - 8) ^ 0xffff) >>> 0, copy.length - 8);
  return copy;
}
