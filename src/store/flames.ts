// Flames beside the reports they belong to, on the same disk and for as long. A report is whole without them: what the
// disk does not take is a picture less, and no failure.
import { join } from 'node:path';
import { readFlames } from '../flame/schema.ts';
import type { Flames } from '../model/flame.ts';
import { inside, safeName } from './captures.ts';
import { diskTrouble } from './disk.ts';
import { textOf, writeWhole } from './files.ts';

export interface FlameStore {
  readonly save: (id: string, flames: Flames) => Promise<void>;
  /** Undefined where there are none, or none that can be read. */
  readonly load: (id: string) => Flames | undefined;
}

/** Twice 2,000 nodes with names of 400 characters are below 2 MiB; ordinary ones take 200 kB. */
const MAX_CHARS = 4 * 1024 * 1024;

export function openFlameStore(home: string): FlameStore {
  // The folder of the reports: who lets those expire lets these expire too.
  const root = join(home, 'reports');
  const file = (id: string): string =>
    inside(root, join(root, safeName(id).slice(0, 8), `${safeName(id)}.flames.json`));
  return {
    save: async (id, flames) => {
      const text = JSON.stringify(flames);
      if (text === '{}' || text.length > MAX_CHARS) return;
      try {
        await writeWhole(file(id), text, false);
      } catch (error) {
        if (diskTrouble(error) === undefined) throw error;
      }
    },
    load: (id) => {
      const text = textOf(file(id));
      return text === undefined ? undefined : readFlames(text);
    },
  };
}
