// Workflow commands of GitHub Actions: lines on standard output that become annotations of the run, and of a line of the
// repository where the blocked function is there. https://docs.github.com/actions/reference/workflow-commands-for-github-actions
import { annotation, type TerminalText } from '../foreign.ts';
import type { Report, ReportSignature } from '../schema.ts';
import { verdictTitle } from '../wording.ts';
import { OUTCOME_WORDS } from './case-words.ts';
import type { Check } from './outcome.ts';

/** GitHub shows ten errors and ten warnings a step; the first is about the check itself. */
const MOST_SIGNATURES = 9;

/** How source files of the program are told from those of the repository. */
export interface Repository {
  /** The folder it is checked out in, as the compiler wrote it into stacks. */
  readonly folder: string;
  /** The module of its go.mod, which takes the folder's place in builds with `-trimpath`. */
  readonly module?: string;
}

export function annotationsOf(check: Check, report: Report, repository: Repository): TerminalText[] {
  const level = check.outcome === 'leak' ? 'error' : check.outcome === 'clean' ? 'notice' : 'warning';
  const title = `goleak: ${OUTCOME_WORDS[check.outcome]} (${report.service})`;
  const lines = [annotation(level, { title }, check.says)];
  if (check.outcome === 'clean') return lines;
  for (const signature of report.signatures.slice(0, MOST_SIGNATURES)) {
    const at = placeOf(signature, repository);
    // Without a line in the repository it would only repeat what is said above.
    if (at === undefined) continue;
    const about = {
      title: `goleak: ${verdictTitle({ kind: 'goroutine-leak', tier: signature.tier })}`,
      ...at,
    };
    lines.push(annotation(signature.tier === 'suspect' ? 'warning' : level, about, saysOf(signature)));
  }
  return lines;
}

function saysOf({ count, waitReason, frames, createdBy, hint }: ReportSignature): string {
  const started = createdBy ? `, started by ${createdBy.func}` : '';
  const what = `${count} goroutine${count === 1 ? '' : 's'} blocked on ${waitReason} in ${frames[0]?.func ?? 'unknown'}${started}.`;
  return hint === undefined ? what : `${what} ${hint}`;
}

/** The innermost frame that is the repository's own, else the `go` statement's. */
function placeOf(
  { frames, createdBy }: ReportSignature,
  repository: Repository,
): { file: string; line: number } | undefined {
  for (const frame of [...frames, ...(createdBy ? [createdBy] : [])]) {
    const file = pathIn(repository, frame.file);
    if (file !== undefined && frame.line > 0) return { file, line: frame.line };
  }
  return undefined;
}

/** A file below the checkout, or below its module, by its path there, `ledger/flush.go`; undefined for any other. */
export function pathIn({ folder, module }: Repository, file: string): string | undefined {
  for (const root of [folder, module]) {
    if (root === undefined || root === '' || !file.startsWith(`${root}/`)) continue;
    const path = file.slice(root.length + 1);
    if (/^[\w@+~-][\w@+~./-]{0,300}$/.test(path) && !path.split('/').includes('..')) return path;
  }
  return undefined;
}
