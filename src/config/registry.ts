// The text of a services.yml -> what is registered.
import { z } from 'zod';
import { Failure } from '../failure.ts';
import type { Digest } from '../model/digest.ts';
import type { IncidentRules } from '../model/incident.ts';
import type { ProposalRules } from '../model/proposal.ts';
import type { OwnerRules, Service } from '../model/target.ts';
import type { Admins } from '../model/who.ts';
import { digestFaults, digestsSchema, toDigest } from './digests.ts';
import { incidentsSchema, strangersIn, toIncidentRules } from './incidents.ts';
import { ownerFiles, ownersSchema, readOwners } from './owners.ts';
import { proposalsSchema, toProposalRules } from './proposals.ts';
import { issuesTemplate, serviceName, serviceSchema, toService } from './service.ts';
import { adminsSchema, toAdmins } from './who.ts';
import { readYaml } from './yaml.ts';

/** Larger than any real list of services; refuses YAML bombs before they are parsed. */
const MAX_FILE_BYTES = 1024 * 1024;

const fileSchema = z.strictObject({
  /** Those who may stop captures and force heavy ones. */
  admins: adminsSchema.default([]),
  incidents: incidentsSchema.optional(),
  owners: ownersSchema.optional(),
  /** Of every service that names none of its own. */
  issues: issuesTemplate.optional(),
  proposals: proposalsSchema.optional(),
  services: z.record(serviceName, serviceSchema),
  digests: digestsSchema.default({}),
});

/** What a services.yml says. */
export interface Registry {
  readonly admins: Admins;
  readonly incidents: IncidentRules;
  readonly owners: OwnerRules;
  readonly services: readonly Service[];
  readonly digests: readonly Digest[];
  readonly proposals: ProposalRules;
  /** Other files that were read for it, as it names them. */
  readonly files: readonly string[];
}

/**
 * Parses the text of a services.yml.
 * @param file its path: the other files it names are found from its folder
 * @throws Failure `config_bad` with every fault, each with its key and line.
 */
export function parseRegistry(text: string, file: string): Registry {
  if (text.length > MAX_FILE_BYTES) {
    throw new Failure('config_bad', { file, faults: [`it is larger than ${MAX_FILE_BYTES / 1024} KiB`] });
  }
  const yaml = readYaml(text);
  if ('faults' in yaml) throw new Failure('config_bad', { file, faults: yaml.faults });
  const at = (path: readonly string[]): string =>
    `line ${yaml.lineOf(path)}, ${path.join('.') || 'top level'}`;
  const parsed = fileSchema.safeParse(yaml.value);
  if (!parsed.success) {
    const faults = parsed.error.issues
      .flatMap(narrowed)
      .map((issue) => `${at(issue.path as string[])}: ${messageOf(issue)}`);
    throw new Failure('config_bad', { file, faults });
  }
  const owners = readOwners(parsed.data, file);
  const services = Object.entries(parsed.data.services).map(([key, value]) => ({
    ...(parsed.data.issues !== undefined && { issues: parsed.data.issues }),
    ...toService(key, value),
    ...owners.of(key),
  }));
  const incidents = toIncidentRules(parsed.data.incidents);
  const names = services.map((service) => service.name);
  const faults = [
    ...services.flatMap(twinsOf),
    ...strangersIn(incidents, names),
    ...digestFaults(parsed.data.digests, digestOwners(parsed.data.services)).map(
      ({ path, message }) => `${at(path)}: ${message}`,
    ),
    ...owners.faults,
  ];
  if (faults.length > 0) throw new Failure('config_bad', { file, faults });
  return {
    admins: toAdmins(parsed.data.admins),
    incidents,
    owners: owners.rules,
    services,
    digests: digestsOf(parsed.data),
    proposals: toProposalRules(parsed.data.proposals),
    files: ownerFiles(parsed.data),
  };
}

/** The same, its services only. */
export function parseServices(text: string, file: string): readonly Service[] {
  return parseRegistry(text, file).services;
}

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
