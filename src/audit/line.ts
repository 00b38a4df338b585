// The audit: who decided what, and what came of it, one line of JSON a decision. Each line carries the hash of the one
// before it, so that a changed, missing or moved line shows. Nothing here reads or writes files.
import { createHash } from 'node:crypto';
import type { Origin } from '../model/request.ts';

export interface Decision {
  readonly what:
    | 'accepted'
    /** Answered by the capture of another request, named by `with`. */
    | 'coalesced'
    | 'refused'
    /** Accepted, and taken back before anything was done: the queue did not answer. */
    | 'withdrawn'
    | 'captured'
    | 'failed'
    | 'cancelled'
    | 'stopped'
    /** A service was proposed, registered by an admin, refused by one, or taken back by one. */
    | 'proposed'
    | 'registered'
    | 'declined'
    | 'unregistered'
    | 'resumed'
    /** A service is sampled from now on, or no more; what is usual for it was fixed, or left to its last week again. */
    | 'watched'
    | 'unwatched'
    | 'baseline-set'
    | 'baseline-cleared'
    /** Said of a signature that it is put off, or that it is no leak; `why` is the reason given. */
    | 'snoozed'
    | 'ruled'
    | 'unruled'
    /** Had something shown, named by `why`: full stacks, this audit. */
    | 'pressed';
  readonly who: string;
  readonly door?: Origin['door'];
  readonly channel?: string;
  readonly service?: string;
  readonly instances?: readonly string[] | string;
  readonly kinds?: readonly string[];
  readonly request?: string;
  readonly with?: string;
  readonly why?: string;
  readonly verdict?: string;
  /** What a capture cost the service. */
  readonly cost?: { readonly requests: number; readonly bytes: number; readonly pauseMs: number };
  /** One hash over those of all files captured. */
  readonly artefacts?: string;
}

/** The first line of a file: whose it is, and how the files before it ended. */
export interface Beginning {
  readonly what: 'begin';
  readonly process: string;
  readonly host: string;
  readonly pid: number;
  readonly after: readonly Witness[];
  /** Decisions that could not be written before this: the disk was full, or not ours. */
  readonly lost: number;
}

/** What another file held when this one began. */
export interface Witness {
  readonly file: string;
  readonly lines: number;
  readonly hash: string;
  /** Its last line was cut off: its process was killed, or the disk was full. */
  readonly torn?: true;
}

export type Entry = (Decision | Beginning) & { readonly at: string };

export interface Line {
  readonly n: number;
  readonly prev: string;
  readonly hash: string;
  readonly entry: Entry;
}

/** Stands before the first line of a file. */
export const NOTHING = '0'.repeat(64);
const MOST_CHARS = 300;
const MOST_NAMED = 50;

/**
 * A line, with its line break.
 * @param clean takes credentials out of JSON and leaves it JSON
 */
export function writeLine(
  entry: Entry,
  { n, prev }: { readonly n: number; readonly prev: string },
  clean: (json: string) => string,
): { readonly text: string; readonly hash: string } {
  const fields = clean(JSON.stringify(bounded(entry)));
  const body = `{"n":${n},${fields.slice(1, -1)},"prev":"${prev}"`;
  const hash = hashOf(body);
  return { text: `${body},"hash":"${hash}"}\n`, hash };
}

/** Undefined when it is not a line as we write it; a sentence when it is one that was changed. */
export function readLine(text: string): Line | 'changed' | undefined {
  const [, body, hash] = /^(\{.*),"hash":"([0-9a-f]{64})"\}$/s.exec(text) ?? [];
  if (body === undefined || hash === undefined) return undefined;
  if (hashOf(body) !== hash) return 'changed';
  try {
    const { n, prev, ...entry } = JSON.parse(`${body}}`);
    return { n, prev, hash, entry };
  } catch {
    return undefined;
  }
}

function hashOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

/** Words may come from anywhere; a line is a few hundred bytes and never many thousands. */
function bounded<Value>(value: Value): Value {
  if (typeof value === 'string') return value.slice(0, MOST_CHARS) as Value;
  if (Array.isArray(value)) return value.slice(0, MOST_NAMED).map(bounded) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, bounded(each)])) as Value;
}
