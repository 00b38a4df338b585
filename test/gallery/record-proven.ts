// Records what `verdict-leak-proven` shows: heavy-buffer built with a Go that has the leak profile, which is asked for last,
// as goleak does. `GOTOOLCHAIN=go1.27.3 go build -trimpath -o heavy-buffer .` in test/programs/heavy-buffer, run it, then
// `npx tsx test/gallery/record-proven.ts HOST:PORT`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { withoutSecrets } from '../../src/capture/vars.ts';

const FOLDER = fileURLToPath(new URL('../captures/proven/', import.meta.url));
const SECONDS = [10, 25, 40];
const ASKED: readonly (readonly [string, string, (body: Buffer) => Uint8Array])[] = [
  ['vars.json', '/debug/vars', (body) => withoutSecrets(body) ?? body],
  ['goroutine-debug2.txt.gz', '/debug/pprof/goroutine?debug=2', (body) => gzipSync(body, { level: 9 })],
  ['heap.pb.gz', '/debug/pprof/heap', (body) => body],
  ['goroutineleak.pb.gz', '/debug/pprof/goroutineleak', (body) => body],
];

const address = process.argv[2];
if (address === undefined) throw new Error('say where it listens: HOST:PORT');
const startedAt = Date.now();
const snapshots: Record<string, Record<string, { from: string; to: string }>> = {};
for (const [at, second] of SECONDS.entries()) {
  await sleep(Math.max(0, startedAt + second * 1_000 - Date.now()));
  const name = String(at + 1);
  mkdirSync(`${FOLDER}${name}`, { recursive: true });
  const isLast = at === SECONDS.length - 1;
  for (const [file, path, keep] of ASKED.slice(0, isLast ? ASKED.length : -1)) {
    const from = new Date().toISOString();
    const response = await fetch(`http://${address}${path}`);
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    writeFileSync(`${FOLDER}${name}/${file}`, keep(Buffer.from(await response.arrayBuffer())));
    snapshots[name] = { ...snapshots[name], [file]: { from, to: new Date().toISOString() } };
  }
}
const meta = { toolchain: 'go1.27.3', command: './heavy-buffer -load high', snapshots };
writeFileSync(`${FOLDER}meta.json`, `${JSON.stringify(meta, null, 2)}\n`);
