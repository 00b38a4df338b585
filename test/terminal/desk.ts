// What these tests put on the desk: captured files, wrapped as collectors and archivers wrap them, in folders of
// their own; and a terminal that keeps what is printed.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Ajv2020 from 'ajv/dist/2020.js';
import { afterAll } from 'vitest';
import type { Terminal } from '../../src/terminal/ports.ts';

const CAPTURES = new URL('../captures/', import.meta.url);

/** `samples/sigquit-go1.26.txt`, `profiles/heap-leak.t065.heap.pb.gz` */
export function captured(name: string): Buffer {
  return readFileSync(new URL(name, CAPTURES));
}

export function capturedText(name: string): string {
  const bytes = captured(name);
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}

const folders: string[] = [];
// Registered once: inside a running test a hook of the file would come too late.
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Files by path under a new folder, removed after the tests of the file. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'goleak-desk-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Lines as docker's json-file driver keeps them, a millisecond apart. */
export function dockerLog(text: string, startMs: number): string {
  return linesOf(text)
    .map((line, at) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: stamp(startMs + at) }))
    .join('\n');
}

/** Lines as containerd writes them: those longer than 16 KiB in parts marked P. */
export function criLog(text: string, startMs: number, mostBytes = 16 << 10): string {
  return linesOf(text)
    .flatMap((line, at) => {
      const parts = line.match(new RegExp(`.{1,${mostBytes}}`, 'gs')) ?? [''];
      const last = parts.length - 1;
      return parts.map((part, nth) => `${stamp(startMs + at)} stderr ${nth === last ? 'F' : 'P'} ${part}`);
    })
    .join('\n');
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

function stamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000000Z');
}

/** A terminal 100 columns wide without colours, and what was printed on it. */
export function terminalOf(json = false): { readonly terminal: Terminal; readonly printed: string[] } {
  const printed: string[] = [];
  const terminal: Terminal = {
    env: () => Promise.reject(new Error('reading files needs no environment')),
    json,
    color: false,
    width: 100,
    print: (text) => printed.push(text),
    progress: () => {},
    signal: new AbortController().signal,
  };
  return { terminal, printed };
}

/** Faults of a value by a published schema; null when it keeps it. */
export function faultsBy(schema: 'report' | 'show', value: unknown): unknown {
  const published = JSON.parse(
    readFileSync(new URL(`../../docs/${schema}.schema.json`, import.meta.url), 'utf8'),
  );
  const validate = new Ajv2020.default({ strict: false }).compile(published);
  validate(JSON.parse(JSON.stringify(value)));
  return validate.errors ?? null;
}
