// Writes the audit of one process: a file of its own for each start and each day, whose first line tells how the files
// before it ended. What cannot be written is counted and said, and stops nobody from working.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../log.ts';
import { redactorOf } from '../model/secrets.ts';
import { type Decision, type Entry, NOTHING, type Witness, writeLine } from './line.ts';
import {
  createSegment,
  removeSegment,
  type Segment,
  segmentNames,
  surveySegment,
  witnessOf,
} from './segment.ts';

export interface Trail {
  /** Never throws, and is on its way to the disk when it returns. */
  readonly write: (decision: Decision) => void;
  /** False while decisions cannot be written. */
  readonly isKept: () => boolean;
  readonly close: () => void;
}

export interface TrailOptions {
  readonly home: string;
  readonly process: 'app' | 'worker' | 'terminal';
  readonly now: () => number;
  readonly log: Log;
  /** Takes credentials out of JSON. */
  readonly clean: (json: string) => string;
  /** Given each line too, for a collector of logs. */
  readonly mirror?: (line: string) => void;
}

/** A start looks at this many files for those that no other one names. */
const MOST_LOOKED_AT = 500;
const REMIND_EVERY_MS = 600_000;

export function auditFolder(home: string): string {
  return join(home, 'audit');
}

export function openTrail(options: TrailOptions): Trail {
  const { home, now, log, clean, mirror } = options;
  const folder = auditFolder(home);
  let open: { segment: Segment; day: string; n: number; prev: string } | undefined;
  let lost = 0;
  let saidAtMs = Number.NEGATIVE_INFINITY;

  const append = (entry: Entry, to: NonNullable<typeof open>): void => {
    const { text, hash } = writeLine(entry, to, clean);
    to.segment.append(text, to.n, hash);
    mirror?.(text.trimEnd());
    to.n += 1;
    to.prev = hash;
  };
  const close = (): void => {
    const { segment } = open ?? {};
    open = undefined;
    segment?.close();
  };
  const begin = (day: string): NonNullable<typeof open> => {
    const name = `${at(now())
      .replace(/[-:.Z]/g, '')
      .replace('T', '-')}-${options.process}-${process.pid}-${randomBytes(4).toString('hex')}.jsonl`;
    const segment = createSegment(folder, name);
    const begun = { segment, day, n: 0, prev: NOTHING };
    try {
      const after = unnamedBefore(folder, name);
      append(
        {
          at: at(now()),
          what: 'begin',
          process: options.process,
          host: hostname(),
          pid: process.pid,
          after,
          lost,
        },
        begun,
      );
    } catch (error) {
      segment.close();
      removeSegment(folder, name);
      throw error;
    }
    return begun;
  };
  const put = (decision: Decision): void => {
    const day = at(now()).slice(0, 10).replaceAll('-', '');
    if (open?.day !== day) {
      close();
      open = begin(day);
      lost = 0;
    }
    append({ at: at(now()), ...decision }, open);
  };

  return {
    write: (decision) => {
      try {
        put(decision);
        if (saidAtMs > Number.NEGATIVE_INFINITY) log.info('The audit is written again.');
        saidAtMs = Number.NEGATIVE_INFINITY;
      } catch (error) {
        lost += 1;
        try {
          close();
        } catch {
          // Its disk is gone; the next decision begins another file.
        }
        if (now() - saidAtMs < REMIND_EVERY_MS) return;
        saidAtMs = now();
        log.error(
          { err: error, folder },
          'degraded: the audit cannot be written; captures go on without it.',
        );
      }
    },
    isKept: () => lost === 0,
    close,
  };
}

/** Every file that no other names has an end nobody has vouched for yet. */
function unnamedBefore(folder: string, own: string): Witness[] {
  const names = segmentNames(folder)
    .filter((name) => name !== own)
    .slice(-MOST_LOOKED_AT);
  const surveys = names.flatMap((name) => {
    const survey = surveySegment(folder, name);
    return survey ? [{ name, survey }] : [];
  });
  const named = new Set(
    surveys.flatMap(
      ({
        survey: {
          lines: [first],
        },
      }) =>
        typeof first === 'object' && first.entry.what === 'begin'
          ? first.entry.after.map(({ file }) => file)
          : [],
    ),
  );
  return surveys.filter(({ name }) => !named.has(name)).map(({ name, survey }) => witnessOf(name, survey));
}

function at(ms: number): string {
  return new Date(ms).toISOString();
}

/** The options of a process, from its environment. */
export function trailOptions(
  env: { readonly home: string; readonly secrets: readonly string[]; readonly auditToStdout: boolean },
  name: TrailOptions['process'],
  log: Log,
): TrailOptions {
  return {
    home: env.home,
    process: name,
    now: Date.now,
    log,
    clean: redactorOf(env.secrets),
    // Standard output is not used for anything else: the log is on standard error.
    ...(env.auditToStdout && { mirror: (line: string) => void process.stdout.write(`${line}\n`) }),
  };
}
