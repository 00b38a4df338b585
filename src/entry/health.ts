// The health port of app and workers: /healthz says the process lives, /readyz that what it needs answers.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../log.ts';

/** Name of what is checked -> does it answer? */
export type Checks = Readonly<Record<string, () => Promise<boolean>>>;

/** Routes for any HTTP server of ours. Undefined when the path is not one of them. */
export async function healthAnswer(
  path: string,
  checks: Checks,
): Promise<{ status: number; body: string } | undefined> {
  if (path === '/healthz') return { status: 200, body: 'ok\n' };
  if (path !== '/readyz') return undefined;
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await check().catch(() => false)] as const),
  );
  const status = results.every(([, ok]) => ok) ? 200 : 503;
  return {
    status,
    body: `${results.map(([name, ok]) => `${name}: ${ok ? 'ok' : 'not answering'}`).join('\n')}\n`,
  };
}

/** Starts the port; 0 picks a free one, and so does a port that somebody has: several workers share a machine. */
export async function startHealthServer(
  port: number,
  checks: Checks,
  log: Log,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const listener: RequestListener = (request, response) => {
    void healthAnswer((request.url ?? '').split('?')[0] ?? '', checks).then((answer) => {
      const { status, body } = answer ?? { status: 404, body: 'not found\n' };
      response
        .writeHead(status, { 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' })
        .end(body);
    });
  };
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, listener);
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

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
