// The form that asks for a capture, and what is entered in it as the command somebody would have typed.
import type { ModalView } from '@slack/types';
import type { Command } from '../command/command.ts';
import {
  CAPTURE_KINDS,
  type CaptureKind,
  DEFAULT_KINDS,
  DEFAULT_WINDOW_MS,
  isTraceAlone,
  TRACE_SECONDS,
} from '../model/target.ts';
import { formatDuration } from '../model/units.ts';
import { context } from '../report/elements.ts';
import { code, mrkdwn } from '../report/foreign.ts';
import {
  channelField,
  checkField,
  choiceField,
  modal,
  type OptionWords,
  searchField,
} from '../report/form.ts';
import { CAPTURED_WORDS } from '../report/root-message.ts';
import { type Answers, channelIn, checkedIn, choiceIn } from './answers.ts';

export const CAPTURE_FORM = 'capture_form';
/** The list of services is the app's own: there may be more than Slack shows in one. */
export const SERVICE_SEARCH = 'form_service';

export const FIELD = {
  service: 'service',
  window: 'window',
  instances: 'instances',
  kinds: 'kinds',
  channel: 'channel',
} as const;

export interface CaptureFormAbout {
  /** Chosen already. */
  readonly service?: string;
  /** Where it was opened. */
  readonly channel?: string;
  /** The message it is for: the verdict goes into its thread, and is not asked where to. */
  readonly threadTs?: string;
}

const WINDOWS_MS = [10_000, DEFAULT_WINDOW_MS, 60_000, 180_000];
const KIND_WORDS: Readonly<Record<CaptureKind, string>> = {
  goroutine: 'who waits where, and for how long',
  heap: 'what memory is held by which functions',
  memstats: 'the runtime’s own figures, through the window',
  trace: `what goroutines do within ${TRACE_SECONDS} s, and who of them is left blocked`,
};

export function captureForm({ service, channel, threadTs }: CaptureFormAbout): ModalView {
  const isThread = channel !== undefined && threadTs !== undefined;
  const where = channelField({
    blockId: FIELD.channel,
    label: 'Where the verdict is posted',
    hint: 'A channel that goleak is in.',
    ...(channel !== undefined && !channel.startsWith('D') && { initial: channel }),
  });
  return modal({
    callbackId: CAPTURE_FORM,
    title: 'Capture a Go service',
    submit: 'Capture',
    ...(isThread && { metadata: { channel, threadTs } }),
    blocks: [
      searchField({
        blockId: FIELD.service,
        actionId: SERVICE_SEARCH,
        label: 'Service',
        placeholder: 'A part of its name',
        ...(service !== undefined && { initial: { text: service, value: service } }),
      }),
      choiceField({
        blockId: FIELD.window,
        label: 'Look for',
        options: WINDOWS_MS.map(windowOption),
        initial: String(DEFAULT_WINDOW_MS),
        hint: 'Two snapshots, one at each end. The longer, the surer about slow leaks.',
      }),
      choiceField({
        blockId: FIELD.instances,
        label: 'Instances',
        options: [
          { text: 'One', value: 'one', about: 'the cheapest look; which one, goleak chooses' },
          { text: 'All', value: 'all', about: 'one after the other, for whoever may' },
        ],
        initial: 'one',
        isOpen: true,
      }),
      checkField({
        blockId: FIELD.kinds,
        label: 'What is captured',
        options: CAPTURE_KINDS.map((kind) => ({
          text: CAPTURED_WORDS[kind],
          value: kind,
          about: KIND_WORDS[kind],
        })),
        initial: DEFAULT_KINDS,
      }),
      ...(isThread ? [context([mrkdwn`The verdict goes into the thread of that message.`])] : [where]),
      context([mrkdwn`The same as ${code('/goleak capture <service> for 30s')}.`]),
    ],
  });
}

function windowOption(windowMs: number): OptionWords {
  return { text: formatDuration(windowMs), value: String(windowMs) };
}

export interface CaptureAnswers {
  readonly command: Extract<Command, { kind: 'capture' }>;
  readonly channel?: string;
  readonly threadTs?: string;
}

/** @param metadata what the form was opened with, as Slack kept it */
export function readCaptureForm(answers: Answers, metadata: string): CaptureAnswers {
  const chosenMs = Number(choiceIn(answers, FIELD.window));
  const kinds = CAPTURE_KINDS.filter((kind) => checkedIn(answers, FIELD.kinds).includes(kind));
  const place = placeIn(metadata);
  const channel = place.channel ?? channelIn(answers, FIELD.channel);
  return {
    command: {
      kind: 'capture',
      target: choiceIn(answers, FIELD.service) ?? '',
      instances: choiceIn(answers, FIELD.instances) === 'all' ? 'all' : 'one',
      windowMs: isTraceAlone(kinds) ? 0 : WINDOWS_MS.includes(chosenMs) ? chosenMs : DEFAULT_WINDOW_MS,
      kinds: kinds.length === 0 ? DEFAULT_KINDS : kinds,
    },
    ...(channel !== undefined && { channel }),
    ...(place.threadTs !== undefined && { threadTs: place.threadTs }),
  };
}

/** Whoever answers is asked whether they may in that channel, wherever the form says it is. */
function placeIn(metadata: string): { readonly channel?: string; readonly threadTs?: string } {
  try {
    const { channel, threadTs } = JSON.parse(metadata) as Record<string, unknown>;
    const isPlace =
      typeof channel === 'string' &&
      /^[CGD][A-Z0-9]{2,20}$/.test(channel) &&
      typeof threadTs === 'string' &&
      /^\d{1,12}\.\d{1,6}$/.test(threadTs);
    return isPlace ? { channel, threadTs } : {};
  } catch {
    return {};
  }
}
