import type { Report } from './schema.ts';

/**
 * The command that opens the attached profiles, oldest as the base of the newest:
 * `go tool pprof -http=: -diff_base=a.heap.pb.gz b.heap.pb.gz`. Undefined when no profile was kept.
 */
export function pprofCommand({ verdict, artefacts }: Report): string | undefined {
  const wanted = verdict.kind === 'goroutine-leak' || verdict.kind === 'deadlock' ? 'goroutine' : 'heap';
  const profiles = artefacts.map(({ name }) => name).filter((name) => PROFILE_FILE.test(name));
  const kind = [wanted, 'heap', 'goroutine'].find((word) => profiles.some((name) => name.includes(word)));
  if (kind === undefined) return undefined;
  const same = profiles.filter((name) => name.includes(kind));
  const first = same[0];
  const last = same.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const base = first === last ? '' : ` -diff_base=${shellWord(first)}`;
  return `go tool pprof -http=:${base} ${shellWord(last)}`;
}

const PROFILE_FILE = /\.(pb|pb\.gz|pprof|prof)$/;

/** File names of artefacts are foreign: whoever copies the command must not run something else. */
function shellWord(name: string): string {
  const safe = name.startsWith('-') ? `./${name}` : name;
  return /^[\w./@%+=:,-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}
