import { createCanvas } from '@napi-rs/canvas';
import { expect, it } from 'vitest';
import { clientOf, openWorkspace, refusal } from './open.ts';

const ONCALL = 'C0PAYMENTS';
const png = createCanvas(8, 4).toBuffer('image/png');

it('takes files through filesUploadV2 and shares them in the thread, a moment later', async () => {
  const workspace = await openWorkspace();
  const client = clientOf(workspace);
  const { ts = '' } = await client.chat.postMessage({ channel: ONCALL, text: 'root' });
  await client.filesUploadV2({
    channel_id: ONCALL,
    thread_ts: ts,
    initial_comment: 'Charts',
    file_uploads: [
      { file: png, filename: 'heap.png', title: 'Heap', alt_text: 'Heap over the window' },
      { file: Buffer.from('{}'), filename: 'triage_20261123_0312.json' },
    ],
  });
  const shared = await workspace.waitFor((seen) => seen.thread(ONCALL, ts)[1]);
  expect(shared).toMatchObject({ text: 'Charts', threadTs: ts });
  const [heap, triage] = shared.files.map((id) => workspace.world.files.get(id));
  expect(heap).toMatchObject({
    name: 'heap.png',
    title: 'Heap',
    mimetype: 'image/png',
    altText: 'Heap over the window',
  });
  expect(triage).toMatchObject({ name: 'triage_20261123_0312.json', sizeBytes: 2 });
  expect(Buffer.from(workspace.fileBytes(heap?.id ?? '') ?? [])).toEqual(png);
  const replies = await client.conversations.replies({ channel: ONCALL, ts });
  expect(replies.messages?.[1]?.files?.map((file) => file.id)).toEqual(shared.files);
});

it('serves a private file to the bot and to nobody else', async () => {
  const workspace = await openWorkspace();
  const client = clientOf(workspace);
  await client.filesUploadV2({ channel_id: ONCALL, file: png, filename: 'heap.png' });
  const id = workspace.files()[0]?.id ?? '';
  const url = (await client.files.info({ file: id })).file?.url_private_download ?? '';
  const mine = await fetch(url, { headers: { authorization: `Bearer ${workspace.env().SLACK_BOT_TOKEN}` } });
  expect(Buffer.from(await mine.arrayBuffer())).toEqual(png);
  expect((await fetch(url, { redirect: 'manual' })).status).toBe(302);
});

it('shows an uploaded picture in an image block, and no other file', async () => {
  const workspace = await openWorkspace();
  const client = clientOf(workspace);
  await client.filesUploadV2({ file: png, filename: 'heap.png' });
  await client.filesUploadV2({ file: Buffer.from('not a picture'), filename: 'fake.png' });
  const [real, fake] = workspace.files();
  const show = (id = '') =>
    client.chat.postMessage({
      channel: ONCALL,
      text: 'x',
      blocks: [{ type: 'image', alt_text: 'a', slack_file: { id } }],
    });
  expect(await show(real?.id)).toMatchObject({ ok: true });
  expect(await refusal(show(fake?.id))).toMatchObject({ error: 'invalid_blocks' });
});

it('refuses what the upload flow does not allow', async () => {
  const workspace = await openWorkspace();
  const client = clientOf(workspace);
  const ask = (rest: object) => client.files.getUploadURLExternal({ filename: 'a.txt', length: 3, ...rest });
  expect(await refusal(ask({ length: 0 }))).toMatchObject({ error: 'invalid_arguments' });
  expect(await refusal(ask({ length: 10 ** 12 }))).toMatchObject({ error: 'file_upload_size_restricted' });
  expect(await refusal(ask({ alt_text: 'x'.repeat(1001) }))).toMatchObject({ error: 'alt_txt_too_large' });

  const { upload_url = '', file_id = '' } = await ask({});
  const complete = (rest: object) =>
    client.files.completeUploadExternal({ files: [{ id: file_id }], ...rest } as never);
  expect(await refusal(complete({ channel_id: ONCALL }))).toMatchObject({ error: 'file_not_uploaded' });
  expect((await fetch(upload_url, { method: 'POST', body: 'four' })).status).toBe(400);
  expect((await fetch(upload_url, { method: 'POST', body: 'abc' })).status).toBe(200);
  expect((await fetch(upload_url, { method: 'POST', body: 'abc' })).status).toBe(404);
  expect(await refusal(complete({ channel_id: 'C0GENERAL' }))).toMatchObject({ error: 'not_in_channel' });
  expect(await refusal(complete({ channel_id: ONCALL, thread_ts: '1.000001' }))).toMatchObject({
    error: 'thread_not_found',
  });
  expect(await complete({ channel_id: ONCALL })).toMatchObject({ ok: true });
  expect(await refusal(complete({ channel_id: ONCALL }))).toMatchObject({ error: 'file_already_completed' });
});
