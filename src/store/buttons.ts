// What the buttons under a capture mean, by the opaque ids that Slack shows and hands back.
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import {
  BUTTON_ACTIONS,
  BUTTON_DAYS,
  type Button,
  type ButtonAction,
  type ButtonValues,
} from '../model/button.ts';

const DAY_MS = 86_400_000;
/** An expired button is still known for as long again, so that it can be said that it is. */
const KEEP_SECONDS = (2 * BUTTON_DAYS * DAY_MS) / 1000;
const BUTTON_PREFIX = '{goleak}:button:';
/** A request -> the ids of its buttons, by action. */
const OF_REQUEST_PREFIX = '{goleak}:buttons:';
/** 16 bytes in base64url. */
const ID = /^[A-Za-z0-9_-]{22}$/;

const buttonSchema = z.strictObject({
  action: z.enum(BUTTON_ACTIONS),
  request: z.string().max(80),
  channel: z.string().max(40),
  owner: z.string().max(40),
  expiresAtMs: z.number(),
});

export interface ButtonStore {
  /** The ids of a capture's buttons: the same ones however often, and by whomever, its thread is drawn. */
  readonly idsOf: (
    about: Pick<Button, 'request' | 'channel' | 'owner'>,
    nowMs: number,
  ) => Promise<ButtonValues>;
  /** Undefined for an id that was never given out, or too long ago. */
  readonly find: (id: string) => Promise<Button | undefined>;
}

export function openButtonStore(redis: Redis): ButtonStore {
  const idOf = async (action: ButtonAction, button: Omit<Button, 'action'>): Promise<string> => {
    const ids = OF_REQUEST_PREFIX + button.request;
    await redis.hsetnx(ids, action, randomBytes(16).toString('base64url'));
    const id = await redis.hget(ids, action);
    if (id === null) throw new Error('a button was forgotten while it was kept');
    await redis.expire(ids, KEEP_SECONDS);
    await redis.set(BUTTON_PREFIX + id, JSON.stringify({ ...button, action }), 'EX', KEEP_SECONDS, 'NX');
    return id;
  };
  return {
    idsOf: async ({ request, channel, owner }, nowMs) => {
      const button = { request, channel, owner, expiresAtMs: nowMs + BUTTON_DAYS * DAY_MS };
      const ids = await Promise.all(
        BUTTON_ACTIONS.map(async (action) => [action, await idOf(action, button)]),
      );
      return Object.fromEntries(ids) as ButtonValues;
    },
    find: async (id) => {
      if (!ID.test(id)) return undefined;
      const text = await redis.get(BUTTON_PREFIX + id);
      const parsed = text === null ? undefined : buttonSchema.safeParse(JSON.parse(text));
      return parsed?.success ? parsed.data : undefined;
    },
  };
}
