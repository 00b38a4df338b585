import type { SlackMessage } from '../../src/report/blocks.ts';

/** What a person reads of a message, one line per text. */
export function read({ blocks }: SlackMessage): string[] {
  return textsOf(blocks).flatMap((text) => text.split('\n'));
}

function textsOf(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return key === 'text' || key === 'alt_text' ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((entry) => textsOf(entry));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) => textsOf(entry, name));
}
