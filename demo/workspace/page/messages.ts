import type { Channel, Ephemeral, Message } from '../nouns.ts';
import { BOT, WORKFLOW_BOT } from '../nouns.ts';
import type { World } from '../world.ts';
import type { Draw } from './blocks.ts';
import { withEmoji } from './emoji.ts';
import { filesHtml } from './files.ts';
import { type Html, html, Html as Raw } from './html.ts';
import { mrkdwnHtml } from './text.ts';

/** The message list of a channel or a thread, for one person: what everyone sees, and what only they see, in time order. */

const SHOWN = 200;
/** Messages by one author within five minutes stand together without repeating the name. */
const TOGETHER_SECONDS = 300;

type Entry =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'ephemeral'; readonly whisper: Ephemeral };

export function channelHtml(channel: Channel, user: string, world: World, draw: Draw): Html {
  const top = world.messages(channel.id).filter((message) => !message.threadTs || message.broadcast);
  return listHtml(entriesOf(top, channel.id, undefined, user, world), world, draw, true);
}

export function threadHtml(channel: Channel, ts: string, user: string, world: World, draw: Draw): Html {
  const thread = world.thread(channel.id, ts);
  const [root, ...rest] = entriesOf(thread, channel.id, ts, user, world);
  const replies = thread.length - 1;
  const count =
    replies > 0 &&
    html`<div class="reply-count" data-key="count" data-rev="${replies}">${countOf(replies)}</div>`;
  return html`${root && listHtml([root], world, draw, false)}${count}${listHtml(rest, world, draw, false)}`;
}

function entriesOf(
  messages: readonly Message[],
  channel: string,
  threadTs: string | undefined,
  user: string,
  world: World,
): Entry[] {
  const mine = world.ephemerals.filter(
    (each) => each.channel === channel && each.user === user && each.threadTs === threadTs,
  );
  return [
    ...messages.map((message): Entry => ({ kind: 'message', message })),
    ...mine.map((whisper): Entry => ({ kind: 'ephemeral', whisper })),
  ]
    .sort((a, b) => Number(tsOf(a)) - Number(tsOf(b)))
    .slice(-SHOWN);
}

function listHtml(entries: readonly Entry[], world: World, draw: Draw, withReplies: boolean): Html {
  return html`${entries.map((entry, index) => {
    const before = entries[index - 1];
    const together =
      before !== undefined &&
      authorOf(before) === authorOf(entry) &&
      Number(tsOf(entry)) - Number(tsOf(before)) < TOGETHER_SECONDS &&
      before.kind === 'message' &&
      entry.kind === 'message' &&
      !isNotice(before.message) &&
      !isNotice(entry.message);
    return entryHtml(entry, together, world, draw, withReplies);
  })}`;
}

function entryHtml(entry: Entry, together: boolean, world: World, draw: Draw, withReplies: boolean): Html {
  const ts = tsOf(entry);
  if (entry.kind === 'message' && isNotice(entry.message)) {
    return html`<article class="message notice" data-key="${ts}" data-rev="1">${mrkdwnHtml(entry.message.text, world)}</article>`;
  }
  const shown = entry.kind === 'message' ? entry.message : entry.whisper;
  const rev =
    entry.kind === 'message'
      ? revisionOf(entry.message, world)
      : JSON.stringify(shown.blocks).length + shown.text;
  const kind = `${entry.kind}${together ? ' together' : ''}`;
  return html`<article class="message ${kind}" data-key="${ts}" data-rev="${together ? 1 : 0} ${rev}" data-ts="${ts}">
    <div class="gutter">${together ? clock(ts) : avatar(authorOf(entry))}</div>
    <div class="said">
      ${entry.kind === 'ephemeral' && html`<div class="only-you"><span aria-hidden="true">◉</span> Only visible to you</div>`}
      ${!together && nameLine(authorOf(entry), ts, world)}
      <div class="body">${bodyHtml(shown, world, draw)}${edited(entry)}</div>
      ${entry.kind === 'message' && filesHtml(entry.message, world)}
      ${entry.kind === 'message' && reactionsHtml(entry.message)}
      ${entry.kind === 'message' && withReplies && repliesHtml(entry.message, world)}
    </div>
    ${entry.kind === 'message' && toolsHtml(entry.message, withReplies)}
  </article>`;
}

/** Shown beside the message that is pointed at, or that the keyboard is in. */
function toolsHtml(message: Message, withReplies: boolean): Html {
  const thread = message.threadTs ?? message.ts;
  return html`<div class="tools">${withReplies && html`<button class="reply-in-thread" type="button" data-thread="${thread}" title="Reply in thread">Reply</button>`}<button class="more" type="button" data-more aria-haspopup="menu" aria-expanded="false" aria-label="More actions" title="More actions">⋮</button></div>`;
}

function bodyHtml(shown: Message | Ephemeral, world: World, draw: Draw): Html {
  if (shown.blocks.length > 0) return draw(shown.blocks);
  return shown.text ? html`<div class="text">${mrkdwnHtml(shown.text, world)}</div>` : html``;
}

function edited(entry: Entry): Html | false {
  return entry.kind === 'message' && entry.message.editedMark && html`<span class="edited">(edited)</span>`;
}

function nameLine(author: string, ts: string, world: World): Html {
  const user = world.users.get(author);
  const isWorkflow = author === WORKFLOW_BOT;
  const isApp = author === 'slackbot' || user?.botId !== undefined;
  const badge = isWorkflow ? 'WORKFLOW' : isApp && 'APP';
  return html`<div class="name-line"><b>${user?.name ?? (isWorkflow ? 'Workflow' : 'Slackbot')}</b>${badge && html` <span class="app">${badge}</span>`} ${clock(ts)}</div>`;
}

/** The script writes the person's own time into it. */
function clock(ts: string): Html {
  const iso = new Date(Number(ts) * 1000).toISOString();
  return html`<time datetime="${iso}">${iso.slice(11, 16)}</time>`;
}

const COLOURS = 6;

function avatar(author: string): Html {
  if (author === BOT.id) {
    return html`<span class="avatar bot" aria-hidden="true"><svg viewBox="0 0 24 24"><path d="M12 3c3 4 5 6.4 5 9.4A5 5 0 0 1 7 12.4C7 9.4 9 7 12 3Z"/></svg></span>`;
  }
  const name = author.replace(/^[UB]0?/, '');
  const colour = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % COLOURS;
  return html`<span class="avatar colour-${colour}" aria-hidden="true">${name.slice(0, 1).toUpperCase()}</span>`;
}

function reactionsHtml(message: Message): Html | false {
  const drawn = message.reactions.map(
    (each) =>
      html`<span class="reaction">${new Raw(withEmoji(`:${each.name}:`))} ${each.users.length}</span>`,
  );
  return drawn.length > 0 && html`<div class="reactions">${drawn}</div>`;
}

function repliesHtml(message: Message, world: World): Html | false {
  const replies = message.threadTs ? [] : world.thread(message.channel, message.ts).slice(1);
  const last = replies.at(-1);
  if (!last) return false;
  return html`<button class="replies" type="button" data-thread="${message.ts}"><b>${countOf(replies.length)}</b> <span>Last reply ${clock(last.ts)}</span></button>`;
}

function countOf(replies: number): string {
  return replies === 1 ? '1 reply' : `${replies} replies`;
}

function revisionOf(message: Message, world: World): string {
  const replies = message.threadTs ? 0 : world.thread(message.channel, message.ts).length;
  return `${message.revisions.length} ${replies} ${message.reactions.length} ${message.files.length}`;
}

function isNotice(message: Message): boolean {
  return message.subtype?.startsWith('channel_') === true;
}

function tsOf(entry: Entry): string {
  return entry.kind === 'message' ? entry.message.ts : entry.whisper.ts;
}

function authorOf(entry: Entry): string {
  if (entry.kind === 'message') return entry.message.user;
  return entry.whisper.from === 'app' ? BOT.id : 'slackbot';
}
