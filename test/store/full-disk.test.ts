import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openCaptureStore } from '../../src/store/captures.ts';
import { openReportStore } from '../../src/store/reports.ts';
import { reportSeal } from '../../src/store/seal.ts';
import { openSpareReports } from '../../src/store/spare-reports.ts';
import { spoolCaptures } from '../../src/store/spool.ts';
import { openSmallDisk, type SmallDisk } from '../faults/small-disk.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { sampleReport } from '../kit/report.ts';
import { requires } from '../kit/require.ts';

const ID = '20261123-3f9c0d1e2a4b';
const INSTANCE = 'payments-svc-1';

describe.skipIf(requires('redis'))('a disk that is full', () => {
  let server: TestRedis;
  let home: string;
  let disk: SmallDisk;
  const report = (id = ID) => sampleReport('goroutine-leak', { id });
  const spare = (key = 'the key') => openSpareReports(server.redis, reportSeal([key]));
  beforeAll(async () => {
    server = await openTestRedis();
  }, 30_000);
  afterAll(() => server?.close());
  beforeEach(async () => {
    await server.redis.flushall();
    home = mkdtempSync(join(tmpdir(), 'goleak-full-'));
    disk = openSmallDisk(home);
    disk.fill();
  });
  afterEach(() => {
    disk.close();
    rmSync(home, { recursive: true, force: true });
  });

  it('leaves captures in memory, says why, and keeps no half file', async () => {
    const captures = spoolCaptures(openCaptureStore(home), { now: Date.now, onTrouble: () => {} });
    const bytes = new Uint8Array(100_000);
    const record = { id: 'heap-0', snapshot: 0, fromMs: 1, toMs: 2, pauseMsEstimate: 0 };
    await captures.keep(ID, INSTANCE, { ...record, file: 'heap.pb.gz', bytes: bytes.byteLength }, bytes);
    const [kept] = await captures.records(ID, INSTANCE);
    expect(kept?.notKept).toBe(disk.reason);
    expect((await captures.snapshots(ID, INSTANCE))[0]?.[0]?.bytes).toEqual(bytes);
    expect(readdirSync(home, { recursive: true }).filter((name) => String(name).endsWith('.part'))).toEqual(
      [],
    );
  });

  it('is told from one that is read-only', async () => {
    disk.close();
    disk = openSmallDisk(home, 'size=8m,ro');
    if (disk.reason !== 'read-only') disk.fill();
    const captures = spoolCaptures(openCaptureStore(home), { now: Date.now, onTrouble: () => {} });
    const record = { id: 'heap-0', snapshot: 0, fromMs: 1, toMs: 2, pauseMsEstimate: 0 };
    const bytes = new Uint8Array(1);
    await captures.keep(ID, INSTANCE, { ...record, file: 'heap.pb.gz', bytes: 1 }, bytes);
    expect((await captures.records(ID, INSTANCE)).map(({ notKept }) => notKept)).toEqual([disk.reason]);
  });

  it('leaves reports in Redis for a day, with a footnote', async () => {
    const reports = openReportStore(home, spare());
    await reports.save(report());
    const loaded = await reports.load(ID);
    const footnote = `Report not kept on disk: ${disk.reason}. It can be shown for a day.`;
    expect(loaded).toEqual({
      ...report(),
      problems: [{ code: 'report-not-kept', text: footnote }, ...report().problems],
    });
    const [key = ''] = await server.redis.keys('*');
    expect(await server.redis.ttl(key)).toBeGreaterThan(86_000);
  });

  it('has its reports again once there is room', async () => {
    const reports = openReportStore(home, spare());
    disk.makeRoom();
    await reports.save(report());
    expect(await reports.load(ID)).toEqual(report());
    expect(await server.redis.dbsize()).toBe(0);
  });

  it('is told to whoever keeps no spare, and when a report is too large for it', async () => {
    await expect(openReportStore(home).save(report())).rejects.toThrow(/ENOSPC|ENOTDIR|EEXIST/);
    // Noise cannot be made smaller.
    const text = randomBytes(600 * 1024).toString('base64');
    const large = { ...report(), problems: [{ code: 'noise', text }] };
    await expect(openReportStore(home, spare()).save(large)).rejects.toThrow(
      'too large to be kept elsewhere',
    );
    expect(await server.redis.dbsize()).toBe(0);
  });

  it('shows no report that somebody else wrote into Redis, or under another name', async () => {
    await spare('a key of theirs').save(report());
    expect(await spare().load(ID)).toBeUndefined();
    await spare().save(report());
    const [key = ''] = await server.redis.keys('*');
    await server.redis.rename(key, key.replace(ID, 'another'));
    expect(await spare().load('another')).toBeUndefined();
    await server.redis.set(key, 'nonsense');
    expect(await spare().load(ID)).toBeUndefined();
  });
});
