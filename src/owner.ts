// Whose each leak is: of the file in which the program's own code waits, as CODEOWNERS has it; else the service's.
import type { OwnerRules, Service } from './model/target.ts';
import type { Report } from './report/schema.ts';

type Signature = Report['signatures'][number];
type CodeFrame = Pick<Signature['frames'][number], 'func' | 'file'>;

export function withOwners(report: Report, service: Pick<Service, 'owner' | 'code'>): Report {
  return {
    ...report,
    signatures: report.signatures.map((signature) => {
      const { frames, createdBy } = signature;
      const owner = ownerOf(createdBy ? [...frames, createdBy] : frames, service);
      return owner === undefined ? signature : { ...signature, owner };
    }),
  };
}

/** A leak whose owners may be told, and the Slack user group they are. */
export interface Told {
  readonly group: string;
  readonly signature: Signature;
}

const TIERS = ['suspect', 'probable', 'proven'] as const;

/** Leaks of a tier from which on owners are told, the first of each group; of what is snoozed nobody is. */
export function toTell({ signatures }: Report, { groups, mention }: OwnerRules): readonly Told[] {
  if (mention === 'never') return [];
  const told = new Map<string, Told>();
  for (const signature of signatures) {
    const { owner, tier, snoozed } = signature;
    if (snoozed) continue;
    const group =
      owner === undefined ? undefined : (groups.get(owner) ?? (isGroup(owner) ? owner : undefined));
    if (group === undefined || told.has(group)) continue;
    if (TIERS.indexOf(tier) >= TIERS.indexOf(mention)) told.set(group, { group, signature });
  }
  return [...told.values()];
}

function isGroup(owner: string): boolean {
  return /^S[A-Z0-9]{2,20}$/.test(owner);
}

export function ownerOf(
  stack: readonly CodeFrame[],
  service: Pick<Service, 'owner' | 'code'>,
): string | undefined {
  return ownership(stack, service).owner;
}

/** Whose a stack is, and what says so. */
export type Ownership = { readonly owner?: string } & (
  | {
      readonly by: 'codeowners';
      readonly path: string;
      readonly func: string;
      readonly others: readonly string[];
    }
  /** CODEOWNERS knows the file and names nobody, so that it is the service's owner. */
  | { readonly by: 'unowned-file'; readonly path: string; readonly func: string }
  /** No frame is of the repository. */
  | { readonly by: 'no-frame'; readonly module: string }
  /** No repository is registered for the service. */
  | { readonly by: 'service' }
);

/**
 * The first owner of the innermost frame that is the repository's.
 * @param stack leaf first, then who created the goroutine
 */
export function ownership(
  stack: readonly CodeFrame[],
  { owner, code }: Pick<Service, 'owner' | 'code'>,
): Ownership {
  const fallback = owner === undefined ? {} : { owner };
  if (code === undefined) return { ...fallback, by: 'service' };
  for (const frame of stack) {
    const path = pathInRepository(frame, code.module);
    if (path === undefined) continue;
    const [first, ...others] = code.ownersOf(path);
    if (first === undefined) return { ...fallback, by: 'unowned-file', path, func: frame.func };
    return { owner: first, by: 'codeowners', path, func: frame.func, others };
  }
  return { ...fallback, by: 'no-frame', module: code.module };
}

/**
 * `ledger/writer.go` of `github.com/acme/payments/ledger.(*Writer).flush` in `/build/ledger/writer.go`: the folder is
 * the package's, which no build moves. Package main hides its folder; only a build with -trimpath tells it.
 */
export function pathInRepository({ func, file }: CodeFrame, module: string): string | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (name === '') return undefined;
  const slash = func.lastIndexOf('/');
  const dot = func.indexOf('.', slash + 1);
  const path = func.slice(0, Math.max(dot, 0)).replaceAll('%2e', '.');
  const inPackage = below(path, module);
  if (inPackage !== undefined) return inPackage === '' ? name : `${inPackage}/${name}`;
  return path === 'main' ? below(file, module) : undefined;
}

/** What follows the module's path; empty for itself, undefined elsewhere. */
function below(path: string, module: string): string | undefined {
  if (path === module) return '';
  return path.startsWith(`${module}/`) ? path.slice(module.length + 1) : undefined;
}
