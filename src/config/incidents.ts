// The `incidents` section of services.yml.
import { z } from 'zod';
import { DEFAULT_INCIDENT_RULES, type IncidentRules } from '../model/incident.ts';
import { parseDuration } from '../model/units.ts';
import { variable } from './variable.ts';

const word = z.string().min(1).max(80);
const words = (most: number) => z.array(word).max(most);
const path = z.string().regex(/^[\w-]+(?:\.[\w-]+){0,7}$/, 'must be a dotted path such as labels.service');
const source = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes')
  .refine((name) => name !== 'alertmanager' && name !== 'grafana', 'is understood without a mapping');

/** `15m`; between two bounds, as text. */
function duration(shortest: string, longest: string, otherwiseMs: number) {
  const [least = 0, most = 0] = [parseDuration(shortest), parseDuration(longest)];
  return z
    .string()
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms === undefined || ms < least || ms > most) {
        context.addIssue({
          code: 'custom',
          message: `must be a time from ${shortest} to ${longest}, such as 15m`,
        });
      }
      return ms ?? otherwiseMs;
    })
    .optional();
}

const mapping = z.strictObject({
  alerts: path.optional(),
  name: path,
  status: path,
  resolved: words(20).default(['resolved', 'ok', 'closed']),
  key: path.optional(),
  service: path.optional(),
  starts_at: path.optional(),
  ends_at: path.optional(),
  severity: path.optional(),
  summary: path.optional(),
});

export const incidentsSchema = z.strictObject({
  token_env: variable.optional(),
  labels: words(20).optional(),
  match: z
    .array(z.strictObject({ text: word, service: word }))
    .max(200)
    .optional(),
  channel_patterns: words(20).optional(),
  join: z.boolean().optional(),
  alert_channels: words(50).optional(),
  channel: word.optional(),
  senders: z.record(source, mapping).optional(),
  window: duration('5s', '5m', DEFAULT_INCIDENT_RULES.windowMs),
  look_every: duration('10s', '1h', DEFAULT_INCIDENT_RULES.lookEveryMs),
  settle: duration('1s', '1h', DEFAULT_INCIDENT_RULES.settleMs),
});

/** Undefined section: the defaults, in which nothing is joined, and no webhook is taken. */
export function toIncidentRules(raw: z.infer<typeof incidentsSchema> | undefined): IncidentRules {
  const base = DEFAULT_INCIDENT_RULES;
  if (raw === undefined) return base;
  const mappings = Object.entries(raw.senders ?? {}).map(
    ([name, given]) => [name, toMapping(given)] as const,
  );
  return {
    ...(raw.token_env !== undefined && { tokenEnv: raw.token_env }),
    labels: raw.labels ?? base.labels,
    match: raw.match ?? base.match,
    channelPatterns: raw.channel_patterns ?? base.channelPatterns,
    join: raw.join ?? base.join,
    alertChannels: raw.alert_channels ?? base.alertChannels,
    ...(raw.channel !== undefined && { channel: raw.channel }),
    mappings: Object.fromEntries(mappings),
    windowMs: raw.window ?? base.windowMs,
    lookEveryMs: raw.look_every ?? base.lookEveryMs,
    settleMs: raw.settle ?? base.settleMs,
  };
}

/** A word for a service that nobody has registered leads nowhere. */
export function strangersIn({ match }: IncidentRules, services: readonly string[]): string[] {
  return match
    .filter(({ service }) => !services.includes(service))
    .map(({ service }) => `incidents.match: no service is called "${service}"`);
}

function toMapping(raw: z.infer<typeof mapping>): IncidentRules['mappings'][string] {
  const { starts_at: startsAt, ends_at: endsAt, ...rest } = raw;
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    name: raw.name,
    status: raw.status,
    resolved: raw.resolved,
    ...(startsAt !== undefined && { startsAt }),
    ...(endsAt !== undefined && { endsAt }),
  };
}
