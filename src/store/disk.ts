// What keeps a disk from keeping: room, permission, or its own state. Anything else is a fault of ours and thrown on.

const TROUBLES: Readonly<Record<string, string>> = {
  ENOSPC: 'disk full',
  EDQUOT: 'disk quota used up',
  EROFS: 'read-only',
  EACCES: 'not permitted',
  EPERM: 'not permitted',
  EEXIST: 'a file is where the folder should be',
  ENOTDIR: 'a file is where the folder should be',
  EIO: 'the disk has a fault',
};

/** Why the disk did not take something, in words; undefined when the error is about something else. */
export function diskTrouble(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? TROUBLES[String(error.code)] : undefined;
}
