// The one root message of a capture, from the first second to the verdict; edited in place, never repeated.
import { type ButtonValues, CANCEL_ACTION, CAPTURE_AGAIN_ACTION } from '../model/button.ts';
import type { Offer } from '../model/capture.ts';
import type { Fix } from '../model/fix.ts';
import type { CaptureRequest, Progress } from '../model/request.ts';
import type { CaptureKind } from '../model/target.ts';
import { formatDuration } from '../model/units.ts';
import { changeRows } from './changes.ts';
import { actions, type Block, context, type SlackMessage, section, uploadedImage } from './elements.ts';
import { fixLine } from './fix-message.ts';
import {
  code,
  cutList,
  type Foreign,
  joinMrkdwn,
  type Markup,
  type Mrkdwn,
  markup,
  mention,
  mrkdwn,
  prose,
  words,
} from './foreign.ts';
import { nameWithin, shortLabel } from './name.ts';
import type { Report, ReportSignature } from './schema.ts';
import { calmMenu, verdictActions } from './verdict-actions.ts';
import {
  blockedFunction,
  briefCost,
  confidenceWords,
  counted,
  countWords,
  dayWords,
  type EvidenceLine,
  evidence,
  oldestWords,
  place,
  SEVERITY_MARKS,
  summaryWords,
  type Tone,
  timeWords,
  toneOf,
  verdictTitle,
  windowWords,
} from './wording.ts';

/** What the root message shows; the thread has the rest. */
const EVIDENCE_SHOWN = 3;
const SIGNATURES_SHOWN = 3;
const INSTANCES_SHOWN = 5;
const BAR_CELLS = 12;

const SENTENCE = 700;
const CLUE_SENTENCE = 400;
const NAME = 80;
const FUNCTION_WIDTH = 48;
const LABEL_WIDTH = 70;

const TONE_MARKS: Readonly<Record<Tone, Mrkdwn>> = {
  alarm: mrkdwn`:rotating_light:`,
  caution: mrkdwn`:warning:`,
  good: mrkdwn`:white_check_mark:`,
  unsure: mrkdwn`:grey_question:`,
};

/** What is captured, as people say it. */
export const CAPTURED_WORDS: Readonly<Record<CaptureKind, string>> = {
  goroutine: 'goroutines',
  heap: 'heap',
  memstats: 'memory figures',
  trace: 'execution trace',
};

export interface ProgressAbout {
  readonly instances: readonly string[];
  /** What the capture will cost the service, one sentence without a full stop. */
  readonly costSentence: string;
  /** Opaque id of the button that ends it. */
  readonly cancel?: string;
}

export function progressMessage(
  request: CaptureRequest,
  progress: Progress,
  about: ProgressAbout,
): SlackMessage {
  const service = code(request.service, NAME);
  const stage = stageWords(progress);
  if (progress.stage === 'failed') {
    const { service: named, origin, because } = request;
    return failureMessage({
      service: named,
      ...progress,
      requestedBy: origin.user,
      ...(because !== undefined && { because }),
    });
  }
  if (progress.stage === 'cancelled') {
    const text = mrkdwn`:black_square_for_stop: Capture of ${service} cancelled by ${mention(progress.by)}.`;
    return { text, blocks: [section(text)] };
  }
  const what = request.kinds.map((kind) => CAPTURED_WORDS[kind]).join(', ');
  const over = request.windowMs === 0 ? 'once' : `for ${formatDuration(request.windowMs)}`;
  const { pushed } = request;
  const title = pushed
    ? mrkdwn`:inbox_tray: *${service}* pushed its last pair of snapshots`
    : mrkdwn`:mag: Capturing *${service}* ${over}`;
  const bar = mrkdwn`${progressBar(progressShare(progress))}  ${markup(stage)}`;
  const from = mrkdwn`${words(what, NAME)} from ${listOf(about.instances, INSTANCES_SHOWN)}`;
  const price = pushed ? 'none: it is asked nothing' : about.costSentence;
  const cost = mrkdwn`Cost to the service: ${prose(price, CLUE_SENTENCE)}`;
  const asked = askedBy(request.origin.user, request.because);
  const blocks: Block[] = [
    section(joinMrkdwn([title, bar], '\n')),
    context([joinMrkdwn([from, asked], ' · '), cost]),
  ];
  const { cancel } = about;
  if (cancel !== undefined)
    blocks.push(
      actions([{ text: 'Cancel', actionId: CANCEL_ACTION, value: cancel, says: 'Cancel this capture' }]),
    );
  const text = pushed
    ? mrkdwn`${service} pushed its last pair: ${markup(stage)}`
    : mrkdwn`Capturing ${service} ${over}: ${markup(stage)}`;
  return { text, blocks };
}

export interface VerdictAbout {
  /** Slack id of who asked; the report's `requestedBy` when absent. */
  readonly requestedBy?: string;
  /** Why it was made though nobody asked. */
  readonly because?: string;
  /** Opaque ids that the buttons hand back. Without them there are no buttons. */
  readonly buttons?: ButtonValues;
  /** What a look at a newer build has shown. */
  readonly fix?: Fix;
  /** What was left out because nobody had agreed to its price. */
  readonly offer?: Offer;
  /** Where an issue is filed about it, filled in. */
  readonly issueUrl?: string;
  /** Uploaded pictures, by what they show. */
  readonly charts?: readonly { readonly fileId: string; readonly alt: string }[];
}

export function verdictMessage(report: Report, about: VerdictAbout = {}): SlackMessage {
  const headline = about.fix
    ? joinMrkdwn([fixLine(about.fix), verdictHeadline(report, about.fix)], '\n')
    : verdictHeadline(report);
  const asked = askedBy(about.requestedBy ?? report.requestedBy, about.because);
  const costs = context([
    joinMrkdwn([mrkdwn`${windowWords(report)} · cost: ${briefCost(report)}`, asked], ' · '),
  ]);
  const before = report.before ? [context([mrkdwn`${prose(report.before.text, SENTENCE)}`])] : [];
  const hidden = hiddenLines(report);
  const text = mrkdwn`${words(report.service, NAME)}: ${verdictTitle(report.verdict)} (${confidenceWords(report.verdict.confidence)}). ${prose(summaryWords(report.verdict), SENTENCE)}`;
  const { buttons: values } = about;
  if (isCalm(report, about.fix)) {
    return { text, blocks: [section(headline, values && calmMenu(values)), ...hidden, ...before, costs] };
  }

  const blocks: Block[] = [section(headline)];
  const clues = evidenceLines(report);
  if (clues.length > 0) blocks.push(section(joinMrkdwn(clues, '\n')));
  const rows = cutList(report.signatures, SIGNATURES_SHOWN);
  for (const [index, signature] of rows.shown.entries()) {
    blocks.push(section(signatureRow(signature, index + 1, report)));
  }
  if (rows.more !== '') blocks.push(context([mrkdwn`${rows.more} in the thread`]));
  blocks.push(...hidden, ...comparison(report));
  for (const chart of about.charts ?? []) blocks.push(uploadedImage(chart.fileId, chart.alt));
  blocks.push(
    section(mrkdwn`*Next:* ${prose(report.verdict.nextStep, SENTENCE)}`),
    ...before,
    costs,
    ...(values ? verdictActions({ ...about, values, lists: report.signatures.length > 0 }) : []),
  );
  return { text, blocks };
}

/** One line will do. Nobody has to act on what is mended either: its thread has all of it. */
export function isCalm({ verdict }: Report, fix?: Fix): boolean {
  return verdict.kind === 'healthy' || fix?.outcome === 'fixed';
}

/** Nobody is mentioned where nobody asked. */
function askedBy(user: string, because: string | undefined): Mrkdwn {
  if (because !== undefined) return mrkdwn`by itself: ${prose(because, CLUE_SENTENCE)}`;
  return user === '' ? mrkdwn`by itself` : mrkdwn`asked by ${mention(user)}`;
}

export interface FailureAbout {
  readonly service: string;
  readonly what: string;
  readonly hint: string;
  readonly requestedBy?: string;
  readonly because?: string;
  /** Offers "Capture again" when set. */
  readonly buttons?: ButtonValues;
}

/** What happened and what to do next, in two sentences; never a stack trace. */
export function failureMessage(about: FailureAbout): SlackMessage {
  const what = prose(about.what, SENTENCE);
  const hint = prose(about.hint, SENTENCE);
  const title = mrkdwn`:x: *Capture of ${code(about.service, NAME)} did not succeed*`;
  const blocks: Block[] = [section(joinMrkdwn([title, mrkdwn`${what}`, mrkdwn`${hint}`], '\n'))];
  if (about.requestedBy !== undefined) blocks.push(context([askedBy(about.requestedBy, about.because)]));
  if (about.buttons !== undefined) {
    const { [CAPTURE_AGAIN_ACTION]: value } = about.buttons;
    if (value !== undefined)
      blocks.push(actions([{ text: 'Capture again', actionId: CAPTURE_AGAIN_ACTION, value }]));
  }
  return {
    text: mrkdwn`Capture of ${words(about.service, NAME)} did not succeed. ${what} ${hint}`,
    blocks,
  };
}

/** "Capture again and compare": what became of signatures and sites since the capture before. */
function comparison(report: Report): Block[] {
  if (report.comparedWith === undefined) return [];
  const title = mrkdwn`*Since the capture before* ${timeWords(report.comparedWith.at)}`;
  const rows = changeRows(report.changes, LABEL_WIDTH).filter(
    ({ what }) => what === 'signature' || what === 'site',
  );
  const { shown, more } = cutList(rows, SIGNATURES_SHOWN);
  const lines = shown.map(
    ({ what, status, label, values }) =>
      mrkdwn`• ${what} ${status}: ${code(label, NAME)} ${words(values, NAME)}`,
  );
  if (shown.length === 0) lines.push(mrkdwn`• nothing appeared, grew or went away`);
  if (more !== '') lines.push(mrkdwn`${more} in the thread`);
  return [section(joinMrkdwn([title, ...lines], '\n'))];
}

/** Whatever a rule keeps out is counted where the verdict stands, with whose word it is. */
function hiddenLines({ hidden = [] }: Report): Block[] {
  if (hidden.length === 0) return [];
  const { shown, more } = cutList(hidden, SIGNATURES_SHOWN);
  const lines = shown.map(({ by, until, count, label, reason, rule }) => {
    const name = code(shortLabel(label, LABEL_WIDTH), NAME);
    return mrkdwn`Hidden by a rule of ${mention(by)} until ${dayWords(until)}: *${counted(count, 'goroutine')}* (${name}). Reason: ${words(reason, SENTENCE)} (${code(`/goleak rules remove ${rule}`)} takes it back)`;
  });
  return [context([...lines, ...(more === '' ? [] : [mrkdwn`${more} rules`])])];
}

function verdictHeadline(report: Report, fix?: Fix): Mrkdwn {
  // What was mended since is no alarm any more; the line above says so.
  const tone = markup(fix?.outcome === 'fixed' ? mrkdwn`*Before:*` : TONE_MARKS[toneOf(report)]);
  const service = words(report.service, NAME);
  const summary = prose(summaryWords(report.verdict), SENTENCE);
  const sure = confidenceWords(report.verdict.confidence);
  if (report.verdict.kind === 'healthy') {
    return mrkdwn`${tone} *${service} is healthy* (${sure}): ${summary}`;
  }
  return mrkdwn`${tone} *${service}: ${verdictTitle(report.verdict)}* (${sure})\n${summary}`;
}

/** Three lines at most: what only notices, beside something graver, is in the thread with everything else. */
function evidenceLines(report: Report): Mrkdwn[] {
  const all = evidence(report);
  const grave = all.filter(({ severity }) => severity === 'critical' || severity === 'warning');
  const { shown } = cutList(gravestOfEach(grave.length > 0 ? grave : all), EVIDENCE_SHOWN);
  const lines = shown.map(({ severity, text }) => {
    const { mark, word } = SEVERITY_MARKS[severity];
    return mrkdwn`${mark} *${word}*  ${prose(brief(text), CLUE_SENTENCE)}`;
  });
  const left = all.length - shown.length;
  return left === 0 ? lines : [...lines, mrkdwn`… ${left} more in the thread`];
}

/** One line a clue: what a second signature or instance shows of the same is in the rows and in the thread. */
function gravestOfEach(lines: readonly EvidenceLine[]): readonly EvidenceLine[] {
  return lines.filter(({ clue }, at) => lines.findIndex((line) => line.clue === clue) === at);
}

/** Without what stands elsewhere: who created them is in the rows below, the handbook's figure in the thread. */
function brief(text: string): string {
  return text.replace(/, created by `[^`]*`/, '').replace(/ \(handbook: [^)]*\)/, '');
}

/**
 * `1. ledger.(*Writer).flush`  1,216 goroutines, +1,204 in 30 s
 * chan send at ledger/writer.go:88 · oldest 14 min · created by ledger.NewWriter · @payments-team
 */
function signatureRow(signature: ReportSignature, rank: number, report: Report): Mrkdwn {
  const blocked = code(blockedFunction(signature, FUNCTION_WIDTH), NAME);
  const first = mrkdwn`*${rank}.* ${blocked}  *${countWords(signature, report)}*`;
  const where = place(signature.frames[0]);
  const creator = signature.createdBy;
  const oldest = oldestWords(signature);
  const facts: Mrkdwn[] = [
    where === ''
      ? mrkdwn`${words(signature.waitReason, NAME)}`
      : mrkdwn`${words(signature.waitReason, NAME)} at ${code(where, NAME)}`,
  ];
  if (oldest !== '') facts.push(mrkdwn`oldest ${oldest}`);
  if (creator) facts.push(mrkdwn`created by ${code(nameWithin(creator.func, FUNCTION_WIDTH), NAME)}`);
  if (signature.known !== undefined) facts.push(mrkdwn`${words(signature.known, SENTENCE)}`);
  const { snoozed } = signature;
  if (snoozed)
    facts.push(
      mrkdwn`snoozed by ${mention(snoozed.by)} until ${dayWords(snoozed.until)}: ${words(snoozed.reason, SENTENCE)}`,
    );
  if (signature.owner !== undefined) facts.push(mrkdwn`owner ${mention(signature.owner)}`);
  return joinMrkdwn([first, joinMrkdwn(facts, ' · ')], '\n');
}

function listOf(names: readonly Foreign[], max: number): Markup {
  if (names.length === 0) return markup(mrkdwn`its instances`);
  const { shown, more } = cutList(names, max);
  const spans = shown.map((name) => mrkdwn`${code(name, NAME)}`);
  return markup(joinMrkdwn(more === '' ? spans : [...spans, mrkdwn`${more}`], ', '));
}

function stageWords(progress: Progress): Mrkdwn {
  switch (progress.stage) {
    case 'queued':
      return mrkdwn`waiting for a worker`;
    case 'held':
      return mrkdwn`waiting: ${words(progress.why, SENTENCE)}`;
    case 'capturing': {
      const { instancesDone: done, instancesTotal: total, what } = progress;
      const count = total > 1 ? mrkdwn` (instances done: ${done} of ${total})` : mrkdwn``;
      return mrkdwn`capturing ${words(what, NAME)}${markup(count)}`;
    }
    case 'waiting':
      return mrkdwn`${progress.next} snapshot in ${formatDuration(progress.secondsLeft * 1000)}, ${counted(progress.samples, 'memory reading')} so far`;
    case 'analysing':
      return mrkdwn`analysing`;
    case 'done':
      return mrkdwn`done`;
    case 'failed':
      return mrkdwn`did not succeed`;
    case 'cancelled':
      return mrkdwn`cancelled`;
    default:
      return progress satisfies never;
  }
}

/** How much of the capture is behind us, 0..1. The window itself is most of it. */
function progressShare(progress: Progress): number {
  switch (progress.stage) {
    case 'capturing':
    case 'waiting':
      return 0.08 + 0.8 * progress.passed;
    case 'analysing':
      return 0.92;
    case 'done':
      return 1;
    default:
      return 0;
  }
}

/** `▰▰▰▰▱▱▱▱▱▱▱▱`: plain characters, so nothing blinks and a screen reader passes it over. */
function progressBar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_CELLS);
  return '▰'.repeat(full) + '▱'.repeat(BAR_CELLS - full);
}
