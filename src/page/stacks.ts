// Signatures and heap sites with their whole stacks, each to be opened; what does not fit into the page is counted.
import { formatBytes, formatBytesDelta, formatCount, formatDelta } from '../model/units.ts';
import { type Markings, tags } from '../report/foreign.ts';
import { nameWithin } from '../report/name.ts';
import type { Report, ReportSignature } from '../report/schema.ts';
import { blockedFunction, countWords, oldestWords } from '../report/wording.ts';
import { list, NOTHING, prose } from './parts.ts';

type Frame = ReportSignature['frames'][number];
type Site = NonNullable<Report['heap']>['sites'][number];

/** A stack as Go prints it has at most 100 frames; pprof keeps more. */
const FRAMES_SHOWN = 200;
/** A name with all its type arguments is below 300 characters. */
const NAME = 600;
const TITLE_WIDTH = 70;
const OPEN_AT_FIRST = 3;
/** Of each kind of stack: two of these, the flames and the pictures stay below two megabytes. */
const MAX_CHARACTERS = 350_000;

export function signatureStacks(report: Report): Markings | undefined {
  const { signatures } = report;
  if (signatures.length === 0) return undefined;
  return thoseThatFit(
    signatures.map((signature, at) => () => signatureStack(signature, at, report)),
    'signatures',
  );
}

export function siteStacks({ heap }: Report): Markings | undefined {
  if (!heap || heap.sites.length === 0) return undefined;
  return thoseThatFit(
    heap.sites.map((site) => () => siteStack(site)),
    'sites',
  );
}

function thoseThatFit(stacks: readonly (() => Markings)[], what: string): Markings {
  const shown: Markings[] = [];
  let left = MAX_CHARACTERS;
  for (const make of stacks) {
    const made = make();
    left -= made.html.length;
    if (left < 0) break;
    shown.push(made);
  }
  const missing = stacks.length - shown.length;
  const note =
    missing > 0
      ? tags`<p class="soft">… ${formatCount(missing)} more ${what}: they are in the triage JSON.</p>`
      : NOTHING;
  return tags`${shown}${note}`;
}

function signatureStack(signature: ReportSignature, at: number, report: Report): Markings {
  const { waitReason, tier, owner, retainedBytes, labels, because, createdBy, hint, known } = signature;
  const oldest = oldestWords(signature);
  const facts = [
    waitReason,
    countWords(signature, report),
    ...(oldest === '' ? [] : [`oldest ${oldest}`]),
    tier,
    ...(retainedBytes === undefined ? [] : [`holds ${formatBytes(retainedBytes)}`]),
    ...(owner === undefined ? [] : [`owner ${owner}`]),
    ...(known === undefined ? [] : [known]),
  ];
  const marks = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const creator = createdBy ? tags`<p>Created by</p><ol>${frameLine(createdBy)}</ol>` : NOTHING;
  return tags`<details class="stack"${at < OPEN_AT_FIRST ? tags` open` : NOTHING}>
<summary><strong>${cut(blockedFunction(signature, TITLE_WIDTH))}</strong> <span class="soft">${cut(facts.join(', '))}</span></summary>
${list([...because.map(prose), ...(marks.length > 0 ? [cut(`labels ${marks.join(', ')}`)] : [])])}${frameList(signature.frames)}${creator}${hint === undefined ? NOTHING : tags`<p>${prose(hint)}</p>`}</details>
`;
}

function siteStack({ frames, inuseBytes, inuseObjects, deltaBytes, shape }: Site): Markings {
  const facts = [
    `${formatBytes(inuseBytes)} in use`,
    formatBytesDelta(deltaBytes),
    `${formatCount(inuseObjects)} objects`,
    shape,
  ];
  const title = nameWithin(frames[0]?.func ?? 'unknown', TITLE_WIDTH);
  return tags`<details class="stack">
<summary><strong>${cut(title)}</strong> <span class="soft">${facts.join(', ')}</span></summary>
${frameList(frames)}</details>
`;
}

function frameList(frames: readonly Frame[]): Markings {
  const missing = frames.length - FRAMES_SHOWN;
  const note = missing > 0 ? tags`<p class="soft">… ${formatCount(missing)} more frames</p>` : NOTHING;
  return tags`<ol>${frames.slice(0, FRAMES_SHOWN).map(frameLine)}</ol>${note}`;
}

function frameLine({ func, file, line, inlined }: Frame): Markings {
  const where = file === '' ? '' : `${file}${line > 0 ? `:${line}` : ''}`;
  return tags`<li>${cut(func)}${inlined === true ? ' (inlined)' : ''} <span>${cut(where)}</span></li>`;
}

function cut(text: string): string {
  return text.length > NAME ? `${text.slice(0, NAME)}… ${formatDelta(text.length - NAME)} characters` : text;
}
