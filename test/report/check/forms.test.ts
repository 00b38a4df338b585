// What a check writes for machines: one line a workflow command, well-formed XML, Markdown without foreign markup.
import { describe, expect, it } from 'vitest';
import { annotationsOf, pathIn } from '../../../src/report/check/annotations.ts';
import { junitXml } from '../../../src/report/check/junit.ts';
import { judgeCheck } from '../../../src/report/check/outcome.ts';
import { summaryMarkdown } from '../../../src/report/check/summary.ts';
import type { Report } from '../../../src/report/schema.ts';
import { CLASSICS } from '../../kit/classics.ts';
import { sampleReport } from '../../kit/report.ts';

const HOSTILE = [...Object.values(CLASSICS), '::error::x', '%0A::set-output', ']]>', '|', 'a'.repeat(9_000)];

/** The sample, with a name wherever a service decides what stands there. */
function named(name: string): Report {
  const report = sampleReport('goroutine-leak');
  const [signature] = report.signatures;
  if (!signature) throw new Error('the sample leaks');
  const frame = { func: name, file: `/repo/${name}`, line: 7 };
  return {
    ...report,
    service: name,
    verdict: { ...report.verdict, summary: name },
    signatures: [{ ...signature, frames: [frame], createdBy: frame, waitReason: name, hint: name }],
    problems: [{ code: 'x', text: name }],
  };
}

const REPOSITORY = { folder: '/repo', module: 'example.com/shop' };

describe('annotations', () => {
  it('stand at the line of the repository that blocks', () => {
    const report = sampleReport('goroutine-leak');
    const [signature] = report.signatures;
    const file = 'example.com/shop/ledger/flush.go';
    const at = {
      ...report,
      signatures: signature ? [{ ...signature, frames: [{ func: 'f', file, line: 41 }] }] : [],
    };
    const [whole, line] = annotationsOf(judgeCheck(at, false), at, REPOSITORY);
    expect(whole).toMatch(/^::error title=goleak%3A leak found \(payments-svc\)::\S/);
    expect(line).toMatch(/^::error title=goleak%3A goroutine leak%2C \w+,file=ledger\/flush\.go,line=41::\S/);
  });

  it('say what is not known as a warning, and what is well as a notice', () => {
    const levels = (['inconclusive', 'healthy'] as const).map((health) => {
      const report = sampleReport(health);
      return annotationsOf(judgeCheck(report, false), report, REPOSITORY)[0]?.split(' ')[0];
    });
    expect(levels).toEqual(['::warning', '::notice']);
  });

  it.each(HOSTILE)('hold %j in one line and one value', (name) => {
    for (const line of annotationsOf(judgeCheck(named(name), false), named(name), REPOSITORY)) {
      expect(line).toMatch(/^::error title=[^:,]*(,file=[^:,]*,line=7)?::/);
      expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      expect(line.replace(/%(25|3A|2C)/g, '')).not.toMatch(/%/);
      expect(line.length).toBeLessThan(4_096);
    }
  });

  it.each([
    ['/repo/a/b.go', 'a/b.go'],
    ['example.com/shop/a.go', 'a.go'],
    ['/repo/../etc/passwd', undefined],
    ['/repository/a.go', undefined],
    ['/usr/local/go/src/net/http/server.go', undefined],
    ['/repo/a\nb.go', undefined],
  ])('%s is %s in the repository', (file, path) => {
    expect(pathIn(REPOSITORY, file)).toBe(path);
  });
});

describe('JUnit', () => {
  const run = { details: 'one\n<two> & "three"', seconds: 12.34, strict: false };

  it('lists the same questions every time', () => {
    const leaking = sampleReport('goroutine-leak');
    const xml = junitXml(judgeCheck(leaking, false), leaking, run);
    expect(xml.match(/<testcase /g)).toHaveLength(4);
    expect(xml).toContain('tests="4" failures="1" errors="0" skipped="0" time="12.3"');
    expect(xml).toContain('&lt;two&gt; &amp; &quot;three&quot;</failure>');
    const healthy = sampleReport('healthy');
    expect(junitXml(judgeCheck(healthy, false), healthy, run)).toContain(
      'failures="0" errors="0" skipped="0"',
    );
  });

  it('skips what cannot be told, and fails on it where that is asked for', () => {
    const report = sampleReport('inconclusive');
    expect(junitXml(judgeCheck(report, false), report, run)).toContain('failures="0" errors="0" skipped="4"');
    const strict = junitXml(judgeCheck(report, true), report, { ...run, strict: true });
    expect(strict).toContain('failures="4" errors="0" skipped="0"');
  });

  it.each(HOSTILE)('is well-formed with %j in it', (name) => {
    const report = named(name);
    const xml = junitXml(judgeCheck(report, false), report, { ...run, details: name });
    // Tags, attributes and text as XML 1.0 has them, and nothing else.
    const tag =
      /<(\?xml version="1\.0" encoding="UTF-8"\?|\/?[a-z]+( [a-z]+="[^"<&]*(&(lt|gt|amp|quot|#39);[^"<&]*)*")*\/?)>/g;
    const text = xml.replace(tag, '').replace(/&(lt|gt|amp|quot|#39);/g, '');
    expect(text).not.toMatch(/[<>&]/);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cs}]/u);
  });
});

describe("a job's summary", () => {
  it('tells the outcome, the signatures and how the looks were taken', () => {
    const report = sampleReport('goroutine-leak');
    const text = summaryMarkdown(judgeCheck(report, false), report, ['load 1 of 2: 15 s']);
    expect(text).toContain('### goleak: leak found (payments&#45;svc)');
    expect(text).toContain('| leaking goroutines | growth | blocked in | started by | how sure |');
    expect(text).toContain('- load 1 of 2&#58; 15 s');
  });

  it.each(HOSTILE)('has no markup of %j', (name) => {
    const report = named(name);
    const text = summaryMarkdown(judgeCheck(report, false), report, [name]);
    const [own] = [summaryMarkdown(judgeCheck(named('x'), false), named('x'), ['x'])];
    const shape = (markdown: string) =>
      markdown
        .replace(/&#\d+;/g, '')
        .replace(/[^!-/:-@[-`{-~\n]/g, '')
        .replace(/…|\d/g, '');
    const bounded = name.length > 500;
    if (!bounded) expect(shape(text)).toBe(shape(own));
    expect(text.length).toBeLessThan(20_000);
  });
});
