import { z } from 'zod';
import { plainText } from '../block-elements.ts';
import { validateBlocks } from '../blocks.ts';
import { viewProblems } from '../element-rules.ts';
import { isJson, type Json } from '../json.ts';
import * as limit from '../limits.ts';
import { type Api, method, structured } from '../method.ts';
import { APP_ID, BOT, newId, TEAM, type View } from '../nouns.ts';
import { refuse } from '../refusal.ts';
import { withIds } from '../world.ts';

/** views.*: modals opened with a trigger, and the home tab. */

const VIEW_BYTES = 250_000;

const viewShape = z.strictObject({
  type: z.enum(['modal', 'home']),
  title: plainText(limit.VIEW_TITLE_CHARS).optional(),
  submit: plainText(limit.VIEW_TITLE_CHARS).optional(),
  close: plainText(limit.VIEW_TITLE_CHARS).optional(),
  blocks: z.array(z.unknown()),
  callback_id: z.string().max(limit.ID_CHARS).optional(),
  external_id: z.string().max(limit.ID_CHARS).optional(),
  private_metadata: z.string().max(limit.VIEW_PRIVATE_METADATA_CHARS).optional(),
  clear_on_close: z.boolean().optional(),
  notify_on_close: z.boolean().optional(),
  submit_disabled: z.boolean().optional(),
});

const open = method({
  name: 'views.open',
  tier: 4,
  args: z.strictObject({ trigger_id: z.string().min(1), view: structured }),
  run: (args, api) => {
    const view = readView(args.view, 'modal');
    refuseTwin(view, api);
    const { user } = api.triggers.exchange(args.trigger_id);
    const id = newId('V');
    return { view: shownView(api.world.keepView({ id, rootId: id, user, hash: newHash(), view })) };
  },
});

const push = method({
  name: 'views.push',
  tier: 4,
  args: z.strictObject({ trigger_id: z.string().min(1), view: structured }),
  run: (args, api) => {
    const view = readView(args.view, 'modal');
    refuseTwin(view, api);
    const { user, rootView } = api.triggers.exchange(args.trigger_id);
    if (!rootView) throw refuse('invalid_trigger_id');
    const stack = [...api.world.views.values()].filter((each) => each.rootId === rootView);
    if (stack.length >= limit.VIEWS_IN_STACK) throw refuse('push_limit_reached');
    return {
      view: shownView(api.world.keepView({ id: newId('V'), rootId: rootView, user, hash: newHash(), view })),
    };
  },
});

const update = method({
  name: 'views.update',
  tier: 4,
  args: z
    .strictObject({
      view: structured,
      view_id: z.string().optional(),
      external_id: z.string().optional(),
      hash: z.string().optional(),
    })
    .refine(
      (args) => args.view_id !== undefined || args.external_id !== undefined,
      'view_id or external_id is needed',
    ),
  run: (args, api) => {
    const old = [...api.world.views.values()].find(
      (each) => each.id === args.view_id || (args.external_id && each.view.external_id === args.external_id),
    );
    if (!old) throw refuse('not_found');
    if (args.hash && args.hash !== old.hash) throw refuse('hash_conflict');
    const { errors: _, problem: __, ...kept } = old;
    const view = readView(args.view, 'modal');
    return { view: shownView(api.world.keepView({ ...kept, hash: newHash(), view })) };
  },
});

const publish = method({
  name: 'views.publish',
  tier: 4,
  args: z.strictObject({ user_id: z.string().min(1), view: structured, hash: z.string().optional() }),
  run: (args, api) => {
    if (!api.world.users.has(args.user_id)) throw refuse('user_not_found');
    if (!api.permissions.hasHome) throw refuse('not_enabled');
    return { view: shownView(publishHome(args.user_id, readView(args.view, 'home'), args.hash, api)) };
  },
});

export const viewMethods = [open, push, update, publish];

export function shownView(view: View): Json {
  return {
    callback_id: '',
    private_metadata: '',
    external_id: '',
    state: { values: {} },
    ...view.view,
    id: view.id,
    hash: view.hash,
    root_view_id: view.rootId,
    team_id: TEAM.id,
    app_id: APP_ID,
    bot_id: BOT.botId ?? '',
  };
}

export function newHash(): string {
  return `${newId('')}.${newId('')}`;
}

export function readView(given: unknown, type: 'modal' | 'home'): Json {
  if (!isJson(given)) throw refuse('invalid_arguments', ['[ERROR] view must be a JSON object']);
  if (JSON.stringify(given).length > VIEW_BYTES) throw refuse('view_too_large');
  const parsed = viewShape.safeParse(given);
  const wrong = parsed.success
    ? [
        ...validateBlocks(given.blocks, { max: limit.BLOCKS_PER_VIEW }),
        ...viewProblems(parsed.data.blocks.filter(isJson)),
        ...typeProblems(parsed.data, type),
      ]
    : parsed.error.issues.map(
        (issue) => `[ERROR] ${issue.message} [json-pointer:/view/${issue.path.join('/')}]`,
      );
  if (wrong.length > 0) throw refuse('invalid_arguments', wrong);
  return {
    ...given,
    blocks: (given.blocks as Json[]).map(withIds),
  };
}

function typeProblems(view: z.infer<typeof viewShape>, type: 'modal' | 'home'): string[] {
  if (view.type !== type) return [`[ERROR] view type must be ${type}`];
  if (type === 'home') {
    const { title, submit, close } = view;
    return title || submit || close ? ['[ERROR] a home tab has no title, submit or close'] : [];
  }
  const asks = view.blocks.some((block) => isJson(block) && block.type === 'input');
  return [
    ...(view.title ? [] : ['[ERROR] a modal needs a title']),
    ...(asks && !view.submit ? ['[ERROR] a modal with input blocks needs submit'] : []),
  ];
}

function refuseTwin(view: Json, api: Api): void {
  const taken = [...api.world.views.values()].some((each) => each.view.external_id === view.external_id);
  if (view.external_id && taken) throw refuse('duplicate_external_id');
}

function publishHome(user: string, view: Json, hash: string | undefined, api: Api): View {
  const old = api.world.homes.get(user);
  if (hash && old && hash !== old.hash) throw refuse('hash_conflict');
  const id = old?.id ?? newId('V');
  const home = { id, rootId: id, user, hash: newHash(), view };
  api.world.homes.set(user, home);
  api.world.tell({ kind: 'view', user });
  return home;
}
