import { appendFileSync, mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StepRecord } from '../../src/model/capture.ts';
import { openCaptureStore } from '../../src/store/captures.ts';

const ID = '20261123-3f9c0d1e2a4b';
const INSTANCE = 'payments-svc-1';

function record(id: string, snapshot: number, file: string, bytes: Uint8Array): StepRecord {
  return { id, snapshot, file, fromMs: 1, toMs: 2, bytes: bytes.byteLength, pauseMsEstimate: 0 };
}

const heap = new TextEncoder().encode('heap');
const later = new TextEncoder().encode('heap, later');

describe('captures on disk', () => {
  let home: string;
  const folder = () => join(home, 'captures', ID.slice(0, 8), ID, INSTANCE);
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'goleak-store-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('gives back what was kept, by snapshot', async () => {
    const store = openCaptureStore(home);
    await store.keep(ID, INSTANCE, record('heap-0', 0, 'heap.pb.gz', heap), heap);
    await store.keep(ID, INSTANCE, record('heap-1', 1, 'heap.pb.gz', later), later);
    const snapshots = await store.snapshots(ID, INSTANCE);
    expect(snapshots.map((files) => files.map(({ bytes }) => new TextDecoder().decode(bytes)))).toEqual([
      ['heap'],
      ['heap, later'],
    ]);
    const files = await store.files(ID);
    expect(files.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      [`${INSTANCE}/0/heap.pb.gz`, 4],
      [`${INSTANCE}/1/heap.pb.gz`, 11],
    ]);
    expect(await files[1]?.read()).toEqual(later);
  });

  it('keeps what is recorded after a line that a crash cut short', async () => {
    const store = openCaptureStore(home);
    await store.keep(ID, INSTANCE, record('heap-0', 0, 'heap.pb.gz', heap), heap);
    appendFileSync(join(folder(), 'manifest.jsonl'), '{"id":"goroutine-0","snapsh');
    await store.keep(ID, INSTANCE, record('heap-1', 1, 'heap.pb.gz', later), later);
    expect((await store.records(ID, INSTANCE)).map(({ id }) => id)).toEqual(['heap-0', 'heap-1']);
    expect(await store.snapshots(ID, INSTANCE)).toHaveLength(2);
  });

  it('asks again for a file that is gone or cut although its line is there', async () => {
    const store = openCaptureStore(home);
    await store.keep(ID, INSTANCE, record('heap-0', 0, 'heap.pb.gz', heap), heap);
    await store.keep(ID, INSTANCE, record('heap-1', 1, 'heap.pb.gz', later), later);
    rmSync(join(folder(), '0', 'heap.pb.gz'));
    truncateSync(join(folder(), '1', 'heap.pb.gz'), 3);
    expect(await store.records(ID, INSTANCE)).toEqual([]);
    expect(await store.snapshots(ID, INSTANCE)).toEqual([]);
  });

  it('writes nothing outside its folder, whatever ids and instances are called', async () => {
    const store = openCaptureStore(join(home, 'kept'));
    for (const name of ['..', '../..', '/etc', 'a/../../b', '.', '', '\0', 'con:1']) {
      await store.keep(`${name}`, name, record('heap-0', 0, name, heap), heap);
    }
    expect(readdirSync(home)).toEqual(['kept']);
    expect(readdirSync(join(home, 'kept'))).toEqual(['captures']);
  });
});
