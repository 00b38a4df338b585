// A disk of 8 MiB that can be filled, emptied and made read-only. Where nothing may be mounted, a file in the place of each
// folder takes nothing either, whoever asks.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface SmallDisk {
  /** What a person is told of a file that it does not take, once it is full. */
  readonly reason: string;
  readonly fill: () => void;
  readonly makeRoom: () => void;
  /** Takes it away; what lies below is there again. */
  readonly close: () => void;
}

const FOLDERS = ['captures', 'reports'] as const;
const CHUNK = Buffer.alloc(64 * 1024);

/** @param home the folder that it is put over */
export function openSmallDisk(home: string, options = 'size=8m'): SmallDisk {
  mkdirSync(home, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', home]).status === 0;
  if (!mounted) return { ...blockedFolders(home), reason: IN_PLACE };
  const filler = join(home, 'filler');
  return {
    reason: options.includes('ro') ? 'read-only' : 'disk full',
    fill: () => fillUp(filler),
    makeRoom: () => rmSync(filler, { force: true }),
    // Somebody may have a file open on it still.
    close: () => void spawnSync('umount', ['-l', home]),
  };
}

export const IN_PLACE = 'a file is where the folder should be';

/** Files where the folders should be, until they are taken away. */
export function blockedFolders(home: string): Omit<SmallDisk, 'reason'> {
  const aside = (folder: string): string => join(home, `${folder}.aside`);
  const makeRoom = (): void => {
    for (const folder of FOLDERS) {
      rmSync(join(home, folder), { recursive: true, force: true });
      moveIfThere(aside(folder), join(home, folder));
    }
  };
  return {
    fill: () => {
      for (const folder of FOLDERS) {
        moveIfThere(join(home, folder), aside(folder));
        writeFileSync(join(home, folder), '');
      }
    },
    makeRoom,
    close: makeRoom,
  };
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Until not a single byte more is taken. */
function fillUp(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (let size = CHUNK.byteLength; size > 0; ) {
      try {
        writeSync(file, CHUNK, 0, size);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        size = Math.floor(size / 2);
      }
    }
  } finally {
    closeSync(file);
  }
}
