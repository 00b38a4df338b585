import { isJson, type Json } from '../json.ts';
import type { World } from '../world.ts';
import { elementHtml } from './elements.ts';
import { escapeHtml, Html, html } from './html.ts';
import { richTextHtml } from './rich-text.ts';
import { mrkdwnHtml, plainHtml, textOf } from './text.ts';

/**
 * Block Kit -> HTML. The blocks a verdict is made of are drawn here, as the look and the escaping matter; what is left
 * (Slack's own Markdown and the rarer blocks) is drawn by slack-blocks-to-jsx, which knows them well.
 */

export type Draw = (blocks: readonly Json[]) => Html;

export async function loadDraw(world: World): Promise<Draw> {
  const { createElement } = await import('react');
  const { renderToStaticMarkup } = await import('react-dom/server');
  const { Message } = await import('slack-blocks-to-jsx');
  const foreign = (block: Json): Html => {
    // The component's own types name every block; this one was checked when it was posted.
    const blocks = [block] as unknown as Parameters<typeof Message>[0]['blocks'];
    const drawn = renderToStaticMarkup(
      createElement(Message, { blocks, logo: '', name: '', time: new Date(0), withoutWrapper: true }),
    );
    return html`<div class="block foreign">${new Html(withoutPreload(drawn))}</div>`;
  };
  return (blocks) => html`${blocks.map((block) => blockHtml(block, world, foreign))}`;
}

/** React hoists images into preload links; an image is loaded from here or not at all. */
function withoutPreload(drawn: string): string {
  return drawn.replaceAll(/<link [^>]*>/g, '').replaceAll(/ style="[^"]*"/g, '');
}

function blockHtml(block: Json, world: World, foreign: (block: Json) => Html): Html {
  switch (block.type) {
    case 'section':
      return sectionHtml(block, world);
    case 'header':
      return html`<h3 class="block header">${plainHtml(textOf(block.text))}</h3>`;
    case 'divider':
      return html`<hr class="block">`;
    case 'context':
      return html`<div class="block context">${each(block.elements, (one) => contextElement(one, world))}</div>`;
    case 'actions':
      return html`<div class="block actions">${each(block.elements, (one) => elementHtml(one, String(block.block_id), world))}</div>`;
    case 'image':
      return imageBlock(block);
    case 'table':
    case 'data_table':
      return tableHtml(block, world);
    case 'rich_text':
      return html`<div class="block">${richTextHtml(block, world)}</div>`;
    case 'container':
      return containerHtml(block, world, foreign);
    case 'alert':
      return html`<div class="block alert ${String(block.level ?? 'default')}">${textHtml(block.text, world)}</div>`;
    default:
      return foreign(block);
  }
}

function sectionHtml(block: Json, world: World): Html {
  const fields = each(block.fields, (field) => html`<div>${textHtml(field, world)}</div>`);
  const accessory = isJson(block.accessory)
    ? block.accessory.type === 'image'
      ? html`<div class="accessory">${picture(block.accessory)}</div>`
      : html`<div class="accessory">${elementHtml(block.accessory, String(block.block_id), world)}</div>`
    : '';
  return html`<div class="block section"><div class="section-body">
    ${isJson(block.text) && html`<div class="text">${textHtml(block.text, world)}</div>`}
    ${fields.length > 0 && html`<div class="fields">${fields}</div>`}</div>${accessory}</div>`;
}

function contextElement(element: Json, world: World): Html {
  return element.type === 'image' ? picture(element) : html`<span>${textHtml(element, world)}</span>`;
}

function imageBlock(block: Json): Html {
  const title = isJson(block.title) && html`<figcaption>${plainHtml(textOf(block.title))}</figcaption>`;
  return html`<figure class="block image">${title}${picture(block)}</figure>`;
}

/** Uploaded images are served by this workspace; others stay what they say they are, as nothing is fetched from outside. */
function picture(image: Json): Html {
  const alt = String(image.alt_text ?? '');
  const fileId = isJson(image.slack_file) ? fileIdOf(image.slack_file) : undefined;
  if (!fileId) return html`<span class="no-image">[image: ${alt}]</span>`;
  return html`<a class="zoom" href="/page/file/${fileId}" target="_blank" rel="noopener"><img src="/page/file/${fileId}" alt="${alt}" loading="lazy"></a>`;
}

function fileIdOf(file: Json): string | undefined {
  if (typeof file.id === 'string') return file.id;
  return typeof file.url === 'string' ? /\/(F[A-Z0-9]+)\//.exec(file.url)?.[1] : undefined;
}

function tableHtml(block: Json, world: World): Html {
  const [head, ...rows] = rowsOf(block);
  const settings = Array.isArray(block.column_settings) ? block.column_settings.filter(isJson) : [];
  const cellClass = (cell: Json, column: number) => {
    const align = settings[column]?.align ?? (cell.type === 'raw_number' ? 'right' : 'left');
    return `${String(align)}${settings[column]?.is_wrapped === true ? ' wrapped' : ''}`;
  };
  const cells = (row: readonly Json[], tag: 'th' | 'td') =>
    row.map(
      (cell, column) =>
        new Html(`<${tag} class="${cellClass(cell, column)}">${cellHtml(cell, world)}</${tag}>`),
    );
  const caption = typeof block.caption === 'string' && html`<caption>${block.caption}</caption>`;
  return html`<div class="block table-frame" tabindex="0" role="region" aria-label="Table"><table>${caption}<thead><tr>${cells(head ?? [], 'th')}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${cells(row, 'td')}</tr>`)}</tbody></table></div>`;
}

function rowsOf(block: Json): Json[][] {
  const rows: unknown[] = Array.isArray(block.rows) ? block.rows : [];
  return rows.map((row) => (Array.isArray(row) ? row.filter(isJson) : []));
}

function cellHtml(cell: Json, world: World): Html {
  if (cell.type === 'rich_text') return richTextHtml(cell, world);
  return cell.type === 'raw_number'
    ? html`${String(cell.text ?? cell.value)}`
    : breakable(String(cell.text ?? ''));
}

/** Long names may be broken behind their slashes and dots, as clients break addresses. */
function breakable(text: string): Html {
  return new Html(
    text
      .split(/(?<=[/.)])(?=\S)/)
      .map(escapeHtml)
      .join('<wbr>'),
  );
}

function containerHtml(block: Json, world: World, foreign: (block: Json) => Html): Html {
  const title = isJson(block.rich_text_title)
    ? richTextHtml(block.rich_text_title, world)
    : plainHtml(textOf(block.title));
  const inside = each(block.child_blocks, (child) => blockHtml(child, world, foreign));
  const subtitle = isJson(block.subtitle) && html`<small>${textHtml(block.subtitle, world)}</small>`;
  if (block.is_collapsible !== true) {
    return html`<section class="block container"><b>${title}</b> ${subtitle}${inside}</section>`;
  }
  const open = block.default_collapsed === true ? '' : new Html(' open');
  return html`<details class="block container"${open}><summary><b>${title}</b> ${subtitle}</summary>${inside}</details>`;
}

export function textHtml(text: unknown, world: World): Html {
  if (!isJson(text)) return html``;
  if (text.type === 'mrkdwn') return mrkdwnHtml(textOf(text), world, { verbatim: text.verbatim === true });
  return plainHtml(textOf(text));
}

function each(list: unknown, draw: (one: Json) => Html): Html[] {
  return Array.isArray(list) ? list.filter(isJson).map(draw) : [];
}
