import { isJson, type Json } from '../json.ts';
import type { View } from '../nouns.ts';
import type { World } from '../world.ts';
import type { Draw } from './blocks.ts';
import { type ControlAbout, controlHtml, isGroup, safeId } from './controls.ts';
import { type Html, html } from './html.ts';
import { plainHtml, textOf } from './text.ts';

/** A modal as a form, and the home tab. The script reads the answers by their data attributes into `state.values`. */

export function viewHtml(view: View, draw: Draw, world: World): Html {
  const { submit, submit_disabled: isOff, close, title } = view.view;
  const stack = [...world.views.values()].filter((each) => each.rootId === view.rootId);
  const isBelow = stack.length > 1 && view.id !== view.rootId;
  const rev = `${view.hash} ${JSON.stringify(view.errors ?? {})} ${view.problem ?? ''}`;
  return html`<form class="modal" novalidate data-view="${view.id}" data-rev="${rev}" aria-labelledby="modal-title">
    <header>${isBelow && html`<button type="button" class="back" data-close aria-label="Back">‹</button>`}<h2 id="modal-title">${plainHtml(textOf(title))}</h2><button type="button" class="close" data-close="whole" aria-label="Close">×</button></header>
    <div class="modal-body">${view.problem !== undefined && html`<p class="trouble" role="alert">${view.problem}</p>`}${blocksHtml(view, draw, world)}</div>
    <footer><button type="button" class="button plain" data-close>${textOf(close) || 'Cancel'}</button>
      ${isJson(submit) && html`<button class="button primary"${isOff === true && html` disabled`}>${textOf(submit)}</button>`}</footer>
  </form>`;
}

export function homeHtml(view: View | undefined, draw: Draw, world: World): Html {
  const blocks = Array.isArray(view?.view.blocks) ? view.view.blocks : [];
  if (!view || blocks.length === 0)
    return html`<p class="empty" data-key="empty" data-rev="1">This app has not published a home tab yet.</p>`;
  return html`<div class="home" data-key="home" data-rev="${view.hash}" data-view="${view.id}">${blocksHtml(view, draw, world)}</div>`;
}

function blocksHtml(view: View, draw: Draw, world: World): Html {
  const blocks = Array.isArray(view.view.blocks) ? view.view.blocks.filter(isJson) : [];
  return html`${blocks.map((block) => (block.type === 'input' ? inputHtml(block, view, world) : draw([block])))}`;
}

function inputHtml(block: Json, view: View, world: World): Html {
  const element = isJson(block.element) ? block.element : {};
  const blockId = String(block.block_id);
  const problem = view.errors?.[blockId];
  const id = safeId('field', blockId, String(element.action_id));
  const describedBy = [
    ...(problem === undefined ? [] : [`${id}-problem`]),
    ...(isJson(block.hint) ? [`${id}-hint`] : []),
  ].join(' ');
  const label = html`${plainHtml(textOf(block.label))}${block.optional === true && html` <i>(optional)</i>`}`;
  const dispatch = block.dispatch_action === true ? dispatchOf(element) : undefined;
  const control = controlHtml(element, world, {
    blockId,
    id,
    required: block.optional !== true,
    ...(describedBy !== '' && { describedBy }),
    ...(problem !== undefined && { invalid: true }),
    ...(isGroup(element) && { name: textOf(block.label) }),
    ...(dispatch !== undefined && { dispatch }),
  });
  return html`<div class="field">${isGroup(element) ? html`<span class="label">${label}</span>` : html`<label class="label" for="${id}">${label}</label>`}
    ${control}
    ${problem !== undefined && html`<em class="problem" id="${id}-problem" role="alert">${problem}</em>`}
    ${isJson(block.hint) && html`<small id="${id}-hint">${plainHtml(textOf(block.hint))}</small>`}</div>`;
}

/** Words are told at Enter unless the app asked for every character; choices as they are made. */
function dispatchOf(element: Json): NonNullable<ControlAbout['dispatch']> {
  if (!/_input$/.test(String(element.type))) return 'change';
  const config = isJson(element.dispatch_action_config) ? element.dispatch_action_config : {};
  const on = Array.isArray(config.trigger_actions_on) ? config.trigger_actions_on : [];
  return on.includes('on_character_entered') ? 'character' : 'enter';
}
