// Files dropped into Slack, from the event to the thread: the door, the workers and the child are the real ones.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../demo/workspace/world.ts';
import { auditedRequests } from '../../src/audit/audited.ts';
import type { Decision } from '../../src/audit/line.ts';
import { uploadPorts } from '../../src/doors/uploads.ts';
import { registerUploads } from '../../src/entry/slack-uploads.ts';
import { decideBudget } from '../../src/policy/budget.ts';
import { CAPTURE_QUEUE, DELIVER_QUEUE } from '../../src/queue/jobs.ts';
import { tellThreads } from '../../src/queue/tell.ts';
import { openBudgetStore } from '../../src/store/budgets.ts';
import { runCapture } from '../../workers/capture.ts';
import { runDeliver } from '../../workers/deliver.ts';
import { boltInSocketMode } from '../demo/workspace/bolt.ts';
import { requires } from '../kit/require.ts';
import { CHANNEL, ON_CALL } from '../kit/stage.ts';
import { openRoom, type Room } from './room.ts';

const DM = 'D0ONCALL';
const WITHIN_MS = 60_000;
const BOT = '@goleak';

interface Given {
  readonly name: string;
  readonly bytes: Uint8Array | string;
}

function captured(path: string): Uint8Array {
  return new Uint8Array(readFileSync(join('test/captures', path)));
}
const BEFORE: Given = { name: 'before.pb.gz', bytes: captured('profiles/heap-leak.t065.heap.pb.gz') };
const AFTER: Given = { name: 'after.pb.gz', bytes: captured('profiles/heap-leak.t305.heap.pb.gz') };
const DUMP: Given = {
  name: 'stacks.txt.gz',
  bytes: captured('samples/leak-send.t095.goroutine-debug2.txt.gz'),
};

describe.skipIf(requires('redis'))('uploaded files', { timeout: 90_000 }, () => {
  let room: Room;
  const audit: Decision[] = [];
  const trail = { write: (decision: Decision) => void audit.push(decision) };
  beforeAll(async () => {
    room = await openRoom();
    const fetch = () => Promise.reject(new Error('no service is asked'));
    room.worker(
      CAPTURE_QUEUE,
      (job, token, signal) => runCapture(job, token, signal, room.captureWork(fetch)),
      { concurrency: 2 },
    );
    room.worker(DELIVER_QUEUE, (job, token) => runDeliver(job, token, room.work), { concurrency: 4 });
  }, 60_000);
  afterAll(() => room?.close());
  beforeEach(async () => {
    const { queue, redis, authorise, work } = room;
    const requests = auditedRequests(room.requests, trail, async () => undefined);
    const ports = uploadPorts({ redis, requests, queue, trail, authorise, log: work.log });
    await boltInSocketMode(room.workspace, (app) => registerUploads(app, ports));
    room.workspace.faults.clear();
  });

  interface About {
    readonly channel?: string;
    readonly user?: string;
    readonly text?: string;
    readonly threadTs?: string;
  }
  /** Gives the thread in which it is answered. */
  async function drop(files: readonly Given[], about: About = {}): Promise<string> {
    const given = files.map(({ name, bytes }) => ({ name, bytes: new Uint8Array(Buffer.from(bytes)) }));
    const dropped = await room.workspace.userDrops({ channel: DM, user: ON_CALL, ...about, files: given });
    if (dropped.kind !== 'message') throw new Error(dropped.kind);
    await dropped.delivered;
    return about.threadTs ?? dropped.ts;
  }
  const answers = (ts: string, channel = DM): readonly Message[] =>
    room.workspace.thread(channel, ts).filter(({ user }) => user === 'U0GOLEAK');
  /** The bot's words in a thread, once they match. */
  const saying = (ts: string, words: RegExp, channel = DM): Promise<Message> =>
    room.workspace.waitFor(() => answers(ts, channel).find(({ text }) => words.test(text)), WITHIN_MS);
  const files = (ts: string): Promise<{ name: string; text: string }[]> =>
    room.workspace.waitFor(() => {
      const ids = answers(ts).flatMap((message) => message.files);
      const found = room.workspace.files().filter(({ id }) => ids.includes(id));
      if (!found.some(({ name }) => name.startsWith('triage_'))) return undefined;
      return found.map(({ id, name }) => ({
        name,
        text: Buffer.from(room.workspace.fileBytes(id) ?? []).toString(),
      }));
    }, WITHIN_MS);
  const told = (user = ON_CALL): string =>
    room.workspace
      .ephemerals({ user })
      .map(({ text }) => text)
      .join('\n');

  it('two heap profiles are before and after: the site that grew is named, as for a capture', async () => {
    const ts = await drop([BEFORE, AFTER]);
    const root = await saying(ts, /heap leak/);
    expect(root.text).toContain('uploaded before.pb.gz and after.pb.gz');
    expect(JSON.stringify(root.blocks)).toContain('main.main.func16');
    expect(JSON.stringify(root.blocks)).not.toContain('Capture again');
    expect(JSON.stringify(root.blocks)).toContain('"Why?"');
    // Whoever uploaded the profiles has them there already.
    expect((await files(ts)).filter(({ name }) => name.endsWith('.gz'))).toEqual([]);
    expect(audit.map(({ what, why }) => [what, why])).toContainEqual([
      'accepted',
      expect.stringMatching(/^files F\w+ F\w+$/),
    ]);
  });

  it('are read once and answered once, however often Slack tells of them', async () => {
    room.workspace.faults.add({ kind: 'duplicate-delivery', copies: 3 });
    const ts = await drop([DUMP], { channel: CHANNEL, text: `${BOT} what is this?` });
    await saying(ts, /inconclusive/, CHANNEL);
    const open = async () => (await room.requests.open(Date.now())).length;
    await expect.poll(open, { timeout: WITHIN_MS }).toBe(0);
    const roots = answers(ts, CHANNEL).filter(({ text }) => text.startsWith('uploaded stacks.txt.gz'));
    expect(roots).toHaveLength(1);
    // The mention comes in two kinds of event, each four times.
    expect(audit.filter(({ what, channel }) => what === 'accepted' && channel === CHANNEL)).toHaveLength(1);
  });

  it('the folders of a zip are snapshots', async () => {
    const entries = ['035', '065', '095'].map((at) => [
      `dumps/${at}/stacks`,
      captured(`samples/leak-send.t${at}.goroutine-debug2.txt.gz`),
    ]);
    const ts = await drop([{ name: 'dumps.zip', bytes: zipSync(Object.fromEntries(entries)) }]);
    await saying(ts, /goroutine leak/);
    const triage = (await files(ts)).find(({ name }) => name.startsWith('triage_'));
    expect(JSON.parse(triage?.text ?? '{}').window.snapshots).toBe(3);
  });

  it.each([
    ['a photo', Buffer.from('ffd8ffe000104a46494600010101', 'hex'), /picture/],
    ['a program', Buffer.from(`7f454c46020101${'00'.repeat(60)}`, 'hex'), /executable/],
    ['a sign-in page', '<!DOCTYPE html><html><title>Sign in</title></html>', /HTML|web page/],
    ['an empty file', '', /empty/],
    ['half a profile', (BEFORE.bytes as Uint8Array).subarray(0, 200), /cut off|damaged/],
    ['a letter', 'Dear colleagues,\nplease find attached.\n', /./],
  ])('%s gets its own sentence', async (_what, bytes, words) => {
    const ts = await drop([{ name: 'upload.bin', bytes }]);
    const root = await saying(ts, /No verdict on the uploaded file/);
    expect(root.text).toContain('upload.bin');
    expect(root.text).toMatch(words);
  });

  it('that people show each other in a thread of ours are left alone when they are pictures', async () => {
    const ts = await drop([DUMP], { channel: CHANNEL, text: `${BOT} what is this?` });
    await saying(ts, /inconclusive/, CHANNEL);
    const picture = { name: 'dashboard.png', bytes: Buffer.from('89504e470d0a1a0a0000', 'hex') };
    await drop([picture], { channel: CHANNEL, threadTs: ts, text: 'it climbs here' });
    await drop([BEFORE, AFTER], { channel: CHANNEL, threadTs: ts });
    await saying(ts, /heap leak/, CHANNEL);
    expect(
      answers(ts, CHANNEL)
        .map(({ text }) => text)
        .join('\n'),
    ).not.toContain('No verdict');
    // Whoever addresses the app wants an answer.
    await drop([picture], { channel: CHANNEL, threadTs: ts, text: `${BOT} and this?` });
    await saying(ts, /No verdict on the uploaded file/, CHANNEL);
  });

  it('a wrong one among good ones is a footnote', async () => {
    const ts = await drop([
      { name: 'screenshot.jpg', bytes: Buffer.from('ffd8ffe000104a464946', 'hex') },
      DUMP,
    ]);
    await saying(ts, /inconclusive/);
    const triage = (await files(ts)).find(({ name }) => name.startsWith('triage_'));
    expect(triage?.text).toContain('screenshot.jpg');
  });

  it('leave no credential behind, in a zip either', async () => {
    const secret = 'xoxb-1234567890-abcdefghijkl';
    const dump = `goroutine 7 [chan send, 12 minutes]:\nmain.call("${secret}")\n\t/src/main.go:7 +0x1\n\n`;
    const ts = await drop([
      {
        name: 'stacks.zip',
        bytes: zipSync({ 'a/stacks': Buffer.from(dump), 'b/stacks': Buffer.from(dump) }),
      },
    ]);
    for (const { text } of await files(ts)) expect(text).not.toContain(secret);
    const kept = readdirSync(room.captureWork(() => Promise.reject(new Error())).home, {
      recursive: true,
      withFileTypes: true,
    }).filter((entry) => entry.isFile() && entry.name.includes('stacks'));
    expect(kept.length).toBeGreaterThanOrEqual(2);
    for (const { parentPath, name } of kept) {
      expect(readFileSync(join(parentPath, name), 'latin1')).not.toContain(secret);
    }
  });

  it('are left alone where nobody spoke to the bot', async () => {
    const ts = await drop([DUMP], { channel: CHANNEL, text: 'for the record' });
    await drop([DUMP]).then((direct) => saying(direct, /inconclusive/));
    expect(answers(ts, CHANNEL)).toEqual([]);
  });

  describe('of people who may not', () => {
    it.each([
      ['a guest', { guest: 'multi-channel' as const }],
      ['somebody of another company', { teamId: 'T0OTHERCO' }],
      ['a stranger', { teamId: 'T0OTHERCO', stranger: true }],
    ])('are not fetched: %s', async (_who, standing) => {
      const { id } = room.workspace.addUser(`visitor-${Math.random()}`, standing);
      const before = room.workspace.calls('files.info').length;
      await drop([DUMP], { user: id, channel: `D${id.slice(1)}` });
      await room.workspace.waitFor(() => told(id).includes('may not have uploaded files read'), 5_000);
      expect(room.workspace.calls('files.info')).toHaveLength(before);
    });

    it('are not fetched in a channel that is shared with another company', async () => {
      const { id, name } = room.workspace.addChannel('with-others', {
        members: [ON_CALL, 'U0GOLEAK'],
        shared: 'external',
      });
      await drop([DUMP], { channel: id, text: `${BOT}` });
      await room.workspace.waitFor(() => told().includes('shared with another company'), 5_000);
      expect(room.workspace.messages(name)).toHaveLength(1);
    });

    it('are not read more than thirty times an hour', async () => {
      const { id } = room.workspace.addUser('busy');
      const budgets = openBudgetStore(room.redis);
      for (let nth = 0; nth < 30; nth++) {
        const ask = { request: `20261101-${nth}`, weight: 'light' as const, automatic: false };
        const place = { address: `uploads:${id}`, service: 'uploads:all' };
        await budgets.spend(place, ask, (spending) =>
          decideBudget(spending, { light: 30, heavy: 0, service: 300 }, ask),
        );
      }
      await drop([DUMP], { user: id, channel: `D${id.slice(1)}` });
      await room.workspace.waitFor(() => told(id).includes('30 messages with files an hour'), 5_000);
    });
  });

  describe('whose download goes wrong', () => {
    it('are fetched again when it was cut off, and are not told of as if they were whole', async () => {
      room.workspace.faults.add({ kind: 'download', how: 'cut', times: 1 });
      await saying(await drop([DUMP]), /inconclusive/);
      room.workspace.faults.add({ kind: 'download', how: 'cut', times: 10 });
      const root = await saying(await drop([DUMP]), /No verdict/);
      expect(root.text).toContain('The download of stacks.txt.gz is not whole');
    });

    it('are not followed elsewhere', async () => {
      const asked: string[] = [];
      const elsewhere = createServer((request, response) => {
        asked.push(request.url ?? '');
        response.end('x');
      });
      await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
      const { port } = elsewhere.address() as AddressInfo;
      room.workspace.faults.add({ kind: 'download-redirect', to: `http://127.0.0.1:${port}/stacks` });
      const root = await saying(await drop([DUMP]), /No verdict/);
      expect(root.text).toContain('Slack did not hand stacks.txt.gz out (HTTP 302)');
      expect(asked).toEqual([]);
      elsewhere.close();
    });

    it('are not read when more comes than Slack said', async () => {
      room.workspace.faults.add({ kind: 'download', how: 'longer' });
      const root = await saying(await drop([DUMP]), /No verdict/);
      expect(root.text).toContain('and sent more');
    });

    it('say so when it stalls', async () => {
      room.workspace.faults.add({ kind: 'download', how: 'stalls', times: 10 });
      const root = await saying(await drop([DUMP]), /No verdict/);
      expect(root.text).toMatch(/did not send stacks.txt.gz within|is not whole/);
    });

    it('are let go at once when somebody cancels', async () => {
      const before = room.workspace.calls('download').length;
      room.workspace.faults.add({ kind: 'download', how: 'stalls', times: 10 });
      const ts = await drop([DUMP]);
      await room.workspace.waitFor(() => room.workspace.calls('download').length > before, WITHIN_MS);
      const id = audit.findLast(({ what }) => what === 'accepted')?.request ?? '';
      await tellThreads(id, { stage: 'cancelled', by: ON_CALL }, room);
      const root = await saying(ts, /was cancelled by/);
      expect(root.text).toContain(ON_CALL);
      room.workspace.faults.clear();
      // Whoever waits for the place has it.
      await saying(await drop([DUMP]), /inconclusive/);
    });

    it('are refused before they are fetched when they are too large', async () => {
      const half = new Uint8Array(40 * 1024 * 1024);
      const before = room.workspace.calls('download').length;
      const root = await saying(
        await drop([
          { name: 'a', bytes: half },
          { name: 'b', bytes: half },
        ]),
        /No verdict/,
      );
      expect(root.text).toContain('uploads of more than 64 MiB together are not read');
      expect(room.workspace.calls('download')).toHaveLength(before);
    });

    it('are not inflated without end', async () => {
      const bomb = zipSync({ 'stacks.txt': new Uint8Array(40 * 1024 * 1024) }, { level: 1 });
      const root = await saying(await drop([{ name: 'bomb.zip', bytes: bomb }]), /No verdict/);
      expect(root.text).toContain('one swells too much');
    });
  });
});
