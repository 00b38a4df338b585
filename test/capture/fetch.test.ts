import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createFetcher } from '../../src/capture/fetch.ts';
import { readIndexPage } from '../../src/capture/index-page.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { Failure } from '../../src/failure.ts';
import type { Instance } from '../../src/model/target.ts';

const PROFILES = fileURLToPath(new URL('../captures/profiles', import.meta.url));

const open: { close: () => unknown }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function serve(
  listener: RequestListener,
): Promise<{ instance: Instance; server: Server; hits: string[] }> {
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(`${request.url} ${request.headers.authorization ?? ''}`.trim());
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  const [instance] = serviceFromUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).instances;
  if (!instance) throw new Error('no instance');
  return { instance, server, hits };
}

function fetcher(secret: (name: string) => string | undefined = () => undefined) {
  const made = createFetcher(secret);
  open.push(made);
  return made.fetch;
}

const STACKS = 'goroutine 1 [running]:\nmain.main()\n\t/app/main.go:10 +0x1d\n';
const never = new AbortController().signal;
const failureOf = async (work: Promise<unknown>): Promise<Failure> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Failure) return error;
  throw new Error(`expected a Failure, got ${error}`);
};

describe('fetching from a service', () => {
  it('gives the bytes, the span and the path for the cost line', async () => {
    const { instance, hits } = await serve((_, response) => response.end(STACKS));
    const fetched = await fetcher()(instance, 'goroutine-text', never);
    expect(Buffer.from(fetched.bytes).toString()).toBe(STACKS);
    expect(fetched.path).toBe('/debug/pprof/goroutine?debug=2');
    expect(fetched.span.toMs).toBeGreaterThanOrEqual(fetched.span.fromMs);
    expect(hits).toEqual(['/debug/pprof/goroutine?debug=2']);
  });

  it('asks back to back on one connection, and on another once that was closed', async () => {
    const { instance, server } = await serve((_, response) => response.end(STACKS));
    let connections = 0;
    server.on('connection', () => connections++);
    const fetch = fetcher();
    // As between two questions of a capture: each answer is kept before the next is asked.
    const ask = async (): Promise<void> => {
      await fetch(instance, 'goroutine-text', never);
      await sleep(5);
    };
    await ask();
    await ask();
    expect(connections).toBe(1);
    server.closeAllConnections();
    await sleep(5);
    await ask();
    expect(connections).toBe(2);
  });

  it('sends a token only where the registration names one', async () => {
    const { instance, hits } = await serve((_, response) => response.end(STACKS));
    const fetch = fetcher((name) => (name === 'PAYMENTS_TOKEN' ? 's3cret' : undefined));
    await fetch(instance, 'goroutine-text', never);
    await fetch({ ...instance, tokenEnv: 'PAYMENTS_TOKEN' }, 'goroutine-text', never);
    const path = '/debug/pprof/goroutine?debug=2';
    expect(hits).toEqual([path, `${path} Bearer s3cret`]);
  });

  it('lets go at once when told to stop', async () => {
    const { instance } = await serve(() => {});
    const abort = new AbortController();
    const pending = fetcher()(instance, 'heap', abort.signal);
    setTimeout(() => abort.abort(new Error('stopped by somebody')), 30);
    await expect(pending).rejects.toThrow('stopped by somebody');
  });

  it.each(['heap', 'goroutine', 'goroutineleak'] as const)(
    'takes every %s profile that Go programs were seen to write',
    async (endpoint) => {
      const files = readdirSync(PROFILES).filter((name) => name.endsWith(`.${endpoint}.pb.gz`));
      expect(files.length).toBeGreaterThan(0);
      let bytes = Buffer.alloc(0);
      const { instance } = await serve((_, response) => response.end(bytes));
      for (const file of files) {
        bytes = readFileSync(join(PROFILES, file));
        const fetched = await fetcher()(instance, endpoint, never);
        expect(Buffer.from(fetched.bytes).equals(bytes), file).toBe(true);
      }
    },
  );

  it('never connects to a metadata address', async () => {
    const [instance] = serviceFromUrl('http://169.254.169.254').instances;
    if (!instance) throw new Error('no instance');
    const failure = await failureOf(fetcher()(instance, 'index', never));
    expect(failure.message).toContain('never connected to');
  });
});

describe('the index page', () => {
  it('gives the goroutine count and the profiles on offer', () => {
    const page = `<html><table><thead><td>Count</td><td>Profile</td></thead>
<tr><td>12</td><td><a href='allocs?debug=1'>allocs</a></td></tr>
<tr><td>1207</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>
<tr><td>0</td><td><a href='goroutineleak?debug=1'>goroutineleak</a></td></tr>
</table><a href="goroutine?debug=2">full goroutine stack dump</a></html>`;
    expect(readIndexPage(Buffer.from(page))).toEqual({
      goroutines: 1207,
      profiles: ['allocs', 'goroutine', 'goroutineleak'],
    });
  });

  it('is not any other page', () => {
    expect(readIndexPage(Buffer.from('<html><form action=login></form></html>'))).toBeUndefined();
    expect(readIndexPage(Buffer.from('{"error":"not found"}'))).toBeUndefined();
  });
});
