// services.yml as it becomes: read again when it changes. A bad edit keeps the last good version in use.
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Failure } from '../failure.ts';
import type { Digest } from '../model/digest.ts';
import type { IncidentRules } from '../model/incident.ts';
import { NO_PROPOSALS, type ProposalRules } from '../model/proposal.ts';
import { OWNERLESS, type OwnerRules, type Service } from '../model/target.ts';
import { type Admins, NO_ADMINS } from '../model/who.ts';
import { toIncidentRules } from './incidents.ts';
import { parseRegistry, type Registry } from './registry.ts';

/** The registered services, by name, as last read without fault. */
export interface ServiceCatalog {
  readonly all: () => readonly Service[];
  readonly find: (name: string) => Service | undefined;
  readonly admins: () => Admins;
  readonly incidents: () => IncidentRules;
  readonly owners: () => OwnerRules;
  readonly digests: () => readonly Digest[];
  readonly proposals: () => ProposalRules;
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
    proposals: () => current().proposals,
  };
}

const NOBODY: Registry = {
  admins: NO_ADMINS,
  incidents: toIncidentRules(undefined),
  owners: OWNERLESS,
  services: [],
  digests: [],
  proposals: NO_PROPOSALS,
  files: [],
};

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
