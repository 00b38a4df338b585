// Execution traces that do not come, do not end, or are none. A service is asked for one last; the rest of a capture stands.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { whole } from '../fault-server.ts';
import { type Misbehaviour, misbehaviour } from './misbehaviour.ts';
import { CHUNKED, chunk, flood, half, heap, LOGIN, okHead, send, sendMade, silent } from './replies.ts';
import { at, instead, MOUNTED, notWhole, OVERLOADED } from './sentences.ts';

/** A whole one, of Go 1.26. */
export const trace = (): Buffer =>
  gunzipSync(
    readFileSync(fileURLToPath(new URL('../../captures/traces/go1.26.8-small.trace.gz', import.meta.url))),
  );

export const TRACES: readonly Misbehaviour[] = [
  misbehaviour(
    'records for ever and says nothing',
    'trace',
    `HOST did not begin to answer ${at('trace')} within {headers} s. ${OVERLOADED}`,
    { reply: silent },
  ),
  misbehaviour(
    'hangs in the middle of a trace',
    'trace',
    `HOST stopped in the middle of its answer at ${at('trace')}: nothing came for {idle} s. ${OVERLOADED}`,
    { reply: sendMade(() => Buffer.concat([Buffer.from(CHUNKED), chunk(half(trace()))])) },
  ),
  misbehaviour(
    'a trace without end',
    'trace',
    `The answer of HOST at ${at('trace')} is larger than {body}; it was not kept. The names in a trace come last, so a part of it says nothing: capture again when the service does less, or without \`trace\`.`,
    {
      reply: (socket) => {
        socket.write(CHUNKED);
        flood(socket, chunk(trace()));
      },
    },
  ),
  misbehaviour(
    'a trace cut within its length',
    'trace',
    notWhole('trace', 'the connection was cut in the middle of it'),
    {
      reply: sendMade(() => Buffer.concat([Buffer.from(okHead(trace().byteLength)), half(trace())]), true),
    },
  ),
  misbehaviour(
    'a web page where a trace should be',
    'trace',
    instead('trace', 'a web page', 'an execution trace', MOUNTED),
    { reply: send(whole('200 OK', LOGIN, ['Content-Type: text/html'])) },
  ),
  misbehaviour(
    'a profile where a trace should be',
    'trace',
    instead('trace', 'something in gzip', 'an execution trace', MOUNTED),
    { reply: sendMade(() => whole('200 OK', heap())) },
  ),
  misbehaviour(
    'a trace that somebody else records',
    'trace',
    `HOST refused ${at('trace')} with HTTP 500. Another profile of this kind is being taken there; try again when it has ended.`,
    {
      reply: send(
        whole('500 Internal Server Error', 'Could not enable tracing: tracing is already enabled\n'),
      ),
    },
  ),
  misbehaviour(
    'pprof without traces',
    'trace',
    `HOST answered ${at('trace')} with HTTP 404. Mount \`pprof.Trace\` there: \`pprof.Index\` alone serves no traces.`,
    { reply: send(whole('404 Not Found', 'Unknown profile\n')) },
  ),
];
