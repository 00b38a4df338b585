// One service of services.yml. Strict: unknown keys are refused by name, so a typo never silently disables a limit.
import { z } from 'zod';
import {
  DEFAULT_BUDGET,
  DEFAULT_PERMISSIONS,
  DEFAULT_WATCH,
  type Instance,
  LEAST_SAMPLE_MS,
  MOST_SAMPLE_MS,
  PROBE_TOKEN,
  type PrometheusSource,
  type Service,
  type WatchRules,
} from '../model/target.ts';
import { parseBytes, parseDuration } from '../model/units.ts';
import { serviceDigestSchema } from './digests.ts';
import { notALeakSchema, toRules } from './not-a-leak.ts';
import { codeSchema } from './owners.ts';
import { variable } from './variable.ts';
import { toWho, whoSchema } from './who.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const serviceName = z.string().regex(NAME, 'must be lower-case letters, digits and dashes');
const path = z.string().regex(/^\/[\w./-]*$/, 'must be a path such as /debug/pprof');
const url = z.url({ protocol: /^https?$/ }).refine((text) => !hasUserinfo(text), {
  message: 'must not carry credentials; use auth: { token_env: … }',
});
const bytes = z.union([z.number().positive(), z.string()]).transform((value, context) => {
  const parsed = typeof value === 'number' ? value : parseBytes(value);
  if (parsed === undefined) context.addIssue({ code: 'custom', message: 'must be a size such as 512MiB' });
  return parsed ?? 0;
});

/** `https://github.com/acme/payments/issues/new?title={title}&body={body}` */
export const issuesTemplate = url
  .max(1_000)
  .refine((text) => text.includes('{title}'), { message: 'must hold {title}, and may hold {body}' });

const sampleEvery = z.string().transform((text, context) => {
  const parsed = parseDuration(text);
  if (parsed === undefined || parsed < LEAST_SAMPLE_MS || parsed > MOST_SAMPLE_MS) {
    context.addIssue({ code: 'custom', message: 'must be a time from 30s to 5m' });
  }
  return parsed ?? DEFAULT_WATCH.everyMs;
});

/** `job="payments",namespace=~"prod|canary"` */
const matchers = z
  .string()
  .max(500)
  .regex(
    /^[a-zA-Z_]\w*(?:=~|!~|!=|=)"(?:[^"\\\n]|\\.)*"(?:\s*,\s*[a-zA-Z_]\w*(?:=~|!~|!=|=)"(?:[^"\\\n]|\\.)*")*$/,
    'must be label matchers such as job="payments"',
  );

const prometheusSchema = z.strictObject({
  url,
  match: matchers.optional(),
  instance_label: z
    .string()
    .regex(/^[a-zA-Z_]\w{0,99}$/, 'must be the name of a label')
    .default('instance'),
  auth: z.strictObject({ token_env: variable }).optional(),
});

const perHour = z.number().int().min(0).max(10_000);

export const serviceSchema = z.strictObject({
  instances: z
    .array(z.union([url, z.strictObject({ name: serviceName, url })]))
    .min(1)
    .max(1000),
  pprof: path.default('/debug/pprof'),
  vars: z.union([path, z.literal(false)]).default('/debug/vars'),
  metrics: z.union([path, z.literal(false)]).default('/metrics'),
  auth: z.strictObject({ token_env: variable }).optional(),
  probe: z
    .union([
      path,
      z.strictObject({
        path: path.default('/debug/goleak'),
        token_env: variable.optional(),
        push_token_env: variable.optional(),
      }),
    ])
    .optional(),
  owner: z.string().max(80).optional(),
  code: codeSchema.optional(),
  issues: issuesTemplate.optional(),
  channels: z.array(z.string().max(80)).optional(),
  who: whoSchema.optional(),
  memory_limit: bytes.optional(),
  do_not_touch: z.boolean().default(false),
  raw_stacks: z.boolean().default(false),
  watch: z
    .union([
      z.boolean(),
      z.strictObject({ every: sampleEvery.prefault('60s'), build: z.string().max(100).optional() }),
    ])
    .default(false),
  prometheus: prometheusSchema.optional(),
  first_party: z.array(z.string().max(200)).default([]),
  capture: z
    .strictObject({
      dump_up_to: z.number().int().min(0).max(10_000).default(DEFAULT_PERMISSIONS.dumpUpTo),
      leak_profile_up_to: z.number().int().min(0).max(10_000).default(DEFAULT_PERMISSIONS.leakProfileUpTo),
      trace_up_to: z.number().int().min(0).max(10_000).default(DEFAULT_PERMISSIONS.traceUpTo),
    })
    .prefault({}),
  not_a_leak: notALeakSchema,
  digest: serviceDigestSchema.optional(),
  budget: z
    .strictObject({
      light: perHour.default(DEFAULT_BUDGET.light),
      heavy: perHour.default(DEFAULT_BUDGET.heavy),
      service: perHour.default(DEFAULT_BUDGET.service),
    })
    .prefault({}),
});

/** Addresses are built from each instance's base; an instance without a name is numbered. */
export function toService(name: string, raw: z.infer<typeof serviceSchema>): Service {
  const probe = typeof raw.probe === 'string' ? { path: raw.probe } : raw.probe;
  const tokenEnv = probe?.token_env ?? raw.auth?.token_env ?? PROBE_TOKEN;
  const instances = raw.instances.map((given, index): Instance => {
    const base = (typeof given === 'string' ? given : given.url).replace(/\/+$/, '');
    const named = typeof given === 'string' ? `${name}-${index + 1}` : given.name;
    return {
      name: named,
      pprofUrl: base + raw.pprof,
      ...(raw.vars && { varsUrl: base + raw.vars }),
      ...(raw.metrics && { metricsUrl: base + raw.metrics }),
      ...(raw.auth && { tokenEnv: raw.auth.token_env }),
      ...(probe && {
        probe: { url: base + probe.path, tokenEnv },
      }),
    };
  });
  return {
    name,
    instances,
    ...(raw.issues !== undefined && { issues: raw.issues }),
    ...(raw.channels && { channels: raw.channels }),
    ...(raw.who && { who: toWho(raw.who) }),
    ...(raw.memory_limit && { memoryLimitBytes: raw.memory_limit }),
    firstParty: raw.first_party,
    ...(raw.not_a_leak.length > 0 && { notALeak: toRules(name, raw.not_a_leak) }),
    ...(raw.do_not_touch && { doNotTouch: true }),
    ...(raw.raw_stacks && { rawStacks: true }),
    allow: {
      dumpUpTo: raw.capture.dump_up_to,
      leakProfileUpTo: raw.capture.leak_profile_up_to,
      traceUpTo: raw.capture.trace_up_to,
    },
    budget: raw.budget,
    ...(raw.watch && { watch: toWatch(raw.watch) }),
    ...(probe?.push_token_env !== undefined && { pushTokenEnv: probe.push_token_env }),
    ...(raw.prometheus && { prometheus: toPrometheus(name, raw.prometheus) }),
  };
}

function toWatch(raw: true | { readonly every: number; readonly build?: string | undefined }): WatchRules {
  if (raw === true) return DEFAULT_WATCH;
  return { everyMs: raw.every, ...(raw.build !== undefined && { buildVar: raw.build }) };
}

function toPrometheus(
  service: string,
  { url: base, match, instance_label: instanceLabel, auth }: z.infer<typeof prometheusSchema>,
): PrometheusSource {
  return {
    url: base.replace(/\/+$/, ''),
    match: match ?? `job="${service}"`,
    instanceLabel,
    ...(auth && { tokenEnv: auth.token_env }),
  };
}

function hasUserinfo(text: string): boolean {
  try {
    const parsed = new URL(text);
    return parsed.username !== '' || parsed.password !== '';
  } catch {
    return true;
  }
}
