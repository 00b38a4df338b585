// Backstage's catalogue file -> who owns each component. Only `kind: Component` with a name and an owner counts; what else
// is in the file is somebody else's.
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

export const MAX_CATALOG_BYTES = 4 * 1024 * 1024;
const MAX_ALIASES = 50;

const component = z.looseObject({
  kind: z.literal('Component'),
  metadata: z.looseObject({ name: z.string().max(200) }),
  spec: z.looseObject({ owner: z.string().min(1).max(200) }),
});

/** Owners by component name, as written (`team-payments`, `group:default/payments`); the first of a name holds. */
export function readCatalog(text: string): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const document of parseAllDocuments(text.slice(0, MAX_CATALOG_BYTES))) {
    if (document.errors.length > 0) continue;
    const read = component.safeParse(document.toJS({ maxAliasCount: MAX_ALIASES }));
    if (!read.success) continue;
    const { metadata, spec } = read.data;
    if (!owners.has(metadata.name)) owners.set(metadata.name, spec.owner);
  }
  return owners;
}
