import type { Workspace } from './workspace/server.ts';
import type { Message } from './workspace/world.ts';

/** Prints what happens in a channel as it happens: posts, edits of them, replies, uploaded files. */
export class ThreadPrinter {
  readonly #workspace: Workspace;
  readonly #channel: string;
  readonly #print: (line: string) => void;
  readonly #stop: () => void;
  /** Text last printed, by message. */
  readonly #seen = new Map<string, string>();
  readonly #startedMs = Date.now();

  constructor(workspace: Workspace, channel: string, print: (line: string) => void) {
    this.#workspace = workspace;
    this.#channel = channel;
    this.#print = print;
    for (const message of workspace.messages(channel)) this.#seen.set(message.ts, message.text);
    this.#stop = workspace.world.onChange(() => this.flush());
  }

  flush(): void {
    for (const root of this.#workspace.messages(this.#channel)) {
      for (const message of this.#workspace.thread(this.#channel, root.ts)) this.#show(message);
    }
  }

  stop(): void {
    this.#stop();
  }

  #show(message: Message): void {
    const before = this.#seen.get(message.ts);
    if (before === message.text) return;
    this.#seen.set(message.ts, message.text);
    const verb = before === undefined ? 'posts' : 'edits';
    const indent = message.threadTs === undefined ? '' : '    ';
    const seconds = ((Date.now() - this.#startedMs) / 1000).toFixed(1).padStart(5);
    for (const [index, line] of bodyOf(message).entries()) {
      const margin = index === 0 ? `${seconds} s  goleak ${verb}  ` : ' '.repeat(22);
      this.#print(`${margin}${indent}${line}`);
    }
    for (const id of message.files) {
      const file = this.#workspace.files().find((stored) => stored.id === id);
      if (file)
        this.#print(
          `${' '.repeat(22)}${indent}uploaded ${file.name} (${Math.ceil(file.sizeBytes / 1024)} KiB)`,
        );
    }
  }
}

/** The words of a message as a person reads them: its blocks where it has any, its text otherwise. */
function bodyOf(message: Message): string[] {
  const fromBlocks = message.blocks.flatMap((block) => wordsOf(block));
  const lines = fromBlocks.length > 0 ? fromBlocks : [message.text];
  return lines
    .flatMap((line) => line.split('\n'))
    .map(readable)
    .filter((line) => line.trim() !== '');
}

function wordsOf(node: unknown): string[] {
  if (Array.isArray(node)) {
    const cells = node.flatMap((part) => wordsOf(part));
    // A row of a table reads as one line.
    return node.every((part) => isCell(part)) && cells.length > 1 ? [cells.join('  |  ')] : cells;
  }
  if (typeof node !== 'object' || node === null) return [];
  const { type, text, ...rest } = node as { type?: string; text?: unknown; [key: string]: unknown };
  if (typeof text === 'string') return type === 'button' ? [] : [text];
  if (type === 'button' && typeof text === 'object') return [`[ ${wordsOf(text).join('')} ]`];
  return [...wordsOf(text), ...wordsOf(rest.fields), ...wordsOf(rest.elements), ...wordsOf(rest.rows)];
}

function isCell(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'type' in part && part.type === 'raw_text';
}

function readable(line: string): string {
  return line
    .replace(/<@([A-Z0-9]+)>/g, '@$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
