// Files that somebody uploaded: fetched from Slack, read in a child that can be killed, and told in their thread as a
// capture is. No service is asked anything.
import type { Authorise } from '../src/authorise.ts';
import { SlackBusy } from '../src/deliver/slack-call.ts';
import type { SlackFiles } from '../src/deliver/slack-files.ts';
import { Failure } from '../src/failure.ts';
import { NotYet } from '../src/investigate.ts';
import type { CaptureRequest, Progress } from '../src/model/request.ts';
import { redact } from '../src/model/secrets.ts';
import type { RawArtefact } from '../src/model/snapshot.ts';
import { formatBytes } from '../src/model/units.ts';
import { UPLOADED, type UploadedFile, uploadedName } from '../src/model/upload.ts';
import type { Analysis } from '../src/model/verdict.ts';
import { buildReport } from '../src/report/report.ts';
import type { Report } from '../src/report/schema.ts';
import type { SavedReading } from '../src/saved/reading.ts';
import type { FlameStore } from '../src/store/flames.ts';
import type { ReportStore } from '../src/store/reports.ts';
import type { AnalysisChildren } from './analysis-children.ts';
import { permitted } from './granted.ts';
import type { Turn } from './turn.ts';

export interface UploadWork {
  readonly files: SlackFiles;
  readonly authorise: Authorise;
  readonly analyse: AnalysisChildren['analyse'];
  readonly home: string;
  readonly reports: ReportStore;
  readonly flames: FlameStore;
}

/** All files of one message, as they come: an execution trace or a dump of 100,000 goroutines; they wait in memory. */
export const MAX_UPLOAD_BYTES = 64 * 1024 * 1024;
/** Messages whose files wait in memory at once, in all workers together. */
const READ_AT_ONCE = 4;
const PLACE = 'uploads';
/** Where artefacts do not say when they were taken: as `goleak analyze` has it. */
const INTERVAL_MS = 30_000;

/**
 * @throws NotYet while others are being read, or Slack does not say who asked
 * @throws Failure
 */
export async function runUpload(
  request: CaptureRequest & { readonly files: readonly string[] },
  tell: (progress: Progress) => Promise<void>,
  work: UploadWork & { readonly turn: Turn },
): Promise<void> {
  const { turn } = work;
  await turn.check();
  const { origin, id } = request;
  permitted(await work.authorise({ at: 'worker', origin, actions: ['upload'], request: id }));
  const place = await turn.take(PLACE, READ_AT_ONCE);
  if (!place) throw new NotYet('other uploads are being read', PLACE);
  await tell({ stage: 'analysing' });
  const uploaded = await fetchAll(request.files, work);
  const reading = await read(request, uploaded, work);
  await work.flames.save(id, reading.flames);
  await work.reports.save(reportOn(reading, request, uploaded));
}

/** In the order they were uploaded: the first is the one before. */
async function fetchAll(
  ids: readonly string[],
  { files, turn }: { readonly files: SlackFiles; readonly turn: Turn },
): Promise<RawArtefact[]> {
  try {
    const described: UploadedFile[] = [];
    for (const id of ids) described.push(await files.about(id));
    refuseLarge(described);
    const uploaded: RawArtefact[] = [];
    for (const file of described) {
      uploaded.push({ name: redact(file.name), bytes: await files.fetch(file, turn.signal) });
    }
    return uploaded;
  } catch (error) {
    if (error instanceof SlackBusy) throw new NotYet('Slack asked to wait');
    throw error;
  }
}

function refuseLarge(files: readonly UploadedFile[]): void {
  const whole = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const [largest] = files.toSorted((a, b) => b.sizeBytes - a.sizeBytes);
  if (!largest || whole <= MAX_UPLOAD_BYTES) return;
  throw new Failure('upload_large', {
    name: largest.name,
    size: formatBytes(largest.sizeBytes),
    limit: formatBytes(MAX_UPLOAD_BYTES),
  });
}

async function read(
  { id }: CaptureRequest,
  uploaded: readonly RawArtefact[],
  { analyse, home, turn }: UploadWork & { readonly turn: Turn },
): Promise<SavedReading> {
  const name = nameOf(uploaded);
  const context = { firstParty: [], fallbackIntervalMs: INTERVAL_MS };
  const question = { home, id, name, uploaded, context };
  const reading = await analyse({ service: UPLOADED, question }, turn.signal).catch((error: unknown) => {
    if (!(error instanceof Failure) || error.code !== 'analysis_stopped') throw error;
    const { reason, file } = (error as Failure<'analysis_stopped'>).facts;
    throw new Failure('uploads_unread', { reason, file }, { cause: error });
  });
  if (reading.nothing) throw new Failure('artefact_unknown', { path: name, reasons: reading.nothing });
  return reading;
}

function reportOn(
  { analysis, problems, artefacts }: SavedReading,
  { id, origin }: CaptureRequest,
  uploaded: readonly RawArtefact[],
): Report {
  return buildReport(withAdvice(analysis), {
    id,
    service: nameOf(uploaded),
    requestedBy: origin.user,
    cost: { requests: [], pauseMsEstimate: 0 },
    artefacts,
    problems,
  });
}

const MORE_FILES =
  'Upload two dumps or profiles of one process together, taken some time apart; or `capture` the running service.';

/** There is no service here that could be captured again. */
function withAdvice(analysis: Analysis): Analysis {
  const { verdict } = analysis;
  return verdict.kind === 'inconclusive'
    ? { ...analysis, verdict: { ...verdict, nextStep: MORE_FILES } }
    : analysis;
}

function nameOf(uploaded: readonly RawArtefact[]): string {
  return uploadedName(uploaded.map(({ name }) => name));
}
