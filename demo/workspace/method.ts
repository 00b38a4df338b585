import { z } from 'zod';
import { type Json, parsedJson } from './json.ts';
import type { CALLS_PER_MINUTE } from './limits.ts';
import type { Permissions } from './manifest.ts';
import type { Channel } from './nouns.ts';
import type { ResponseUrls } from './response-urls.ts';
import type { Triggers } from './triggers.ts';
import type { World } from './world.ts';

/** One row of the Web API table: name, what it needs, which arguments it takes (no others), and what it does. */

export interface Method {
  readonly name: string;
  readonly token: 'bot' | 'app';
  /** All of these are needed. What depends on the kind of channel is checked by the method itself. */
  readonly scopes: readonly string[];
  readonly tier: keyof typeof CALLS_PER_MINUTE;
  run(args: Json, api: Api): Promise<Json>;
  readonly shape: z.ZodType<unknown>;
}

/** What a method may touch. */
export interface Api {
  readonly world: World;
  readonly permissions: Permissions;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  readonly origin: string;
  /** A ticket for one Socket Mode connection. */
  openSocket(): string;
  /** The bot becomes a member, and hears of it. */
  joins(channel: Channel): void;
  fileShareDelayMs: number;
}

export function method<Shape extends z.ZodType>(row: {
  readonly name: string;
  readonly token?: 'app';
  readonly scopes?: readonly string[];
  readonly tier: keyof typeof CALLS_PER_MINUTE;
  readonly args: Shape;
  readonly run: (args: z.infer<Shape>, api: Api) => Json | Promise<Json>;
}): Method {
  return {
    name: row.name,
    token: row.token ?? 'bot',
    scopes: row.scopes ?? [],
    tier: row.tier,
    shape: row.args,
    run: async (args, api) => row.run(args as z.infer<Shape>, api),
  };
}

/** Form bodies carry text only: `true` and `1` are booleans, digits are numbers, objects are JSON. */
export const flag = z.union([
  z.boolean(),
  z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1'),
  z.literal(1).transform(() => true),
  z.literal(0).transform(() => false),
]);

export const whole = z.union([z.number().int(), z.string().regex(/^\d+$/).transform(Number)]);

export const timestamp = z.string().regex(/^\d{1,10}(\.\d{1,6})?$/, 'must be a message timestamp');

/** An object or a list, as itself or as JSON text. Not JSON stays as it was, for the method to refuse. */
export const structured = z.unknown().transform((value) => {
  if (typeof value !== 'string') return value;
  return parsedJson(value) ?? value;
});
