// The health port of app and workers: /healthz says the process lives, /readyz that what it needs answers, /metrics
// what it has done so far.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../log.ts';

/** Name of what is checked -> does it answer? */
export type Checks = Readonly<Record<string, () => Promise<boolean>>>;

export interface Health {
  readonly checks: Checks;
  /** Name of what a new process may mend and this one does not -> is it all right? */
  readonly alive?: Readonly<Record<string, () => boolean>>;
  /** Name of what may be wrong without anybody being turned away -> is it all right? */
  readonly degraded?: Readonly<Record<string, () => boolean>>;
  /** Figures in the text format of Prometheus. */
  readonly metrics: () => Promise<{ readonly type: string; readonly body: string }>;
}

export interface HealthAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export const HEALTH_PATHS = ['/healthz', '/readyz', '/metrics'] as const;
const TEXT = 'text/plain; charset=utf-8';

/** Routes for any HTTP server of ours. */
export async function healthAnswer(
  path: string,
  { checks, alive = {}, degraded = {}, metrics }: Health,
): Promise<HealthAnswer> {
  if (path === '/healthz') {
    const lost = Object.entries(alive).flatMap(([name, isWell]) => (isWell() ? [] : [name]));
    if (lost.length === 0) return { status: 200, type: TEXT, body: 'ok\n' };
    return { status: 503, type: TEXT, body: lost.map((name) => `${name}: lost for too long\n`).join('') };
  }
  if (path === '/metrics') return { status: 200, ...(await metrics()) };
  if (path !== '/readyz') return { status: 404, type: TEXT, body: 'not found\n' };
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await check().catch(() => false)] as const),
  );
  const status = results.every(([, ok]) => ok) ? 200 : 503;
  const lines = [
    ...results.map(([name, ok]) => `${name}: ${ok ? 'ok' : 'not answering'}`),
    ...Object.entries(degraded).map(([name, isWell]) => `${name}: ${isWell() ? 'ok' : 'degraded'}`),
  ];
  return { status, type: TEXT, body: `${lines.join('\n')}\n` };
}

/**
 * Starts the port; 0 picks a free one, and so does a port that somebody has: several workers share a machine.
 * @param guard put before it, for what else is taken on this port
 */
export async function startHealthServer(
  port: number,
  health: Health,
  log: Log,
  guard = (listener: RequestListener): RequestListener => listener,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const listener: RequestListener = guard((request, response) => {
    void healthAnswer((request.url ?? '').split('?')[0] ?? '', health).then(
      ({ status, type, body }) => response.writeHead(status, headersOf(type)).end(body),
      (error: unknown) => {
        log.error({ err: error }, 'the health port');
        response.writeHead(500).end();
      },
    );
  });
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, listener);
  await listen(server, port).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    log.warn({ port }, 'Another process has the health port; a free one is taken instead.');
    await listen(server, 0);
  });
  const { port: opened } = server.address() as AddressInfo;
  log.info({ port: opened }, 'Health port open.');
  return {
    port: opened,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function headersOf(type: string): Record<string, string> {
  return { 'content-type': type, 'x-content-type-options': 'nosniff' };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
