import { rmSync } from 'node:fs';

/**
 * Removes the folder of a process that has ended. What it left behind (a Redis that rewrites its file in a child of its
 * own, a browser's helpers) may still write a file while the folder is emptied: so it is tried for a second.
 */
export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
}
