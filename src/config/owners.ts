// `owners` and `code` of services.yml, with the files they name -> whose a service and its code are.
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { OWNERLESS, type OwnerRules, type Service } from '../model/target.ts';
import { MAX_CATALOG_BYTES, readCatalog } from './catalog.ts';
import { MAX_CODEOWNERS_BYTES, ownersOf, readCodeowners } from './codeowners.ts';
import { groupId } from './who.ts';

const file = z.string().min(1).max(400);

export const ownersSchema = z.strictObject({
  groups: z.record(z.string().max(200), groupId).default({}),
  catalog: file.optional(),
  mention: z.enum(['proven', 'probable', 'suspect', 'never']).default('never'),
});

export const codeSchema = z.strictObject({ module: z.string().min(1).max(300), codeowners: file });

type Given = {
  readonly owners?: z.infer<typeof ownersSchema> | undefined;
  readonly services: Readonly<
    Record<
      string,
      { readonly code?: z.infer<typeof codeSchema> | undefined; readonly owner?: string | undefined }
    >
  >;
};

export interface ReadOwners {
  readonly rules: OwnerRules;
  readonly of: (service: string) => Pick<Service, 'owner' | 'code'>;
  /** Each with its key: a file that cannot be read would leave leaks without their owner, and nobody would know. */
  readonly faults: readonly string[];
}

/** @param configFile services.yml; the other files are found from its folder */
export function readOwners({ owners, services }: Given, configFile: string): ReadOwners {
  const faults: string[] = [];
  const read = (path: string, key: string, maxBytes: number): string => {
    try {
      const at = resolve(dirname(configFile), path);
      if (statSync(at).size > maxBytes) throw new Error(`it is larger than ${maxBytes / 1024 / 1024} MiB`);
      return readFileSync(at, 'utf8');
    } catch (error) {
      faults.push(`${key}: ${path} cannot be read (${error instanceof Error ? error.message : error})`);
      return '';
    }
  };
  const catalog = owners?.catalog;
  const catalogued =
    catalog === undefined ? undefined : readCatalog(read(catalog, 'owners.catalog', MAX_CATALOG_BYTES));
  const known = new Map(
    Object.entries(services).map(([name, { owner: given, code }]) => {
      const owner = given ?? catalogued?.get(name);
      if (code === undefined) return [name, { ...(owner !== undefined && { owner }) }];
      const key = `services.${name}.code.codeowners`;
      const rules = readCodeowners(read(code.codeowners, key, MAX_CODEOWNERS_BYTES));
      return [
        name,
        {
          ...(owner !== undefined && { owner }),
          code: { module: code.module, ownersOf: (path: string) => ownersOf(rules, path) },
        },
      ];
    }),
  );
  const rules =
    owners === undefined
      ? OWNERLESS
      : { groups: new Map(Object.entries(owners.groups)), mention: owners.mention };
  return { rules, of: (name) => known.get(name) ?? {}, faults };
}

/** The files beside services.yml that its words depend on, as it names them. */
export function ownerFiles({ owners, services }: Given): readonly string[] {
  const named = Object.values(services).flatMap(({ code }) => code?.codeowners ?? []);
  return [...new Set([...(owners?.catalog === undefined ? [] : [owners.catalog]), ...named])];
}
