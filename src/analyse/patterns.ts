// Named shapes of leaks and how each is usually fixed. A pattern never decides whether something leaks;
// it only puts a name and a fix on what has been found.
import type { Frame } from '../model/goroutine.ts';
import { isStandardLibrary } from './ownership.ts';
import type { Signature } from './signature.ts';

export interface Pattern {
  readonly name: string;
  readonly hint: string;
}

interface Shape extends Pattern {
  readonly fits: (signature: Signature) => boolean;
}

const SHAPES: readonly Shape[] = [
  {
    name: 'nil channel',
    hint: 'The channel is nil: nothing can ever arrive or leave. Make it before the goroutine starts, or return when it is not configured.',
    fits: ({ family }) => family === 'nil-chan',
  },
  {
    name: 'response body not closed',
    hint: 'Close every response body (`defer resp.Body.Close()`) and drain it, also on error statuses.',
    fits: ({ frames, family }) =>
      family === 'select' && has(frames, /^net\/http\.\(\*persistConn\)\.readLoop$/),
  },
  {
    name: 'call without a deadline',
    hint: 'Whoever is called has not answered. Give the client a Timeout, or the request a context with a deadline.',
    fits: ({ frames }) => has(frames, /^net\/http\.\(\*(persistConn|http2ClientConn)\)\.[rR]oundTrip$/),
  },
  {
    name: 'client constructed per request',
    hint: 'Share one http.Client/Transport (or call CloseIdleConnections): each new Transport keeps its idle connections.',
    fits: ({ frames }) => has(frames, /^net\/http\.\(\*persistConn\)\.(readLoop|writeLoop)$/),
  },
  {
    name: 'gRPC client constructed per request',
    hint: 'Dial once and share the *grpc.ClientConn, or Close it; each one keeps transports and serializers running.',
    fits: ({ frames }) =>
      has(frames, /grpc\/internal\/(transport\.\(\*(http2Client|controlBuffer)\)|grpcsync)/),
  },
  {
    name: 'stream never ended',
    hint: 'Cancel the context of the stream or read it until io.EOF; an abandoned client stream keeps its goroutine.',
    fits: ({ frames }) => has(frames, /grpc\.newClientStream/),
  },
  {
    name: 'errgroup with blocked producer',
    hint: 'Let the producer select on the group context (`case <-ctx.Done()`), so it ends when a consumer fails.',
    fits: ({ family, frames, createdBy }) =>
      (family === 'chan-send' || family === 'waitgroup' || family === 'semaphore') &&
      (has(frames, /errgroup\.\(\*Group\)/) || /errgroup\.\(\*Group\)/.test(createdBy?.func ?? '')),
  },
  {
    name: 'early return with blocked sender',
    hint: 'The receiver has gone. Give the channel a buffer of one, or select on ctx.Done() beside the send.',
    fits: ({ family }) => family === 'chan-send',
  },
  {
    name: 'context never cancelled',
    hint: 'Call the cancel function (`defer cancel()`) on every path, or give the context a deadline.',
    fits: ({ family, frames, createdBy }) =>
      (family === 'select' || family === 'chan-receive') &&
      (has(frames, /^context\./) || /^context\./.test(createdBy?.func ?? '')),
  },
  {
    name: 'loop without a way out',
    hint: 'Give the loop a second case: `case <-ctx.Done(): return`, and stop its ticker (`defer ticker.Stop()`).',
    fits: ({ family, frames }) =>
      family === 'sleep' || (family === 'chan-receive' && has(frames, /[Tt]ick|poll|[Ll]oop/)),
  },
  {
    name: 'ranged channel never closed or value never sent',
    hint: 'Close the channel when the last value is sent (`defer close(ch)`), or select on ctx.Done() beside the receive.',
    fits: ({ family }) => family === 'chan-receive',
  },
  {
    name: 'select without a way out',
    hint: 'Select on ctx.Done() as well, and make sure the context is cancelled when the work is over.',
    fits: ({ family }) => family === 'select',
  },
  {
    name: 'WaitGroup without Done',
    hint: 'Call Done on every path (`defer wg.Done()` first thing in the goroutine); Add before starting it.',
    fits: ({ family }) => family === 'waitgroup',
  },
  {
    name: 'mutex never unlocked',
    hint: 'Find who holds the lock and never returns; unlock by defer, and do not block while holding it.',
    fits: ({ family }) => family === 'mutex' || family === 'rwmutex' || family === 'semaphore',
  },
  {
    name: 'Cond without wake-up',
    hint: 'Broadcast when the state changes, also on shutdown, and check the condition in a loop under the lock.',
    fits: ({ family }) => family === 'cond',
  },
  {
    name: 'goroutine parked for ever',
    hint: '`select {}` never returns: wait for a context or a signal instead.',
    fits: ({ family }) => family === 'park',
  },
  {
    name: 'iterator never stopped',
    hint: 'Call the stop function that iter.Pull returned (`defer stop()`).',
    fits: ({ family }) => family === 'coroutine',
  },
  {
    name: 'connection without deadline',
    hint: 'Close the connection when done and set read deadlines, so that a silent peer cannot hold the goroutine.',
    fits: ({ family }) => family === 'io' || family === 'syscall',
  },
];

export function patternOf(signature: Signature): Pattern | undefined {
  return SHAPES.find((shape) => shape.fits(signature));
}

/** The pattern of many goroutines of one HTTP handler stuck behind the same call. */
export function isRequestPath(signature: Signature): boolean {
  const root = signature.frames[signature.frames.length - 1]?.func ?? '';
  return /^net\/http\.\(\*conn\)\.serve$|serveStreams|handleStream/.test(root) || startedByServer(signature);
}

function startedByServer(signature: Signature): boolean {
  const creator = signature.createdBy?.func ?? '';
  return creator.startsWith('net/http.') && !signature.frames.every((frame) => isStandardLibrary(frame.func));
}

function has(frames: readonly Frame[], name: RegExp): boolean {
  return frames.some((frame) => name.test(frame.func));
}
