// `goleak analyze`: the verdict on artefacts somebody already has, one case or a folder of them.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from '../command/command.ts';
import { explain, Failure } from '../failure.ts';
import { flamesOf } from '../flame/captures.ts';
import { conclude } from '../investigate.ts';
import { assembleSeries } from '../parse/snapshot.ts';
import { terminal as clean, json } from '../report/foreign.ts';
import type { Report } from '../report/schema.ts';
import { holdsClues } from '../saved/reading.ts';
import { listCases, readFolder } from './files.ts';
import { mayWrite, writePage } from './page.ts';
import { EXIT_OK, type Terminal } from './ports.ts';
import { digestOf, type ReadArtefacts, readArtefacts } from './read.ts';

const ID_DIGITS = 16;

type AnalyzeCommand = Extract<Command, { kind: 'analyze' }>;

/** @throws Failure `file_unreadable`, `artefact_unknown` */
export async function analyzePaths(command: AnalyzeCommand): Promise<Report> {
  if (command.html !== undefined) await mayWrite(command.html);
  const read = await readArtefacts(command.paths, holdsClues);
  const report = reportOn(read, command.intervalMs);
  if (command.html !== undefined) await writePage(command.html, report, flamesOf([read.series]));
  return report;
}

/**
 * One report a case into `out`. A case that cannot be read gets an inconclusive report with its problem, and the
 * others go on.
 */
export async function analyzeBatch(
  command: AnalyzeCommand & { readonly batch: string },
  terminal: Terminal,
): Promise<number> {
  const out = command.out ?? '.';
  await mkdir(out, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EEXIST' ? 'it is a file' : (error.code ?? 'unknown error');
    throw new Failure('folder_unwritable', { path: out, reason }, { cause: error });
  });
  const cases = await listCases(command.batch);
  for (const [at, name] of cases.entries()) {
    terminal.progress(clean(`${at + 1} of ${cases.length}: ${name}`));
    const report = await reportOnCase(join(command.batch, name), name, command.intervalMs);
    await writeFile(join(out, `${name}.json`), `${json(report, 2)}\n`);
    terminal.print(
      terminal.json ? json(caseLine(name, report)) : clean(`${name}: ${report.verdict.summary}`),
    );
  }
  terminal.progress('');
  return EXIT_OK;
}

async function reportOnCase(path: string, name: string, intervalMs: number): Promise<Report> {
  try {
    const folders = await readFolder(path);
    return reportOn({ name, folders, ...assembleSeries(folders, { instance: name }) }, intervalMs);
  } catch (error) {
    const { what } = explain(error, name);
    const problems = [{ code: 'case-unreadable', text: what }];
    return reportOn({ name, folders: [], series: { instance: name, snapshots: [] }, problems }, intervalMs);
  }
}

/** The same files give the same report, id included. */
function reportOn({ name, folders, series, problems }: ReadArtefacts, intervalMs: number): Report {
  const context = { firstParty: [], fallbackIntervalMs: intervalMs };
  const files = folders.flatMap((inside, at) =>
    inside.map((file) => ({ ...file, name: `${at}/${file.name}` })),
  );
  const about = { id: '', service: name, requestedBy: 'terminal', problems, files };
  const report = conclude([series], context, about);
  return { ...report, id: digestOf(report.artefacts.map(({ sha256 }) => sha256)).slice(0, ID_DIGITS) };
}

function caseLine(name: string, { verdict, signatures, problems }: Report): object {
  const { kind, tier, confidence, summary } = verdict;
  return {
    case: name,
    kind,
    tier,
    confidence,
    signatures: signatures.length,
    problems: problems.length,
    summary,
  };
}
