// Makes a thread show what is known of a request. Called as often as anybody likes: it compares what should
// be there with what is, and posts or edits only the difference. Knows nothing of queues or of Redis.
import { Failure } from '../failure.ts';
import type { ButtonValues } from '../model/button.ts';
import type { Offer } from '../model/capture.ts';
import type { Flames } from '../model/flame.ts';
import { type CaptureRequest, isLastWord, type Progress } from '../model/request.ts';
import { type Clock, type Ledger, type Posted, postOnce } from '../outbox/outbox.ts';
import {
  failureMessage,
  fullStacksFile,
  lastKnownMessage,
  progressMessage,
  recalledDetails,
  type SlackMessage,
  type ThreadStyle,
  threadMessages,
  uploadMessage,
  verdictMessage,
} from '../report/blocks.ts';
import { type Picture, pictures } from '../report/charts/pictures.ts';
import { fileName, json, plain } from '../report/foreign.ts';
import { attachedName } from '../report/pprof-command.ts';
import { triageFileName } from '../report/report.ts';
import type { Report } from '../report/schema.ts';
import type { ChartRenderer } from './charts.ts';
import { isPageUnasked, pageFile } from './page.ts';
import type { Place, SlackPoster, Upload } from './slack.ts';
import { isRefusal, SlackBusy } from './slack-call.ts';

export interface ThreadState {
  readonly request: CaptureRequest;
  readonly progress: Progress;
  readonly instances: readonly string[];
  readonly costSentence: string;
  /** Present once the verdict is there. */
  readonly report?: Report;
  /** The stacks that belong to it, for pictures. */
  readonly flames?: Flames;
  /** The report on the last pair of an instance that is gone. */
  readonly recalled?: Report;
  readonly offer?: Offer;
  /** Present once there is a last word. */
  readonly buttons?: ButtonValues;
  /** Opaque id of the button that ends it, while it runs. */
  readonly cancel?: string;
  /** Where an issue is filed about it, filled in. */
  readonly issueUrl?: string;
  /** Owners who are called to their leaks. */
  readonly told?: ThreadStyle['told'];
}

export interface ThreadPorts {
  readonly slack: SlackPoster;
  readonly renderChart: ChartRenderer;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** 0 when progress may be shown in the channel now, or the milliseconds until it may. */
  readonly progressTurn: (channel: string) => Promise<number>;
  /** What the root message last showed, to skip edits that change nothing. */
  readonly shown: {
    readonly load: () => Promise<string | undefined>;
    readonly save: (content: string) => Promise<void>;
  };
  /** Raw artefacts of the capture, oldest first. */
  readonly artefacts: () => Promise<readonly Attachable[]>;
  /** Told where the capture is told: once the root message stands, and when there is a verdict. */
  readonly placed: (thread: Required<Place>) => Promise<void>;
  /** Reserves a file name in a thread for this request; false when another capture there has it. */
  readonly claimName: (thread: Place, name: string) => Promise<boolean>;
}

/** A file of the capture, read only when it is attached. */
export interface Attachable {
  readonly name: string;
  readonly sizeBytes: number;
  readonly read: () => Promise<Uint8Array>;
}

/** What it takes to post a file. */
export type PostedFile = Pick<Attachable, 'name' | 'read'> & { readonly title?: string };

/** Slack shows a handful of attachments well; the rest stays in the store. */
const MAX_ARTEFACTS = 12;
const TITLE = 120;
const MAX_ARTEFACT_BYTES = 8 * 1024 * 1024;
/** Held in memory at once while they are uploaded. */
const MAX_ATTACHED_BYTES = 32 * 1024 * 1024;

/** Brings root message and thread up to date. Safe to repeat after any crash. */
export async function bringUpToDate(state: ThreadState, ports: ThreadPorts): Promise<void> {
  const { request, report, recalled } = state;
  const channel = request.origin.channel ?? '';
  const home: Place = { channel, ...(request.origin.threadTs && { threadTs: request.origin.threadTs }) };
  const { ts, isNew } = await showRoot(state, home, ports);
  const thread = { channel, threadTs: request.origin.threadTs ?? ts };
  if (isNew || isLastWord(state.progress.stage)) await ports.placed(thread);
  if (recalled) return showDetails(state, recalled, thread, ports);
  if (report && state.progress.stage === 'done') await showDetails(state, report, thread, ports);
}

/** What a thread says below its root about a report; safe to repeat. */
export async function showDetails(
  state: ThreadState,
  report: Report,
  thread: Place,
  ports: ThreadPorts,
): Promise<void> {
  const flames = (report === state.report && state.flames) || {};
  const isRecalled = report === state.recalled;
  const isPaged = isRecalled || isPageUnasked(report, state.request);
  const pages = isPaged ? (triage: string) => [pageFile(report, flames, triage)] : () => [];
  const lead = isRecalled ? { lead: recalledDetails(report) } : {};
  const [first, ...rest] = threadMessages(report, { told: state.told ?? [], ...lead }).map(
    (message, index) => () => post(`detail-${index}`, message, thread, state, ports),
  );
  const charts = () => postPictures('charts', () => pictures(report, flames), thread, ports);
  const details = first ? [first, ...rest] : [];
  await postParts([
    // That something is not from now is said before it is shown.
    ...(isRecalled && first ? [first, charts, ...rest] : [charts, ...details]),
    () => postArtefacts(report, pages, thread, ports),
  ]);
}

/** In order. A part that Slack refuses for good (a scope is missing) does not keep the others back. */
async function postParts(parts: readonly (() => Promise<unknown>)[]): Promise<void> {
  let refused: Failure | undefined;
  for (const part of parts) {
    try {
      await part();
    } catch (error) {
      if (!(error instanceof Failure) || error.retry !== 'never') throw error;
      refused ??= error;
    }
  }
  if (refused) throw refused;
}

/** Adds the full stacks of a report to its thread, once. */
export async function postStacks(state: ThreadState, rootTs: string, ports: ThreadPorts): Promise<void> {
  const { request, report } = state;
  if (!report) return;
  const thread: Place = {
    channel: request.origin.channel ?? '',
    threadTs: request.origin.threadTs ?? rootTs,
  };
  const { name, read } = stacksFile(report);
  const title = plain(`Full stacks of ${report.service}`, TITLE);
  await uploadOnce('stacks', [{ name: fileName(name), title, bytes: await read() }], thread, ports);
}

/** The stacks of all signatures, as a file. */
export function stacksFile(report: Report): Attachable {
  const bytes = new TextEncoder().encode(fullStacksFile(report));
  return { name: 'stacks.txt', sizeBytes: bytes.byteLength, read: async () => bytes };
}

async function showRoot(state: ThreadState, home: Place, ports: ThreadPorts): Promise<Posted> {
  const message = rootMessage(state);
  const content = JSON.stringify(message);
  const posted = await post('root', message, home, state, ports);
  const { ts, isNew } = posted;
  if (!isNew) {
    if ((await ports.shown.load()) === content) return posted;
    // By then there is something newer to show; a last word does not wait for that.
    const waitMs = isLastWord(state.progress.stage) ? 0 : await ports.progressTurn(home.channel);
    if (waitMs > 0) throw new SlackBusy(waitMs);
    await ports.slack.update(home.channel, ts, message, keyOf(state, 'root'));
  }
  await ports.shown.save(content);
  return posted;
}

function rootMessage(state: ThreadState): SlackMessage {
  const { request, progress, report, instances, costSentence, offer, buttons, cancel, issueUrl } = state;
  if (report && progress.stage === 'done') {
    return verdictMessage(report, {
      requestedBy: request.origin.user,
      ...(progress.fix && { fix: progress.fix }),
      ...(request.because !== undefined && { because: request.because }),
      ...(buttons && { buttons }),
      ...(offer && { offer }),
      ...(issueUrl !== undefined && { issueUrl }),
    });
  }
  if (request.files) return uploadMessage(request, progress);
  if (progress.stage === 'failed') {
    const about = {
      service: request.service,
      what: progress.what,
      hint: progress.hint,
      requestedBy: request.origin.user,
      ...(request.because !== undefined && { because: request.because }),
      ...(buttons && { buttons }),
    };
    const { lastKnown } = progress;
    return lastKnown
      ? lastKnownMessage({ ...about, lastKnown, askedAtMs: request.acceptedAtMs })
      : failureMessage(about);
  }
  return progressMessage(request, progress, {
    instances,
    costSentence,
    ...(cancel !== undefined && { cancel }),
  });
}

function post(
  step: string,
  message: SlackMessage,
  place: Place,
  state: ThreadState,
  ports: ThreadPorts,
): Promise<Posted> {
  const key = keyOf(state, step);
  return postOnce(
    step,
    {
      post: () => ports.slack.post(place, message, key),
      find: (sinceMs) => ports.slack.find(place, key, sinceMs),
      isRefusal,
    },
    ports.ledger,
    ports.clock,
  );
}

function keyOf(state: ThreadState, step: string): string {
  return `${state.request.id}:${step}`;
}

/** Pictures as one message, drawn only when they are not there yet. */
export async function postPictures(
  step: string,
  draw: () => readonly Picture[],
  thread: Place,
  ports: ThreadPorts,
): Promise<void> {
  if ((await ports.ledger.posting(step)).state === 'sent') return;
  const files: Upload[] = [];
  for (const { name, title, alt, art, size } of draw()) {
    const { png } = await ports.renderChart(art, size);
    files.push({ name: fileName(name), title: plain(title, TITLE), altText: alt, bytes: png });
  }
  if (files.length > 0) await uploadOnce(step, files, thread, ports);
}

async function postArtefacts(
  report: Report,
  pages: (triage: string) => readonly PostedFile[],
  thread: Place,
  ports: ThreadPorts,
): Promise<void> {
  if ((await ports.ledger.posting('artefacts')).state === 'sent') return;
  const name = await triageName(report, thread, ports);
  const triage: Upload = {
    name: fileName(name),
    title: plain(name, TITLE),
    bytes: new TextEncoder().encode(json(report, 2)),
  };
  const files = await uploadsOf([...pages(name), ...attached(await ports.artefacts())]);
  await uploadOnce('artefacts', [triage, ...files], thread, ports);
}

function uploadsOf(files: readonly PostedFile[]): Promise<Upload[]> {
  return Promise.all(
    files.map(async ({ name, title = name, read }) => ({
      name: attachedName(name),
      title: plain(title, TITLE),
      bytes: await read(),
    })),
  );
}

/** Files of a capture that its thread does not have, as one message; nothing when there are none. */
export async function postFiles(
  step: string,
  files: readonly PostedFile[],
  thread: Place,
  ports: Pick<ThreadPorts, 'slack' | 'ledger' | 'clock'>,
): Promise<void> {
  if (files.length === 0 || (await ports.ledger.posting(step)).state === 'sent') return;
  await uploadOnce(step, await uploadsOf(files), thread, ports);
}

/** `triage_20261123_0312.json`, or with `-2` when another capture of this thread has that name. */
async function triageName(report: Report, thread: Place, ports: ThreadPorts): Promise<string> {
  const taken = new Set<string>();
  for (;;) {
    const name = triageFileName(report.window.to ?? report.window.from ?? 0, (other) => taken.has(other));
    if (await ports.claimName(thread, name)) return name;
    taken.add(name);
  }
}

/** The newest that fit. */
export function attached(files: readonly Attachable[]): readonly Attachable[] {
  const chosen: Attachable[] = [];
  let bytes = 0;
  for (const file of files.toReversed()) {
    if (chosen.length === MAX_ARTEFACTS) break;
    if (file.sizeBytes > MAX_ARTEFACT_BYTES || bytes + file.sizeBytes > MAX_ATTACHED_BYTES) continue;
    bytes += file.sizeBytes;
    chosen.unshift(file);
  }
  return chosen;
}

function uploadOnce(
  step: string,
  files: readonly Upload[],
  thread: Place,
  ports: Pick<ThreadPorts, 'slack' | 'ledger' | 'clock'>,
): Promise<Posted> {
  let isAnnounced = false;
  return postOnce(
    step,
    {
      post: (annotate) =>
        ports.slack.upload(thread, files, async (fileIds) => {
          await annotate(fileIds);
          isAnnounced = true;
        }),
      find: async (sinceMs, fileIds) =>
        fileIds === undefined ? undefined : ports.slack.findUpload(thread, fileIds, sinceMs),
      // What was uploaded is seen by nobody until it is announced and shared.
      isRefusal: (error) => !isAnnounced || isRefusal(error),
    },
    ports.ledger,
    ports.clock,
  );
}
