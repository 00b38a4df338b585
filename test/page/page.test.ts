import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawPage } from '../../src/deliver/page.ts';
import { flamesOf } from '../../src/flame/captures.ts';
import { conclude } from '../../src/investigate.ts';
import type { Flame } from '../../src/model/flame.ts';
import { reportPage } from '../../src/page/page.ts';
import { assembleSeries } from '../../src/parse/snapshot.ts';
import { CONTEXT } from '../analyse/series.ts';
import { sampleReport } from '../kit/report.ts';
import { anyReport } from '../kit/report-arbitraries.ts';
import { bigCapture } from './big-capture.ts';

const page = reportPage({ report: sampleReport(), flames: {}, images: [] });

describe('the page of a report', () => {
  it('says the verdict, the evidence, every stack and what it cost', () => {
    for (const said of [
      'goroutine leak, proven',
      'Next:',
      'What was measured',
      'github.com/acme/payments/ledger.(*Writer).flush',
      '/build/payments/ledger/writer.go:88',
      'Created by',
      'What it cost the service',
    ])
      expect(page).toContain(said);
  });

  it('lets run only its own script and sheet, by their hashes, and nothing be fetched', () => {
    const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
    const inside = (element: string) => {
      const [, text = ''] = new RegExp(`<${element}>([\\s\\S]*?)</${element}>`).exec(page) ?? [];
      return `sha256-${createHash('sha256').update(text).digest('base64')}`;
    };
    expect(policy.replaceAll('&#39;', "'").split('; ')).toEqual([
      "default-src 'none'",
      'img-src data:',
      `style-src '${inside('style')}'`,
      `script-src '${inside('script')}'`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(page).not.toMatch(/(?:src|href)="(?!#|data:)/);
    expect(page).not.toMatch(/ style="/);
  });

  it('says which stacks there was no room for', () => {
    const report = sampleReport();
    const [leak] = report.signatures;
    if (!leak) throw new Error('the sample leaks');
    const frames = Array.from({ length: 150 }, () => ({
      func: `example.com/${'x'.repeat(500)}`,
      file: '',
      line: 0,
    }));
    const signatures = Array.from({ length: 40 }, () => ({ ...leak, frames }));
    const large = reportPage({ report: { ...report, signatures }, flames: {}, images: [] });
    expect(large).toMatch(/… \d+ more signatures: they are in the triage JSON\./);
  });

  it('escapes whatever a report holds: no tag but ours, no attribute left early', () => {
    const plainTags = new Set(tagsIn(page));
    fc.assert(
      fc.property(anyReport(), (report) => {
        const made = reportPage({ report, flames: {}, images: [] });
        for (const tag of tagsIn(made)) expect([...plainTags, ...TAGS]).toContain(tag);
      }),
      { numRuns: 40 },
    );
  });
});

/** Names of all elements; scripts and sheets left out, for they hold signs of comparison. */
function tagsIn(html: string): string[] {
  const text = html.replace(/<(style|script)\b[^>]*>[\s\S]*?<\/\1>/g, '');
  return [...text.matchAll(/<([a-z!][\w-]*)/gi)].map(([, tag = '']) => tag);
}

/** Those that only some reports need. */
const TAGS = ['caption', 'code', 'figure', 'figcaption', 'svg', 'rect', 'text', 'details', 'b', 'table'];

describe('of a capture of 10,000 goroutines', () => {
  const folders = bigCapture(10_000);
  const { series } = assembleSeries(folders, { instance: 'payments-1' });
  const report = conclude([series], CONTEXT, {
    id: '20261123-1',
    service: 'payments-svc',
    requestedBy: '',
    problems: [],
    files: [],
  });

  it('has bounded flames where names are full of what a page has to escape', async () => {
    const calls = Array.from({ length: 1_999 }, (_, at) => at);
    const after = [19_990, ...calls.map(() => 10)];
    const flame: Flame = {
      measure: 'goroutines',
      names: calls.map((at) => '<'.repeat(390) + at),
      parents: [-1, ...calls.map(() => 0)],
      calls: [-1, ...calls],
      after,
      before: after,
      cut: { nodes: 0, largest: 0 },
    };
    const made = await drawPage(report, { heap: { ...flame, measure: 'heap' }, goroutines: flame });
    expect(new TextEncoder().encode(made).byteLength).toBeLessThan(2_000_000);
  }, 60_000);

  it('is below two megabytes, with its pictures and both flames', async () => {
    const flames = flamesOf([series]);
    const made = await drawPage(report, flames);
    expect(report.signatures.length).toBeGreaterThan(0);
    expect(flames.heap?.before?.length).toBeGreaterThan(100);
    expect(flames.goroutines?.after[0]).toBe(10_000);
    expect(made).toContain('data:image/png;base64,');
    expect(new TextEncoder().encode(made).byteLength).toBeLessThan(2_000_000);
  }, 60_000);

  it('is so too when every name is as long as names can be', async () => {
    const long = bigCapture(10_000, 900);
    const read = assembleSeries(long, { instance: 'payments-1' });
    const flames = flamesOf([read.series]);
    const signatures = report.signatures.flatMap((signature) => Array.from({ length: 200 }, () => signature));
    const made = await drawPage({ ...report, signatures }, flames);
    expect(new TextEncoder().encode(made).byteLength).toBeLessThan(2_000_000);
  }, 60_000);
});
