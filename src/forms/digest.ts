// The form that says when a digest comes, in which time zone, and where it is shown.
import type { ModalView } from '@slack/types';
import type { DigestCommand } from '../command/digest.ts';
import { context, section } from '../report/elements.ts';
import { code, mrkdwn } from '../report/foreign.ts';
import { channelField, checkField, modal, textField, timeField } from '../report/form.ts';
import { type Answers, channelIn, checkedIn, textIn, timeIn } from './answers.ts';

export const DIGEST_FORM = 'digest_form';
export const DIGEST_FIELD = { of: 'of', time: 'time', zone: 'zone', channel: 'channel', off: 'off' } as const;

const MAX_ZONE = 60;
const MAX_NAME = 80;

export interface DigestFormAbout {
  /** Absent for a new one. */
  readonly id?: string;
  readonly time?: string;
  readonly zone: string;
  readonly channel?: string;
  /** Set where it comes at other times than one a day: they are lost when it is changed here. */
  readonly cron?: string;
}

export function digestForm({ id, time, zone, channel, cron }: DigestFormAbout): ModalView {
  const name = textField({
    blockId: DIGEST_FIELD.of,
    label: 'Of which service',
    hint: 'The name of a service, or all.',
    initial: 'all',
    most: MAX_NAME,
  });
  const off = checkField({
    blockId: DIGEST_FIELD.off,
    label: 'Or no more',
    options: [{ text: 'Switch this digest off', value: 'off' }],
    isOptional: true,
  });
  return modal({
    callbackId: DIGEST_FORM,
    title: id === undefined ? 'Set up a digest' : 'Change a digest',
    submit: 'Save',
    metadata: { id },
    blocks: [
      ...(id === undefined ? [name] : [section(mrkdwn`The digest of *${code(id, MAX_NAME)}*`)]),
      timeField({ blockId: DIGEST_FIELD.time, label: 'Every day at', initial: time ?? '09:00' }),
      textField({
        blockId: DIGEST_FIELD.zone,
        label: 'Time zone',
        hint: 'As in Europe/Berlin, America/New_York or UTC.',
        initial: zone,
        most: MAX_ZONE,
      }),
      channelField({
        blockId: DIGEST_FIELD.channel,
        label: 'Where it is shown',
        ...(channel !== undefined && channel !== '' && { initial: channel }),
      }),
      ...(id === undefined ? [] : [off]),
      ...(cron === undefined
        ? []
        : [context([mrkdwn`It comes by ${code(cron)} now; saved here, it comes once a day.`])]),
    ],
  });
}

export interface DigestAnswers {
  readonly command: DigestCommand;
  readonly channel?: string;
}

export function readDigestForm(answers: Answers, metadata: string): DigestAnswers {
  const of = (idIn(metadata) ?? textIn(answers, DIGEST_FIELD.of, MAX_NAME)).toLowerCase();
  const channel = channelIn(answers, DIGEST_FIELD.channel);
  const place = channel === undefined ? {} : { channel };
  if (checkedIn(answers, DIGEST_FIELD.off).includes('off'))
    return { command: { kind: 'digest', of, what: 'off' }, ...place };
  const time = timeIn(answers, DIGEST_FIELD.time) ?? '09:00';
  const zone = textIn(answers, DIGEST_FIELD.zone, MAX_ZONE);
  return { command: { kind: 'digest', of, what: 'at', time, zone }, ...place };
}

function idIn(metadata: string): string | undefined {
  try {
    const { id } = JSON.parse(metadata) as { id?: unknown };
    return typeof id === 'string' ? id.slice(0, MAX_NAME) : undefined;
  } catch {
    return undefined;
  }
}
