// Flames as they are kept: bounded JSON, checked when it is read again.
import { z } from 'zod';
import type { Flames } from '../model/flame.ts';
import { FLAME_NODES } from './flame.ts';

const column = z.array(z.number()).max(FLAME_NODES);
const flame = z
  .object({
    measure: z.enum(['heap', 'goroutines']),
    names: z.array(z.string()).max(FLAME_NODES),
    parents: column,
    calls: column,
    after: column,
    before: column.optional(),
    cut: z.object({ nodes: z.number(), largest: z.number() }),
  })
  .refine(
    ({ parents, calls, after, before = after }) =>
      parents.every((parent, node) => parent < node) &&
      [calls, after, before].every(({ length }) => length === parents.length),
    'a parent stands before its children, and columns are of one length',
  );
const flames = z.object({
  since: z.enum(['window', 'capture']).optional(),
  heap: flame.optional(),
  goroutines: flame.optional(),
});

/** Flames from their JSON; undefined when it holds none. */
export function readFlames(json: string): Flames | undefined {
  try {
    return flames.safeParse(JSON.parse(json)).data as Flames | undefined;
  } catch {
    return undefined;
  }
}
