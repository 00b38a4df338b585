import { isJson, type Json } from './json.ts';

/**
 * Slack's mrkdwn, read the way Slack reads it: `<…>` tokens are mentions and links, bare URLs become links, and
 * `&lt; &gt; &amp;` are how a literal `< > &` is written. Used to draw messages and to prove that foreign text
 * notifies nobody and links nowhere.
 */

export type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'user' | 'channel' | 'usergroup'; readonly id: string; readonly label?: string }
  | { readonly kind: 'broadcast'; readonly range: string }
  | { readonly kind: 'link'; readonly url: string; readonly label?: string }
  | { readonly kind: 'date'; readonly fallback: string };

export interface Mention {
  readonly kind: 'user' | 'channel' | 'usergroup' | 'broadcast' | 'link' | 'image';
  /** The id, the range (`channel`, `here`, `everyone`) or the URL. */
  readonly target: string;
  readonly label?: string;
  /** Where in the payload, as a JSON pointer. */
  readonly at: string;
}

/** `<@U1> see <https://x|x>` -> [user U1, text " see ", link https://x labelled x] */
export function tokens(text: string, verbatim = false): Token[] {
  const found: Token[] = [];
  let from = 0;
  // `verbatim: true` keeps Slack from making links of bare URLs; what stands in angle brackets is read either way.
  for (const match of text.matchAll(verbatim ? ANGLED : ANGLED_OR_URL)) {
    if (match.index > from) found.push({ kind: 'text', text: text.slice(from, match.index) });
    found.push(match[1] === undefined ? { kind: 'link', url: match[0] } : angled(match[1]));
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ kind: 'text', text: text.slice(from) });
  return found;
}

const ANGLED = /<([^<>\n]+)>/g;
const ANGLED_OR_URL = /<([^<>\n]+)>|https?:\/\/[^\s<>|]+/g;

/** The three characters Slack asks to be escaped: https://docs.slack.dev/messaging/formatting-message-text */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function unescapeMrkdwn(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/**
 * Every mention, broadcast, link and fetched image in a Slack payload (blocks, a message, call arguments), whoever wrote
 * it. `text` of a message counts too: it is what notifications show and what a client without blocks renders.
 */
export function mentionsIn(payload: unknown): Mention[] {
  return walk(payload, '');
}

function walk(value: unknown, at: string): Mention[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => walk(each, `${at}/${index}`));
  if (!isJson(value)) return [];
  if (value.type === 'plain_text' || value.type === 'raw_text') return [];
  if (value.type === 'mrkdwn') return mentionsInText(value.text, `${at}/text`, value.verbatim === true);
  if (value.type === 'markdown') return markdownMentions(value.text, `${at}/text`);
  const own = elementMention(value, at);
  const fields = Object.entries(value).flatMap(([key, inner]) => {
    if (typeof inner !== 'string') return key === 'metadata' ? [] : walk(inner, `${at}/${key}`);
    if (key === 'text' && value.type === undefined) return topLevelText(inner, value, `${at}/${key}`);
    if (['markdown_text', 'initial_comment', 'pretext', 'fallback'].includes(key)) {
      return key === 'markdown_text'
        ? markdownMentions(inner, `${at}/${key}`)
        : mentionsInText(inner, `${at}/${key}`);
    }
    return [];
  });
  return [...own, ...fields];
}

function topLevelText(text: string, message: Json, at: string): Mention[] {
  const named = [...text.matchAll(/(^|[\s(])@(channel|here|everyone)\b/g)].map(
    (match): Mention => ({ kind: 'broadcast', target: match[2] ?? '', at }),
  );
  // `@channel` written plainly only notifies when the call asks for names to be linked.
  const linksNames = message.link_names !== undefined || message.parse === 'full';
  return [...mentionsInText(text, at), ...(linksNames ? named : [])];
}

function elementMention(value: Json, at: string): Mention[] {
  const text = (key: string) => (typeof value[key] === 'string' ? value[key] : '');
  switch (value.type) {
    case 'user':
      return text('user_id') ? [{ kind: 'user', target: text('user_id'), at }] : [];
    case 'usergroup':
      return [{ kind: 'usergroup', target: text('usergroup_id'), at }];
    case 'channel':
      return text('channel_id') ? [{ kind: 'channel', target: text('channel_id'), at }] : [];
    case 'broadcast':
      return [{ kind: 'broadcast', target: text('range'), at }];
    case 'link':
      return [{ kind: 'link', target: text('url'), label: text('text'), at }];
    case 'button':
      return text('url') ? [{ kind: 'link', target: text('url'), at: `${at}/url` }] : [];
    case 'image':
      return text('image_url') ? [{ kind: 'image', target: text('image_url'), at: `${at}/image_url` }] : [];
    default:
      return [];
  }
}

function mentionsInText(text: unknown, at: string, verbatim = false): Mention[] {
  if (typeof text !== 'string') return [];
  return tokens(text, verbatim).flatMap((token): Mention[] => {
    switch (token.kind) {
      case 'text':
      case 'date':
        return [];
      case 'link':
        return [{ kind: 'link', target: token.url, ...label(token.label), at }];
      case 'broadcast':
        return [{ kind: 'broadcast', target: token.range, at }];
      default:
        return [{ kind: token.kind, target: token.id, ...label(token.label), at }];
    }
  });
}

/** A markdown block takes Slack's own tokens and Markdown's links and images: `[a](https://b)`, `![a](https://b)`. */
function markdownMentions(text: unknown, at: string): Mention[] {
  if (typeof text !== 'string') return [];
  const pairs = [...text.matchAll(/(!?)\[([^\]]*)\]\(\s*<?([^\s)>]+)/g)].map(
    (match): Mention => ({
      kind: match[1] ? 'image' : 'link',
      target: match[3] ?? '',
      label: match[2] ?? '',
      at,
    }),
  );
  const targets = new Set(pairs.map((each) => each.target));
  const rest = mentionsInText(text, at).filter(
    (each) => ![...targets].some((url) => each.target.startsWith(url)),
  );
  return [...pairs, ...rest];
}

function angled(inside: string): Token {
  const bar = inside.indexOf('|');
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const named = bar < 0 ? {} : { label: inside.slice(bar + 1) };
  if (/^@[UWB]/.test(target)) return { kind: 'user', id: target.slice(1), ...named };
  if (/^#[CGD]/.test(target)) return { kind: 'channel', id: target.slice(1), ...named };
  if (target.startsWith('!subteam^'))
    return { kind: 'usergroup', id: target.slice('!subteam^'.length), ...named };
  if (target.startsWith('!date^')) return { kind: 'date', fallback: named.label ?? '' };
  if (/^!(channel|here|everyone|group)$/.test(target)) return { kind: 'broadcast', range: target.slice(1) };
  if (/^(https?|mailto|tel|slack):/i.test(target)) return { kind: 'link', url: target, ...named };
  return { kind: 'text', text: `<${inside}>` };
}

function label(text: string | undefined): { label?: string } {
  return text === undefined ? {} : { label: text };
}
