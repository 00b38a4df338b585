// services.yml -> Service[]. Strict: unknown keys are refused by name, so a typo never silently disables
// a limit. A bad edit keeps the last good version in use.
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isAlias, isScalar, Lexer, LineCounter, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { Failure } from '../failure.ts';
import type { Digest } from '../model/digest.ts';
import type { IncidentRules } from '../model/incident.ts';
import {
  DEFAULT_BUDGET,
  DEFAULT_PERMISSIONS,
  DEFAULT_WATCH,
  type Instance,
  LEAST_SAMPLE_MS,
  MOST_SAMPLE_MS,
  OWNERLESS,
  type OwnerRules,
  type PrometheusSource,
  type Service,
  type WatchRules,
} from '../model/target.ts';
import { parseBytes, parseDuration } from '../model/units.ts';
import { type Admins, NO_ADMINS } from '../model/who.ts';
import { digestFaults, digestsSchema, serviceDigestSchema, toDigest } from './digests.ts';
import { incidentsSchema, strangersIn, toIncidentRules } from './incidents.ts';
import { codeSchema, ownerFiles, ownersSchema, readOwners } from './owners.ts';
import { adminsSchema, toAdmins, toWho, whoSchema } from './who.ts';

/** Larger than any real list of services; refuses YAML bombs before they are parsed. */
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_ALIASES = 50;
const MAX_DEPTH = 32;

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const name = z.string().regex(NAME, 'must be lower-case letters, digits and dashes');
const path = z.string().regex(/^\/[\w./-]*$/, 'must be a path such as /debug/pprof');
const url = z.url({ protocol: /^https?$/ }).refine((text) => !hasUserinfo(text), {
  message: 'must not carry credentials; use auth: { token_env: … }',
});
const bytes = z.union([z.number().positive(), z.string()]).transform((value, context) => {
  const parsed = typeof value === 'number' ? value : parseBytes(value);
  if (parsed === undefined) context.addIssue({ code: 'custom', message: 'must be a size such as 512MiB' });
  return parsed ?? 0;
});

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
  auth: z.strictObject({ token_env: z.string().regex(/^[A-Z][A-Z0-9_]*$/) }).optional(),
});

const perHour = z.number().int().min(0).max(10_000);

const serviceSchema = z.strictObject({
  instances: z
    .array(z.union([url, z.strictObject({ name, url })]))
    .min(1)
    .max(1000),
  pprof: path.default('/debug/pprof'),
  vars: z.union([path, z.literal(false)]).default('/debug/vars'),
  metrics: z.union([path, z.literal(false)]).default('/metrics'),
  auth: z.strictObject({ token_env: z.string().regex(/^[A-Z][A-Z0-9_]*$/) }).optional(),
  owner: z.string().max(80).optional(),
  code: codeSchema.optional(),
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
    })
    .prefault({}),
  digest: serviceDigestSchema.optional(),
  budget: z
    .strictObject({
      light: perHour.default(DEFAULT_BUDGET.light),
      heavy: perHour.default(DEFAULT_BUDGET.heavy),
      service: perHour.default(DEFAULT_BUDGET.service),
    })
    .prefault({}),
});
const fileSchema = z.strictObject({
  /** Those who may stop captures and force heavy ones. */
  admins: adminsSchema.default([]),
  incidents: incidentsSchema.optional(),
  owners: ownersSchema.optional(),
  services: z.record(name, serviceSchema),
  digests: digestsSchema.default({}),
});

/** What a services.yml says. */
export interface Registry {
  readonly admins: Admins;
  readonly incidents: IncidentRules;
  readonly owners: OwnerRules;
  readonly services: readonly Service[];
  readonly digests: readonly Digest[];
  /** Other files that were read for it, as it names them. */
  readonly files: readonly string[];
}

/** The registered services, by name, as last read without fault. */
export interface ServiceCatalog {
  readonly all: () => readonly Service[];
  readonly find: (name: string) => Service | undefined;
  readonly admins: () => Admins;
  readonly incidents: () => IncidentRules;
  readonly owners: () => OwnerRules;
  readonly digests: () => readonly Digest[];
}

/**
 * Parses the text of a services.yml.
 * @throws Failure `config_bad` with every fault, each with its key and line.
 */
export function parseServices(text: string, file: string): readonly Service[] {
  return parseRegistry(text, file).services;
}

/** The same, with what the file says of people. */
export function parseRegistry(text: string, file: string): Registry {
  if (text.length > MAX_FILE_BYTES) {
    throw new Failure('config_bad', { file, faults: [`it is larger than ${MAX_FILE_BYTES / 1024} KiB`] });
  }
  const deepAt = lineNestedTooDeep(text);
  if (deepAt !== undefined) {
    const faults = [`line ${deepAt}: it is nested deeper than ${MAX_DEPTH} levels`];
    throw new Failure('config_bad', { file, faults });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const faults = document.errors.map(
      (error) => `line ${lines.linePos(error.pos[0]).line}: ${error.message}`,
    );
    throw new Failure('config_bad', { file, faults });
  }
  const inherited = inheritedName(document);
  if (inherited !== undefined) {
    const faults = [`line ${lines.linePos(inherited.at).line}: "${inherited.name}" is no key`];
    throw new Failure('config_bad', { file, faults });
  }
  const parsed = fileSchema.safeParse(readDocument(document, file, lines));
  if (parsed.success) {
    const owners = readOwners(parsed.data, file);
    const services = Object.entries(parsed.data.services).map(([key, value]) => ({
      ...toService(key, value),
      ...owners.of(key),
    }));
    const incidents = toIncidentRules(parsed.data.incidents);
    const names = services.map((service) => service.name);
    const digestsWrong = digestFaults(parsed.data.digests, digestOwners(parsed.data.services)).map(
      ({ path: at, message }) => `line ${lineOf(document, at, lines)}, ${at.join('.')}: ${message}`,
    );
    const wrong = [
      ...services.flatMap(twinsOf),
      ...strangersIn(incidents, names),
      ...digestsWrong,
      ...owners.faults,
    ];
    if (wrong.length > 0) throw new Failure('config_bad', { file, faults: wrong });
    return {
      admins: toAdmins(parsed.data.admins),
      incidents,
      owners: owners.rules,
      services,
      digests: digestsOf(parsed.data),
      files: ownerFiles(parsed.data),
    };
  }
  const faults = parsed.error.issues.flatMap(narrowed).map((issue) => {
    const line = lineOf(document, issue.path as string[], lines);
    return `line ${line}, ${issue.path.join('.') || 'top level'}: ${messageOf(issue)}`;
  });
  throw new Failure('config_bad', { file, faults });
}

/**
 * The services of a file, read again whenever it changes: all of a good version at once, nothing of a bad one. A file
 * that was never there is an empty catalogue; one that has gone is a fault.
 * @param onFault told once per bad version; the last good one stays in use.
 */
export function watchServices(file: string, onFault: (fault: Failure) => void): ServiceCatalog {
  let seen = '';
  let registry = NOBODY;
  const current = (): Registry => {
    const version = fileVersion(file);
    const all = version + versionsBeside(file, registry.files);
    if (all !== seen) {
      const read = readAgain(file, version, registry, onFault);
      // Written to while it was read: what was read may be half of each. The next look decides.
      if (fileVersion(file) !== version) return registry;
      seen = version + versionsBeside(file, read.files);
      registry = read;
    }
    return registry;
  };
  return {
    all: () => current().services,
    find: (wanted) => current().services.find((service) => service.name === wanted),
    admins: () => current().admins,
    incidents: () => current().incidents,
    owners: () => current().owners,
    digests: () => current().digests,
  };
}

const NOBODY: Registry = {
  admins: NO_ADMINS,
  incidents: toIncidentRules(undefined),
  owners: OWNERLESS,
  services: [],
  digests: [],
  files: [],
};

type RawServices = z.infer<typeof fileSchema>['services'];

function digestOwners(services: RawServices): ReadonlyMap<string, { readonly hasDigest: boolean }> {
  return new Map(
    Object.entries(services).map(([key, { digest }]) => [key, { hasDigest: digest !== undefined }]),
  );
}

function digestsOf({ services, digests }: z.infer<typeof fileSchema>): readonly Digest[] {
  const own = Object.entries(services).flatMap(([key, { digest }]) =>
    digest ? [toDigest(key, [key], digest)] : [],
  );
  return [...own, ...Object.entries(digests).map(([id, given]) => toDigest(id, given.services, given))];
}

/** Captures are kept by instance name: two of one name would be mixed up. */
function twinsOf({ name: service, instances }: Service): string[] {
  const names = instances.map((instance) => instance.name);
  const twins = new Set(names.filter((each, index) => names.indexOf(each) !== index));
  return [...twins].map((twin) => `services.${service}.instances: two are called "${twin}"`);
}

/** Of what may be written in several ways, the complaints about the way that was meant: the one that got furthest. */
function narrowed(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const ways = issue.errors.filter(
    (way) => !way.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
  const [meant] = ways;
  if (!meant || ways.length > 1) return [issue];
  return meant.flatMap((inner) => narrowed({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** A faulty name carries its own complaint one level down. */
function messageOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
}

function readAgain(
  file: string,
  version: string,
  lastGood: Registry,
  onFault: (fault: Failure) => void,
): Registry {
  if (version === '') {
    if (lastGood !== NOBODY) onFault(new Failure('config_bad', { file, faults: ['it is gone'] }));
    return lastGood;
  }
  try {
    return parseRegistry(readFileSync(file, 'utf8'), file);
  } catch (error) {
    onFault(error instanceof Failure ? error : unreadable(file, error));
    return lastGood;
  }
}

function unreadable(file: string, error: unknown): Failure {
  const reason =
    error instanceof Error && 'code' in error ? `it cannot be read (${error.code})` : 'it cannot be read';
  return new Failure('config_bad', { file, faults: [reason] }, { cause: error });
}

function versionsBeside(file: string, others: readonly string[]): string {
  return others.map((other) => ` ${fileVersion(resolve(dirname(file), other))}`).join('');
}

function fileVersion(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs}:${stat.size}:${stat.ino}` : '';
}

type Document = ReturnType<typeof parseDocument>;

function readDocument(document: Document, file: string, lines: LineCounter): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    let at = 0;
    visit(document, {
      Node: (_, node) => {
        if (!isAlias(node)) return undefined;
        at = node.range?.[0] ?? 0;
        return visit.BREAK;
      },
    });
    const faults = [`line ${lines.linePos(at).line}: it uses too many aliases`];
    throw new Failure('config_bad', { file, faults }, { cause: error });
  }
}

/** A key that every object has already: neither a schema nor a loop over keys would see it. */
function inheritedName(document: Document): { name: string; at: number } | undefined {
  let found: { name: string; at: number } | undefined;
  visit(document, {
    Pair: (_, { key }) => {
      if (!isScalar(key) || !INHERITED.has(String(key.value))) return undefined;
      found = { name: String(key.value), at: key.range?.[0] ?? 0 };
      return visit.BREAK;
    },
  });
  return found;
}

const INHERITED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Of what a path names, or of the nearest thing around it that is there. */
function lineOf(document: Document, path: readonly string[], lines: LineCounter): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/**
 * Brackets within brackets, or dashes after dashes on one line (`- - - x`): the parser would follow each of them with
 * a call of its own, until there is no stack left. Deeper nesting by indentation costs the square of its depth in bytes.
 */
function lineNestedTooDeep(text: string): number | undefined {
  let line = 1;
  let brackets = 0;
  let dashes = 0;
  let isText = false;
  for (const token of new Lexer().lex(text)) {
    if (!isText && /^[[{]$/.test(token)) brackets += 1;
    else if (!isText && /^[\]}]$/.test(token)) brackets = Math.max(0, brackets - 1);
    else if (!isText && /^[-?:]$/.test(token)) dashes += 1;
    if (brackets > MAX_DEPTH || dashes > MAX_DEPTH) return line;
    const breaks = token.split('\n').length - 1;
    if (breaks > 0) dashes = 0;
    line += breaks;
    isText = token === SCALAR_FOLLOWS;
  }
  return undefined;
}

/** The lexer's own mark before the text of a scalar. */
const SCALAR_FOLLOWS = '\u001f';

function toService(serviceName: string, raw: z.infer<typeof serviceSchema>): Service {
  const instances = raw.instances.map((given, index): Instance => {
    const base = (typeof given === 'string' ? given : given.url).replace(/\/+$/, '');
    const named = typeof given === 'string' ? `${serviceName}-${index + 1}` : given.name;
    return {
      name: named,
      pprofUrl: base + raw.pprof,
      ...(raw.vars && { varsUrl: base + raw.vars }),
      ...(raw.metrics && { metricsUrl: base + raw.metrics }),
      ...(raw.auth && { tokenEnv: raw.auth.token_env }),
    };
  });
  return {
    name: serviceName,
    instances,
    ...(raw.channels && { channels: raw.channels }),
    ...(raw.who && { who: toWho(raw.who) }),
    ...(raw.memory_limit && { memoryLimitBytes: raw.memory_limit }),
    firstParty: raw.first_party,
    ...(raw.do_not_touch && { doNotTouch: true }),
    ...(raw.raw_stacks && { rawStacks: true }),
    allow: { dumpUpTo: raw.capture.dump_up_to, leakProfileUpTo: raw.capture.leak_profile_up_to },
    budget: raw.budget,
    ...(raw.watch && { watch: toWatch(raw.watch) }),
    ...(raw.prometheus && { prometheus: toPrometheus(serviceName, raw.prometheus) }),
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
