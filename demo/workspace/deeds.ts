import { z } from 'zod';

/** What the page and the control surface are asked to have people do, as it comes in. */

const values = z.record(z.string(), z.record(z.string(), z.unknown()));

export const actingShape = z.strictObject({
  viewId: z.string(),
  user: z.string(),
  actionId: z.string(),
  blockId: z.string().optional(),
  entered: z.unknown().optional(),
  values: values.optional(),
});

export const searchShape = z.strictObject({
  viewId: z.string(),
  user: z.string(),
  actionId: z.string(),
  blockId: z.string(),
  value: z.string().max(200),
});

export const shortcutShape = z.strictObject({
  user: z.string(),
  callbackId: z.string(),
  channel: z.string().optional(),
  ts: z.string().optional(),
});

export const submitShape = z.strictObject({ viewId: z.string(), user: z.string(), values });
export const closeShape = z.strictObject({
  viewId: z.string(),
  user: z.string(),
  whole: z.boolean().default(false),
});

export const typingShape = z.strictObject({
  channel: z.string(),
  user: z.string(),
  text: z.string().min(1),
  threadTs: z.string().optional(),
});

export const clickShape = z.strictObject({
  channel: z.string(),
  ts: z.string(),
  actionId: z.string(),
  user: z.string(),
  value: z.string().optional(),
});

export const workflowShape = z.strictObject({
  user: z.string(),
  channel: z.string(),
  callbackId: z.string(),
  inputs: z.record(z.string(), z.string()),
});
