// Where a report goes that the disk does not take: Redis, compressed and sealed, for a day. Its thread is told by then.
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Redis } from 'ioredis';
import { type Report, readReport } from '../report/schema.ts';
import type { Seal } from './seal.ts';

/** All keys share one hash slot, so that a Redis Cluster works too. */
const PREFIX = '{goleak}:report:';
const KEEP_SECONDS = 86_400;
const MAX_BYTES = 512 * 1024;
const MAX_INFLATED_BYTES = 32 * 1024 * 1024;

export interface SpareReports {
  /** False for a report that is too large for it. */
  readonly save: (report: Report) => Promise<boolean>;
  readonly load: (id: string) => Promise<Report | undefined>;
}

export function openSpareReports(redis: Redis, seal?: Seal): SpareReports {
  return {
    save: async (report) => {
      const packed = await promisify(gzip)(JSON.stringify(report));
      if (packed.byteLength > MAX_BYTES) return false;
      const text = packed.toString('base64url');
      await redis.set(PREFIX + report.id, `${seal?.of(text) ?? ''}.${text}`, 'EX', KEEP_SECONDS);
      return true;
    },
    load: async (id) => {
      const [sealed = '', text] = (await redis.get(PREFIX + id))?.split('.') ?? [];
      if (text === undefined || (seal && !seal.fits(text, sealed))) return undefined;
      const limit = { maxOutputLength: MAX_INFLATED_BYTES };
      const json = await promisify(gunzip)(Buffer.from(text, 'base64url'), limit).catch(() => undefined);
      const report = json && readReport(json.toString());
      return report?.id === id ? report : undefined;
    },
  };
}
