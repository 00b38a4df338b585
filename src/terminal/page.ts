// Files that are asked for by name: `--html FILE`, the report as a page, and those of a check.
import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../failure.ts';
import type { Flames } from '../model/flame.ts';
import type { HtmlText, XmlText } from '../report/foreign.ts';
import type { Report } from '../report/schema.ts';

/**
 * Asked before the work is done for nothing.
 * @throws Failure `file_unwritable`
 */
export async function mayWrite(path: string): Promise<void> {
  await access(dirname(path), constants.W_OK).catch((error: unknown) => refuse(path, error));
}

/** @throws Failure `file_unwritable` */
export async function writePage(path: string, report: Report, flames: Flames): Promise<void> {
  const { drawPage } = await import('../deliver/page.ts');
  await writeAsked(path, await drawPage(report, flames));
}

/** @throws Failure `file_unwritable` */
export async function writeAsked(path: string, text: HtmlText | XmlText): Promise<void> {
  await writeFile(path, text).catch((error: unknown) => refuse(path, error));
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  ENOTDIR: 'its folder is a file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

function refuse(path: string, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  throw new Failure('file_unwritable', { path, reason: REASONS[code] ?? 'it cannot be written' });
}
