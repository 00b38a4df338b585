// One file, whatever it is called: unpacked, recognised by its content, read. What comes out says what it is;
// what could not be read says why.
import type { Outcome, Problem } from '../model/problem.ts';
import type { RawArtefact } from '../model/snapshot.ts';
import { inflated, unpack } from './archive.ts';
import type { Parsed } from './parsed.ts';
import { recognise } from './sniff.ts';

export type { Parsed };

/** Everything in a file, or in the files of an archive. Never throws. */
export function parseArtefact(raw: RawArtefact): Outcome<readonly Parsed[]> {
  const files = unpack(raw);
  const outcomes = files.value.map((file) => parseFile(file.bytes));
  return {
    value: outcomes.flatMap((outcome) => outcome.value),
    problems: [...files.problems, ...outcomes.flatMap((outcome) => outcome.problems)],
  };
}

function parseFile(bytes: Uint8Array): Outcome<readonly Parsed[]> {
  const plain = inflated(bytes);
  if (plain.value === undefined) return { value: [], problems: plain.problems };
  const content = asUtf8(plain.value);
  const outcome = recognise(content).parse(content);
  const problems: Problem[] = [...plain.problems, ...outcome.problems];
  return { value: plain.problems.length > 0 ? lastDumpCut(outcome.value) : outcome.value, problems };
}

/** What was left of a damaged file does not tell how many goroutines there were, however well it ends. */
function lastDumpCut(parsed: readonly Parsed[]): readonly Parsed[] {
  const last = parsed.findLastIndex((one) => one.kind === 'goroutines');
  return parsed.map((one, index) =>
    index === last && one.kind === 'goroutines' ? { ...one, dump: { ...one.dump, truncated: true } } : one,
  );
}

/** Windows shells redirect as UTF-16 (`curl … > dump.txt` in PowerShell); its mark tells. */
function asUtf8(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0xff || bytes[1] !== 0xfe) return bytes;
  return new TextEncoder().encode(new TextDecoder('utf-16le').decode(bytes));
}
