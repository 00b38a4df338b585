import { isJson } from '../json.ts';
import { type Token, tokens, unescapeMrkdwn } from '../mrkdwn.ts';
import type { World } from '../world.ts';
import { withEmoji } from './emoji.ts';
import { escapeHtml, Html, html } from './html.ts';

/** mrkdwn -> HTML, the way the client shows it: bold, italic, strike, code, quotes, lists as typed, mentions as chips. */

/** A private-use character marks where a finished piece of HTML goes while the text around it is formatted. */
const MARK = '\uE000';

export function mrkdwnHtml(text: string, world: World, options: { verbatim?: boolean } = {}): Html {
  const parts = text.replaceAll(MARK, '').split(/```\n?([\s\S]*?)```/);
  return new Html(
    parts.map((part, index) => (index % 2 ? fence(part) : flowing(part, world, options))).join(''),
  );
}

export function plainHtml(text: string): Html {
  return new Html(withEmoji(escapeHtml(text)).replaceAll('\n', '<br>'));
}

function fence(text: string): string {
  return html`<pre>${unescapeMrkdwn(text).replace(/\n$/, '')}</pre>`.text;
}

function flowing(text: string, world: World, options: { verbatim?: boolean }): string {
  const kept: string[] = [];
  const keep = (piece: Html) => `${MARK}${kept.push(piece.text) - 1}${MARK}`;
  const coded = text.replaceAll(/`([^`\n]+)`/g, (_whole, code: string) =>
    keep(html`<code>${unescapeMrkdwn(code)}</code>`),
  );
  const marked = tokens(coded, options.verbatim)
    .map((token) =>
      token.kind === 'text' ? escapeHtml(unescapeMrkdwn(token.text)) : keep(tokenHtml(token, world)),
    )
    .join('');
  const formatted = quoted(styled(withEmoji(marked)));
  return formatted.replaceAll(
    new RegExp(`${MARK}(\\d+)${MARK}`, 'g'),
    (_whole, index: string) => kept[Number(index)] ?? '',
  );
}

const BEFORE = '(^|[\\s([{"\'.,;:!?/–—-])';
const AFTER = '(?=$|[\\s)\\]}"\'.,;:!?/–—-])';

function styled(text: string): string {
  const wrap = (mark: string, tag: string) => (from: string) =>
    from.replaceAll(
      new RegExp(`${BEFORE}\\${mark}(\\S(?:[^\\${mark}\\n]*\\S)?)\\${mark}${AFTER}`, 'gm'),
      `$1<${tag}>$2</${tag}>`,
    );
  return wrap('*', 'b')(wrap('_', 'i')(wrap('~', 's')(text)));
}

/** Lines that begin with `>` become one quote; other line ends become breaks. */
function quoted(text: string): string {
  const lines = text.split('\n');
  let out = '';
  let quote: string[] = [];
  const flush = () => {
    if (quote.length > 0) out += `<blockquote>${quote.join('<br>')}</blockquote>`;
    quote = [];
  };
  for (const [index, line] of lines.entries()) {
    const inQuote = /^&gt; ?(.*)$/.exec(line);
    if (inQuote) {
      quote.push(inQuote[1] ?? '');
      continue;
    }
    const afterQuote = quote.length > 0;
    flush();
    out += (index > 0 && !afterQuote ? '<br>' : '') + line;
  }
  flush();
  return out;
}

export function tokenHtml(token: Exclude<Token, { kind: 'text' }>, world: World): Html {
  switch (token.kind) {
    case 'user':
      return html`<span class="mention">@${world.users.get(token.id)?.name ?? token.label ?? token.id}</span>`;
    case 'channel':
      return html`<span class="mention">#${world.channels.get(token.id)?.name ?? token.label ?? token.id}</span>`;
    case 'usergroup':
      return html`<span class="mention">${token.label ?? `@${token.id}`}</span>`;
    case 'broadcast':
      return html`<span class="mention broadcast">@${token.range}</span>`;
    case 'date':
      return html`${token.fallback}`;
    case 'link':
      return linkHtml(token.url, token.label ?? token.url);
  }
}

/** Links lead out of the workspace: only web and mail addresses, in a tab of their own. */
export function linkHtml(url: string, label: string): Html {
  const shown = unescapeMrkdwn(label);
  if (!/^(https?:|mailto:)/i.test(url)) return html`${shown}`;
  return html`<a href="${unescapeMrkdwn(url)}" target="_blank" rel="noopener noreferrer">${shown}</a>`;
}

/** The words of a text object. */
export function textOf(text: unknown): string {
  return isJson(text) && typeof text.text === 'string' ? text.text : '';
}
