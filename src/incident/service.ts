// Which registered service something is about. Only exact names count, and the words services.yml gives for them.
import type { Alert, IncidentRules } from '../model/incident.ts';

/** What is known of a channel, ranked: its topic was written on purpose, its first messages only perhaps. */
export interface ChannelWords {
  readonly topic: string;
  readonly name: string;
  readonly pinned: readonly string[];
  readonly messages: readonly string[];
}

export interface Candidate {
  readonly service: string;
  readonly score: number;
}

type Matching = Pick<IncidentRules, 'labels' | 'match'>;

const WEIGHTS = { topic: 8, name: 4, pinned: 4, messages: 1 } as const;
/** Longer texts are not searched to their end. */
const MAX_SEARCHED = 4_000;
const MAX_SAID = 20;

/** The service an alert names in a label; else the only one its words name. Undefined when that is none or several. */
export function serviceOfAlert(
  alert: Alert,
  services: readonly string[],
  rules: Matching,
): string | undefined {
  for (const label of rules.labels) {
    const value = alert.labels[label];
    if (value === undefined) continue;
    const named = services.find((service) => service === value.toLowerCase());
    if (named !== undefined) return named;
    const meant = rules.match.find(({ text }) => fits(text, value.toLowerCase()));
    if (meant !== undefined && services.includes(meant.service)) return meant.service;
  }
  const words = [alert.labels.text, alert.name, alert.summary].filter((text) => text !== undefined);
  const found = new Set(words.flatMap((text) => servicesIn(text, services, rules)));
  return found.size === 1 ? [...found][0] : undefined;
}

/** Services that the words of a channel name, the likeliest first. */
export function rankServices(
  channel: ChannelWords,
  services: readonly string[],
  rules: Matching,
): readonly Candidate[] {
  const scores = new Map<string, number>();
  const count = (texts: readonly string[], weight: number): void => {
    const found = new Set(texts.slice(0, MAX_SAID).flatMap((text) => servicesIn(text, services, rules)));
    for (const service of found) scores.set(service, (scores.get(service) ?? 0) + weight);
  };
  count([channel.topic], WEIGHTS.topic);
  count([channel.name], WEIGHTS.name);
  count(channel.pinned, WEIGHTS.pinned);
  count(channel.messages, WEIGHTS.messages);
  return [...scores]
    .map(([service, score]) => ({ service, score }))
    .sort((a, b) => b.score - a.score || (a.service < b.service ? -1 : 1));
}

/** The one that is clearly meant; undefined when it has to be asked. */
export function clearWinner(candidates: readonly Candidate[]): string | undefined {
  const [first, second] = candidates;
  return first !== undefined && first.score > (second?.score ?? 0) ? first.service : undefined;
}

/** `inc-*` against a whole name. */
export function fits(pattern: string, name: string): boolean {
  const [head = '', ...rest] = pattern.toLowerCase().split('*');
  if (rest.length === 0) return head === name;
  if (!name.startsWith(head)) return false;
  const tail = rest.pop() ?? '';
  let from = head.length;
  for (const part of rest) {
    const found = name.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return name.length - tail.length >= from && name.endsWith(tail);
}

/** Registered names as whole words; of `payments` and `payments-svc`, the word `payments-svc` means the longer. */
export function servicesIn(text: string, services: readonly string[], { match }: Matching): string[] {
  const registered = new Set(services);
  const found = new Set<string>();
  for (const word of wordsIn(text)) {
    const runs = runsOf(word);
    const exact = runs.filter((run) => registered.has(run));
    for (const name of exact) {
      if (!exact.some((other) => other !== name && `-${other}-`.includes(`-${name}-`))) found.add(name);
    }
    const meant = exact.length > 0 ? [] : match.filter((each) => runs.some((run) => fits(each.text, run)));
    for (const { service } of meant) if (registered.has(service)) found.add(service);
  }
  return [...found];
}

const MAX_WORDS = 400;
const MAX_RUN_PARTS = 10;

function wordsIn(text: string): readonly string[] {
  const words =
    text
      .slice(0, MAX_SEARCHED)
      .toLowerCase()
      .match(/[a-z0-9][a-z0-9-]{0,79}/g) ?? [];
  return [...new Set(words)].slice(0, MAX_WORDS);
}

/** `inc-payments-svc-oom` -> the whole, and every run of its parts: `payments-svc` is one of them. */
function runsOf(word: string): string[] {
  const parts = word
    .split('-')
    .filter((part) => part !== '')
    .slice(0, MAX_RUN_PARTS);
  const runs: string[] = [];
  for (let from = 0; from < parts.length; from++)
    for (let to = from + 1; to <= parts.length; to++) runs.push(parts.slice(from, to).join('-'));
  return runs;
}

/** Whether results of a service may be shown in a channel: anywhere, unless services.yml names channels. */
export function mayShow(
  channels: readonly string[] | undefined,
  channel: { readonly id: string; readonly name?: string | undefined },
): boolean {
  if (channels === undefined) return true;
  return channels.some((allowed) => allowed === channel.id || allowed.replace(/^#/, '') === channel.name);
}
