import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analyse/analyse.ts';
import { reportPage } from '../../src/page/page.ts';
import { assembleSeries } from '../../src/parse/snapshot.ts';
import { buildReport } from '../../src/report/report.ts';

const TRACE = new URL('../captures/traces/leak-send.trace5s.out', import.meta.url);

describe('the page of an execution trace', () => {
  const files = [{ name: 'trace', bytes: new Uint8Array(readFileSync(TRACE)) }];
  const { series } = assembleSeries([files], { instance: 'a' });
  const report = buildReport(analyse([series], { firstParty: [], fallbackIntervalMs: 30_000 }), {
    id: 'r',
    service: 'payments-svc',
    requestedBy: '',
    cost: { requests: [], pauseMsEstimate: 0 },
    artefacts: [],
    problems: [],
  });

  it('shows the lanes, the go statements, and both stacks of who is still blocked', () => {
    const page = String(reportPage({ report, flames: {}, images: [] }));
    expect(page).toContain('Timeline of goroutines in payments-svc');
    expect(page).toContain('Goroutines started within 5 s of trace');
    expect(page).toContain('Born within the trace and blocked at its end');
    expect(page).toMatch(/runtime\.chansend1 ← main\.slowQuery/);
    expect(page).toContain('main.handleTimeout');
  });

  it('says nothing of a trace where there was none', () => {
    const { trace: _, ...without } = report;
    expect(String(reportPage({ report: without, flames: {}, images: [] }))).not.toContain('Execution trace');
  });
});
