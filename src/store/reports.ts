import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { type Report, readReport } from '../report/schema.ts';
import { expireDays, inside, safeName } from './captures.ts';
import { diskTrouble } from './disk.ts';
import { writeWhole } from './files.ts';
import type { SpareReports } from './spare-reports.ts';

/** Finished reports on disk, by id, for as long as captures are kept. */
export interface ReportStore {
  readonly save: (report: Report) => Promise<void>;
  readonly load: (id: string) => Promise<Report | undefined>;
  readonly expire: (nowMs: number) => Promise<void>;
}

/** A report is asked for again as soon as it is saved: by the audit, and by whoever delivers it. */
const REMEMBERED = 32;
const MAX_REMEMBERED_CHARS = 128 * 1024;

/** @param spare takes what the disk does not, with a footnote that says so */
export function openReportStore(home: string, spare?: SpareReports): ReportStore {
  const recent = new Map<string, Report>();
  const remember = (report: Report): void => {
    recent.set(report.id, report);
    const [oldest] = recent.keys();
    if (recent.size > REMEMBERED && oldest !== undefined) recent.delete(oldest);
  };
  const root = join(home, 'reports');
  const file = (id: string): string =>
    inside(root, join(root, safeName(id).slice(0, 8), `${safeName(id)}.json`));
  return {
    save: async (report) => {
      recent.delete(report.id);
      const text = JSON.stringify(report);
      try {
        await writeWhole(file(report.id), text);
      } catch (error) {
        const reason = diskTrouble(error);
        if (reason === undefined || spare === undefined) throw error;
        const isSaved = await spare.save({ ...report, problems: [lost(reason), ...report.problems] });
        if (!isSaved) throw new Failure('report_not_kept', { service: report.service, reason });
        // What is read back says that it was not kept.
        return;
      }
      if (text.length <= MAX_REMEMBERED_CHARS) remember(report);
    },
    load: async (id) => {
      const known = recent.get(id);
      if (known) return known;
      const path = file(id);
      // Before a capture there is none, and that is asked most of all.
      const text = existsSync(path) ? await readFile(path, 'utf8').catch(() => undefined) : undefined;
      // What is not JSON is as good as not there, and made again from the artefacts.
      return (text === undefined ? undefined : readReport(text)) ?? (await spare?.load(id));
    },
    expire: (nowMs) => expireDays(root, nowMs),
  };
}

function lost(reason: string): Report['problems'][number] {
  return { code: 'report-not-kept', text: `Report not kept on disk: ${reason}. It can be shown for a day.` };
}
