// When the files of a saved capture were fetched: a file of its own in each snapshot's folder, since nothing in
// /debug/vars or a goroutine dump says so, and times of files do not survive being copied.
import { z } from 'zod';
import type { RawArtefact } from '../model/snapshot.ts';

/** The name it is saved under; it is recognised by its content. */
export const TIMES_FILE = 'times.json';
/** Far more than a snapshot's files need. */
const MAX_BYTES = 256 * 1024;

const timesSchema = z.object({
  schema: z.literal('goleak.times/v1'),
  /** Unix milliseconds on the clock of whoever fetched, by file name. */
  files: z.record(z.string(), z.object({ fromMs: z.number(), toMs: z.number() })),
});

export function timesFile(files: readonly RawArtefact[]): string {
  const known = files.flatMap(({ name, taken }) => (taken ? [[name, taken]] : []));
  return `${JSON.stringify({ schema: 'goleak.times/v1', files: Object.fromEntries(known) }, null, 2)}\n`;
}

/** The files of one snapshot with the times that one of them gives to the others. */
export function withTimes(files: readonly RawArtefact[]): RawArtefact[] {
  for (const file of files) {
    const times = readTimes(file);
    if (!times) continue;
    return files
      .filter((other) => other !== file)
      .map((other) => {
        const taken = times.get(other.name);
        return taken ? { ...other, taken } : other;
      });
  }
  return [...files];
}

function readTimes({
  bytes,
}: RawArtefact): ReadonlyMap<string, { fromMs: number; toMs: number }> | undefined {
  if (bytes.length > MAX_BYTES || bytes[0] !== OPEN_BRACE) return undefined;
  try {
    const parsed = timesSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success ? new Map(Object.entries(parsed.data.files)) : undefined;
  } catch {
    return undefined;
  }
}

const OPEN_BRACE = 123;
