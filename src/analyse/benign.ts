// Goroutines that park for a living. Every entry is a lowered prior while the count is constant, never an
// exclusion: the same name growing is the classic "client constructed per request".
import { isStandardLibrary } from './ownership.ts';
import type { Signature } from './signature.ts';

export interface Resident {
  /** Tested against any visible frame, unless `creator`. */
  readonly frame: RegExp;
  readonly what: string;
  /** Serves one connection, so its number follows connections. */
  readonly perConnection?: boolean;
  /** Opened by this program: more of them is its own doing, never load. */
  readonly outbound?: boolean;
}

const RESIDENTS: readonly Resident[] = [
  { frame: /^net\/http\.\(\*Server\)\.Serve$/, what: 'an HTTP server accepting connections' },
  { frame: /^net\/http\.\(\*conn\)\.serve$/, what: 'an HTTP server connection', perConnection: true },
  {
    frame: /^net\/http\.\(\*connReader\)\.backgroundRead$/,
    what: 'the read watch of a busy HTTP connection',
    perConnection: true,
  },
  {
    frame: /^net\/http\.\(\*persistConn\)\.(readLoop|writeLoop)$/,
    what: 'an HTTP client connection',
    perConnection: true,
    outbound: true,
  },
  {
    frame:
      /^(net\/http|golang\.org\/x\/net\/http2)\.\(\*(http2)?(clientConnReadLoop|serverConn|ClientConn)\)\./,
    what: 'an HTTP/2 connection',
    perConnection: true,
  },
  { frame: /^os\/signal\.(loop|signal_recv|NotifyContext)/, what: 'signal handling' },
  { frame: /^database\/sql\.\(\*DB\)\.connection(Opener|Cleaner|Resetter)$/, what: 'a database pool' },
  {
    frame: /^google\.golang\.org\/grpc\/internal\/grpcsync\.\(\*CallbackSerializer\)\.run$/,
    what: 'a gRPC callback serializer',
  },
  {
    frame:
      /^google\.golang\.org\/grpc\/internal\/transport\.(\(\*controlBuffer\)\.get|\(\*(http2Client|http2Server)\)\.|\(\*loopyWriter\)\.)/,
    what: 'a gRPC transport',
    perConnection: true,
  },
  { frame: /^google\.golang\.org\/grpc\.\(\*Server\)\./, what: 'a gRPC server', perConnection: true },
  { frame: /^google\.golang\.org\/grpc\/health\.\(\*Server\)\.Watch$/, what: 'a gRPC health watch' },
  {
    frame:
      /^go\.opentelemetry\.io\/otel\/sdk\/(trace\.\(\*batchSpanProcessor\)|metric\.\(\*[Pp]eriodicReader\)|log\.\(\*BatchProcessor\))/,
    what: 'an OpenTelemetry exporter loop',
  },
  { frame: /^go\.opencensus\.io\/stats\/view\.\(\*worker\)\.start$/, what: 'an OpenCensus worker' },
  { frame: /pgxpool\.\(\*Pool\)\.backgroundHealthCheck/, what: 'a pgx pool health check' },
  {
    frame: /pool\.\(\*ConnPool\)\.reaper|maintnotifications\.\(\*CircuitBreakerManager\)/,
    what: 'a Redis pool',
  },
  { frame: /kafka-go\.\(\*(connPool|Writer|Reader)\)|sarama\.withRecover/, what: 'a Kafka client' },
  { frame: /topology\.\(\*(Server|Topology|pool)\)\./, what: 'a MongoDB topology monitor' },
  { frame: /clientv3\.\(\*(lessor|watchGrpcStream|watcher)\)/, what: 'an etcd client' },
  { frame: /nats\.\(\*Conn\)\.(readLoop|flusher|spinPingTimer)/, what: 'a NATS connection' },
  {
    frame: /glog\.\(\*fileSink\)\.flushDaemon|klog.*\.flushDaemon|\(\*flushDaemon\)\.run/,
    what: 'a log flusher',
  },
  { frame: /lumberjack.*\.\(\*Logger\)\.millRun/, what: 'a log rotator' },
  { frame: /zapcore\.\(\*BufferedWriteSyncer\)\.flushLoop/, what: 'a log flusher' },
  { frame: /fsnotify\.\(\*(inotify|Watcher)\)\.readEvents/, what: 'a file watcher' },
  { frame: /cron\/v3\.\(\*Cron\)\.run/, what: 'a cron scheduler' },
  {
    frame: /golang-lru\/v2\/expirable\.NewLRU|go-cache\.\(\*janitor\)\.Run|bigcache\.newBigCache/,
    what: 'a cache janitor',
  },
  { frame: /ristretto.*\.processItems/, what: 'a cache worker' },
  { frame: /^testing\.(\(\*T\)\.Run|tRunner|\(\*M\))/, what: 'the test runner' },
];

const DEEPEST = 12;

/**
 * A resident is recognised only below library frames: a handler of ours that blocks inside
 * `(*conn).serve` is our story, not the server's.
 */
export function residentOf(signature: Signature): Resident | undefined {
  if (signature.family === 'runtime') return { frame: /^/, what: 'the Go runtime' };
  for (const frame of signature.frames.slice(0, DEEPEST)) {
    const resident = RESIDENTS.find((entry) => entry.frame.test(frame.func));
    if (resident) return resident;
    if (!isStandardLibrary(frame.func)) return undefined;
  }
  return undefined;
}

/** An HTTP client connection whose response body is still open waits in select instead of on the network. */
export function holdsOpenBody(signature: Signature): boolean {
  return (
    signature.family === 'select' &&
    signature.frames.some((frame) => frame.func === 'net/http.(*persistConn).readLoop')
  );
}
