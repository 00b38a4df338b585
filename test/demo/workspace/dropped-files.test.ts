import { expect, it } from 'vitest';
import type { Workspace } from '../../../demo/workspace/server.ts';
import { boltInSocketMode } from './bolt.ts';
import { clientOf, openWorkspace, refusal } from './open.ts';

const ONCALL = 'C0PAYMENTS';
const DM = 'D0ONCALL';
const USER = 'U0ONCALL';

/** As the page's form sends it. */
async function drop(
  workspace: Workspace,
  words: Record<string, string>,
  files: Record<string, string | Uint8Array<ArrayBuffer>>,
): Promise<{ status: number; error?: string }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(words)) form.append(name, value);
  for (const [name, bytes] of Object.entries(files)) form.append('file', new Blob([bytes]), name);
  const answer = await fetch(`${workspace.url}/page/drop`, { method: 'POST', body: form });
  return { status: answer.status, ...((await answer.json()) as object) };
}

it('tells the app of files dropped into a direct message, and hands them out to its token', async () => {
  const workspace = await openWorkspace();
  const heard: unknown[] = [];
  await boltInSocketMode(workspace, (app) => {
    app.event('message', async ({ event }) => void heard.push(event));
  });
  const sent = await drop(
    workspace,
    { channel: DM, user: USER, text: 'look' },
    { 'a.txt': 'one', 'b.gz': 'two' },
  );
  expect(sent.status).toBe(200);
  await workspace.waitFor(() => heard.length > 0);
  expect(heard[0]).toMatchObject({
    type: 'message',
    subtype: 'file_share',
    channel: DM,
    channel_type: 'im',
    user: USER,
    text: 'look',
    files: [
      { name: 'a.txt', mimetype: 'text/plain', size: 3, user: USER },
      { name: 'b.gz', mimetype: 'application/gzip', size: 3 },
    ],
  });
  const [{ id, url_private: url }] = (heard[0] as { files: [{ id: string; url_private: string }] }).files;
  const { file } = await clientOf(workspace).files.info({ file: id });
  expect(file).toMatchObject({ ims: [DM], url_private: url });
  const authorization = `Bearer ${workspace.env().SLACK_BOT_TOKEN}`;
  expect(await (await fetch(url, { headers: { authorization } })).text()).toBe('one');
  const strange = { authorization: 'Bearer xoxb-of-somebody-else' };
  expect((await fetch(url, { headers: strange, redirect: 'manual' })).status).toBe(302);
});

it('shows the app no file of a place where it is not', async () => {
  const workspace = await openWorkspace();
  await drop(workspace, { channel: 'C0GENERAL', user: USER }, { 'a.txt': 'one' });
  const [file] = workspace.files();
  expect(await refusal(clientOf(workspace).files.info({ file: file?.id ?? '' }))).toMatchObject({
    error: 'file_not_found',
  });
});

it('of a channel shared with another company an event says no more than an id', async () => {
  const workspace = await openWorkspace({ events: ['message.channels'] });
  const { id } = workspace.addChannel('with-others', { members: [USER, 'U0GOLEAK'], shared: 'external' });
  const heard: unknown[] = [];
  await boltInSocketMode(workspace, (app) => {
    app.event('message', async ({ event }) => void heard.push(event));
  });
  await drop(workspace, { channel: id, user: USER }, { 'a.txt': 'one' });
  await workspace.waitFor(() => heard.length > 0);
  expect(heard[0]).toMatchObject({ files: [{ file_access: 'check_file_info' }] });
  expect(JSON.stringify(heard[0])).not.toContain('a.txt');
});

it('refuses more files than a message carries, none, and people who are not there', async () => {
  const workspace = await openWorkspace();
  const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`${at}.txt`, 'x']));
  const where = { channel: DM, user: USER };
  expect(await drop(workspace, where, eleven)).toMatchObject({
    status: 400,
    error: expect.stringMatching(/10 files/),
  });
  expect(await drop(workspace, where, {})).toMatchObject({
    status: 400,
    error: expect.stringMatching(/choose a file/),
  });
  expect(await drop(workspace, { channel: DM, user: 'U0PLATFORM' }, { a: 'x' })).toMatchObject({
    status: 400,
    error: expect.stringMatching(/not a member/),
  });
  expect(workspace.files()).toEqual([]);
});

it('previews text and JSON, escaped and cut, and shows a card for what it does not know', async () => {
  const workspace = await openWorkspace();
  const long = Array.from({ length: 400 }, (_, line) => `line ${line} <script>`).join('\n');
  await drop(
    workspace,
    { channel: ONCALL, user: USER },
    { 'stacks.txt': long, 'triage.json': '{"a": 1}', 'heap.pb.gz': Uint8Array.of(0x1f, 0x8b, 0, 0) },
  );
  const html = await (await fetch(`${workspace.url}/page/channel?channel=${ONCALL}&user=${USER}`)).text();
  expect(html).not.toContain('<script>');
  expect(html).toContain('line 5 &lt;script&gt;</pre>');
  expect(html).toContain('Show more');
  expect(html).toContain('line 199');
  expect(html).not.toContain('line 200');
  expect(html).toContain('<pre>{&quot;a&quot;: 1}</pre>');
  expect(html.match(/<pre/g)).toHaveLength(3);
  expect(html).toContain('<b>heap.pb.gz</b>');
});
