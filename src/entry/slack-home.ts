// The home tab: drawn when it is opened and after everything that is pressed in it. What Slack hands back with a press says
// what to show; whether somebody may is asked each time.
import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt';
import type { DigestCommand } from '../command/digest.ts';
import type { Failure } from '../failure.ts';
import { DIGEST_FIELD, DIGEST_FORM, digestForm, readDigestForm } from '../forms/digest.ts';
import {
  HOME_CAPTURE,
  HOME_DIGEST,
  HOME_NEXT,
  HOME_PREVIOUS,
  HOME_SEARCH,
  HOME_UNWATCH,
  HOME_WATCH,
} from '../home/actions.ts';
import type { HomeFacts, HomeState } from '../home/facts.ts';
import { brokenHome, homeView, refusedHome } from '../home/home.ts';
import { pageIn, queryIn, stateIn } from '../home/state.ts';
import type { Log } from '../log.ts';
import type { Digest } from '../model/digest.ts';
import type { Origin } from '../model/request.ts';
import { type Mrkdwn, mrkdwn, prose } from '../report/foreign.ts';
import { requestId } from './accept.ts';
import { doneThenAcknowledged, once } from './acknowledge.ts';
import { guarded, MAX_REPLY, type Told } from './slack-answer.ts';
import { openCaptureForm, type SlackCalls } from './slack-form.ts';
import { answered, NOTHING_WRONG } from './slack-submission.ts';

export interface HomePorts {
  readonly watched: (
    command: { readonly kind: 'watch' | 'unwatch'; readonly service: string },
    asker: Origin,
  ) => Promise<Told>;
  readonly digest: (
    command: DigestCommand,
    asked: { readonly origin: Origin; readonly delivery: string },
  ) => Promise<string>;
  readonly now: () => number;
  readonly log: Log;
  readonly homeOf: (
    user: string,
    state: HomeState,
  ) => Promise<Omit<HomeFacts, 'notice'> | { readonly refusal: Failure }>;
  /** A digest that is set up, with its time where it comes once a day. */
  readonly digestNamed: (id: string) => Promise<Digest | undefined>;
}

export function registerHome(app: App, ports: HomePorts): void {
  app.event('app_home_opened', async ({ event, client }) => {
    if (event.tab !== 'home') return;
    const { user } = event;
    const tell = async (why: Mrkdwn): Promise<void> => {
      await client.views.publish({ user_id: user, view: brokenHome(why) });
    };
    await guarded(ports.log, tell, `home ${user}`, () =>
      publishHome(client, user, stateIn(event.view?.private_metadata), ports),
    );
  });

  on(app, HOME_SEARCH, ports, async (pressed, { show }) => {
    await show({ query: queryIn(pressed.value), page: 0 });
  });
  for (const turn of [HOME_PREVIOUS, HOME_NEXT]) {
    on(app, turn, ports, async ({ value, state }, { show }) => show({ ...state, page: pageIn(value) }));
  }
  for (const kind of ['watch', 'unwatch'] as const) {
    on(app, kind === 'watch' ? HOME_WATCH : HOME_UNWATCH, ports, async ({ user, value, state }, { show }) => {
      const { text } = await ports.watched({ kind, service: value }, { door: 'button', user });
      await show(state, mrkdwn`${prose(text, MAX_REPLY)}`);
    });
  }
  on(app, HOME_CAPTURE, ports, async ({ value, triggerId }, { client }) => {
    await openCaptureForm(client, triggerId, value === '' ? {} : { service: value });
  });
  on(app, HOME_DIGEST, ports, async ({ value, triggerId }, { client }) => {
    const digest = value === '' ? undefined : await ports.digestNamed(value);
    await client.views.open({ trigger_id: triggerId, view: digestForm(formOf(digest)) });
  });
  registerDigestForm(app, ports);
}

function registerDigestForm(app: App, ports: HomePorts): void {
  app.view<ViewSubmitAction>(DIGEST_FORM, async ({ ack, view, body, client }) => {
    const { command, channel } = readDigestForm(view.state.values, view.private_metadata);
    const user = body.user.id;
    const origin: Origin = { door: 'form', user, ...(channel !== undefined && { channel }) };
    const show = (text: string) =>
      publishHome(client, user, stateIn(undefined), ports, mrkdwn`${prose(text, MAX_REPLY)}`);
    await answered({ ack, field: DIGEST_FIELD.time, log: ports.log, id: view.id, late: show }, async () => {
      const said = await ports.digest(command, {
        origin,
        delivery: requestId(`digest ${view.id}`, ports.now()),
      });
      await show(said);
      return NOTHING_WRONG;
    });
  });
}

interface Pressed {
  readonly user: string;
  /** A button's value, or what was typed. */
  readonly value: string;
  readonly state: HomeState;
  readonly triggerId: string;
}

interface Shown {
  readonly client: SlackCalls;
  readonly show: (state: HomeState, notice?: Mrkdwn) => Promise<void>;
}

/** Runs what is pressed; what cannot be done is said at the top of the tab, the only place that is there. */
function on(
  app: App,
  action: string,
  ports: HomePorts,
  run: (pressed: Pressed, shown: Shown) => Promise<void>,
): void {
  app.action<BlockAction>(action, async ({ ack, body, client }) => {
    const user = body.user.id;
    const state = stateIn(body.view?.private_metadata);
    const show = (next: HomeState, notice?: Mrkdwn) => publishHome(client, user, next, ports, notice);
    const pressed = { user, value: saidIn(body), state, triggerId: body.trigger_id };
    await doneThenAcknowledged(once(ack), () =>
      guarded(
        ports.log,
        (text) => show(state, text),
        body.trigger_id,
        () => run(pressed, { client, show }),
      ),
    );
  });
}

/** Draws somebody’s home tab anew. */
export async function publishHome(
  client: SlackCalls,
  user: string,
  state: HomeState,
  { homeOf }: HomePorts,
  notice?: Mrkdwn,
): Promise<void> {
  const facts = await homeOf(user, state);
  const view =
    'refusal' in facts
      ? refusedHome(facts.refusal.message, facts.refusal.hint)
      : homeView({ ...facts, ...(notice !== undefined && { notice }) });
  await client.views.publish({ user_id: user, view });
}

function saidIn({ actions: [action] }: BlockAction): string {
  if (action?.type === 'plain_text_input') return action.value ?? '';
  return action?.type === 'button' ? (action.value ?? '') : '';
}

const ONCE_A_DAY = /^(\d{1,2}) (\d{1,2}) \* \* \*$/;

function formOf(digest: Digest | undefined): Parameters<typeof digestForm>[0] {
  if (!digest) return { zone: 'UTC' };
  const { id, cron, zone, channel } = digest;
  const [, minute, hour] = ONCE_A_DAY.exec(cron) ?? [];
  if (minute === undefined || hour === undefined) return { id, zone, channel, cron };
  return { id, zone, channel, time: `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}` };
}
