import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StepRecord } from '../../src/model/capture.ts';
import { type CaptureStore, openCaptureStore } from '../../src/store/captures.ts';
import { spoolCaptures } from '../../src/store/spool.ts';

const ID = '20261123-3f9c0d1e2a4b';
const OTHER = '20261123-4a5b6c7d8e9f';
const INSTANCE = 'payments-svc-1';
const HOUR_MS = 3_600_000;

function record(id: string, snapshot: number, bytes?: Uint8Array, fromMs = snapshot): StepRecord {
  const file = bytes && { file: 'heap.pb.gz' };
  return { id, snapshot, ...file, fromMs, toMs: fromMs, bytes: bytes?.byteLength ?? 0, pauseMsEstimate: 0 };
}

const heap = new TextEncoder().encode('heap');
const later = new TextEncoder().encode('heap, later');

describe('captures that the disk does not take', () => {
  let home: string;
  let troubles: string[];
  let nowMs: number;
  const block = () => writeFileSync(join(home, 'captures'), 'a file where the folder should be');
  const unblock = () => rmSync(join(home, 'captures'));
  const spool = (capBytes?: number, store: CaptureStore = openCaptureStore(home)) =>
    spoolCaptures(store, {
      now: () => nowMs,
      onTrouble: (why) => troubles.push(why),
      ...(capBytes !== undefined && { capBytes }),
    });
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'goleak-spool-'));
    troubles = [];
    nowMs = 0;
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('are read from memory, with the reason in their record', async () => {
    block();
    const captures = spool();
    await captures.keep(ID, INSTANCE, record('count-0', 0), undefined);
    await captures.keep(ID, INSTANCE, record('heap-0', 0, heap), heap);
    expect(await captures.records(ID, INSTANCE)).toEqual([
      record('count-0', 0),
      { ...record('heap-0', 0, heap), notKept: 'a file is where the folder should be' },
    ]);
    expect((await captures.snapshots(ID, INSTANCE)).map(([file]) => file?.bytes)).toEqual([heap]);
    expect(captures.isKeeping()).toBe(false);
    expect(troubles).toEqual(['a file is where the folder should be']);
  });

  it('take their place among those that it took, before and after', async () => {
    const captures = spool();
    await captures.keep(ID, INSTANCE, record('heap-0', 0, heap), heap);
    const onDisk = join(home, 'captures');
    const full: CaptureStore = {
      ...openCaptureStore(home),
      keep: () => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' })),
    };
    const troubled = spool(undefined, full);
    await troubled.keep(ID, INSTANCE, record('heap-1', 1, later), later);
    await captures.keep(ID, INSTANCE, record('heap-2', 2, heap), heap);
    expect((await troubled.records(ID, INSTANCE)).map(({ id, notKept }) => [id, notKept])).toEqual([
      ['heap-0', undefined],
      ['heap-1', 'disk full'],
      ['heap-2', undefined],
    ]);
    const held = troubled.held(ID, INSTANCE);
    const snapshots = await openCaptureStore(home).snapshots(ID, INSTANCE, held);
    expect(snapshots.map(([file]) => file?.bytes)).toEqual([heap, later, heap]);
    expect(readdirSync(onDisk)).toHaveLength(1);
  });

  it('count as not answered when memory has no room either', async () => {
    block();
    const captures = spool(4_000);
    const large = new Uint8Array(3_000);
    await captures.keep(ID, INSTANCE, record('heap-0', 0, heap), heap);
    await captures.keep(OTHER, INSTANCE, record('heap-0', 0, large), large);
    expect(captures.held(OTHER, INSTANCE)).toEqual([]);
    const [lost] = await captures.records(OTHER, INSTANCE);
    expect(lost?.file).toBeUndefined();
    expect(lost?.problem).toMatch(/^heap\.pb\.gz was captured and could not be used: it was not kept \(/);
    captures.release(ID);
    captures.release(OTHER);
    await captures.keep(OTHER, INSTANCE, record('heap-1', 1, later), later);
    expect(captures.held(OTHER, INSTANCE).map(({ bytes }) => bytes)).toEqual([later]);
  });

  it('are forgotten when their verdict is there, and when nobody came for them', async () => {
    block();
    const captures = spool();
    await captures.keep(ID, INSTANCE, record('heap-0', 0, heap), heap);
    await captures.keep(OTHER, INSTANCE, record('heap-0', 0, heap), heap);
    captures.release(ID);
    expect(await captures.records(ID, INSTANCE)).toEqual([]);
    nowMs = HOUR_MS;
    await captures.keep(ID, INSTANCE, record('heap-0', 0, heap), heap);
    expect(await captures.records(OTHER, INSTANCE)).toEqual([]);
  });

  it('are taken again once there is room, and the disk counts as well again', async () => {
    block();
    const captures = spool();
    await captures.keep(ID, INSTANCE, record('heap-0', 0, heap), heap);
    unblock();
    await captures.keep(ID, INSTANCE, record('heap-1', 1, later), later);
    expect(captures.isKeeping()).toBe(true);
    expect((await captures.snapshots(ID, INSTANCE)).map(([file]) => file?.bytes)).toEqual(
      [later, heap].reverse(),
    );
    expect((await captures.files(ID)).map(({ name }) => name)).toEqual([`${INSTANCE}/1/heap.pb.gz`]);
  });

  it('are nothing to hold when the fault is not the disk', async () => {
    const broken: CaptureStore = {
      ...openCaptureStore(home),
      keep: () => Promise.reject(new TypeError('a fault of ours')),
    };
    const captures = spool(undefined, broken);
    await expect(captures.keep(ID, INSTANCE, record('heap-0', 0, heap), heap)).rejects.toThrow('of ours');
    expect(captures.isKeeping()).toBe(true);
  });
});
