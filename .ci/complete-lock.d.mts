export interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
export interface Wanted {
  readonly range: string;
  readonly dev?: boolean | undefined;
}
export function missingBuilds(
  packages: Readonly<Record<string, LockEntry>>,
): Map<string, Wanted & { wantedBy: string }>;
export function buildEntry(name: string, wanted: Wanted): LockEntry & Record<string, unknown>;
