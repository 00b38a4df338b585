import { isUploaded } from '../model/upload.ts';
import { type FileName, fileName } from './foreign.ts';
import type { Report } from './schema.ts';

/**
 * The command that opens the attached profiles of one instance, oldest as the base of the newest:
 * `go tool pprof -http=: -diff_base=a/0/heap.pb.gz a/1/heap.pb.gz`. Undefined when no profile was kept.
 * @param nameOf what a file is called where the reader finds it
 */
export function pprofCommand(
  { verdict, artefacts }: Report,
  nameOf: (name: string) => string = (name) => name,
): string | undefined {
  const wanted = verdict.kind === 'goroutine-leak' || verdict.kind === 'deadlock' ? 'goroutine' : 'heap';
  const profiles = artefacts.map(({ name }) => name).filter((name) => PROFILE_FILE.test(name));
  const ofKind = [wanted, 'heap', 'goroutine'].map((kind) =>
    profiles.filter((name) => kindOf(name) === kind),
  );
  const same = ofKind.find((names) => names.length > 0) ?? [];
  const last = same.at(-1);
  if (last === undefined) return undefined;
  const first = same.find((name) => instanceOf(name) === instanceOf(last)) ?? last;
  const base = first === last ? '' : ` -diff_base=${shellWord(nameOf(first))}`;
  return `go tool pprof -http=:${base} ${shellWord(nameOf(last))}`;
}

/** `payments-svc-1/0/goroutine.pb.gz` -> `goroutine`; `leak.t095.heap.pb.gz` -> `heap`. */
function kindOf(name: string): string {
  return (
    name
      .slice(name.lastIndexOf('/') + 1)
      .replace(PROFILE_FILE, '')
      .split('.')
      .at(-1) ?? ''
  );
}

function instanceOf(name: string): string {
  return name.split('/').slice(0, -2).join('/');
}

/** What an artefact is called as a file of a thread. */
export function attachedName(name: string): FileName {
  return fileName(name);
}

/** What artefacts are called where the reader finds them: whoever uploaded files knows them by their own names. */
export function namesFor({ service }: Pick<Report, 'service'>): (name: string) => string {
  return isUploaded(service) ? (name) => name.slice(name.lastIndexOf('/') + 1) : attachedName;
}

const PROFILE_FILE = /\.(pb|pb\.gz|pprof|prof)$/;

/** File names of artefacts are foreign: whoever copies the command must not run something else. */
function shellWord(name: string): string {
  const safe = name.startsWith('-') ? `./${name}` : name;
  return /^[\w./@%+=:,-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}
