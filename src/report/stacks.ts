// All stacks of the leaking signatures as one text file, in the shape Go prints them: for "Full stacks".
import { formatBytes, formatCount, formatDelta } from '../model/units.ts';
import { terminal } from './foreign.ts';
import type { Report, ReportSignature } from './schema.ts';
import { oldestWords, summaryWords, verdictTitle, windowWords } from './wording.ts';

/** A stack as Go prints it has at most 100 frames; pprof keeps more. The rest is counted. */
const FRAMES_SHOWN = 200;

export function fullStacksFile(report: Report): string {
  const { service, instances, verdict, signatures } = report;
  const title = [
    `${service}: ${verdictTitle(verdict)}`,
    summaryWords(report.verdict),
    `${instances.join(', ')}, ${windowWords(report)}`,
  ];
  const stacks =
    signatures.length === 0
      ? ['No goroutine signature is leaking or suspect.']
      : signatures.map((signature, index) => stackText(signature, index + 1));
  return `${title.map((line) => terminal(line)).join('\n')}\n\n${stacks.join('\n\n')}\n`;
}

function stackText(signature: ReportSignature, rank: number): string {
  const oldest = oldestWords(signature);
  const facts = [
    `${formatCount(signature.count)} goroutines (${formatDelta(signature.delta)})`,
    signature.waitReason,
    ...(oldest === '' ? [] : [`oldest ${oldest}`]),
    signature.tier,
    ...(signature.retainedBytes === undefined ? [] : [`holds ${formatBytes(signature.retainedBytes)}`]),
    ...(signature.owner === undefined ? [] : [`owner ${signature.owner}`]),
  ];
  const labels = Object.entries(signature.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const lines = [
    `#${rank}  ${facts.join(', ')}`,
    `id ${signature.id}`,
    ...(labels.length > 0 ? [`labels ${labels.join(', ')}`] : []),
    ...signature.because.map((reason) => `- ${reason}`),
    ...signature.frames.slice(0, FRAMES_SHOWN).flatMap((frame) => frameLines(frame)),
  ].map((line) => terminal(line));
  const left = signature.frames.length - FRAMES_SHOWN;
  const creator = signature.createdBy;
  return [
    ...lines,
    ...(left > 0 ? [`… ${left} more frames`] : []),
    ...(creator ? frameLines(creator, 'created by ').map((line) => terminal(line) as string) : []),
    ...(signature.hint === undefined ? [] : ['', terminal(`Hint: ${signature.hint}`)]),
  ].join('\n');
}

/** A call and, below it, where it is. */
export function frameLines(frame: ReportSignature['frames'][number], before = ''): string[] {
  const where = frame.file === '' ? '' : `    ${frame.file}${frame.line > 0 ? `:${frame.line}` : ''}`;
  return [
    `${before}${frame.func}${frame.inlined === true ? ' (inlined)' : ''}`,
    ...(where === '' ? [] : [where]),
  ];
}
