// The command line as a process: what goes to standard output, what to standard error, and the exit status.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { analyzePaths } from '../../src/terminal/analyze.ts';
import { captured, faultsBy, folderOf } from './desk.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

async function goleak(args: readonly string[], input: string | Uint8Array = ''): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', CLI, ...args]);
  const status = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: await status, out, err };
}

describe('goleak as a process', () => {
  it('analyses standard input, report on standard output and nothing else anywhere', async () => {
    const dump = captured('samples/leak-mutex.t035.goroutine-debug2.txt.gz');
    const { status, out, err } = await goleak(['analyze', '-', '--json'], dump);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const report = JSON.parse(out);
    expect(faultsBy('report', report)).toBeNull();
    expect(report).toMatchObject({ service: 'standard input', window: { snapshots: 1 } });
    expect(report.artefacts).toMatchObject([{ bytes: dump.length, sha256: sha256(dump) }]);
  });

  it('shows standard input as text without colours when it is no terminal', async () => {
    const { status, out, err } = await goleak(['show', '-'], captured('samples/crash-go1.26-deadlock.txt'));
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('fatal error: all goroutines are asleep - deadlock!');
    expect(out).not.toContain('\u001b');
  });

  it('suggests the command that was meant to be explained', async () => {
    const { status, out, err } = await goleak(['help', 'captur']);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toBe('goleak: "captur" is not a command. Did you mean `capture`?\n');
  });

  it('suggests the address with its http:// where it was left out', async () => {
    const { status, err } = await goleak(['capture', '127.0.0.1:6060']);
    expect(status).toBe(1);
    expect(err).toContain('Use it like this: `capture http://127.0.0.1:6060`.');
  });

  it('shows control characters of a name on standard error as escapes', async () => {
    const { err } = await goleak(['analyze', './no\u009b31m\u202efile']);
    expect(err).toContain('no\\u{9b}31m\\u{202e}file');
  });

  it('ends with 1 and one sentence on standard error when the file is something else', async () => {
    const page = '<!doctype html><html><form action="/login"><input type="password"></form></html>';
    const { status, out, err } = await goleak(['analyze', '-', '--json'], page);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toBe(
      'goleak: standard input: This is a login page in HTML: the request was not signed in, so no dump came back. ' +
        'Give a goroutine dump, a profile, an execution trace, /debug/vars, metrics or a log that holds one; the README says how to get them.\n',
    );
  });

  it('writes a report a case and one line of JSON each', async () => {
    const heap = captured('profiles/heap-ok.t065.heap.pb.gz');
    const batch = folderOf({ 'first/1/heap': heap, 'second/1/note.txt': 'no dump here' });
    const { status, out } = await goleak(['analyze', '--batch', batch, '--out', folderOf({}), '--json']);
    expect(status).toBe(0);
    const lines = out.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).case)).toEqual(['first', 'second']);
  });
});

describe('files that are something else', () => {
  const WRONG: readonly (readonly [what: string, content: string | Uint8Array, says: string])[] = [
    ['a login page', '<html><title>Log in</title><input type=password></html>', 'login page in HTML'],
    [
      'an error in JSON',
      '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","code":401}',
      'error message in JSON, not a dump: "Unauthorized"',
    ],
    ['a CPU profile', captured('odd/cpu.pb.gz'), 'This is a CPU profile'],
    ['a Java thread dump', captured('odd/java-thread-dump.txt'), 'thread dump of a Java process'],
    ['a core file', captured('odd/core-head.bin'), 'core file of a process'],
    ['an empty file', '', 'The file is empty.'],
    ['a truncated gzip', captured('profiles/heap-leak.t065.heap.pb.gz').subarray(0, 60), 'cut'],
    ['a letter', 'Dear team, the service is slow.\n', 'neither a profile nor a goroutine dump'],
  ];

  it.each(WRONG)('%s has its own sentence', async (_, content, says) => {
    const path = join(folderOf({ attachment: content }), 'attachment');
    const refused = await analyzePaths({ kind: 'analyze', paths: [path], intervalMs: 1 }).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code: 'artefact_unknown', exit: 1 });
    expect(refused).toHaveProperty('message', expect.stringContaining(says));
    expect(refused).toHaveProperty('message', expect.stringMatching(/^attachment: .*[.!?]$/));
  });

  it.each([
    ['a path that is not there', 'nowhere.txt', 'file_unreadable'],
    ['an address', 'http://localhost:6060', 'usage_wrong'],
    ['an empty folder', '.', 'artefact_unknown'],
  ])('refuses %s', async (_, path, code) => {
    const where = path.startsWith('http') ? path : join(folderOf({}), path);
    await expect(analyzePaths({ kind: 'analyze', paths: [where], intervalMs: 1 })).rejects.toMatchObject({
      code,
      exit: 1,
    });
  });
});
