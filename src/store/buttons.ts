// What the buttons under a capture mean, by the opaque ids that Slack shows and hands back.
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import {
  BUTTON_ACTIONS,
  BUTTON_DAYS,
  type Button,
  type ButtonAction,
  REMOVE_RULE_ACTION,
} from '../model/button.ts';
import { scriptOf } from './script.ts';

const DAY_MS = 86_400_000;
/** An expired button is still known for as long again, so that it can be said that it is. */
const KEEP_SECONDS = (2 * BUTTON_DAYS * DAY_MS) / 1000;
const BUTTON_PREFIX = '{goleak}:button:';
/** A request, or the thread of an incident -> the ids of its buttons, by action. */
const OF_REQUEST_PREFIX = '{goleak}:buttons:';
const ID_BYTES = 16;
/** So many bytes in base64url. */
const ID = /^[A-Za-z0-9_-]{22}$/;

const buttonSchema = z.strictObject({
  action: z.enum(BUTTON_ACTIONS),
  request: z.string().max(80),
  channel: z.string().max(40),
  owner: z.string().max(40),
  expiresAtMs: z.number(),
  thread: z.string().max(160).optional(),
  rule: z.string().max(40).optional(),
  question: z.string().max(80).optional(),
});

export interface ButtonStore {
  /** The ids of a capture's buttons in its thread, or in that of an incident: the same ones however often it is drawn. */
  readonly idsOf: <Action extends ButtonAction>(
    about: Pick<Button, 'request' | 'channel' | 'owner' | 'thread'> & { readonly actions: readonly Action[] },
    nowMs: number,
  ) => Promise<Readonly<Record<Action, string>>>;
  /** The id of the button under the announcement of a rule, likewise. */
  readonly removeRuleId: (
    about: Pick<Button, 'request' | 'channel' | 'owner'> & {
      readonly rule: string;
      readonly question: string;
    },
    nowMs: number,
  ) => Promise<string>;
  /** Undefined for an id that was never given out, or too long ago. */
  readonly find: (id: string) => Promise<Button | undefined>;
}

export function openButtonStore(redis: Redis): ButtonStore {
  /** By the name each is kept under, in the order given. */
  const keep = async (of: string, buttons: readonly (readonly [string, Button])[]): Promise<string[]> => {
    const random = randomBytes(ID_BYTES * buttons.length);
    const wanted = buttons.flatMap(([name, button], at) => [
      name,
      random.subarray(ID_BYTES * at, ID_BYTES * (at + 1)).toString('base64url'),
      JSON.stringify(button),
    ]);
    const keys = [OF_REQUEST_PREFIX + of];
    return (await KEEP(redis, keys, [KEEP_SECONDS, BUTTON_PREFIX, ...wanted])) as string[];
  };
  return {
    idsOf: async ({ actions, ...about }, nowMs) => {
      const expiresAtMs = nowMs + BUTTON_DAYS * DAY_MS;
      const { thread, request } = about;
      // An incident has several looks, each with buttons of its own.
      const named = (action: string) => (thread === undefined ? action : `${action}:${request}`);
      const ids = await keep(
        thread ?? request,
        actions.map((action) => [named(action), { ...about, action, expiresAtMs }] as const),
      );
      return Object.fromEntries(actions.map((action, at) => [action, ids[at]])) as Readonly<
        Record<(typeof actions)[number], string>
      >;
    },
    removeRuleId: async (about, nowMs) => {
      const action = REMOVE_RULE_ACTION;
      const button: Button = { ...about, action, expiresAtMs: nowMs + BUTTON_DAYS * DAY_MS };
      const [id = ''] = await keep(about.request, [[`${action}:${about.question}`, button]]);
      return id;
    },
    find: async (id) => {
      if (!ID.test(id)) return undefined;
      const text = await redis.get(BUTTON_PREFIX + id);
      const parsed = text === null ? undefined : buttonSchema.safeParse(JSON.parse(text));
      return parsed?.success ? (parsed.data as Button) : undefined;
    },
  };
}

/** Actions with a new id and a record each: the id that was given out before stands. All keys are in one hash slot. */
const KEEP = scriptOf(`
  local ids = {}
  for at = 3, #ARGV, 3 do
    redis.call('HSETNX', KEYS[1], ARGV[at], ARGV[at + 1])
    local id = redis.call('HGET', KEYS[1], ARGV[at])
    redis.call('SET', ARGV[2] .. id, ARGV[at + 2], 'EX', ARGV[1], 'NX')
    ids[#ids + 1] = id
  end
  redis.call('EXPIRE', KEYS[1], ARGV[1])
  return ids`);
