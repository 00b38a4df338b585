// `admins` and `who` of services.yml -> who may. People and groups are named by Slack's ids, which nobody can take on.
import { z } from 'zod';
import { type Admins, type Clause, EVERYONE, type WhoRules } from '../model/who.ts';

const MAX_NAMED = 100;

const users = z
  .array(z.string().regex(/^[UW][A-Z0-9]{2,20}$/, 'must be the id of a Slack user, such as U012AB3CD'))
  .max(MAX_NAMED);
export const groupId = z
  .string()
  .regex(/^S[A-Z0-9]{2,20}$/, 'must be the id of a Slack user group, such as S012AB3CD');
/** Each is asked of Slack, which answers twenty such questions a minute. */
const groups = z.array(groupId).max(10);
const channels = z.array(z.string().min(1).max(80)).max(MAX_NAMED);

const clause = z
  .strictObject({ users: users.optional(), groups: groups.optional(), channels: channels.optional() })
  .refine((given) => Object.keys(given).length > 0, {
    message: 'must name users, groups or channels, or be everyone or admins',
  });
const words = z.enum(['everyone', 'admins']);

export const adminsSchema = z.union([
  users,
  z.strictObject({ users: users.default([]), groups: groups.default([]) }),
]);

export const whoSchema = z.strictObject({
  light: z.union([words, clause]).optional(),
  heavy: z.union([words, clause]).optional(),
  guests: z.boolean().default(false),
  external_channels: z.boolean().default(false),
  automatic: z.enum(['none', 'light', 'heavy']).optional(),
});

/** A plain list is one of users. */
export function toAdmins(given: z.infer<typeof adminsSchema>): Admins {
  return Array.isArray(given) ? { users: given, groups: [] } : given;
}

/** Where somebody is named, everybody else has nothing that is heavy. */
export function toWho(given: z.infer<typeof whoSchema>): WhoRules {
  const isRuled = given.light !== undefined || given.heavy !== undefined;
  return {
    light: toClause(given.light) ?? EVERYONE,
    heavy: toClause(given.heavy) ?? (isRuled ? 'admins' : EVERYONE),
    guests: given.guests,
    externalChannels: given.external_channels,
    automatic: given.automatic ?? (isRuled ? 'light' : 'heavy'),
  };
}

function toClause(given: z.infer<typeof whoSchema>['light']): Clause | 'admins' | undefined {
  if (given === undefined || given === 'admins') return given;
  if (given === 'everyone') return EVERYONE;
  const { users: named, groups: grouped, channels: from } = given;
  return {
    ...((named || grouped) && { people: { users: named ?? [], groups: grouped ?? [] } }),
    ...(from && { channels: from }),
  };
}
