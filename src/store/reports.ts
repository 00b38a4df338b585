import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Report, reportSchema } from '../report/schema.ts';
import { expireDays, inside, safeName, writeWhole } from './captures.ts';

/** Finished reports on disk, by id, for as long as captures are kept. */
export interface ReportStore {
  readonly save: (report: Report) => Promise<void>;
  readonly load: (id: string) => Promise<Report | undefined>;
  readonly expire: (nowMs: number) => Promise<void>;
}

export function openReportStore(home: string): ReportStore {
  const root = join(home, 'reports');
  const file = (id: string): string =>
    inside(root, join(root, safeName(id).slice(0, 8), `${safeName(id)}.json`));
  return {
    save: (report) => writeWhole(file(report.id), JSON.stringify(report)),
    load: async (id) => {
      const text = await readFile(file(id), 'utf8').catch(() => undefined);
      if (text === undefined) return undefined;
      try {
        const parsed = reportSchema.safeParse(JSON.parse(text));
        return parsed.success ? parsed.data : undefined;
      } catch {
        // Not JSON: as good as not there, and made again from the artefacts.
        return undefined;
      }
    },
    expire: (nowMs) => expireDays(root, nowMs),
  };
}
