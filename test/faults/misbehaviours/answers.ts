// Whole answers that are not what was asked for.
import { gzipSync } from 'node:zlib';
import { soundAnswer, whole } from '../fault-server.ts';
import { type Misbehaviour, misbehaviour } from './misbehaviour.ts';
import { LOGIN, send, sendMade } from './replies.ts';
import { at, IMPORT, IN_TROUBLE, instead, MOUNTED, PREFIX, REDIRECTS, refused, TOKEN } from './sentences.ts';

export const STATUSES: readonly Misbehaviour[] = [
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

export const BODIES: readonly Misbehaviour[] = [
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
