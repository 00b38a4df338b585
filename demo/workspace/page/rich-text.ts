import { isJson, type Json } from '../json.ts';
import type { World } from '../world.ts';
import { Html, html } from './html.ts';
import { linkHtml, plainHtml, tokenHtml } from './text.ts';

/** rich_text -> HTML. */

export function richTextHtml(block: Json, world: World): Html {
  return html`${list(block.elements).map((part) => partHtml(part, world))}`;
}

function partHtml(part: Json, world: World): Html {
  const inside = list(part.elements);
  switch (part.type) {
    case 'rich_text_list': {
      const lines = inside.map(
        (line) => html`<li>${list(line.elements).map((each) => inline(each, world))}</li>`,
      );
      return part.style === 'ordered' ? html`<ol>${lines}</ol>` : html`<ul>${lines}</ul>`;
    }
    case 'rich_text_quote':
      return html`<blockquote>${inside.map((each) => inline(each, world))}</blockquote>`;
    case 'rich_text_preformatted':
      return html`<pre>${inside.map((each) => String(each.text ?? each.url ?? ''))}</pre>`;
    default:
      return html`<div>${inside.map((each) => inline(each, world))}</div>`;
  }
}

function inline(element: Json, world: World): Html {
  const style = isJson(element.style) ? element.style : {};
  const tags = [style.bold && 'b', style.italic && 'i', style.strike && 's', style.code && 'code'].filter(
    (tag) => typeof tag === 'string',
  );
  const drawn = inlineText(element, world).text;
  return new Html(tags.reduce((inner, tag) => `<${tag}>${inner}</${tag}>`, drawn));
}

function inlineText(element: Json, world: World): Html {
  const text = (key: string) => String(element[key] ?? '');
  switch (element.type) {
    case 'link':
      return linkHtml(text('url'), text('text') || text('url'));
    case 'user':
      return tokenHtml({ kind: 'user', id: text('user_id') }, world);
    case 'channel':
      return tokenHtml({ kind: 'channel', id: text('channel_id') }, world);
    case 'usergroup':
      return tokenHtml({ kind: 'usergroup', id: text('usergroup_id') }, world);
    case 'broadcast':
      return tokenHtml({ kind: 'broadcast', range: text('range') }, world);
    case 'emoji':
      return plainHtml(`:${text('name')}:`);
    case 'date':
      return html`${text('fallback')}`;
    default:
      return plainHtml(text('text'));
  }
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}
