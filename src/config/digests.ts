// `digests` and a service's `digest` of services.yml -> Digest[]. A time is checked where it is written, not on the day
// on which it would not be sent.
import { z } from 'zod';
import { DEFAULT_GRACE_MS } from '../digest/due.ts';
import { openTimetable } from '../digest/slots.ts';
import { ALL_SERVICES, type Digest } from '../model/digest.ts';
import { parseDuration } from '../model/units.ts';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const MIN_GRACE_MS = 1_000;
const MAX_GRACE_MS = 20 * 3_600_000;

const grace = z.string().transform((text, context) => {
  const parsed = parseDuration(text);
  if (parsed !== undefined && parsed >= MIN_GRACE_MS && parsed <= MAX_GRACE_MS) return parsed;
  context.addIssue({ code: 'custom', message: 'must be a length of time such as 2h, at most 20h' });
  return z.NEVER;
});

const fields = {
  at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as "09:00", in quotes')
    .optional(),
  days: z.array(z.enum(DAYS)).min(1).max(DAYS.length).optional(),
  cron: z.string().max(100).optional(),
  zone: z.string().max(60).default('UTC'),
  channel: z.string().regex(/^[CGD][A-Z0-9]{2,20}$/, 'must be the id of a Slack channel, such as C012AB3CD'),
  silent_when_healthy: z.boolean().default(false),
  grace: grace.optional(),
};

type Given = z.infer<z.ZodObject<typeof fields>>;

function checkTimes({ at, days, cron, zone }: Given, context: z.RefinementCtx): void {
  if ((at === undefined) === (cron === undefined)) {
    context.addIssue({ code: 'custom', message: 'must have at (a time) or cron, and not both' });
    return;
  }
  if (cron !== undefined && days !== undefined) {
    context.addIssue({ code: 'custom', path: ['days'], message: 'belongs to at; cron has days of its own' });
  }
  const timetable = openTimetable({ cron: cronOf({ at, days, cron }), zone });
  if (!('fault' in timetable)) return;
  const path = timetable.fault.includes('time zone') ? ['zone'] : ['cron'];
  context.addIssue({ code: 'custom', path, message: timetable.fault });
}

/** Of one service. */
export const serviceDigestSchema = z.strictObject(fields).superRefine(checkTimes);

/** Of a team or a channel. */
export const digestsSchema = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes'),
  z
    .strictObject({
      ...fields,
      services: z.union([z.literal(ALL_SERVICES), z.array(z.string().max(80)).min(1).max(1_000)]),
    })
    .superRefine(checkTimes),
);

export function toDigest(id: string, services: Digest['services'], given: Given): Digest {
  return {
    id,
    services,
    cron: cronOf(given),
    zone: given.zone,
    channel: given.channel,
    silentWhenHealthy: given.silent_when_healthy,
    graceMs: given.grace ?? DEFAULT_GRACE_MS,
  };
}

/** `09:00`, `[mon, fri]` -> `0 9 * * 1,5`. */
export function cronOf({ at, days, cron }: Pick<Given, 'at' | 'days' | 'cron'>): string {
  if (cron !== undefined) return cron.trim();
  const [hour = 0, minute = 0] = (at ?? '').split(':').map(Number);
  const on = days === undefined ? '*' : days.map((day) => DAYS.indexOf(day)).join(',');
  return `${minute} ${hour} * * ${on}`;
}

/** What no schema of one digest can see: names used twice, services that are not registered. */
export function digestFaults(
  digests: Readonly<Record<string, { readonly services: Digest['services'] }>>,
  services: ReadonlyMap<string, { readonly hasDigest: boolean }>,
): readonly { readonly path: readonly string[]; readonly message: string }[] {
  return Object.entries(digests).flatMap(([id, { services: named }]) => {
    const path = ['digests', id];
    const twice = services.get(id)?.hasDigest
      ? [{ path, message: `the service ${id} has a digest of that name already` }]
      : [];
    const unknown = (named === ALL_SERVICES ? [] : named)
      .filter((name) => !services.has(name))
      .map((name) => ({ path: [...path, 'services'], message: `"${name}" is not a service of this file` }));
    return [...twice, ...unknown];
  });
}
