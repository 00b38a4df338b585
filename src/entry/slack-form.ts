// The form that asks for a capture: opened by a button, a shortcut or a command without words, and answered as if somebody
// had typed the command. What cannot be done is said beside the field, while the form is still open.
import type { AllMiddlewareArgs, App, ViewSubmitAction } from '@slack/bolt';
import { Failure } from '../failure.ts';
import {
  CAPTURE_FORM,
  type CaptureFormAbout,
  captureForm,
  FIELD,
  readCaptureForm,
  SERVICE_SEARCH,
} from '../forms/capture.ts';
import type { Log } from '../log.ts';
import type { CaptureRequest, Origin } from '../model/request.ts';
import type { Service } from '../model/target.ts';
import { mrkdwn, prose } from '../report/foreign.ts';
import { option } from '../report/form.ts';
import { OPTIONS_PER_SELECT } from '../report/limits.ts';
import { findService, toRequest } from './accept.ts';
import { type Authorise, permitted } from './permit.ts';
import { MAX_REPLY, whisperer } from './slack-answer.ts';
import { answered, NOTHING_WRONG } from './slack-submission.ts';

/** Bolt's own, with the token of the workspace that asked. */
export type SlackCalls = AllMiddlewareArgs['client'];

export interface FormPorts {
  readonly services: () => readonly Service[];
  /** Those somebody may choose among. */
  readonly servicesFor: (user: string) => Promise<readonly Service[]>;
  readonly authorise: Authorise;
  readonly submit: (request: CaptureRequest) => Promise<void>;
  readonly now: () => number;
  readonly log: Log;
}

/** Opens it; a trigger is good for three seconds, so nothing slow may come before. */
export async function openCaptureForm(
  client: SlackCalls,
  triggerId: string,
  about: CaptureFormAbout,
): Promise<void> {
  await client.views.open({ trigger_id: triggerId, view: captureForm(about) });
}

export function registerCaptureForm(app: App, ports: FormPorts): void {
  app.options(SERVICE_SEARCH, async ({ ack, options, body }) => {
    const typed = options.value.trim().toLowerCase();
    const known = (await ports.servicesFor(body.user.id)).map(({ name }) => name);
    await ack({ options: matching(known, typed).map((name) => option({ text: name, value: name })) });
  });

  app.view<ViewSubmitAction>(CAPTURE_FORM, async ({ ack, view, body, client }) => {
    const { command, channel, threadTs } = readCaptureForm(view.state.values, view.private_metadata);
    const origin: Origin = {
      door: 'form',
      user: body.user.id,
      ...(channel !== undefined && { channel }),
      ...(threadTs !== undefined && { threadTs }),
    };
    await answered(
      {
        ack,
        field: channel === undefined ? FIELD.channel : FIELD.service,
        log: ports.log,
        id: view.id,
        late: (text) => tellLater(client, origin, text),
      },
      async () => {
        // A person instead of a channel is none: there would be nowhere to say what came of it.
        if (channel === undefined) throw new Failure('not_in_channel', { channel: '' });
        const service = findService(command.target, ports.services());
        // A form submitted twice is one request.
        const asked = { origin, delivery: `form ${view.id}`, nowMs: ports.now() };
        const request = toRequest(command, service, asked);
        await ports.submit(await permitted(request, service, ports.authorise));
        return NOTHING_WRONG;
      },
    );
  });
}

/** Names that begin with what was typed, then those that have it inside. */
function matching(names: readonly string[], typed: string): readonly string[] {
  const sorted = [...names].sort();
  const first = sorted.filter((name) => name.startsWith(typed));
  const others = sorted.filter((name) => !name.startsWith(typed) && name.includes(typed));
  return [...first, ...others].slice(0, OPTIONS_PER_SELECT);
}

async function tellLater(
  client: SlackCalls,
  { channel, user, threadTs }: Origin,
  text: string,
): Promise<void> {
  if (channel === undefined) return;
  const place = { channel, user, ...(threadTs !== undefined && { threadTs }) };
  await whisperer(client)(place)(mrkdwn`${prose(text, MAX_REPLY)}`);
}
