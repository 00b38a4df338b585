import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateBlocks } from '../../demo/workspace/blocks.ts';
import { readView } from '../../demo/workspace/methods/views.ts';
import { type AnswerAbout, answerTo } from '../../src/answers/answer.ts';
import { earlierOfReport, earlierOfVerdict, nearestToDayBefore } from '../../src/answers/earlier.ts';
import { issueUrl } from '../../src/answers/issue.ts';
import { ruleMessage } from '../../src/answers/rule.ts';
import { ruleView } from '../../src/forms/rule.ts';
import type { KeptVerdict } from '../../src/model/digest.ts';
import type { Explained } from '../../src/model/question.ts';
import type { Rule } from '../../src/model/rule.ts';
import type { SlackMessage } from '../../src/report/blocks.ts';
import { sampleReport } from '../kit/report.ts';
import { anyReport } from '../kit/report-arbitraries.ts';
import { sampleRetention } from '../kit/retention.ts';

const DAY_MS = 86_400_000;
const report = sampleReport();
const nowMs = report.window.to ?? 0;

function answer(question: Explained, about: Partial<AnswerAbout> = {}): string {
  return read(answerTo(question, { report, askedBy: 'U0ONCALL', ...about }));
}

function read({ blocks }: SlackMessage): string {
  const texts = (value: unknown): string[] => {
    if (Array.isArray(value)) return value.flatMap(texts);
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, each]) =>
      key === 'text' && typeof each === 'string' ? [each] : texts(each),
    );
  };
  return blocks.flatMap(texts).join('\n');
}

describe('why?', () => {
  it('gives the reasons of each signature with their numbers, and why it is nothing else', () => {
    expect(answer({ kind: 'why' })).toMatchInlineSnapshot(`
      "*Why goroutine leak, proven* (confidence 98 %)
      +1,204 goroutines in 30 s, all blocked on chan send in \`ledger.(*Writer).flush\`, created by \`ledger.NewWriter\`; heap follows; memory limit reached in about 2 h 10 m.
      *1.* \`payments/ledger.(*Writer).flush\`, proven: 1,216 goroutines, +1,204 in 30 s
      • the runtime itself reports these goroutines as leaked
      • 1,204 more than 30 s before
      • oldest has waited 14 min
      *2.* \`retry.(*Backoff[...])…aitForUpstreamAvailability\`, probable: 48 goroutines, +31 in 30 s
      • 31 more than 30 s before
      *3.* \`payments/notify.(*Hub).subscribe.func2\`, suspect: 12 goroutines, not growing
      • 12 goroutines have waited on one channel for more than 2 h
      *Measured beside it*
      ▲ critical: the runtime reports 1,216 leaked goroutines at \`ledger.(*Writer).flush\`.
      ▲ critical: 1,247 -&gt; 2,482 goroutines in 30 s (+41/s); 97 % of the growth is one signature.
      ◆ warning: in-use heap +12.4 MiB, 10.2 KiB per leaked goroutine.
      *Why not something else*
      • not heap leak: in-use heap grows only as fast as the goroutines that hold it (10.2 KiB each).
      • not growth that follows load: \`requests_in_flight\` stayed at 40 through the window.
      • not allocation churn: allocation rate is flat at 3.1 MiB/s.
      \`why?\` · asked by <@U0ONCALL>"
    `);
  });

  it('says of a healthy service what was looked at', () => {
    const healthy = sampleReport('healthy');
    const clue = {
      clue: 'goroutine-growth',
      severity: 'none' as const,
      text: 'Goroutines 212 → 212.',
      evidence: {},
    };
    const said = answer({ kind: 'why' }, { report: { ...healthy, clues: [clue] } });
    expect(said).toContain('*Why healthy*');
    expect(said).toContain('clear: Goroutines 212 → 212.');
  });

  it('says what would settle a doubt', () => {
    expect(answer({ kind: 'why' }, { report: sampleReport('inconclusive') })).toContain(
      '*What would settle it*',
    );
  });
});

describe('stack 2', () => {
  it('shows the stack of that signature as Go prints it, creator last', () => {
    const said = answer({ kind: 'stack', rank: 2 });
    expect(said).toMatch(/\*2\.\* `retry/);
    expect(said).toMatch(/```\n.*retry.*\n {2}retry\/backoff\.go:132[\s\S]*created by .*Start\n/);
  });

  it('counts what does not fit', () => {
    const [first] = report.signatures;
    if (!first) throw new Error('no signature');
    const frames = Array.from({ length: 100 }, () => ({
      func: `a/${'b'.repeat(60)}.c`,
      file: '/d/e.go',
      line: 1,
    }));
    const said = answer(
      { kind: 'stack', rank: 1 },
      { report: { ...report, signatures: [{ ...first, frames }] } },
    );
    expect(said).toMatch(/… \d+ more lines/);
  });

  it('says which there are when there is no such one', () => {
    expect(answer({ kind: 'stack', rank: 9 })).toContain('lists the signatures 1 to 3, and no 9');
    expect(answer({ kind: 'stack', rank: 1 }, { report: sampleReport('healthy') })).toContain(
      'lists no leaking goroutine signature',
    );
  });
});

describe('who owns 1', () => {
  const code = {
    module: 'github.com/acme/payments',
    ownersOf: (path: string) => (path === 'ledger/writer.go' ? ['@ledger-team', '@storage'] : []),
  };

  it('names the owner of the file and says that CODEOWNERS says so', () => {
    expect(answer({ kind: 'owner', rank: 1 }, { service: { owner: '@payments', code } })).toMatch(
      /`payments\/ledger\.\(\*Writer\)\.flush` is of @ledger-team\.\nCODEOWNERS says so of `ledger\/writer\.go`.*innermost call.*@storage beside/,
    );
  });

  it('falls back to the owner of the service, and says why', () => {
    const unowned = { ...code, ownersOf: () => [] };
    expect(answer({ kind: 'owner', rank: 1 }, { service: { owner: '@payments', code: unowned } })).toMatch(
      /is of @payments\.\nCODEOWNERS names nobody for `ledger\/writer\.go`/,
    );
    const elsewhere = { ...code, module: 'example.com/other' };
    expect(answer({ kind: 'owner', rank: 1 }, { service: { owner: '@payments', code: elsewhere } })).toMatch(
      /is of @payments\.\nNo call of the stack is in `example\.com\/other`/,
    );
    expect(answer({ kind: 'owner', rank: 1 }, { service: { owner: '@payments' } })).toContain(
      'names no CODEOWNERS',
    );
  });

  it('says that nobody does, and what would', () => {
    expect(answer({ kind: 'owner', rank: 1 })).toMatch(/has no owner\.\nservices\.yml names neither/);
  });
});

describe('vs yesterday', () => {
  const kept = (agoMs: number, id: string): KeptVerdict => ({
    atMs: nowMs - agoMs,
    reportId: id,
    kind: 'healthy',
    summary: 'healthy: nothing leaks.',
    signatures: [],
  });

  it('takes the capture nearest to a day before, never this one or a later one', () => {
    const all = [kept(3 * DAY_MS, 'a'), kept(1.1 * DAY_MS, 'b'), kept(0.5 * DAY_MS, 'c'), kept(-DAY_MS, 'd')];
    expect(nearestToDayBefore([...all, kept(0, report.id)], report)?.reportId).toBe('b');
    expect(nearestToDayBefore([kept(0, report.id), kept(-5, 'later')], report)).toBeUndefined();
  });

  it('says which one it is, and what is new, more and gone', () => {
    const [first, second, third] = report.signatures;
    if (!first || !second || !third) throw new Error('signatures are missing');
    const gone = {
      ...third,
      stableId: 'f'.repeat(16),
      frames: [{ func: 'old.Leak', file: '/o.go', line: 1 }],
    };
    const before = {
      ...report,
      id: '20261122-aaaaaaaaaaaa',
      window: { ...report.window, to: nowMs - 23 * 3_600_000 },
      signatures: [{ ...first, count: 16 }, gone],
      memory: {
        ...report.memory,
        samples: report.memory.samples.map((each) => ({ ...each, goroutines: 40 })),
      },
    };
    const after = {
      ...report,
      memory: {
        ...report.memory,
        samples: report.memory.samples.map((each) => ({ ...each, goroutines: 1_244 })),
      },
    };
    const said = answer({ kind: 'yesterday' }, { report: after, earlier: earlierOfReport(before) });
    expect(said).toMatch(/`20261122-aaaaaaaaaaaa`\), 23 h 00 m before/);
    expect(said).toContain('• more: `payments/ledger.(*Writer).flush` 16 → 1,216');
    expect(said).toMatch(/• new: `retry/);
    expect(said).toContain('• not listed any more: `old.Leak`');
    expect(said).toContain('goroutines: 40 → 1,244 (+1,204)');
  });

  it('says what is missing where only the verdict is kept, and where other instances were looked at', () => {
    expect(answer({ kind: 'yesterday' }, { earlier: earlierOfVerdict(kept(DAY_MS, 'b')) })).toContain(
      'Of then only the verdict',
    );
    const other = earlierOfReport({ ...report, id: 'x', instances: ['payments-svc-9'] });
    expect(answer({ kind: 'yesterday' }, { earlier: other })).toContain('Not set side by side');
  });

  it('says that there is none', () => {
    expect(answer({ kind: 'yesterday' })).toContain('No earlier capture of `payments-svc` is kept');
  });
});

describe('who holds it?', () => {
  const heapLeak = sampleReport('heap-leak');

  it('names commands, their price and the limit, where a heap leaks and nobody has looked', () => {
    expect(answer({ kind: 'retention' }, { report: heapLeak })).toMatchInlineSnapshot(`
      "*Who holds the memory of payments-svc* is not known. A heap profile names who allocated, never who holds: over HTTP nobody can tell. goleak attaches to no process; this is done by hand.
      \`\`\`
      pid=PID
      readelf -S /proc/$pid/exe | grep debug_info
      grep VmSize /proc/$pid/status; df -h /var/tmp
      (umask 077; cat /proc/$pid/exe &gt; /var/tmp/payments-svc.exe; gcore -o /var/tmp/payments-svc $pid)
      grf core payments-svc.exe payments-svc.$pid -o payments-svc.grf.out
      rm payments-svc.exe payments-svc.$pid
      goleak analyze HEAP-PROFILES... payments-svc.grf.out
      \`\`\`
      *What it is, and what it costs*
      • On the machine of the instance (\`gcore\` is part of gdb, and needs the rights to trace the process): no line of \`readelf\` means a binary built with \`-s -w\`, which goref cannot read. It is made for Go 1.19 to 1.26, and warns of newer ones.
      • The process stands still while its core is written, some 5 s a GiB, and six times that on a busy disk: take the instance out of rotation first, and mind liveness probes. The core is as large as what the process has mapped (VmSize), at least 160 MiB here, often far more than what is resident; it packs well.
      • The core holds everything the process had in memory: passwords, tokens, customers. Move it only where production data may be, and remove it. The goref file holds names and sizes, no values.
      • Then, elsewhere: \`grf\` is built from github.com/cloudwego/goref. Its file goes into this thread, or to \`goleak analyze\` beside the heap profiles of the capture.
      \`who holds it?\` · asked by <@U0ONCALL>"
    `);
  });

  it('asks nobody to make a core for nothing', () => {
    const said = answer({ kind: 'retention' }, { report: sampleReport('healthy') });
    expect(said).toContain('no heap grows');
    expect(said).not.toContain('gcore');
  });

  it('names no command that a service could have written', () => {
    const service = 'pay; rm -rf $(id) `id`';
    const said = answer({ kind: 'retention' }, { report: { ...heapLeak, service } });
    expect(said).toContain('gcore -o /var/tmp/pay-rm--rf-id-id $pid');
  });

  it('says what a goref file showed', () => {
    const way = sampleRetention();
    const said = answer({ kind: 'retention' }, { report: { ...heapLeak, retention: way } });
    expect(said).toMatchInlineSnapshot(`
      "*Who holds the memory of payments-svc*, by the goref file (3 roots)
      • the map \`byKey\` below \`ledger.open\`, depth 4 from the package variable \`ledger.open\`: 78.1 MiB, 91 % of what is reachable
      • the list \`next\` below \`retry.(*Backoff).run.queue\`, depth 3 from the local variable \`queue\` of \`retry.(*Backoff).run\`: 5.86 MiB, 7 % of what is reachable
      • what the runtime keeps (\`runtime.allgs\`): 1.83 MiB, 2 % of what is reachable
      Way: \`payments/ledger.open → byKey → its values → body\`
      goref counts each object once, on the first way it finds: what hangs off a root may be reachable from another too.
      \`who holds it?\` · asked by <@U0ONCALL>"
    `);
    expect(said).not.toContain('gcore');
  });
});

describe('raw', () => {
  it('lists the files and the command that opens them', () => {
    const said = answer({ kind: 'raw' });
    expect(said).toContain('*3 files of this capture*; they are in this thread');
    expect(said).toContain('• `payments-svc-1.0.heap.pb.gz` 17.8 KiB');
    expect(said).toContain('go tool pprof -http=:');
    expect(answer({ kind: 'raw' }, { posted: ['a'] })).toContain(
      '1 file that is not in this thread yet follows',
    );
    expect(said).not.toContain('as a page');
    expect(answer({ kind: 'raw' }, { page: true })).toContain('The report as a page follows');
  });
});

describe('a rule', () => {
  const rule: Rule = {
    id: '0123456789ab',
    kind: 'not-a-leak',
    signature: 'a'.repeat(16),
    label: 'chan send in github.com/acme/payments/ledger.(*Writer).flush',
    service: 'payments-svc',
    scope: 'service',
    by: 'U0ONCALL',
    reason: 'by design, <!channel>',
    atMs: nowMs,
    untilMs: Date.UTC(2026, 11, 24),
    request: 'x',
    question: 'q',
  };

  it('is announced with its author, scope, end and reason, and how to take it back', () => {
    const said = ruleMessage({ rule, question: 'q', remove: 'opaque' });
    expect(read(said)).toMatch(
      /^<@U0ONCALL> says that this is no leak: `chan send in .*flush` at `payments-svc`, until 24 Dec 2026\.\nReason: by design, &lt;!channel&gt;\n[\s\S]*`\/goleak rules remove 0123456789ab`[\s\S]*Remove the rule$/,
    );
    expect(validateBlocks(said.blocks)).toEqual([]);
  });

  it('says when it is taken back, made anew, or not kept any more', () => {
    const removed = { ...rule, removed: { by: 'U0PLATFORM', atMs: nowMs } };
    expect(read(ruleMessage({ rule: removed, question: 'q', remove: 'x' }))).toMatch(
      /Taken back by <@U0PLATFORM>\.$/,
    );
    expect(read(ruleMessage({ rule, question: 'earlier', remove: 'x' }))).toMatch(/said it anew since\.$/);
    expect(read(ruleMessage({ question: 'q' }))).toBe('This rule is not kept any more.');
  });

  it('is asked for in a modal that Slack takes, however many and long its signatures are', () => {
    const signatures = Array.from({ length: 120 }, (_, at) => ({
      signature: at.toString(16).padStart(16, '0'),
      label: `chan send in ${'x'.repeat(400)}<!channel>\u202e`,
      count: at,
    }));
    for (const kind of ['snooze', 'not-a-leak'] as const) {
      const view = ruleView({ kind, service: 'payments-svc', about: 'opaque', signatures, nowMs });
      expect(readView(view, 'modal')).toMatchObject({ type: 'modal' });
    }
  });
});

describe('an issue to file', () => {
  const template = 'https://github.com/acme/payments/issues/new?title={title}&body={body}&labels=leak';

  it('is filled in with the verdict, the next step and the stacks', () => {
    const url = new URL(issueUrl(template, report) ?? '');
    expect(url.searchParams.get('title')).toBe(
      'payments-svc: goroutine leak, proven in ledger.(*Writer).flush',
    );
    expect(url.searchParams.get('labels')).toBe('leak');
    const body = url.searchParams.get('body') ?? '';
    expect(body).toMatch(/^\+1,204 goroutines in 30 s, all blocked/);
    expect(body).toMatch(/Next: Give the send[\s\S]*Seen on payments-svc-1, payments-svc-2/);
    expect(body).toMatch(/1\. chan send: 1,216 goroutines[\s\S]*ledger\/writer\.go:88/);
  });

  it('stays within the length Slack takes, and says what it cut', () => {
    fc.assert(
      fc.property(anyReport(), (any) => {
        const url = issueUrl(template, any) ?? '';
        expect(url.length).toBeLessThanOrEqual(3_000);
        expect(URL.canParse(url)).toBe(true);
        expect(url).not.toMatch(/[\s<>"{}]/);
      }),
      { numRuns: 100 },
    );
    const long = {
      ...report,
      verdict: { ...report.verdict, nextStep: 'é'.repeat(300), summary: 'é'.repeat(300) },
    };
    expect(decodeURIComponent(issueUrl(template, long) ?? '')).toMatch(/cut to fit into an address/);
  });
});

it('says by which words it is asked, and who asked', () => {
  expect(answer({ kind: 'stack', rank: 1 })).toMatch(/`stack 1` · asked by <@U0ONCALL>$/);
});

it('stays within the limits, whatever the report holds', () => {
  const questions: Explained[] = [
    { kind: 'why' },
    { kind: 'stack', rank: 1 },
    { kind: 'owner', rank: 1 },
    { kind: 'yesterday' },
    { kind: 'raw' },
    { kind: 'retention' },
  ];
  fc.assert(
    fc.property(anyReport(), anyReport(), (one, other) => {
      for (const question of questions) {
        const about = { report: one, earlier: earlierOfReport(other), askedBy: 'U0ONCALL', service: {} };
        const { blocks, text } = answerTo(question, about);
        expect(validateBlocks(blocks)).toEqual([]);
        expect(text.length).toBeLessThanOrEqual(4_000);
        expect(JSON.stringify(blocks)).not.toMatch(/<!(?:channel|here|everyone)/);
      }
    }),
    { numRuns: 60 },
  );
});
