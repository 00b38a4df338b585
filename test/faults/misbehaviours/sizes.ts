// Answers that are cut, too slow, or too much.
import { gzipSync } from 'node:zlib';
import { whole } from '../fault-server.ts';
import { type Misbehaviour, misbehaviour } from './misbehaviour.ts';
import { CHUNKED, chunk, damaged, flood, half, heap, okHead, send, sendMade, stacks } from './replies.ts';
import { at, LIGHTER, notWhole } from './sentences.ts';

export const SIZES: readonly Misbehaviour[] = [
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
