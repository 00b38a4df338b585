import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { heapFlame } from '../../src/flame/flame.ts';
import type { Flames } from '../../src/model/flame.ts';
import { openFlameStore } from '../../src/store/flames.ts';
import { openReportStore } from '../../src/store/reports.ts';
import { heapStacks } from '../kit/heap-stacks.ts';
import { sampleReport } from '../kit/report.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'goleak-flames-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const heap = heapFlame([{ after: heapStacks`main.main → ledger.append 9MiB` }]);
const flames: Flames = heap ? { heap } : {};
const ID = '20261123-3f9c0d1e';

it('keeps flames beside their report, by its id', async () => {
  const store = openFlameStore(home);
  expect(store.load(ID)).toBeUndefined();
  await store.save(ID, flames);
  expect(store.load(ID)).toEqual(flames);
  expect(store.load('../../etc/passwd')).toBeUndefined();
});

it('lets them go with the reports of that day', async () => {
  const reports = openReportStore(home);
  await reports.save({ ...sampleReport(), id: ID });
  await openFlameStore(home).save(ID, flames);
  await reports.expire(Date.UTC(2026, 11, 24));
  expect(readdirSync(join(home, 'reports'))).toEqual([]);
});

it('does without what the disk does not take, and without a file that holds something else', async () => {
  const store = openFlameStore(home);
  await store.save(ID, flames);
  const folder = join(home, 'reports', '20261123');
  writeFileSync(join(folder, `${ID}.flames.json`), '{"heap":{"parents":[4]}}');
  expect(store.load(ID)).toBeUndefined();
  writeFileSync(join(home, 'reports', '20261124'), 'a file where the folder should be');
  await expect(store.save('20261124-aa', flames)).resolves.toBeUndefined();
});
