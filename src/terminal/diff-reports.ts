// Two finished reports compared: what was accused then and now, heap sites and memory both know, and the verdicts.
import type { Problem } from '../model/problem.ts';
import type { RawArtefact } from '../model/snapshot.ts';
import type { Change } from '../model/verdict.ts';
import type { Comparison } from '../report/diff-text.ts';
import { type Report, reportSchema } from '../report/schema.ts';
import { KIND_WORDS } from '../report/wording.ts';

/** A report with ten thousand changes is a few megabytes. */
const MAX_REPORT_BYTES = 64 * 1024 * 1024;
const HEAD_BYTES = 512;
const SCHEMA = /"schema"\s*:\s*"goleak\.report\/v1"/;
const FIGURES = ['heapAlloc', 'heapInuse', 'heapObjects', 'stackInuse', 'sys', 'rss', 'goroutines'] as const;
const LEAST_SITE_BYTES = 512 * 1024;

/** The report that a single file is, recognised by its content; undefined when it is something else. */
export function reportIn(folders: readonly (readonly RawArtefact[])[]): Report | undefined {
  const files = folders.flat();
  const [file] = files;
  if (!file || files.length > 1 || file.bytes.byteLength > MAX_REPORT_BYTES) return undefined;
  const head = Buffer.from(file.bytes.subarray(0, HEAD_BYTES)).toString('utf8');
  if (!head.trimStart().startsWith('{') || !SCHEMA.test(head)) return undefined;
  try {
    const parsed = reportSchema.safeParse(JSON.parse(Buffer.from(file.bytes).toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export function compareReports(
  before: Report,
  after: Report,
): Comparison & { readonly problems: readonly Problem[] } {
  const { rows, steady } = signatureRows(before, after);
  const changes = [...rows, ...siteRows(before, after), ...memoryRows(before, after)];
  const unsure = (report: Report) => report.verdict.kind === 'inconclusive' && report.signatures.length === 0;
  return {
    changes,
    compared: [
      'leaking signatures',
      ...(before.heap && after.heap ? ['heap sites'] : []),
      ...(lastOf(before) && lastOf(after) ? ['memory'] : []),
    ],
    steady,
    doubt: {
      ...(unsure(after) && { gone: 'the later report is inconclusive' }),
      ...(unsure(before) && { fresh: 'the earlier report is inconclusive' }),
    },
    aside: verdictWords(before, after),
    problems: notesOf(before, after),
  };
}

function verdictWords({ verdict: was }: Report, { verdict: is }: Report): string {
  if (was.kind === is.kind) return `the verdict stays ${KIND_WORDS[is.kind]}`;
  return `the verdict went from ${KIND_WORDS[was.kind]} to ${KIND_WORDS[is.kind]}`;
}

function notesOf(before: Report, after: Report): Problem[] {
  const notes = [
    {
      code: 'reports-compared',
      text: 'Reports list leaking goroutines only: gone means no longer found leaking, and goroutines were compared by signature.',
    },
  ];
  if (before.service !== after.service) {
    notes.push({
      code: 'services-differ',
      text: `The reports are of two services: ${before.service} and ${after.service}.`,
    });
  }
  return notes;
}

function signatureRows(before: Report, after: Report): { rows: Change[]; steady: number } {
  const [was, is] = [byStableId(before), byStableId(after)];
  const rows: Change[] = [];
  let steady = 0;
  for (const id of new Set([...was.keys(), ...is.keys()])) {
    const [then, now] = [was.get(id), is.get(id)];
    if (then?.count === now?.count) steady += 1;
    else rows.push(changeOf('signature', id, then?.count, now?.count, now?.label ?? then?.label ?? ''));
  }
  return { rows: rows.sort((a, b) => sizeOf(b) - sizeOf(a)), steady };
}

function byStableId({ signatures }: Report): Map<string, { count: number; label: string }> {
  const found = new Map<string, { count: number; label: string }>();
  for (const { stableId, state, frames, createdBy, count } of signatures) {
    const creator = createdBy ? ` ← ${createdBy.func}` : '';
    const label = `${state} in ${frames[0]?.func ?? 'unknown'}${creator}`;
    found.set(stableId, { label, count: count + (found.get(stableId)?.count ?? 0) });
  }
  return found;
}

/** Reports keep the largest sites only, so a site that one of them lacks has not gone. */
function siteRows(before: Report, after: Report): Change[] {
  const was = new Map((before.heap?.sites ?? []).map((site) => [siteKey(site), site.inuseBytes]));
  return (after.heap?.sites ?? []).flatMap((site) => {
    const key = siteKey(site);
    const then = was.get(key);
    if (then === undefined || Math.abs(site.inuseBytes - then) < LEAST_SITE_BYTES) return [];
    return [changeOf('site', key, then, site.inuseBytes, key)];
  });
}

function siteKey({ frames }: { readonly frames: readonly { readonly func: string }[] }): string {
  return frames
    .slice(0, 3)
    .map(({ func }) => func)
    .join(' < ');
}

function memoryRows(before: Report, after: Report): Change[] {
  const [was, is] = [lastOf(before), lastOf(after)];
  return FIGURES.flatMap((field) => {
    const [from, to] = [was?.[field], is?.[field]];
    if (typeof from !== 'number' || typeof to !== 'number' || from === to) return [];
    return [changeOf('memory', field, from, to, field)];
  });
}

function lastOf({ memory }: Report) {
  return memory.samples.at(-1);
}

function sizeOf({ before, after }: Change): number {
  return Math.abs(Number(after ?? 0) - Number(before ?? 0));
}

function changeOf(
  kind: Change['kind'],
  id: string,
  before: number | undefined,
  after: number | undefined,
  label: string,
): Change {
  const status =
    before === undefined ? 'new' : after === undefined ? 'gone' : after > before ? 'grown' : 'shrunk';
  return { kind, id, status, before: before ?? null, after: after ?? null, label };
}
