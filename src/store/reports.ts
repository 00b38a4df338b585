import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { type Report, readReport } from '../report/schema.ts';
import { expireDays, inside, safeName, writeWhole } from './captures.ts';
import { diskTrouble } from './disk.ts';
import type { SpareReports } from './spare-reports.ts';

/** Finished reports on disk, by id, for as long as captures are kept. */
export interface ReportStore {
  readonly save: (report: Report) => Promise<void>;
  readonly load: (id: string) => Promise<Report | undefined>;
  readonly expire: (nowMs: number) => Promise<void>;
}

/** @param spare takes what the disk does not, with a footnote that says so */
export function openReportStore(home: string, spare?: SpareReports): ReportStore {
  const root = join(home, 'reports');
  const file = (id: string): string =>
    inside(root, join(root, safeName(id).slice(0, 8), `${safeName(id)}.json`));
  return {
    save: async (report) => {
      try {
        await writeWhole(file(report.id), JSON.stringify(report));
      } catch (error) {
        const reason = diskTrouble(error);
        if (reason === undefined || spare === undefined) throw error;
        const isSaved = await spare.save({ ...report, problems: [lost(reason), ...report.problems] });
        if (!isSaved) throw new Failure('report_not_kept', { service: report.service, reason });
      }
    },
    load: async (id) => {
      const text = await readFile(file(id), 'utf8').catch(() => undefined);
      // What is not JSON is as good as not there, and made again from the artefacts.
      return (text === undefined ? undefined : readReport(text)) ?? (await spare?.load(id));
    },
    expire: (nowMs) => expireDays(root, nowMs),
  };
}

function lost(reason: string): Report['problems'][number] {
  return { code: 'report-not-kept', text: `Report not kept on disk: ${reason}. It can be shown for a day.` };
}
