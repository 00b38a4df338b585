import type { Message, StoredFile } from '../nouns.ts';
import type { World } from '../world.ts';
import { type Html, html } from './html.ts';

/** Files below a message: pictures as pictures, text with its first lines, anything else as a card. */

const PREVIEW_LINES = 6;
const MORE_LINES = 200;
/** Of a long file only the beginning is decoded. */
const READ_BYTES = 64 * 1024;

export function filesHtml(message: Message, world: World): Html | false {
  const files = message.files.flatMap((id) => world.files.get(id) ?? []);
  return files.length > 0 && html`<div class="files">${files.map((file) => fileHtml(file, world))}</div>`;
}

function fileHtml(file: StoredFile, world: World): Html {
  const where = `/page/file/${file.id}`;
  if (file.mimetype.startsWith('image/')) {
    return html`<figure class="file-image"><figcaption>${file.title}</figcaption>
      <a class="zoom" href="${where}" target="_blank" rel="noopener"><img src="${where}" alt="${file.altText ?? file.title}"></a></figure>`;
  }
  const text = textOf(file, world.bytes.get(file.id));
  const card = html`<a class="file-card" href="${where}?download=1" download="${file.name}">
    <span class="file-kind">${(file.name.split('.').at(-1) ?? 'file').slice(0, 4)}</span>
    <span class="file-about"><b>${file.title}</b><small>${size(file.sizeBytes)}</small></span></a>`;
  return text === undefined
    ? card
    : html`<div class="file-text">${card}${snippetHtml(text, file.title)}</div>`;
}

/** The first lines at once, some more for whoever wants them. */
function snippetHtml(text: string, title: string): Html {
  const lines = text.split('\n');
  const first = html`<pre>${lines.slice(0, PREVIEW_LINES).join('\n')}</pre>`;
  const rest = lines.slice(PREVIEW_LINES, MORE_LINES);
  if (rest.length === 0) return first;
  return html`${first}<details><summary aria-label="More of ${title}">Show more</summary><pre tabindex="0">${rest.join('\n')}</pre></details>`;
}

/** Undefined when it is none: a NUL is in no text, and in nearly everything else. */
function textOf({ mimetype }: StoredFile, bytes: Uint8Array | undefined): string | undefined {
  if (!bytes || bytes.byteLength === 0) return undefined;
  const head = bytes.subarray(0, READ_BYTES);
  const named = mimetype.startsWith('text/') || mimetype === 'application/json';
  if (head.includes(0)) return undefined;
  try {
    // The last character may be cut in the middle.
    return new TextDecoder('utf-8', { fatal: !named }).decode(head, { stream: true }).trimEnd();
  } catch {
    return undefined;
  }
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
