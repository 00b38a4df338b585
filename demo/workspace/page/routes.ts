import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import {
  actingShape,
  clickShape,
  closeShape,
  searchShape,
  shortcutShape,
  submitShape,
  typingShape,
  workflowShape,
} from '../deeds.ts';
import { readDropped } from '../dropped-files.ts';
import { FORM_BYTES, readBody, send, sendJson } from '../http.ts';
import { type Json, parsedJson } from '../json.ts';
import type { Channel } from '../nouns.ts';
import type { Parts } from '../server.ts';
import { shownPlaces } from '../shown.ts';
import { sendFile } from '../uploads.ts';
import { type Draw, loadDraw } from './blocks.ts';
import { type Html, html } from './html.ts';
import { channelHtml, threadHtml } from './messages.ts';
import { homeHtml, viewHtml } from './view.ts';

/** The web page: static files, fragments of HTML for what changes, and a stream that says when to fetch them again. */

const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
const PAGE_HEADERS = { 'content-security-policy': CONTENT_POLICY, 'x-content-type-options': 'nosniff' };
const STREAMS = 32;
const KEEP_ALIVE_MS = 15_000;

const STATIC: Record<string, { file: string; type: string }> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/page/icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
};
/** Sheets by subject, and the script's modules. */
const SHEETS_AND_SCRIPTS = /^\/page\/((?:styles\/[a-z-]+\.css)|(?:client\/[a-z-]+\.js))$/;
const FONTS = /^\/page\/fonts\/(?<file>(?<family>inter|jetbrains-mono)-latin-[4-8]00-normal\.woff2)$/;
const FONT_PACKAGES = '../../../node_modules/@fontsource/';

export async function answerPage(
  parts: Parts,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'POST' && path === '/page/drop') return drop(parts, request, response);
  if (request.method === 'POST') return act(parts, path, request, response);
  const asset = assetAt(path);
  if (asset) {
    const bytes = await readFile(asset.file).catch(() => undefined);
    if (!bytes) return send(response, 404, 'not found', PAGE_HEADERS);
    return send(response, 200, bytes, { 'content-type': asset.type, ...PAGE_HEADERS });
  }
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const message = MESSAGE.exec(path);
  if (message?.groups) return toMessage(message.groups, query.get('thread_ts'), response);
  if (path === '/page/events') return stream(parts, response);
  if (path === '/page/places')
    return sendJson(response, 200, {
      ...shownPlaces(parts.api.world),
      commands: parts.api.permissions.commands,
      shortcuts: parts.api.permissions.shortcuts,
      workflows: parts.api.permissions.steps,
      hasHome: parts.api.permissions.hasHome,
    });
  if (path.startsWith('/page/file/')) return file(parts, path.slice('/page/file/'.length), response);
  const fragment = await fragmentOf(parts, path, query);
  if (!fragment) return send(response, 404, 'not found', PAGE_HEADERS);
  send(response, 200, fragment.text, { 'content-type': 'text/html; charset=utf-8', ...PAGE_HEADERS });
}

function assetAt(path: string): { file: URL; type: string } | undefined {
  const font = FONTS.exec(path)?.groups;
  if (font)
    return {
      file: new URL(`${FONT_PACKAGES}${font.family}/files/${font.file}`, import.meta.url),
      type: 'font/woff2',
    };
  const part = SHEETS_AND_SCRIPTS.exec(path)?.[1];
  const type = part?.endsWith('.css') ? 'text/css' : 'text/javascript';
  const asset = part ? { file: part, type: `${type}; charset=utf-8` } : STATIC[path];
  return asset && { file: new URL(asset.file, import.meta.url), type: asset.type };
}

/** An address of a message, as Slack makes them, opens its thread. */
const MESSAGE = /^\/archives\/(?<channel>[A-Z0-9]+)\/p(?<seconds>\d+)(?<micros>\d{6})$/;

function toMessage(
  { channel = '', seconds, micros }: Record<string, string | undefined>,
  threadTs: string | null,
  response: ServerResponse,
): void {
  const place = new URLSearchParams({ channel, thread: threadTs ?? `${seconds}.${micros}` });
  send(response, 302, '', { location: `/#${place}`, ...PAGE_HEADERS });
}

async function fragmentOf(parts: Parts, path: string, query: URLSearchParams): Promise<Html | undefined> {
  const { world } = parts.api;
  const user = query.get('user') ?? '';
  const draw = await drawOf(parts);
  if (path === '/page/view') {
    const view = [...world.views.values()].filter((each) => each.user === user).at(-1);
    return view ? viewHtml(view, draw, world) : html``;
  }
  if (path === '/page/home') return homeHtml(world.homes.get(user), draw, world);
  const channel = seenBy(user, world.channels.get(query.get('channel') ?? ''));
  if (!channel) return undefined;
  if (path === '/page/channel') return channelHtml(channel, user, world, draw);
  if (path === '/page/thread') return threadHtml(channel, query.get('ts') ?? '', user, world, draw);
  return undefined;
}

/** Private places are shown to those who are in them. */
function seenBy(user: string, channel: Channel | undefined): Channel | undefined {
  return channel && (channel.kind === 'public' || channel.members.has(user)) ? channel : undefined;
}

async function act(
  parts: Parts,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, FORM_BYTES);
  const isJsonType = request.headers['content-type']?.startsWith('application/json');
  const given = isJsonType && body ? parsedJson(body.toString('utf8')) : undefined;
  try {
    const done = await perform(parts, path, given);
    if (done) sendJson(response, 200, { ok: true, ...(done === true ? {} : done) });
    else sendJson(response, 404, { error: 'not found' });
  } catch (error) {
    sendJson(response, 400, { error: error instanceof Error ? error.message : 'failed' });
  }
}

/** A form of the browser: files, and where they were dropped. */
async function drop(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await parts.people.drops(await readDropped(request));
    sendJson(response, 200, { ok: true });
  } catch (error) {
    sendJson(response, 400, { error: error instanceof Error ? error.message : 'failed' });
  }
}

/** False where nothing is there; more than true where the page wants an answer. */
async function perform({ people, tokens }: Parts, path: string, given: unknown): Promise<boolean | Json> {
  switch (path) {
    case '/page/type':
      await people.types(typingShape.parse(given));
      return true;
    case '/page/click':
      await people.clicks(clickShape.parse(given));
      return true;
    case '/page/act':
      await people.acts(actingShape.parse(given));
      return true;
    case '/page/options':
      return people.searches(searchShape.parse(given));
    case '/page/shortcut':
      await people.takesShortcut(shortcutShape.parse(given));
      return true;
    case '/page/workflow':
      people.startsWorkflow({ ...workflowShape.parse(given), token: tokens.bot });
      return true;
    case '/page/submit':
      await people.submits(submitShape.parse(given));
      return true;
    case '/page/close': {
      const { viewId, user, whole } = closeShape.parse(given);
      await people.closes(viewId, user, whole);
      return true;
    }
    case '/page/open-home':
      await people.opensHome(z.strictObject({ user: z.string() }).parse(given).user);
      return true;
    default:
      return false;
  }
}

/** Server-sent events: which place changed; the page fetches what it shows of it. */
function stream(parts: Parts, response: ServerResponse): void {
  if (parts.streams.size >= STREAMS) {
    send(response, 503, 'too many pages are open');
    return;
  }
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    ...PAGE_HEADERS,
  });
  response.write('retry: 1000\n\n');
  const unsubscribe = parts.api.world.onChange((change) => {
    if (change.kind === 'call' || change.kind === 'delivery' || change.kind === 'file') return;
    response.write(`data: ${JSON.stringify(change)}\n\n`);
  });
  const timer = setInterval(() => response.write(': still here\n\n'), KEEP_ALIVE_MS).unref();
  parts.streams.add(response);
  response.on('close', () => {
    clearInterval(timer);
    unsubscribe();
    parts.streams.delete(response);
  });
}

/** Files as the page shows them: a person at this machine needs no token. */
function file(parts: Parts, id: string, response: ServerResponse): void {
  const stored = parts.api.world.files.get(id);
  const bytes = parts.api.world.bytes.get(id);
  if (stored?.completed && bytes) sendFile(response, stored, bytes);
  else send(response, 404, 'not found', PAGE_HEADERS);
}

function drawOf(parts: Parts): Promise<Draw> {
  parts.draw ??= loadDraw(parts.api.world);
  return parts.draw;
}
