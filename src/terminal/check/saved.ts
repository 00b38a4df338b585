// A check of looks that are saved already, or that commands bring: read as `analyze` reads them, judged by the rules of
// services.yml where a service is named.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Folders } from '../../analysis.ts';
import type { CheckCommand, CheckSubject, ProgramLine } from '../../command/read-check.ts';
import { Failure } from '../../failure.ts';
import { flamesOf } from '../../flame/captures.ts';
import { conclude, contextOf } from '../../investigate.ts';
import { inForce } from '../../known/rules.ts';
import type { RawArtefact } from '../../model/snapshot.ts';
import type { Service } from '../../model/target.ts';
import { assembleSeries } from '../../parse/snapshot.ts';
import { fileName } from '../../report/foreign.ts';
import { openSaved, snapshotsAmong } from '../../saved/files.ts';
import { holdsClues, problemsOf } from '../../saved/reading.ts';
import { prepareFolder, save } from '../capture.ts';
import { readFolder } from '../files.ts';
import type { Terminal } from '../ports.ts';
import { digestOf, readArtefacts } from '../read.ts';
import { type Checked, namedService } from './checked.ts';
import { startCommand } from './child.ts';
import { runRounds } from './rounds.ts';

const ID_DIGITS = 16;
/** A dump of a million goroutines comes in one minute. */
const LOOK_MS = 5 * 60_000;

type Commands = Extract<CheckSubject, { how: 'commands' }>;

/** @throws Failure `file_unreadable`, `artefact_unknown` */
export async function checkPaths(
  command: CheckCommand,
  paths: readonly string[],
  terminal: Terminal,
): Promise<Checked> {
  const read = await readArtefacts(paths, holdsClues);
  return { ...(await concluded(command, read, terminal)), rounds: [] };
}

/** Without a load of its own there is no third look: nothing would have happened before it. */
export async function checkCommands(
  command: CheckCommand,
  { before, after }: Commands,
  terminal: Terminal,
): Promise<Checked> {
  if (command.save !== undefined) await prepareFolder(command.save);
  const folders: RawArtefact[][] = [];
  const look = async (at: number): Promise<void> => {
    const program = at === 0 ? { flag: 'before', program: before } : { flag: 'after', program: after };
    folders.push(await lookBy(program, terminal));
  };
  const looks = command.load ? 3 : 2;
  const timed = command.load ? command : { ...command, warmUpMs: 0 };
  const rounds = await runRounds(timed, { look, count: async () => undefined, looks }, terminal);
  if (command.save !== undefined) await save(command.save, { instance: 'look', snapshots: folders }, true);
  const name = command.service ?? 'commands';
  const read = assembleSeries(folders, { instance: name });
  if (!read.series.snapshots.some(holdsClues)) {
    throw new Failure('artefact_unknown', { path: 'what the commands brought', reasons: problemsOf(read) });
  }
  return { ...(await concluded(command, { name, folders, ...read }, terminal)), rounds };
}

/** A look is the files a command leaves in `{dir}`, else what it prints; several folders in it would be several looks. */
async function lookBy(
  { flag, program }: { readonly flag: string; readonly program: ProgramLine },
  { signal }: Terminal,
): Promise<RawArtefact[]> {
  const folder = await mkdtemp(join(tmpdir(), 'goleak-look-'));
  const fromMs = Date.now();
  const running = startCommand({ flag, program, folder, mostMs: LOOK_MS, keep: true });
  const stop = (): void => void running.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const bytes = await running.done.catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
    const taken = { fromMs, toMs: Date.now() };
    const inFolder = (await readFolder(folder)).flat();
    if (inFolder.length > 0) return inFolder.map((file) => (file.taken ? file : { ...file, taken }));
    const printed = snapshotsAmong([openSaved({ name: `${flag} (printed)`, bytes, taken })]).flat();
    // Names inside an archive are foreign, and become names of files with --save.
    return printed.map((file) => ({ ...file, name: fileName(file.name), taken: file.taken ?? taken }));
  } finally {
    signal.removeEventListener('abort', stop);
    await running.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const NOBODY: Pick<Service, 'firstParty'> = { firstParty: [] };

interface Looks extends ReturnType<typeof assembleSeries> {
  readonly name: string;
  readonly folders: Folders;
}

/** The same files and rules give the same report. */
async function concluded(
  command: CheckCommand,
  { name, folders, series, problems }: Looks,
  terminal: Terminal,
): Promise<Omit<Checked, 'rounds'>> {
  const named =
    command.service === undefined ? undefined : namedService(command.service, await terminal.env());
  const rules = inForce(named?.notALeak ?? [], named?.name ?? '', Date.now());
  const files = folders.flatMap((inside, at) =>
    inside.map((file) => ({ ...file, name: `${at}/${file.name}` })),
  );
  const about = { id: '', service: named?.name ?? name, requestedBy: 'terminal', problems, files, rules };
  const report = conclude([series], contextOf(named ?? NOBODY, command.windowMs, rules), about);
  const id = digestOf(report.artefacts.map(({ sha256 }) => sha256)).slice(0, ID_DIGITS);
  return { report: { ...report, id }, flames: flamesOf([series]) };
}
