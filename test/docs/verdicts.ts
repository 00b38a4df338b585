// `npm run docs`: writes docs/verdicts.md, one recorded example for each kind of verdict with what `goleak analyze`
// says of it today. Examples are taken from the half of the captures that the analysis is developed on.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERDICT_KINDS, type VerdictKind } from '../../src/model/verdict.ts';
import { reportText } from '../../src/report/text.ts';
import { KIND_WORDS } from '../../src/report/wording.ts';
import { analyzePaths } from '../../src/terminal/analyze.ts';
import split from '../programs/split.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CAPTURES = 'test/captures/programs';
const WIDTH = 100;

interface Example {
  readonly program: string;
  readonly run: string;
  readonly snapshots: readonly number[];
  readonly about: string;
  readonly means: string;
  readonly act: string;
  readonly doubt: string;
}

const ALL = [1, 2, 3];

const EXAMPLES: Readonly<Record<VerdictKind, Example>> = {
  'goroutine-leak': {
    program: 'early-return',
    run: 'go1.26.8-low',
    snapshots: ALL,
    about:
      'Three carriers are asked for a quote; at the first refusal the caller returns, and the other two never get rid of theirs.',
    means:
      'Goroutines are started, come to wait at one place and never leave it: more at every snapshot, the old ones still there by id.',
    act: 'Read the blocked function and its creator, fix who should have woken it (the hint names the usual way), and compare before and after with `goleak diff`.',
    doubt:
      'The old ids moving on or ending, growth that stops by itself (a pool that fills), or a counter of the service that rises in step with them.',
  },
  deadlock: {
    program: 'read-lock-recursive',
    run: 'go1.27.3-low',
    snapshots: ALL,
    about: 'A reader takes the read lock a second time while a writer waits between the two.',
    means:
      'The same goroutines stand behind a lock at every snapshot, none is let through, and their number need not grow.',
    act: 'Look at the likely holder, or at the two places that take the locks in two orders; restart the process, since nothing in it can undo this.',
    doubt: 'Any of them getting through between two snapshots: then the lock is contended, not stuck.',
  },
  'heap-leak': {
    program: 'audit-slice',
    run: 'go1.27.3-low',
    snapshots: ALL,
    about: 'An audit log in memory that every request appends to and nobody ever cuts.',
    means:
      'What one place allocates is still in use after collections, again and again, while the number of goroutines explains nothing of it.',
    act: 'Open the site, find what keeps its objects (a map, a slice, a cache without a bound), and give that a limit or an end.',
    doubt:
      'Live heap that levels off in a longer window (a cache that fills), or a fall back after traffic has gone.',
  },
  churn: {
    program: 'churn-buffers',
    run: 'go1.26.8-low',
    snapshots: ALL,
    about: 'A large buffer is made for every request and dropped at once.',
    means:
      'Memory in use stays flat while allocation surges: the collector keeps up, and pays for it in CPU.',
    act: 'Reuse what the named site makes (a sync.Pool, a buffer kept by its owner), or raise GOGC if memory is plentiful.',
    doubt: 'Live heap growing as well, which makes it a leak; or a surge that ends with a batch.',
  },
  fragmentation: {
    program: 'sparse-spans',
    run: 'go1.26.8-low',
    snapshots: ALL,
    about: 'Of many small objects a few in every page survive, so the pages cannot be given back.',
    means: 'Spans in use hold far more than the objects in them: memory is paid for that nobody has.',
    act: 'Let objects with different lifetimes not share a size class (allocate the long-lived ones together), or copy the survivors once.',
    doubt: 'The gap closing after the next collections: then it was garbage waiting to be swept.',
  },
  'off-heap-growth': {
    program: 'mmap-index',
    run: 'go1.26.8-low',
    snapshots: ALL,
    about: 'An index is mapped into memory anew at every reload, and the old mappings stay.',
    means:
      'The process grows while the Go runtime does not: mmap, cgo or another allocator holds the memory.',
    act: 'Look for Munmap, C.free and handles that are never released; heap profiles cannot show this memory.',
    doubt:
      'Resident memory falling without the process ending: then it was page cache of mapped files, which the kernel takes back.',
  },
  'gc-pressure': {
    program: 'memlimit-gogc-off',
    run: 'go1.26.8-low',
    snapshots: ALL,
    about: 'GOGC is off and GOMEMLIMIT so close to what is live that the collector runs without pause.',
    means:
      'Live memory does not grow, but hardly any room is left below the limit, so collections follow each other.',
    act: 'Raise the limit or hold less; more CPU does not help.',
    doubt:
      'Live heap still rising (then the leak comes first), or collections getting rarer when the load falls.',
  },
  'scales-with-load': {
    program: 'upload-growing',
    run: 'go1.26.8-high',
    snapshots: ALL,
    about: 'Slow uploads become more and more, each with its connection and its goroutines.',
    means: 'Goroutines grow in proportion to connections or requests in flight: that is work, not loss.',
    act: 'Ask where the load comes from; capture again when it has fallen and see whether they went.',
    doubt: 'The load falling while the goroutines stay.',
  },
  healthy: {
    program: 'pool-capped',
    run: 'go1.26.8-low',
    snapshots: ALL,
    about: 'A pool of workers that fills up to its bound and stays there.',
    means: 'There was enough to see a leak, and none was seen. It is said with the window it holds for.',
    act: 'Nothing. If memory climbs over hours, take a longer window.',
    doubt:
      'A leak slower than the window can show; a part of the service that had no traffic while it was looked at.',
  },
  inconclusive: {
    program: 'session-map',
    run: 'go1.26.8-low',
    snapshots: [1],
    about: 'One snapshot of a service whose sessions are never forgotten: too little to tell.',
    means:
      'What was captured cannot tell a leak from its look-alikes, and guessing would cost trust. It says what would settle it.',
    act: 'Do what the last line says: mostly a second or third snapshot, or a longer window.',
    doubt: 'The evidence that is asked for.',
  },
};

async function section(kind: VerdictKind): Promise<string> {
  const { program, run, snapshots, about, means, act, doubt } = EXAMPLES[kind];
  if (!split.develop.includes(program)) throw new Error(`${program} is not for examples: it is only scored`);
  const folder = `${CAPTURES}/${program}/${run}`;
  const paths = snapshots.map((at) => `${folder}/${at}`);
  const report = await analyzePaths({
    kind: 'analyze',
    paths: paths.map((path) => relative(process.cwd(), `${ROOT}${path}`)),
    intervalMs: 30_000,
  });
  if (report.verdict.kind !== kind)
    throw new Error(`${folder} is called ${report.verdict.kind}, not ${kind}`);
  const named = snapshots.length > 1 ? `${folder}/{${snapshots.join(',')}}` : paths.join(' ');
  return [
    `## \`${kind}\`: ${KIND_WORDS[kind]}`,
    `**It means:** ${means}`,
    `**What to do:** ${act}`,
    `**What would change our mind:** ${doubt}`,
    `*Example:* [\`${program}\`](../test/programs/${program}/main.go). ${about}`,
    `\`\`\`console\n$ goleak analyze ${named}\n${reportText(report, { color: false, width: WIDTH }).trimEnd()}\n\`\`\``,
  ].join('\n\n');
}

const sections: string[] = [];
for (const kind of VERDICT_KINDS) sections.push(await section(kind));
const head = `# The verdicts

Every kind of verdict with one recorded example: what it means, what to do, and what would change our mind. The outputs are
real; \`npm run docs\` writes this page anew. The fixes are in [hints.md](hints.md).`;
writeFileSync(`${ROOT}docs/verdicts.md`, `${[head, ...sections].join('\n\n')}\n`);
console.log(`docs/verdicts.md: ${sections.length} kinds of verdict`);
