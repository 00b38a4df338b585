import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { readBody } from './http.ts';
import type { Json } from './json.ts';
import { FILE_BYTES, FILES_PER_MESSAGE, MESSAGE_TEXT_CHARS } from './limits.ts';
import { mimetypeOf, trueMimetype } from './mimetypes.ts';
import { BOT, type Channel, defined, type Message, newId, type StoredFile, type User } from './nouns.ts';
import { shownFile } from './shown.ts';
import type { World } from './world.ts';

/** Files that people drop into a conversation, and who may see them. */

export interface Dropping {
  readonly channel: string;
  readonly user: string;
  readonly text?: string | undefined;
  readonly threadTs?: string | undefined;
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/** What goes with the bytes. */
const droppingShape = z.strictObject({
  channel: z.string(),
  user: z.string(),
  text: z.string().max(MESSAGE_TEXT_CHARS).optional(),
  threadTs: z.string().optional(),
});

/** A few files of the largest kind; this Slack is for one machine. */
const FORM_BYTES = 160 * 1024 * 1024;

/** What the page's form carries. */
export async function readDropped(request: IncomingMessage): Promise<Dropping> {
  const body = await readBody(request, FORM_BYTES);
  if (!body) throw new Error('these files are too large together');
  const type = request.headers['content-type'] ?? '';
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const files = await Promise.all(
    form
      .getAll('file')
      .flatMap((part) => (typeof part === 'string' ? [] : [part]))
      .map(async (part) => ({ name: part.name, bytes: new Uint8Array(await part.arrayBuffer()) })),
  );
  const words = [...form].filter(([, value]) => typeof value === 'string');
  return { ...droppingShape.parse(Object.fromEntries(words)), files };
}

/** As Slack says it to the person, who has to choose other ones. */
export function refuseFiles(files: Dropping['files']): void {
  if (files.length === 0) throw new Error('choose a file first');
  if (files.length > FILES_PER_MESSAGE)
    throw new Error(`a message carries ${FILES_PER_MESSAGE} files at most`);
  const large = files.find(({ bytes }) => bytes.byteLength > FILE_BYTES);
  if (large) throw new Error(`${large.name} is larger than Slack takes`);
}

export function keepDropped(files: Dropping['files'], user: User, world: World): StoredFile[] {
  return files.map(({ name, bytes }) => {
    const file: StoredFile = {
      id: newId('F'),
      name: name.replaceAll(/[/\\]/g, '_'),
      title: name,
      user: user.id,
      sizeBytes: bytes.byteLength,
      mimetype: mimetypeOf(name),
      createdMs: world.now(),
      uploaded: true,
      completed: true,
      shares: [],
    };
    world.keepBytes(file.id, bytes);
    return world.keepFile({ ...file, mimetype: trueMimetype(file, bytes) });
  });
}

/** Where a message showed them: whoever is there may see them. */
export function shareDropped(files: readonly StoredFile[], message: Message, world: World): void {
  const { channel, ts, threadTs } = message;
  for (const file of files)
    world.keepFile({ ...file, shares: [...file.shares, { channel, ts, ...defined({ threadTs }) }] });
}

/** A file in an event: of channels shared with others Slack sends an id, and `files.info` tells the rest. */
export function filesInEvent(ids: readonly string[], channel: Channel, world: World, origin: string): Json[] {
  const files = ids.flatMap((id) => world.files.get(id) ?? []);
  if (channel.shared === 'external')
    return files.map(({ id }) => ({ id, mode: 'file_access', file_access: 'check_file_info' }));
  return files.map((file) => shownFile(file, origin));
}

/** An app sees what it uploaded, and what was shared where it is. */
export function isSeenByBot(file: StoredFile, world: World): boolean {
  if (file.user === undefined) return true;
  return file.shares.some((share) => world.channels.get(share.channel)?.members.has(BOT.id) === true);
}
