// Messages that alerting tools post to channels -> alerts. They were written for people, so only what all of them share
// is read: a title, whether it is over, and the words around it.
import type { Alert } from '../model/incident.ts';
import { digestOf } from './digest.ts';
import { asBag, asList, asText, MAX_NAME, MAX_SUMMARY } from './text.ts';

/** Characters of a message that are looked at; posts of alerting tools are shorter. */
const MAX_TEXT = 4_000;
const MAX_PARTS = 60;
const MAX_DEPTH = 6;

/**
 * What the tools begin their titles with:
 * Alertmanager `[FIRING:2] HighMemory (payments)`, `[RESOLVED] HighMemory`; Grafana the same with `[Alerting]`, `[OK]`;
 * Datadog `Triggered: [P1] …`, `Recovered: …`; PagerDuty `Triggered #42: …`, `Resolved #42: …`.
 */
const STATES: readonly { readonly word: RegExp; readonly isOver: boolean }[] = [
  { word: /^\[(?:firing|alerting|no data|critical|warning)(?::\d{1,5})?[^\]]{0,40}\]/i, isOver: false },
  { word: /^\[(?:resolved|ok|normal|recovered)(?::\d{1,5})?\]/i, isOver: true },
  {
    word: /^(?:re-)?(?:triggered|alerting|firing|warn|no data)(?: on [^:]{0,80})?(?=\s*[:#])/i,
    isOver: false,
  },
  { word: /^(?:resolved|recovered|ok)(?: on [^:]{0,80})?(?=\s*[:#])/i, isOver: true },
];

/** Undefined for everything that is not clearly an alert. */
export function readAlertMessage(message: unknown, channel: string): Alert | undefined {
  const bag = asBag(message);
  const atMs = Math.floor(Number(bag?.ts) * 1000);
  if (bag === undefined || !(atMs > 0)) return undefined;
  const lines = wordsOfMessage(bag);
  for (const [index, line] of lines.entries()) {
    const title = unmarked(line);
    const state = STATES.find(({ word }) => word.test(title));
    if (state === undefined) continue;
    const name = asText(nameIn(title.replace(state.word, '')), MAX_NAME);
    if (name === undefined) continue;
    const summary = asText(lines.slice(index + 1).join(' · '), MAX_SUMMARY);
    return {
      key: digestOf(JSON.stringify(['message', channel, name.toLowerCase()])),
      name,
      labels: { text: lines.join('\n').slice(0, MAX_TEXT) },
      ...(summary !== undefined && { summary }),
      startsAtMs: atMs,
      ...(state.isOver && { endsAtMs: atMs }),
    };
  }
  return undefined;
}

/** Every text of a message, in the order a person reads it: its own, its blocks', its attachments'. */
export function wordsOfMessage(message: unknown): readonly string[] {
  const found: string[] = [];
  const add = (value: unknown): void => {
    const text = asText(value, MAX_TEXT);
    if (text === undefined || found.length >= MAX_PARTS) return;
    for (const line of text.split('\n')) if (line.trim() !== '') found.push(line.trim());
  };
  const walk = (node: unknown, depth: number): void => {
    if (depth > MAX_DEPTH || found.length >= MAX_PARTS) return;
    for (const each of asList(node)) walk(each, depth + 1);
    const bag = asBag(node);
    if (bag === undefined) return;
    for (const name of ['pretext', 'title', 'text', 'value', 'fallback'] as const) {
      if (typeof bag[name] !== 'string') walk(bag[name], depth + 1);
      else if (name !== 'fallback' || found.length === 0) add(bag[name]);
    }
    for (const name of ['fields', 'elements', 'blocks', 'attachments']) walk(bag[name], depth + 1);
  };
  walk(message, 0);
  return found.slice(0, MAX_PARTS);
}

/** Emphasis and links of mrkdwn taken away, emoji too. */
function unmarked(line: string): string {
  return line
    .slice(0, 500)
    .replace(/<[^<>|]{0,400}\|([^<>]{0,400})>/g, '$1')
    .replace(/:[a-z0-9_+-]{1,40}:/g, '')
    .replace(/[*_~`]/g, '')
    .replace(/^[^\p{L}\p{N}[]{1,10}/u, '')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .trim();
}

/** ` #42: [P1] Memory of payments-svc is high` -> `#42 Memory of payments-svc is high`. */
function nameIn(rest: string): string {
  const number = /^\s*#(\d{1,12})/.exec(rest)?.[0].trim() ?? '';
  const words = rest.replace(/^\s*#\d{1,12}/, '').replace(/^[\s:–-]{1,10}/, '');
  return `${number} ${words.replace(/^\[P\d\]\s*/i, '')}`.trim();
}
