import { z } from 'zod';
import { option, optionGroup } from './block-elements.ts';
import type { Outcome } from './delivery.ts';
import { elementsIn, entryOf, findElement, holdsAnswer, optionsOf, stateOf, unanswered } from './entries.ts';
import { isJson, type Json } from './json.ts';
import { OPTIONS_PER_SELECT, VIEWS_IN_STACK } from './limits.ts';
import { newHash, readView, shownView } from './methods/views.ts';
import { newId, type User, type View } from './nouns.ts';
import { actor, viewActions } from './payloads.ts';
import type { Stage } from './people.ts';
import { Refusal } from './refusal.ts';

/** What people do in modals and home tabs: enter, choose, search, submit, close; and what becomes of the answers. */

/** What Slack writes into a modal whose app stays silent or answers what no modal understands. */
const TROUBLE = 'We had some trouble connecting. Try again?';

export interface Entering {
  readonly actionId: string;
  readonly blockId?: string | undefined;
  /** The answer in the shape of `state.values`; buttons have none, menus give the value of an option. */
  readonly entered?: unknown;
  /** Everything else that is entered in the view by then. */
  readonly values?: Json | undefined;
}

/** A button pressed, an option chosen, words typed where the app wants to hear of each. */
export async function actInView(stage: Stage, view: View, user: User, entering: Entering): Promise<Outcome> {
  const found = findElement(blocksOf(view), entering.actionId, entering.blockId);
  if (!found) throw new Error(`no element ${entering.actionId} in the view`);
  const { element, input } = found;
  if (input && input.dispatch_action !== true)
    throw new Error(`${entering.actionId} tells the app nothing before it is submitted`);
  const given = entering.values ?? {};
  const answer = holdsAnswer(element)
    ? entryOf(element, entering.entered)
    : pressed(element, entering.entered);
  const entered = holdsAnswer(element) ? withAnswer(given, found.blockId, entering.actionId, answer) : given;
  const state = { values: stateOf(blocksOf(view), entered) };
  const isModal = stage.world.views.has(view.id);
  const outcome = await stage.deliveries.once({
    type: 'interactive',
    payload: viewActions(
      { user, found, answer },
      {
        view: { ...shownView(view), state },
        viewId: view.id,
        triggerId: stage.triggers.issue(user.id, isModal ? view.rootId : undefined),
        ts: stage.world.nextTs(),
      },
    ),
  });
  if (outcome.kind !== 'acked' && isModal) keepProblem(stage, view, TROUBLE);
  return outcome;
}

/** A menu's choice, which no state keeps. */
function pressed(element: Json, entered: unknown): Json {
  if (element.type !== 'overflow') return {};
  const chosen = optionsOf(element).find((each) => each.value === entered);
  if (!chosen) throw new Error(`no option ${String(entered)} in ${String(element.action_id)}`);
  return { selected_option: chosen };
}

function withAnswer(values: Json, blockId: string, actionId: string, answer: Json): Json {
  const answers = values[blockId];
  return { ...values, [blockId]: { ...(isJson(answers) ? answers : {}), [actionId]: answer } };
}

const offeredShape = z.union([
  z.strictObject({ options: z.array(option).max(OPTIONS_PER_SELECT) }),
  z.strictObject({ option_groups: z.array(optionGroup).max(OPTIONS_PER_SELECT) }),
]);

/** What an external list offers for what was typed: options, or groups of them. */
export async function askOptions(
  stage: Stage,
  view: View,
  user: User,
  asked: { readonly actionId: string; readonly blockId: string; readonly value: string },
): Promise<z.infer<typeof offeredShape>> {
  const found = findElement(blocksOf(view), asked.actionId, asked.blockId);
  if (found?.element.type !== 'external_select')
    throw new Error(`no list of the app's own at ${asked.actionId}`);
  const outcome = await stage.deliveries.once({
    type: 'interactive',
    payload: {
      type: 'block_suggestion',
      ...actor(user),
      container: { type: 'view', view_id: view.id },
      action_id: asked.actionId,
      block_id: asked.blockId,
      value: asked.value,
      view: shownView(view),
    },
  });
  const offered = offeredShape.safeParse(outcome.kind === 'acked' ? outcome.body : undefined);
  if (!offered.success) throw new Error('The list could not be loaded.');
  return offered.data;
}

/** Values by block_id and action_id. A required field left empty is refused before the app hears of it. */
export async function submitView(stage: Stage, view: View, user: User, values: Json): Promise<Outcome> {
  const state = stateOf(blocksOf(view), values);
  const { errors: _, problem: __, ...fresh } = view;
  const errors = unanswered(blocksOf(view), state);
  const [incomplete] = Object.values(errors);
  if (incomplete !== undefined) {
    stage.world.keepView({ ...fresh, errors });
    throw new Error(incomplete);
  }
  const outcome = await stage.deliveries.once({
    type: 'interactive',
    payload: {
      type: 'view_submission',
      ...actor(user),
      view: { ...shownView(view), state: { values: state } },
      response_urls: responseUrls(stage, view, user, state),
      trigger_id: stage.triggers.issue(user.id, view.rootId),
    },
  });
  const problem = outcome.kind === 'acked' ? applied(stage, fresh, outcome.body) : TROUBLE;
  if (problem !== undefined) keepProblem(stage, fresh, problem);
  return outcome;
}

/**
 * @param whole every view below it is closed as well, as by the cross in the corner
 */
export async function closeView(stage: Stage, view: View, user: User, whole: boolean): Promise<void> {
  const isWhole = whole || view.view.clear_on_close === true;
  const gone = isWhole ? stackOf(stage, view) : [view];
  for (const each of gone) stage.world.dropView(each);
  const heard = gone.filter((each) => each.view.notify_on_close === true);
  for (const each of heard.reverse()) {
    await stage.deliveries.once({
      type: 'interactive',
      payload: { type: 'view_closed', ...actor(user), view: shownView(each), is_cleared: isWhole },
    });
  }
}

function stackOf({ world }: Stage, view: View): View[] {
  return [...world.views.values()].filter((each) => each.rootId === view.rootId);
}

const acknowledgement = z.discriminatedUnion('response_action', [
  z.strictObject({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string().min(1)) }),
  z.strictObject({ response_action: z.literal('update'), view: z.unknown() }),
  z.strictObject({ response_action: z.literal('push'), view: z.unknown() }),
  z.strictObject({ response_action: z.literal('clear') }),
]);

/** Does what the app answered to a submission; what a modal does not understand is said in words. */
function applied(stage: Stage, view: View, body: unknown): string | undefined {
  const { world } = stage;
  if (
    body === undefined ||
    body === null ||
    body === '' ||
    (isJson(body) && Object.keys(body).length === 0)
  ) {
    world.dropView(view);
    return undefined;
  }
  const read = acknowledgement.safeParse(body);
  if (!read.success) return `${TROUBLE} (the app's answer to the submission is none of Slack's)`;
  const answer = read.data;
  try {
    switch (answer.response_action) {
      case 'errors':
        return complained(stage, view, answer.errors);
      case 'update':
        world.keepView({ ...view, hash: newHash(), view: readView(answer.view, 'modal') });
        return undefined;
      case 'push': {
        if (stackOf(stage, view).length >= VIEWS_IN_STACK) return `${TROUBLE} (push_limit_reached)`;
        const pushed = readView(answer.view, 'modal');
        world.keepView({
          id: newId('V'),
          rootId: view.rootId,
          user: view.user,
          hash: newHash(),
          view: pushed,
        });
        return undefined;
      }
      case 'clear':
        for (const each of stackOf(stage, view)) world.dropView(each);
        return undefined;
      default:
        return answer satisfies never;
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${TROUBLE} (${error.code}: ${JSON.stringify(error.extra)})`;
  }
}

/** Errors stand beside input blocks; of any other block there is no place to show one. */
function complained(stage: Stage, view: View, errors: Record<string, string>): string | undefined {
  const inputs = blocksOf(view).filter((block) => block.type === 'input');
  const strange = Object.keys(errors).filter((id) => !inputs.some((block) => block.block_id === id));
  if (strange.length > 0 || Object.keys(errors).length === 0)
    return `${TROUBLE} (errors name no input block: ${strange.join(', ')})`;
  stage.world.keepView({ ...view, errors });
  return undefined;
}

function keepProblem({ world }: Stage, view: View, problem: string): void {
  const { errors: _, ...shown } = view;
  if (world.views.has(view.id)) world.keepView({ ...shown, problem });
}

/** For channels chosen in lists that asked for it. */
function responseUrls(stage: Stage, view: View, user: User, state: Json): Json[] {
  return elementsIn(blocksOf(view)).flatMap(({ element, blockId }) => {
    if (element.response_url_enabled !== true) return [];
    const answers = state[blockId];
    const answer = isJson(answers) ? answers[String(element.action_id)] : undefined;
    const chosen = isJson(answer) ? (answer.selected_conversation ?? answer.selected_channel) : undefined;
    if (typeof chosen !== 'string') return [];
    const path = stage.responseUrls.issue({ channel: chosen, user: user.id });
    return [
      {
        block_id: blockId,
        action_id: element.action_id,
        channel_id: chosen,
        response_url: stage.origin() + path,
      },
    ];
  });
}

function blocksOf(view: View): Json[] {
  return Array.isArray(view.view.blocks) ? view.view.blocks.filter(isJson) : [];
}
