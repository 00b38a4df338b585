// What a goref file showed, as a report has it.
import { analyse } from '../../src/analyse/analyse.ts';
import { readRetention } from '../../src/parse/retention.ts';
import { buildReport } from '../../src/report/report.ts';
import type { Report } from '../../src/report/schema.ts';
import { sampleFacts } from './report.ts';
import { ways } from './ways.ts';

const WAYS = ways`
  github.com/acme/payments/ledger.open ← byKey. (map[string]*github.com/acme/payments/ledger.entry) ← $mapval. (*github.com/acme/payments/ledger.entry) ← body. ([]uint8)   20000 × 4KiB
  github.com/acme/payments/retry.(*Backoff).run.queue ← next. (*github.com/acme/payments/retry.job) ← next. (*github.com/acme/payments/retry.job)   3000 × 2KiB
  runtime.allgs ← [10+]. (*runtime.g)   4000 × 480
`;

export function sampleRetention(profile = WAYS): NonNullable<Report['retention']> {
  const retention = readRetention(profile);
  const snapshot = { instance: 'a', memory: [], otherProfiles: [], times: [], problems: [] };
  const series = { instance: 'a', snapshots: [{ ...snapshot, ...(retention && { retention }) }] };
  const analysis = analyse([series], { firstParty: [], fallbackIntervalMs: 30_000 });
  const report = buildReport(analysis, sampleFacts());
  if (!report.retention) throw new Error('the drawing holds nothing');
  return report.retention;
}
