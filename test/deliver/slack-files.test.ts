import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSlackClient } from '../../src/deliver/slack.ts';
import { openSlackFiles } from '../../src/deliver/slack-files.ts';
import type { UploadedFile } from '../../src/model/upload.ts';
import { openWorkspace } from '../demo/workspace/open.ts';

let elsewhere: Server;
let port = 0;
const asked: string[] = [];
beforeAll(async () => {
  elsewhere = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`);
    response.end('bytes');
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  ({ port } = elsewhere.address() as AddressInfo);
});
afterAll(() => elsewhere.close());

const never = new AbortController().signal;
const file = (url: string, about: Partial<UploadedFile> = {}): UploadedFile => ({
  id: 'F0ELSEWHERE',
  name: 'dump.txt',
  sizeBytes: 5,
  url,
  isElsewhere: false,
  ...about,
});

async function open() {
  const workspace = await openWorkspace();
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL: apiUrl } = workspace.env();
  const dropped = await workspace.userDrops({
    channel: 'D0ONCALL',
    user: 'U0ONCALL',
    files: [{ name: 'dump.txt', bytes: new TextEncoder().encode('hello') }],
  });
  expect(dropped.kind).toBe('message');
  const id = workspace.files()[0]?.id ?? '';
  return { workspace, id, files: openSlackFiles(createSlackClient(token, apiUrl), { token, apiUrl }) };
}

it('fetches what Slack says of a file', async () => {
  const { files, id } = await open();
  const about = await files.about(id);
  expect(about).toMatchObject({ id, name: 'dump.txt', sizeBytes: 5, isElsewhere: false });
  expect(new TextDecoder().decode(await files.fetch(about, never))).toBe('hello');
});

it.each([
  ['another host', () => `http://127.0.0.1:${port}/files-pri/x`],
  ['the same host under another name', () => `http://localhost:${port}/files-pri/x`],
  ['an address with a name in it', () => `http://slack.com@127.0.0.1:${port}/files-pri/x`],
  ['a host that only ends alike', () => `http://evil-127.0.0.1:${port}/x`],
  ['another protocol', () => `https://127.0.0.1:${port}/x`],
  ['no address at all', () => 'file:///etc/passwd'],
  ['nothing', () => ''],
])('the token goes to nobody but Slack: %s', async (_what, url) => {
  const { files } = await open();
  await expect(files.fetch(file(url()), never)).rejects.toMatchObject({ code: 'upload_elsewhere' });
  expect(asked).toEqual([]);
});

it('asks nobody for what is only linked in Slack', async () => {
  const { files, id } = await open();
  const { url } = await files.about(id);
  await expect(files.fetch(file(url, { isElsewhere: true }), never)).rejects.toMatchObject({
    code: 'upload_elsewhere',
  });
});

it('says of a file that is gone that it is', async () => {
  const { files } = await open();
  await expect(files.about('F0NOSUCHFILE')).rejects.toMatchObject({ code: 'upload_gone' });
});

it('ends when whoever asked is called away', async () => {
  const { files, id, workspace } = await open();
  const about = await files.about(id);
  workspace.faults.add({ kind: 'download', how: 'stalls' });
  const away = new AbortController();
  setTimeout(() => away.abort(new Error('called away')), 50);
  await expect(files.fetch(about, away.signal)).rejects.toThrow('called away');
});
